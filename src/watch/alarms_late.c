/* alarms_late.c - samples that are older than the newest: alarms of the past.
 *
 * Each late sample is judged by itself: outside a limit or with a fault bit set, without
 * delay.  Late samples outside in a row (by source time, none inside between them, no gap
 * longer than a value holds) are one run and one record, `late`, raised with the first
 * and returned with the first inside again, else the last seen; an operator has to
 * acknowledge it, but it never stands as active.  A run that lies inside an alarm
 * recorded in its time is that alarm.  Frozen and implausible are not judged late. */
#include "watch/alarms_internal.h"

#include "base/ensure.h"
#include "base/log.h"
#include "base/memory.h"
#include "model/quality.h"
#include "watch/alarm_bits.h"

#include <math.h>

enum { RUNS_FIRST_N = 64 };

static const int64_t forget_ms = 3600000;

/* --- the pool of runs --------------------------------------------------------------- */

static bool pool_grow(struct alarms_world *world)
{
    size_t n = world->runs_capacity ? world->runs_capacity * 2 : RUNS_FIRST_N;
    if (n > ALARMS_LATE_RUNS_MAX) n = ALARMS_LATE_RUNS_MAX;
    if (n == world->runs_capacity) return false;
    struct late_run *grown = memory_resize(world->runs, n, sizeof *grown);
    if (!grown) return false;
    world->runs = grown;
    world->runs_capacity = n;
    return true;
}

struct late_run *late_start(struct alarms_world *world, struct watch *watch,
                            const struct late_run *run)
{
    uint32_t at_1 = world->run_free_1;
    if (at_1) {
        world->run_free_1 = world->runs[at_1 - 1].next_1;
    } else {
        if (world->runs_n == world->runs_capacity && !pool_grow(world)) return NULL;
        at_1 = (uint32_t)++world->runs_n;
    }
    struct late_run *made = &world->runs[at_1 - 1];
    *made = *run;
    made->next_1 = watch->late_1;
    watch->late_1 = at_1;
    return made;
}

struct late_run *late_find(const struct alarms_world *world, const struct watch *watch,
                           enum alarm_kind kind, int bit)
{
    for (uint32_t at_1 = watch->late_1; at_1; at_1 = world->runs[at_1 - 1].next_1) {
        struct late_run *run = &world->runs[at_1 - 1];
        if (run->kind == kind && run->bit == bit) return run;
    }
    return NULL;
}

static void late_end(struct alarms_world *world, struct watch *watch,
                     struct late_run *run)
{
    uint32_t at_1 = (uint32_t)(run - world->runs) + 1;
    uint32_t *link = &watch->late_1;
    while (*link != at_1) {
        ensure(*link != 0);
        link = &world->runs[*link - 1].next_1;
    }
    *link = run->next_1;
    *run = (struct late_run){.next_1 = world->run_free_1};
    world->run_free_1 = at_1;
}

/* --- judging ------------------------------------------------------------------------ */

/* One condition of one late sample. */
struct late_word {
    enum alarm_kind kind;
    int bit;
    bool starts, stays;
    double value, limit;
    int64_t time_ms;
};

static struct alarm_change change_of(const struct alarms *alarms,
                                     const struct watch *watch,
                                     const struct late_run *run)
{
    const struct device *devices = alarms->world.catalog->devices;
    return (struct alarm_change){.what = CHANGE_LATE_EXTEND,
                                 .kind = run->kind,
                                 .bit = run->bit,
                                 .device = devices[watch->device_at].id,
                                 .point = watch->point,
                                 .time_ms = run->raised_ms,
                                 .until_ms = run->last_ms,
                                 .value = run->extreme,
                                 .limit = NAN,
                                 .extreme = run->extreme};
}

static err run_begin(struct alarms *alarms, struct watch *watch,
                     const struct late_word *word)
{
    struct late_run run = {.kind = word->kind,
                           .bit = word->bit,
                           .raised_ms = word->time_ms,
                           .last_ms = word->time_ms,
                           .touched_ms = alarms->tick_ms,
                           .extreme = word->value};
    if (!late_start(&alarms->world, watch, &run)) {
        log_event(LOG_WARNING, "alarm", "late_runs_full", "point=%u", watch->point);
        return ERR_OK;
    }
    struct alarm_change change = change_of(alarms, watch, &run);
    change.what = CHANGE_LATE;
    change.limit = word->limit;
    return queue_add(&alarms->queue, &change);
}

static err run_write(struct alarms *alarms, const struct watch *watch,
                     struct late_run *run)
{
    if (!run->dirty) return ERR_OK;
    run->dirty = false;
    struct alarm_change change = change_of(alarms, watch, run);
    return queue_add(&alarms->queue, &change);
}

