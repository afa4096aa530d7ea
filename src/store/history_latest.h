/* history_latest.h - the newest sample of each point of a device, as the bytes of a blob,
 * so that the live table is filled at start by reading one row a device.
 *
 *   latest    | crc 4 | version 1 | points | (point - point before | time_ms 8 | quality
 * 1 | bits of the value 8)* |                                                    */
#ifndef HEATNET_STORE_HISTORY_LATEST_H
#define HEATNET_STORE_HISTORY_LATEST_H

#include "base/bytes.h"
#include "base/err.h"
#include "store/historian.h"
#include "store/history_matrix.h"

#include <stddef.h>
#include <stdint.h>

enum { LATEST_POINTS_MAX = 1 << 20, LATEST_BYTES_MAX = 1 << 25 };

struct latest_point {
    uint32_t point;
    struct history_sample sample;
};

struct latest {
    struct latest_point *at; /* points rising */
    size_t n, room;
};

void latest_close(struct latest *latest);
/* Take the sample when it is not older than what is there. */
MUST_USE err latest_add(struct latest *latest, uint32_t point,
                        const struct history_sample *sample);
/* The same for a sample that was stored before all that is there: only when it is newer.
 */
MUST_USE err latest_add_older(struct latest *latest, uint32_t point,
                              const struct history_sample *sample);
/* NULL: the point is not there. */
const struct latest_point *latest_find(const struct latest *latest, uint32_t point);
/* The newest samples of the rows from `row` on. */
MUST_USE err latest_add_matrix(struct latest *latest, const struct matrix *matrix,
                               size_t row);
MUST_USE err latest_encode(const struct latest *latest, struct buffer *out);
MUST_USE err latest_decode(struct bytes blob, struct latest *latest); /* ERR_CORRUPT */

#endif
