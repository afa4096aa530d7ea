/* schedule.h - who is polled when: a heap of due times over channels, with a clock by
 * argument.
 *
 * A channel (one connection) is served by one worker at a time; behind it stand items
 * (devices).  Due times are aligned to the UTC grid of each item's cycle, so that a
 * picture of the network is of one instant; with `spread`, each item has a phase of its
 * own within its cycle instead.  An item that does not answer is backed off, doubling up
 * to a limit; the channel serves its others meanwhile.  Due times that pass without a
 * poll are counted.
 *
 * Pure state, not thread safe: the poller holds a lock around it. */
#ifndef HEATNET_COLLECT_SCHEDULE_H
#define HEATNET_COLLECT_SCHEDULE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SCHEDULE_BACK_OFF_MS_MIN = 1000, SCHEDULE_BACK_OFF_MS_MAX = 60000 };

struct schedule_item {
    uint32_t channel;
    uint32_t cycle_ms;
    uint32_t phase_ms;    /* < cycle_ms */
    uint32_t back_off_ms; /* 0 = answers */
    int64_t due_ms;       /* UTC */
    uint64_t missed_n;
};

struct schedule_channel {
    uint32_t item_first, items_n; /* its run in `items` */
    int64_t due_ms;               /* the least of its items' */
    uint32_t heap_at;             /* place in the heap; UINT32_MAX = being served */
};

struct schedule {
    size_t items_n, channels_n, heap_n;
    struct schedule_item *items; /* sorted by channel */
    struct schedule_channel *channels;
    uint32_t *heap;
};

struct schedule_items {
    size_t n;
    const uint32_t *channels;  /* of each item: not falling, from 0 without gaps */
    const uint32_t *cycles_ms; /* of each item */
    bool spread;               /* phases of their own instead of one instant */
};

/* Due from `now_ms` on.  ERR_MEMORY. */
MUST_USE err schedule_open(struct schedule *schedule, const struct schedule_items *items,
                           int64_t now_ms);
void schedule_close(struct schedule *schedule);

/* The channel that has been due longest, taken out of the heap: the caller serves it and
 * gives it back.  False when none is due at `now_ms`.  Without `doubtful`, channels on
 * which nothing due has answered lately are passed over, so that a few workers are always
 * left for those that answer. */
bool schedule_take(struct schedule *schedule, int64_t now_ms, bool doubtful,
                   uint32_t *channel);
/* True when nothing on the channel answered lately. */
bool schedule_is_doubtful(const struct schedule *schedule, uint32_t channel);
/* When the next channel is due; INT64_MAX when all are being served. */
int64_t schedule_next_ms(const struct schedule *schedule);
bool schedule_any_served(const struct schedule *schedule);

/* Of a channel that is being served: its item with the earliest due time, if that has
 * come. False when no more is due. */
bool schedule_next_item(const struct schedule *schedule, uint32_t channel, int64_t now_ms,
                        uint32_t *item);
/* The item was polled; its next due time is the first on its grid after now_ms (later
 * when it did not answer). */
void schedule_polled(struct schedule *schedule, uint32_t item, bool answered,
                     int64_t now_ms);
void schedule_give(struct schedule *schedule, uint32_t channel);

/* The clock jumped: every item is due at the next instant of its grid, nothing is counted
 * as missed.  Channels that are being served too. */
void schedule_realign(struct schedule *schedule, int64_t now_ms);
uint64_t schedule_missed(const struct schedule *schedule);

#endif
