/* alarms_world.c - what is watched, sized by a catalog; only points with rules get a
 * state. */
#include "watch/alarms_world.h"

#include "base/ensure.h"
#include "base/memory.h"

#include <string.h>

enum { HOLD_CYCLES = 3 };

static const int64_t hold_ms_min = 30000;

static size_t watched_n(const struct catalog *catalog)
{
    size_t n = 0;
    for (size_t i = 0; i < catalog->points_n; i++)
        n += alarm_has_rules(catalog_point_template(catalog, &catalog->points[i]));
    return n;
}

/* memory_new of none is NULL, so there is always one item more. */
static err allocate(struct alarms_world *world)
{
    const struct catalog *catalog = world->catalog;
    world->point_ids_n = (size_t)catalog->point_id_max + 1;
    world->watches_n = watched_n(catalog);
    world->watches = memory_new(world->watches_n + 1, sizeof *world->watches);
    world->pending = memory_new(world->watches_n + 1, sizeof *world->pending);
    world->watch_1 = memory_new(world->point_ids_n, sizeof *world->watch_1);
    world->devices = memory_new(catalog->devices_n + 1, sizeof *world->devices);
    world->terminals = memory_new(catalog->terminals_n + 1, sizeof *world->terminals);
    bool got = world->watches && world->pending && world->watch_1 && world->devices &&
               world->terminals;
    return got ? ERR_OK : ERR_MEMORY;
}

/* The watches of the device at `at`; returns how many there are in all then. */
static size_t fill_device(struct alarms_world *world, size_t at, size_t n)
{
    const struct catalog *catalog = world->catalog;
    const struct device *device = &catalog->devices[at];
    struct device_watch *watch = &world->devices[at];
    watch->first = (uint32_t)n;
    watch->hold_ms = (int64_t)device->cycle_ms * HOLD_CYCLES;
    if (watch->hold_ms < hold_ms_min) watch->hold_ms = hold_ms_min;
    for (uint32_t i = 0; i < device->point_n; i++) {
        const struct point *point = &catalog->points[device->point_first + i];
        if (!alarm_has_rules(catalog_point_template(catalog, point))) continue;
        world->watches[n] = (struct watch){.point = point->id,
                                           .device_at = (uint32_t)at,
                                           .template_point = point->template_point};
        alarm_start(&world->watches[n].state);
        world->watch_1[point->id] = (uint32_t)++n;
    }
    watch->n = (uint32_t)n - watch->first;
    return n;
}

static void carry_watch(struct alarms_world *world, struct watch *watch,
                        const struct alarms_world *before)
{
    const struct watch *old = world_watch(before, watch->point);
    if (!old) return;
    watch->state = old->state;
    watch->late_1 = old->late_1;
    if (alarm_is_pending(&watch->state)) world_mark_pending(world, watch);
}

static void carry_over(struct alarms_world *world, const struct alarms_world *before)
{
    const struct catalog *catalog = world->catalog;
    for (size_t i = 0; i < world->watches_n; i++)
        carry_watch(world, &world->watches[i], before);
    for (size_t i = 0; i < catalog->devices_n; i++) {
        const struct device_watch *old = world_device(before, catalog->devices[i].id);
        struct device_watch *device = &world->devices[i];
        device->dirty = true;
        if (!old) continue;
        device->lost_ms = old->lost_ms;
        device->state_ms = old->state_ms;
        device->late_ms = old->late_ms;
    }
    for (size_t i = 0; i < catalog->terminals_n; i++) {
        const struct terminal_watch *old =
            world_terminal(before, catalog->terminals[i].id);
        if (old) world->terminals[i] = *old;
    }
}

err world_make(struct catalog *catalog, const struct alarms_world *before,
               struct alarms_world *world)
{
    ensure(catalog != NULL);
    ensure(before != NULL);
    ensure(world != NULL);

    struct alarms_world made = {.catalog = catalog_hold(catalog)};
    err e = allocate(&made);
    if (!e && before->runs_capacity > 0) {
        made.runs = memory_new(before->runs_capacity, sizeof *made.runs);
        if (!made.runs) e = ERR_MEMORY;
    }
    if (e) {
        world_free(&made);
        return e;
    }
    size_t n = 0;
    for (size_t i = 0; i < catalog->devices_n; i++) n = fill_device(&made, i, n);
    ensure(n == made.watches_n);

    made.runs_n = before->runs_n;
    made.runs_capacity = before->runs_capacity;
    made.run_free_1 = before->run_free_1;
    if (made.runs) memcpy(made.runs, before->runs, made.runs_n * sizeof *made.runs);
    if (before->catalog) carry_over(&made, before);
    *world = made;
    return ERR_OK;
}

void world_free(struct alarms_world *world)
{
    memory_free(world->watches);
    memory_free(world->pending);
    memory_free(world->watch_1);
    memory_free(world->devices);
    memory_free(world->terminals);
    memory_free(world->runs);
    catalog_release(world->catalog);
    *world = (struct alarms_world){0};
}

struct watch *world_watch(const struct alarms_world *world, uint32_t point)
{
    if (point >= world->point_ids_n || world->watch_1[point] == 0) return NULL;
    return &world->watches[world->watch_1[point] - 1];
}

struct device_watch *world_device(const struct alarms_world *world, uint32_t device)
{
    const struct catalog *catalog = world->catalog;
    const struct device *found = catalog_device(catalog, device);
    return found ? &world->devices[found - catalog->devices] : NULL;
}

struct terminal_watch *world_terminal(const struct alarms_world *world, uint32_t terminal)
{
    const struct catalog *catalog = world->catalog;
    const struct terminal *found = catalog_terminal(catalog, terminal);
    return found ? &world->terminals[found - catalog->terminals] : NULL;
}

void world_mark_pending(struct alarms_world *world, struct watch *watch)
{
    if (watch->is_pending) return;
    watch->is_pending = true;
    world->pending[world->pending_n++] = (uint32_t)(watch - world->watches);
}
