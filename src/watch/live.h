/* live.h - the live table: of every point the sample with the newest source time.
 *
 * A dense array by point id.  One thread updates (apply); any thread reads.  Every change
 * gets a growing version, so that a subscriber can ask "what changed since". */
#ifndef HEATNET_WATCH_LIVE_H
#define HEATNET_WATCH_LIVE_H

#include "base/err.h"
#include "model/block.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct live;

struct live_value {
    uint32_t point;
    uint8_t quality;
    int64_t time_ms;     /* source, UTC; 0 = never heard: then quality is NO_ANSWER */
    int64_t received_ms; /* UTC */
    double value;
    uint64_t version; /* of its last change */
};

MUST_USE err live_open(uint32_t point_id_max, struct live **live);
void live_close(struct live *live);
/* Room for more points; existing values stay. */
MUST_USE err live_grow(struct live *live, uint32_t point_id_max);

/* Take over what is newer, older rows are skipped; wakes the waiters.  Unknown point ids
 * are skipped. */
void live_update(struct live *live, const struct block *block, int64_t received_ms);

struct live_value live_read(struct live *live, uint32_t point);
/* Those of `points` changed after `since` (0 = all that are known), into `out` with room
 * for `points_n`; returns how many and sets *version to what to ask from next.  One that
 * changes meanwhile may come again with the next asking, but never stays out. */
/* tidy: allow parameters: a list in, a list out, and where to go on */
size_t live_changed(struct live *live, const uint32_t *points, size_t points_n,
                    uint64_t since, struct live_value *out, uint64_t *version);
uint64_t live_version(struct live *live);
/* Wait until the version is above `version` or the time is over; false = time over. */
bool live_wait(struct live *live, uint64_t version, int64_t timeout_ms);
/* Let waiters look around (stop, new alarms): a version of its own without a change. */
void live_wake(struct live *live);

#endif
