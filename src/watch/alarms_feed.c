/* alarms_feed.c - the apply thread's door: blocks, devices, terminals, time. */
#include "watch/alarms_internal.h"

#include "base/ensure.h"
#include "base/memory.h"

#include <math.h>

enum { QUEUE_FIRST_N = 256 };

/* A tick ripens nothing younger than this: the sample that denies it may be on its way.
 */
static const int64_t grace_ms = 3000;
static const int64_t forget_every_ms = 60000;

err queue_add(struct change_queue *queue, const struct alarm_change *change)
{
    if (queue->n == queue->capacity) {
        size_t n = queue->capacity ? queue->capacity * 2 : QUEUE_FIRST_N;
        struct alarm_change *grown = memory_resize(queue->at, n, sizeof *grown);
        if (!grown) return ERR_MEMORY;
        queue->at = grown;
        queue->capacity = n;
    }
    queue->at[queue->n++] = *change;
    return ERR_OK;
}

/* Under the lock, before anything is judged. */
static err door(const struct alarms *alarms)
{
    ensure(alarms->world.catalog != NULL);
    return alarms->queue.n >= ALARMS_QUEUE_MAX ? ERR_FULL : ERR_OK;
}

static double extreme_of(const struct alarm_state *state, enum alarm_kind kind)
{
    if (kind <= ALARM_HIGH_HIGH) return state->limit[kind].extreme;
    return kind == ALARM_IMPLAUSIBLE ? state->implausible.extreme : NAN;
}

static err queue_events(struct alarms *alarms, const struct watch *watch,
                        const struct alarm_event *events, size_t events_n)
{
    const struct device *devices = alarms->world.catalog->devices;
    err e = ERR_OK;
    for (size_t i = 0; !e && i < events_n; i++) {
        struct alarm_change change = {
            .what = events[i].raised ? CHANGE_RAISE : CHANGE_RETURN,
            .kind = events[i].kind,
            .bit = events[i].bit,
            .device = devices[watch->device_at].id,
            .point = watch->point,
            .time_ms = events[i].time_ms,
            .value = events[i].value,
            .limit = events[i].limit,
            .extreme = extreme_of(&watch->state, events[i].kind)};
        e = queue_add(&alarms->queue, &change);
    }
    return e;
}

/* --- blocks ------------------------------------------------------------------------- */

/* A value holds only so long; behind a longer gap nothing is known of what was in it. */
static err step_gap(struct alarms *alarms, struct watch *watch, int64_t time_ms)
{
    struct alarm_state *state = &watch->state;
    int64_t hold_ms = alarms->world.devices[watch->device_at].hold_ms;
    if (state->newest_ms == 0 || time_ms - state->newest_ms <= hold_ms) return ERR_OK;
    struct alarm_event events[ALARM_EVENTS_MAX];
    size_t n =
        alarm_tick(state, &alarms->world.catalog->template_points[watch->template_point],
                   state->newest_ms + hold_ms, events);
    alarm_blind(state);
    return queue_events(alarms, watch, events, n);
}

static err step_sample(struct alarms *alarms, struct watch *watch,
                       const struct history_sample *sample)
{
    if (sample->time_ms < watch->state.newest_ms)
        return late_sample(alarms, watch, sample);
    err e = step_gap(alarms, watch, sample->time_ms);
    if (e) return e;
    struct alarm_event events[ALARM_EVENTS_MAX];
    size_t n = alarm_step(&watch->state,
                          &alarms->world.catalog->template_points[watch->template_point],
                          sample, events);
    return n ? queue_events(alarms, watch, events, n) : ERR_OK;
}

/* What all columns of a block share. */
struct block_times {
    const struct block *block;
    bool rise;              /* strictly */
    int64_t longest_gap_ms; /* between two rows */
};

static struct block_times times_look(const struct block *block)
{
    struct block_times times = {.block = block, .rise = true};
    for (size_t row = 1; row < block->times_n; row++) {
        int64_t gap_ms = block->times_ms[row] - block->times_ms[row - 1];
        if (gap_ms <= 0) times.rise = false;
        if (gap_ms > times.longest_gap_ms) times.longest_gap_ms = gap_ms;
    }
    return times;
}

/* The rows from `row` on, if there is nothing to say about them. */
static bool rows_are_calm(const struct alarms *alarms, struct watch *watch,
                          const struct block_times *times, size_t column, size_t row)
{
    const struct block *block = times->block;
    int64_t hold_ms = alarms->world.devices[watch->device_at].hold_ms;
    if (!times->rise || times->longest_gap_ms > hold_ms) return false;
    if (block->times_ms[row] - watch->state.newest_ms > hold_ms) return false;
    size_t at = column * block->times_n + row;
    struct alarm_samples samples = {block->times_ms + row, block->values + at,
                                    block->qualities + at, block->times_n - row};
    return alarm_calm(&watch->state,
                      &alarms->world.catalog->template_points[watch->template_point],
                      &samples);
}

