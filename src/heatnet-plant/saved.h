/* saved.h - the plant's state kept in a file, so that a plant that was stopped goes on:
 * its counters do not jump back and its houses are as warm as they were.
 *
 *   "HNPLANT" version(1) | size of struct plant (8, low first) | struct plant | CRC-32C
 * (4)
 *
 * The file belongs to one build on one machine (it holds the struct as it is); any other
 * is refused and the plant begins anew.  Faults are not kept: they are mended on loading.
 */
#ifndef HEATNET_PLANT_SAVED_H
#define HEATNET_PLANT_SAVED_H

#include "heatnet-plant/plant.h"

enum { SAVED_DAYS_MAX = 30 };

/* Replaces the file atomically. */
MUST_USE err saved_write(const char *path, const struct plant *plant);

/* ERR_UNKNOWN no file, ERR_VERSION of another build or seed, ERR_CORRUPT, ERR_MEMORY,
 * ERR_IO. */
MUST_USE err saved_read(const char *path, uint64_t seed, struct plant **plant);

struct saved_span {
    int64_t from_s; /* UTC to begin at */
    int64_t now_s;  /* a state from after this belongs to another clock */
};

/* The saved plant when the file is good: as it is when it stands within the span, stepped
 * on to `from_s` when it is at most SAVED_DAYS_MAX days older than that; otherwise a new
 * plant at `from_s`.  `path` "" = none. */
MUST_USE err saved_or_new(const char *path, uint64_t seed, struct saved_span span,
                          struct plant **plant);

#endif
