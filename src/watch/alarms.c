/* alarms.c - opening, the catalog, writing; the rest is in alarms_*.c. */
#include "watch/alarms.h"

#include "base/ensure.h"
#include "base/memory.h"
#include "watch/alarm_records.h"

#include <math.h>
#include <string.h>

enum { DOUBTFUL_FIRST_N = 64 };

/* --- open and close ----------------------------------------------------------------- */

static err keep_doubtful(void *context, const struct doubtful *open)
{
    struct alarms *alarms = context;
    size_t n = alarms->doubtful_n;
    bool full = n == 0 || (n >= DOUBTFUL_FIRST_N && (n & (n - 1)) == 0);
    if (full) {
        size_t room = n == 0 ? DOUBTFUL_FIRST_N : n * 2;
        struct doubtful *grown = memory_resize(alarms->doubtful, room, sizeof *grown);
        if (!grown) return ERR_MEMORY;
        alarms->doubtful = grown;
    }
    alarms->doubtful[alarms->doubtful_n++] = *open;
    return ERR_OK;
}

err alarms_open(const char *database_path, const struct clock *clock,
                struct alarms **alarms)
{
    ensure(database_path != NULL);
    ensure(clock != NULL);
    ensure(alarms != NULL);

    struct alarms *made = memory_new(1, sizeof *made);
    if (!made) return ERR_MEMORY;
    made->clock = clock;
    made->tick_ms = clock_utc_ms(clock);
    lock_open(&made->lock);
    made->database_path = memory_text(database_path);
    err e = made->database_path ? ERR_OK : ERR_MEMORY;
    if (!e) e = database_open(database_path, &made->feed);
    if (!e) e = alarm_records_migrate(made->feed);
    if (!e) e = alarm_records_version(made->feed, &made->version_given);
    if (!e) e = alarm_records_counts(made->feed, made->counts);
    if (!e) e = alarm_records_open_ones(made->feed, keep_doubtful, made);
    made->version_shown = made->version_given;
    if (e)
        alarms_close(made);
    else
        *alarms = made;
    return e;
}

void alarms_close(struct alarms *alarms)
{
    if (alarms == NULL) return;
    for (size_t i = 0; i < alarms->askers_n; i++) database_close(alarms->askers[i]);
    database_close(alarms->feed);
    world_free(&alarms->world);
    memory_free(alarms->queue.at);
    memory_free(alarms->doubtful);
    memory_free(alarms->database_path);
    lock_close(&alarms->lock);
    memory_free(alarms);
}

err asker_take(struct alarms *alarms, struct database **database)
{
    lock_take(&alarms->lock);
    bool idle = alarms->askers_n > 0;
    if (idle) *database = alarms->askers[--alarms->askers_n];
    lock_give(&alarms->lock);
    return idle ? ERR_OK : database_open(alarms->database_path, database);
}

void asker_give(struct alarms *alarms, struct database *database)
{
    lock_take(&alarms->lock);
    bool room = alarms->askers_n < ALARMS_IDLE_ASKERS;
    if (room) alarms->askers[alarms->askers_n++] = database;
    lock_give(&alarms->lock);
    if (!room) database_close(database);
}

/* --- the catalog -------------------------------------------------------------------- */

/* The first catalog: what was saved and what stood open before the start. */
static err recall(struct alarms *alarms)
{
    err e = states_load(alarms, alarms->feed);
    for (size_t i = 0; !e && i < alarms->doubtful_n; i++) {
        const struct doubtful *open = &alarms->doubtful[i];
        if (open->kind != ALARM_TERMINAL) continue;
        struct terminal_watch *terminal = world_terminal(&alarms->world, open->terminal);
        if (terminal) terminal->lost_ms = open->raised_ms;
    }
    return e;
}

static err return_one(struct alarms *alarms, const struct watch *watch,
                      enum alarm_kind kind, int bit)
{
    if (!alarm_is_raised(&watch->state, kind, bit)) return ERR_OK;
    const struct device *devices = alarms->world.catalog->devices;
    struct alarm_change change = {.what = CHANGE_RETURN,
                                  .kind = kind,
                                  .bit = bit,
                                  .device = devices[watch->device_at].id,
                                  .point = watch->point,
                                  .time_ms = watch->state.newest_ms,
                                  .value = NAN,
                                  .limit = NAN,
                                  .extreme = NAN};
    return queue_add(&alarms->queue, &change);
}