static err step_column(struct alarms *alarms, struct watch *watch,
                       const struct block_times *times, size_t column)
{
    const struct block *block = times->block;
    err e = ERR_OK;
    for (size_t row = 0; !e && row < block->times_n; row++) {
        /* The first sample of a point that was blind has to be looked at by itself. */
        if (row <= 1 && rows_are_calm(alarms, watch, times, column, row)) break;
        size_t at = column * block->times_n + row;
        struct history_sample sample = {.time_ms = block->times_ms[row],
                                        .value = block->values[at],
                                        .quality = block->qualities[at]};
        e = step_sample(alarms, watch, &sample);
    }
    if (!e) e = late_flush(alarms, watch);
    if (alarm_is_pending(&watch->state)) world_mark_pending(&alarms->world, watch);
    return e;
}

err alarms_block(struct alarms *alarms, const struct block *block)
{
    ensure(alarms != NULL);
    ensure(block != NULL);

    struct block_times times = times_look(block);
    lock_take(&alarms->lock);
    err e = door(alarms);
    for (size_t c = 0; !e && c < block->columns_n; c++) {
        struct watch *watch = world_watch(&alarms->world, block->points[c]);
        if (!watch) continue;
        alarms->world.devices[watch->device_at].dirty = true;
        e = step_column(alarms, watch, &times, c);
    }
    lock_give(&alarms->lock);
    return e;
}

/* --- devices and terminals ---------------------------------------------------------- */

static void blind_points(struct alarms_world *world, const struct device_watch *device)
{
    for (uint32_t i = 0; i < device->n; i++)
        alarm_blind(&world->watches[device->first + i].state);
}

/* lost_ms follows `fine`; a change of it goes into the queue. */
static err step_lost(struct alarms *alarms, int64_t *lost_ms, bool fine,
                     struct alarm_change change)
{
    if (fine == (*lost_ms == 0)) return ERR_OK;
    change.what = fine ? CHANGE_RETURN : CHANGE_RAISE;
    change.bit = -1;
    change.value = change.limit = change.extreme = NAN;
    if (change.time_ms <= 0) change.time_ms = 1; /* 0 means none */
    if (fine && change.time_ms < *lost_ms) change.time_ms = *lost_ms;
    err e = queue_add(&alarms->queue, &change);
    if (!e) *lost_ms = fine ? 0 : change.time_ms;
    return e;
}

/* A state that was over when a newer one came: a backlog tells of it.  Lost then is a
 * record of the past; it ended when the newest state began, or earlier as further news
 * tell. */
static err late_news(struct alarms *alarms, struct device_watch *watch,
                     struct alarm_change change, bool answers)
{
    int64_t since_ms = change.time_ms;
    if (!answers && since_ms != watch->late_ms) {
        change.what = CHANGE_LATE;
        change.until_ms = watch->state_ms;
        watch->late_ms = since_ms;
        return queue_add(&alarms->queue, &change);
    }
    if (!answers || watch->late_ms == 0 || since_ms <= watch->late_ms) return ERR_OK;
    change.what = CHANGE_LATE_END;
    change.until_ms = since_ms;
    change.time_ms = watch->late_ms;
    watch->late_ms = 0;
    return queue_add(&alarms->queue, &change);
}

static err step_device(struct alarms *alarms, struct device_watch *watch,
                       struct alarm_change change, bool answers)
{
    int64_t since_ms = change.time_ms;
    bool lost = watch->lost_ms != 0;
    if (since_ms == watch->state_ms && answers != lost) return ERR_OK; /* mostly */
    watch->dirty = true;
    if (since_ms < watch->state_ms) return late_news(alarms, watch, change, answers);
    watch->state_ms = since_ms;
    if (!answers && !lost) blind_points(&alarms->world, watch);
    return step_lost(alarms, &watch->lost_ms, answers, change);
}

err alarms_device(struct alarms *alarms, uint32_t device, bool answers, int64_t since_ms)
{
    ensure(alarms != NULL);

    lock_take(&alarms->lock);
    err e = door(alarms);
    struct device_watch *watch = world_device(&alarms->world, device);
    if (!e && watch) {
        struct alarm_change change = {.kind = ALARM_COMMUNICATION,
                                      .bit = -1,
                                      .device = device,
                                      .time_ms = since_ms > 0 ? since_ms : 1,
                                      .value = NAN,
                                      .limit = NAN,
                                      .extreme = NAN};
        e = step_device(alarms, watch, change, answers);
    }
    lock_give(&alarms->lock);
    return e;
}

