/* alarms_internal.h - private to alarms*.c: what alarms.h keeps.
 *
 *   samples -> watch.state (alarm.h) -> struct alarm_change -> queue -> alarms_write ->
 * record
 *
 * Catalog, watches, devices, queue and the published numbers stand under `lock`, which is
 * never held while the database works.  `feed` is the apply thread's own connection. */
#ifndef HEATNET_WATCH_ALARMS_INTERNAL_H
#define HEATNET_WATCH_ALARMS_INTERNAL_H

#include "base/thread.h"
#include "watch/alarms.h"
#include "watch/alarms_world.h"

enum { ALARMS_QUEUE_MAX = 200000, ALARMS_IDLE_ASKERS = 4 };

enum alarm_change_what {
    CHANGE_RAISE,
    CHANGE_RETURN,
    CHANGE_LATE, /* raised and, until_ms, returned in the past, unless it is known */
    CHANGE_LATE_EXTEND, /* that one went on until until_ms */
    CHANGE_LATE_END     /* that one ended at until_ms already */
};

struct alarm_change {
    enum alarm_change_what what;
    enum alarm_kind kind;
    int bit;
    uint32_t device, point,
        terminal;     /* what it is about; a point with its device; else 0 */
    int64_t time_ms;  /* raised, or returned by CHANGE_RETURN */
    int64_t until_ms; /* late ones */
    double value, limit, extreme;
};

/* An open record of before the start, to be held against the replayed states. */
struct doubtful {
    enum alarm_kind kind;
    int bit;
    uint32_t device, point, terminal;
    int64_t raised_ms;
};

struct change_queue {
    struct alarm_change *at;
    size_t n, capacity;
};

struct alarms {
    char *database_path;
    const struct clock *clock;
    struct database *feed;
    struct lock lock;
    struct alarms_world world;
    struct change_queue queue;
    bool is_live; /* the first tick has come: replay is over */
    int64_t tick_ms;
    struct doubtful *doubtful;
    size_t doubtful_n;
    uint64_t save_number; /* of the last alarms_save, to notice that it was rolled back */
    uint64_t version_given, version_shown; /* given to rows; committed and told */
    struct alarms_count counts[4];
    struct database *askers[ALARMS_IDLE_ASKERS];
    size_t askers_n;
};

/* --- alarms_late.c ------------------------------------------------------------------ */

/* A new late run of the watch; NULL when there are too many. */
struct late_run *late_start(struct alarms_world *world, struct watch *watch,
                            const struct late_run *run);
struct late_run *late_find(const struct alarms_world *world, const struct watch *watch,
                           enum alarm_kind kind, int bit);
/* Judge one late sample by itself. */
MUST_USE err late_sample(struct alarms *alarms, struct watch *watch,
                         const struct history_sample *sample);
/* Put the runs of the watch that went on into the queue. */
MUST_USE err late_flush(struct alarms *alarms, struct watch *watch);
/* Forget runs that nothing was added to for an hour. */
void late_forget(struct alarms *alarms, int64_t now_ms);

/* --- alarms_feed.c ------------------------------------------------------------------ */

MUST_USE err queue_add(struct change_queue *queue, const struct alarm_change *change);

/* --- alarms.c ----------------------------------------------------------------------- */

/* A connection of one's own, given back after use. */
MUST_USE err asker_take(struct alarms *alarms, struct database **database);
void asker_give(struct alarms *alarms, struct database *database);
uint64_t version_next(struct alarms *alarms);
/* What a committed transaction, which held `counts`, has changed is now to be seen. */
void publish(struct alarms *alarms, uint64_t version,
             const struct alarms_count counts[4]);

/* --- alarms_state.c ----------------------------------------------------------------- */

/* Those that changed since the last save that was not rolled back. */
MUST_USE err states_save(struct alarms *alarms, struct database *database);
MUST_USE err states_load(struct alarms *alarms, struct database *database);

#endif
