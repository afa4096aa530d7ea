/* history_rollup.h - the roll-up of one device and local day: spans of hours (or, of
 * sparse data, of six hours) for each point, as the bytes of a blob.
 *
 *   rollup    | crc 4 | version 1 | unit minutes | units | rows of each unit
 *             | patterns | (pattern n | pattern)* | points | directory | codes |
 *   pattern   per unit: n | not usable | and where n > 0: first_ms - start of unit
 *             | last_ms - first_ms | last_ms - first_ms - weight_ms       (all varints)
 *             Points that are read together share it.
 *   directory per point: point - point before | bytes of its code
 *   code      | pattern index | decimals + 1 | 4 x (bytes n | history_column.h) |
 *             of: min max first last of each unit in turn; sum; integral; increase of
 * each unit with n > 0.  Nothing behind `decimals` when no unit has any.
 *
 * Unit k of a day begins at its start + k * unit; the last ends with the day.  A day
 * whose samples are too many to be summed up in memory has a roll-up with 0 units: ask
 * its samples. */
#ifndef HEATNET_STORE_HISTORY_ROLLUP_H
#define HEATNET_STORE_HISTORY_ROLLUP_H

#include "base/bytes.h"
#include "base/err.h"
#include "store/history_column.h"
#include "store/history_span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ROLLUP_UNITS_MAX = 48, ROLLUP_POINTS_MAX = 1 << 20, ROLLUP_BYTES_MAX = 1 << 26 };

enum { ROLLUP_HOUR_MS = 3600000, ROLLUP_COARSE_MS = 6 * 3600000 };

/* A day with more rows than this is rolled up by the hour. */
enum { ROLLUP_ROWS_COARSE_MAX = 4000 };

struct rollup {
    int64_t day_ms, unit_ms;
    size_t units_n;                  /* 0: not summed up */
    uint64_t rows[ROLLUP_UNITS_MAX]; /* with at least one sample that is not absent */
    size_t points_n, points_room, spans_room;
    uint32_t *points;           /* rising */
    int8_t *decimals;           /* COLUMN_DECIMALS_NONE: not decimal */
    struct history_span *spans; /* [point i * units_n + unit] */
};

void rollup_close(struct rollup *rollup);
/* Empty, of the day [day_ms, next_ms). */
void rollup_clear(struct rollup *rollup, int64_t day_ms, int64_t next_ms,
                  int64_t unit_ms);
/* The spans of a point, made empty when it is new; NULL when out of memory. */
struct history_span *rollup_point(struct rollup *rollup, uint32_t point, size_t *index);
/* The unit that holds the time. */
size_t rollup_unit(const struct rollup *rollup, int64_t time_ms);

MUST_USE err rollup_encode(const struct rollup *rollup, struct column_room *room,
                           struct buffer *out);
/* All of it, or only `point` when it is not 0 (then points_n is 0 or 1).  ERR_CORRUPT. */
MUST_USE err rollup_decode(struct bytes blob, int64_t day_ms, uint32_t point,
                           struct rollup *rollup);

#endif