/* Points that are no longer watched: nothing would ever return their alarms. */
static err return_unwatched(struct alarms *alarms, const struct alarms_world *next)
{
    err e = ERR_OK;
    for (size_t i = 0; !e && i < alarms->world.watches_n; i++) {
        const struct watch *watch = &alarms->world.watches[i];
        if (world_watch(next, watch->point)) continue;
        for (int kind = ALARM_LOW_LOW; !e && kind <= ALARM_FROZEN; kind++)
            e = return_one(alarms, watch, (enum alarm_kind)kind, -1);
        for (int bit = 0; !e && bit < ALARM_BITS; bit++)
            e = return_one(alarms, watch, ALARM_FAULT_BIT, bit);
    }
    return e;
}

err alarms_catalog(struct alarms *alarms, struct catalog *catalog)
{
    ensure(alarms != NULL);
    ensure(catalog != NULL);

    struct alarms_world next;
    lock_take(&alarms->lock);
    bool first = alarms->world.catalog == NULL;
    err e = world_make(catalog, &alarms->world, &next);
    if (!e) {
        e = return_unwatched(alarms, &next);
        world_free(&alarms->world);
        alarms->world = next;
    }
    if (!e && first) e = recall(alarms);
    lock_give(&alarms->lock);
    return e;
}

/* --- writing ------------------------------------------------------------------------ */

uint64_t version_next(struct alarms *alarms)
{
    lock_take(&alarms->lock);
    uint64_t version = ++alarms->version_given;
    lock_give(&alarms->lock);
    return version;
}

void publish(struct alarms *alarms, uint64_t version, const struct alarms_count counts[4])
{
    lock_take(&alarms->lock);
    if (version >= alarms->version_shown) {
        alarms->version_shown = version;
        memcpy(alarms->counts, counts, sizeof alarms->counts);
    }
    lock_give(&alarms->lock);
}

/* The waiting changes and the catalog to name them by; both the caller's. */
static struct change_queue queue_take(struct alarms *alarms, struct catalog **catalog)
{
    lock_take(&alarms->lock);
    struct change_queue taken = alarms->queue;
    alarms->queue = (struct change_queue){0};
    *catalog = alarms->world.catalog ? catalog_hold(alarms->world.catalog) : NULL;
    lock_give(&alarms->lock);
    return taken;
}

/* Back in front of what came meanwhile. */
static err queue_return(struct alarms *alarms, struct change_queue *taken)
{
    err e = ERR_OK;
    lock_take(&alarms->lock);
    for (size_t i = 0; !e && i < alarms->queue.n; i++)
        e = queue_add(taken, &alarms->queue.at[i]);
    memory_free(alarms->queue.at);
    alarms->queue = *taken;
    lock_give(&alarms->lock);
    return e;
}

static err apply_all(struct alarms *alarms, struct database *database,
                     const struct catalog *catalog, const struct change_queue *queue)
{
    err e = ERR_OK;
    for (size_t i = 0; !e && i < queue->n; i++)
        e = alarm_records_apply(database, catalog, &queue->at[i], version_next(alarms));
    return e;
}

err alarms_write(struct alarms *alarms)
{
    ensure(alarms != NULL);

    struct catalog *catalog;
    struct alarms_count counts[4];
    struct change_queue queue = queue_take(alarms, &catalog);
    if (queue.n == 0) {
        memory_free(queue.at);
        catalog_release(catalog);
        return ERR_OK;
    }
    err e = database_begin(alarms->feed);
    bool begun = !e;
    if (!e) e = apply_all(alarms, alarms->feed, catalog, &queue);
    uint64_t version = version_next(alarms);
    if (!e) e = alarm_records_counts(alarms->feed, counts);
    if (!e) e = database_commit(alarms->feed);
    if (e && begun) database_rollback(alarms->feed);
    catalog_release(catalog);
    if (e) {
        err kept = queue_return(alarms, &queue);
        return kept ? kept : e;
    }
    memory_free(queue.at);
    publish(alarms, version, counts);
    return ERR_OK;
}

err alarms_save(struct alarms *alarms, struct database *database)
{
    ensure(alarms != NULL);
    ensure(database != NULL);

    /* The states are ahead of the records while changes wait: both go in, or neither.
     * They stay in the queue, for it is not known yet whether the caller commits. */
    struct catalog *catalog;
    struct change_queue queue = queue_take(alarms, &catalog);
    if (catalog == NULL) return ERR_OK;
    err e = apply_all(alarms, database, catalog, &queue);
    err kept = queue_return(alarms, &queue);
    catalog_release(catalog);
    if (e || kept) return e ? e : kept;
    lock_take(&alarms->lock);
    e = states_save(alarms, database);
    lock_give(&alarms->lock);
    return e;
}