static void run_extend(struct alarms *alarms, struct late_run *run,
                       const struct late_word *word)
{
    bool low = word->kind == ALARM_LOW || word->kind == ALARM_LOW_LOW;
    if (low ? word->value < run->extreme : word->value > run->extreme)
        run->extreme = word->value;
    run->last_ms = word->time_ms;
    run->touched_ms = alarms->tick_ms;
    run->dirty = true;
}

static err judge(struct alarms *alarms, struct watch *watch, const struct late_word *word)
{
    struct late_run *run = late_find(&alarms->world, watch, word->kind, word->bit);
    if (run && word->time_ms >= run->raised_ms && word->time_ms <= run->last_ms)
        return ERR_OK; /* heard before */

    int64_t hold_ms = alarms->world.devices[watch->device_at].hold_ms;
    bool follows =
        run && word->time_ms > run->last_ms && word->time_ms - run->last_ms <= hold_ms;
    err e = ERR_OK;
    if (follows && word->stays) {
        run_extend(alarms, run, word);
        return ERR_OK;
    }
    if (follows) { /* inside again: returned now */
        run->last_ms = word->time_ms;
        run->dirty = true;
    }
    if (run) {
        e = run_write(alarms, watch, run);
        late_end(&alarms->world, watch, run);
    }
    if (!e && word->starts) e = run_begin(alarms, watch, word);
    return e;
}

static err judge_limits(struct alarms *alarms, struct watch *watch,
                        const struct history_sample *sample)
{
    const struct template_point *rule =
        &alarms->world.catalog->template_points[watch->template_point];
    err e = ERR_OK;
    for (int kind = ALARM_LOW_LOW; !e && kind <= ALARM_HIGH_HIGH; kind++) {
        struct late_word word = {.kind = (enum alarm_kind)kind,
                                 .bit = -1,
                                 .value = sample->value,
                                 .time_ms = sample->time_ms};
        word.starts = alarm_is_outside(rule, word.kind, word.value, false, &word.limit);
        word.stays = alarm_is_outside(rule, word.kind, word.value, true, &word.limit);
        if (word.starts || watch->late_1) e = judge(alarms, watch, &word);
    }
    return e;
}

static err judge_bits(struct alarms *alarms, struct watch *watch,
                      const struct history_sample *sample)
{
    const struct template_point *rule =
        &alarms->world.catalog->template_points[watch->template_point];
    double value = sample->value;
    if (value < 0 || value > UINT32_MAX || value != floor(value)) return ERR_OK;
    const char *at = rule->bits;
    struct alarm_bit bit;
    err e = ERR_OK;
    while (!e && alarm_bits_next(&at, &bit)) {
        bool set = (uint32_t)value >> bit.bit & 1;
        struct late_word word = {.kind = ALARM_FAULT_BIT,
                                 .bit = bit.bit,
                                 .starts = set,
                                 .stays = set,
                                 .value = value,
                                 .limit = NAN,
                                 .time_ms = sample->time_ms};
        if (set || watch->late_1) e = judge(alarms, watch, &word);
    }
    return e;
}

err late_sample(struct alarms *alarms, struct watch *watch,
                const struct history_sample *sample)
{
    const struct template_point *rule =
        &alarms->world.catalog->template_points[watch->template_point];
    if (!quality_is_usable(sample->quality) || !isfinite(sample->value)) return ERR_OK;
    if (sample->value < rule->range_low || sample->value > rule->range_high)
        return ERR_OK;
    if (rule->quantity == QUANTITY_BITS) return judge_bits(alarms, watch, sample);
    return judge_limits(alarms, watch, sample);
}

err late_flush(struct alarms *alarms, struct watch *watch)
{
    err e = ERR_OK;
    for (uint32_t at_1 = watch->late_1; !e && at_1;
         at_1 = alarms->world.runs[at_1 - 1].next_1)
        e = run_write(alarms, watch, &alarms->world.runs[at_1 - 1]);
    return e;
}

void late_forget(struct alarms *alarms, int64_t now_ms)
{
    struct alarms_world *world = &alarms->world;
    if (world->runs_n == 0) return;
    for (size_t i = 0; i < world->watches_n; i++) {
        struct watch *watch = &world->watches[i];
        uint32_t at_1 = watch->late_1;
        while (at_1) {
            struct late_run *run = &world->runs[at_1 - 1];
            at_1 = run->next_1;
            if (now_ms - run->touched_ms > forget_ms) late_end(world, watch, run);
        }
    }
}
