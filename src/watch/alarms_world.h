/* alarms_world.h - private to alarms*.c: what is watched, sized by a catalog. */
#ifndef HEATNET_WATCH_ALARMS_WORLD_H
#define HEATNET_WATCH_ALARMS_WORLD_H

#include "base/err.h"
#include "model/catalog.h"
#include "watch/alarm.h"

#include <stdbool.h>
#include <stdint.h>

enum { ALARMS_LATE_RUNS_MAX = 20000 };

/* A condition seen in late samples, from its first to its last so far. */
struct late_run {
    uint32_t next_1; /* of the same watch, or of the free list; position + 1, 0 = end */
    enum alarm_kind kind;
    int bit;
    int64_t raised_ms, last_ms;
    int64_t touched_ms; /* the tick's now; an old one is forgotten */
    double extreme;
    bool dirty; /* went on in this block */
};

/* A point whose template has rules. */
struct watch {
    uint32_t point;
    uint32_t device_at;      /* position in devices */
    uint32_t template_point; /* position in the catalog's */
    uint32_t late_1;         /* first late run, position + 1 */
    bool is_pending;         /* stands in `pending` */
    struct alarm_state state;
};

/* Parallel to the catalog's devices. */
struct device_watch {
    uint32_t first, n; /* its run of watches */
    int64_t hold_ms;   /* a value holds this long without a new one */
    int64_t lost_ms;   /* does not answer since, 0 = answers */
    int64_t state_ms;  /* since when its newest state is; older ones are late news */
    int64_t late_ms;   /* late news: was lost since then, end not heard yet; 0 = none */
    bool dirty;        /* changed since its states were saved */
};

/* Parallel to the catalog's terminals. */
struct terminal_watch {
    int64_t lost_ms;
};

/* All that is sized by the catalog. */
struct alarms_world {
    struct catalog *catalog;
    struct watch *watches; /* by device, then point, as the catalog's points */
    size_t watches_n;
    uint32_t *watch_1; /* by point id: position + 1 */
    size_t point_ids_n;
    struct device_watch *devices;
    struct terminal_watch *terminals;
    uint32_t *pending; /* positions of watches */
    size_t pending_n;
    struct late_run *runs;
    size_t runs_n, runs_capacity;
    uint32_t run_free_1;
};

/* Fresh states, what `before` (may be of no catalog) knows carried over. */
MUST_USE err world_make(struct catalog *catalog, const struct alarms_world *before,
                        struct alarms_world *world);
void world_free(struct alarms_world *world);
struct watch *world_watch(const struct alarms_world *world, uint32_t point);
/* NULL when the catalog has no such device. */
struct device_watch *world_device(const struct alarms_world *world, uint32_t device);
struct terminal_watch *world_terminal(const struct alarms_world *world,
                                      uint32_t terminal);
void world_mark_pending(struct alarms_world *world, struct watch *watch);

#endif