err alarms_terminal(struct alarms *alarms, uint32_t terminal, bool connected,
                    int64_t since_ms)
{
    ensure(alarms != NULL);

    lock_take(&alarms->lock);
    err e = door(alarms);
    struct terminal_watch *watch = world_terminal(&alarms->world, terminal);
    /* Terminals' states come from the records, not from the replay: an old one is no
     * news. */
    bool old = watch && !alarms->is_live && connected && since_ms < watch->lost_ms;
    if (!e && watch && !old) {
        struct alarm_change change = {
            .kind = ALARM_TERMINAL, .terminal = terminal, .time_ms = since_ms};
        e = step_lost(alarms, &watch->lost_ms, connected, change);
    }
    lock_give(&alarms->lock);
    return e;
}

/* --- time --------------------------------------------------------------------------- */

static bool stands(const struct alarms_world *world, const struct doubtful *open,
                   int64_t *newest_ms)
{
    if (open->kind == ALARM_TERMINAL)
        return world_terminal(world, open->terminal) != NULL;
    if (open->kind == ALARM_COMMUNICATION) {
        const struct device_watch *device = world_device(world, open->device);
        return device && device->lost_ms != 0;
    }
    const struct watch *watch = world_watch(world, open->point);
    if (watch && watch->state.newest_ms) *newest_ms = watch->state.newest_ms;
    return watch && alarm_is_raised(&watch->state, open->kind, open->bit);
}

/* Replay is over.  A record of before the crash that it did not bring back to "raised"
 * (it was raised by a tick whose sample proved otherwise, or its point is gone) is
 * returned. */
static err settle_doubtful(struct alarms *alarms, int64_t now_ms)
{
    err e = ERR_OK;
    for (size_t i = 0; !e && i < alarms->doubtful_n; i++) {
        const struct doubtful *open = &alarms->doubtful[i];
        int64_t end_ms = now_ms;
        if (stands(&alarms->world, open, &end_ms)) continue;
        struct alarm_change change = {
            .what = CHANGE_RETURN,
            .kind = open->kind,
            .bit = open->bit,
            .device = open->device,
            .point = open->point,
            .terminal = open->terminal,
            .time_ms = end_ms > open->raised_ms ? end_ms : open->raised_ms,
            .value = NAN,
            .limit = NAN,
            .extreme = NAN};
        e = queue_add(&alarms->queue, &change);
    }
    if (!e) alarms->doubtful_n = 0;
    return e;
}

static err ripen_one(struct alarms *alarms, struct watch *watch, int64_t now_ms)
{
    const struct device_watch *device = &alarms->world.devices[watch->device_at];
    int64_t held_ms = watch->state.newest_ms + device->hold_ms;
    int64_t until_ms = now_ms - grace_ms < held_ms ? now_ms - grace_ms : held_ms;
    if (device->lost_ms != 0) return ERR_OK;
    struct alarm_event events[ALARM_EVENTS_MAX];
    size_t n = alarm_tick(&watch->state,
                          &alarms->world.catalog->template_points[watch->template_point],
                          until_ms, events);
    return n ? queue_events(alarms, watch, events, n) : ERR_OK;
}

static err ripen_all(struct alarms *alarms, int64_t now_ms)
{
    struct alarms_world *world = &alarms->world;
    size_t left_n = 0;
    err e = ERR_OK;
    for (size_t i = 0; i < world->pending_n; i++) {
        struct watch *watch = &world->watches[world->pending[i]];
        if (!e) e = ripen_one(alarms, watch, now_ms);
        watch->is_pending = alarm_is_pending(&watch->state);
        if (watch->is_pending) world->pending[left_n++] = world->pending[i];
    }
    world->pending_n = left_n;
    return e;
}

err alarms_tick(struct alarms *alarms, int64_t now_ms)
{
    ensure(alarms != NULL);

    lock_take(&alarms->lock);
    err e = door(alarms);
    alarms->is_live = true;
    if (now_ms / forget_every_ms != alarms->tick_ms / forget_every_ms)
        late_forget(alarms, now_ms);
    alarms->tick_ms = now_ms;
    if (!e) e = settle_doubtful(alarms, now_ms);
    if (!e) e = ripen_all(alarms, now_ms);
    lock_give(&alarms->lock);
    return e;
}
