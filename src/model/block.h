/* block.h - samples of one device that share their times: the currency of the house.
 *
 * A matrix: times_n rows, columns_n points.  The value of column c at row r stands at
 * values[c * times_n + r], likewise its quality.  Who makes a block owns its arrays
 * (mostly an arena); whoever receives one copies what it keeps. */
#ifndef HEATNET_MODEL_BLOCK_H
#define HEATNET_MODEL_BLOCK_H

#include <stddef.h>
#include <stdint.h>

enum { BLOCK_TIMES_MAX = 100000, BLOCK_COLUMNS_MAX = 4096, BLOCK_SAMPLES_MAX = 1000000 };

struct block {
    uint32_t device;
    size_t times_n, columns_n;
    int64_t *times_ms;  /* UTC, not falling */
    uint32_t *points;   /* ids, each once */
    double *values;     /* NaN where the quality says absent */
    uint8_t *qualities; /* quality.h */
};

/* What keeps this from being a block, as the end of a sentence ("its times fall"): a
 * limit above, a device or point 0, no sample at all, falling times, a point twice. NULL:
 * nothing. */
const char *block_fault(const struct block *block);

#endif
