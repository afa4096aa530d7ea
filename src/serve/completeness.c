/* completeness.c - see completeness.h. */
#include "serve/completeness.h"

#include "base/ensure.h"

enum { ON_THE_WAY_MS = 15000, FOR_EVER_MS = 0 };

static int64_t step_start(const struct completeness_span *span, int64_t at_ms)
{
    return span->step == HISTORY_HOUR ? calendar_hour_start(span->calendar, at_ms)
                                      : calendar_day_start(span->calendar, at_ms);
}

static int64_t step_next(const struct completeness_span *span, int64_t at_ms)
{
    if (span->step == HISTORY_DAY) return calendar_day_next(span->calendar, at_ms);
    return calendar_hour_start(span->calendar,
                               calendar_hour_start(span->calendar, at_ms) + 3600000);
}

err completeness_steps(const struct completeness_span *span, struct arena *arena,
                       struct completeness_step **steps, size_t *n)
{
    size_t count = 0;
    int64_t first_ms = step_start(span, span->from_ms);
    for (int64_t at_ms = first_ms; at_ms < span->to_ms; at_ms = step_next(span, at_ms))
        if (++count > COMPLETENESS_STEPS_MAX) return ERR_FULL;
    *steps = arena_new(arena, count ? count : 1, sizeof **steps);
    if (!*steps) return ERR_MEMORY;
    *n = count;
    int64_t at_ms = first_ms;
    for (size_t i = 0; i < count; i++, at_ms = step_next(span, at_ms))
        (*steps)[i].start_ms = at_ms;
    return ERR_OK;
}

struct counting {
    struct completeness_step *steps;
    size_t n, next;
};

static err count_rows(void *context, int64_t start_ms, uint64_t rows)
{
    struct counting *counting = context;
    while (counting->next < counting->n &&
           counting->steps[counting->next].start_ms < start_ms)
        counting->next++;
    if (counting->next < counting->n &&
        counting->steps[counting->next].start_ms == start_ms)
        counting->steps[counting->next].received = rows;
    return ERR_OK;
}

/* --- the first sample ever --------------------------------------------------------------- */

struct first {
    int64_t day_ms, time_ms; /* INT64_MAX = none */
};

static err first_day(void *context, int64_t start_ms, uint64_t rows)
{
    struct first *first = context;
    if (rows && start_ms < first->day_ms) first->day_ms = start_ms;
    return rows ? ERR_FULL : ERR_OK; /* found: stop */
}

static err first_time(void *context, const int64_t *times_ms, size_t n)
{
    struct first *first = context;
    if (!n) return ERR_OK;
    first->time_ms = times_ms[0];
    return ERR_FULL;
}

static err find_first(const struct completeness_span *span, uint32_t device,
                      struct first *first)
{
    *first = (struct first){INT64_MAX, INT64_MAX};
    struct history_range range = {device, 0, FOR_EVER_MS, span->now_ms + 1};
    err e = historian_row_counts(span->historian, &range, HISTORY_DAY, first_day, first);
    if (e && e != ERR_FULL) return e;
    if (first->day_ms == INT64_MAX) return ERR_OK;
    e = historian_times(span->historian, device, first->day_ms,
                        calendar_day_next(span->calendar, first->day_ms), first_time, first);
    return e == ERR_FULL ? ERR_OK : e;
}

static uint64_t due(int64_t from_ms, int64_t to_ms, uint32_t cycle_ms)
{
    return from_ms < to_ms ? (uint64_t)(to_ms - from_ms) / cycle_ms : 0;
}

static int64_t newest_due(const struct completeness_span *span, uint32_t cycle_ms)
{
    int64_t due_ms = span->now_ms - cycle_ms - ON_THE_WAY_MS;
    return due_ms < span->to_ms ? due_ms : span->to_ms;
}

static void expect(const struct completeness_span *span, uint32_t cycle_ms,
                   struct completeness_step *steps, size_t n)
{
    int64_t until_ms = newest_due(span, cycle_ms);
    for (size_t i = 0; i < n; i++) {
        int64_t end_ms = i + 1 < n ? steps[i + 1].start_ms
                                   : step_next(span, steps[i].start_ms);
        if (end_ms > until_ms) end_ms = until_ms;
        steps[i].expected = due(steps[i].start_ms, end_ms, cycle_ms);
    }
}

/* Before the first sample ever nothing was due. */
static void forgive_before(int64_t first_ms, uint32_t cycle_ms,
                           struct completeness_step *steps, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (first_ms <= steps[i].start_ms) return;
        uint64_t before = due(steps[i].start_ms, first_ms, cycle_ms);
        steps[i].expected = before < steps[i].expected ? steps[i].expected - before : 0;
    }
}

err completeness_device(const struct completeness_span *span, uint32_t device,
                        uint32_t cycle_ms, struct completeness_step *steps, size_t n)
{
    ensure(cycle_ms > 0);
    for (size_t i = 0; i < n; i++) steps[i].received = 0;
    if (!n) return ERR_OK;
    struct history_range range = {device, 0, steps[0].start_ms, span->to_ms};
    struct counting counting = {steps, n, 0};
    err e = historian_row_counts(span->historian, &range, span->step, count_rows, &counting);
    if (e) return e;
    expect(span, cycle_ms, steps, n);
    if (steps[0].received >= steps[0].expected) return ERR_OK;

    struct first first;
    e = find_first(span, device, &first);
    if (!e) forgive_before(first.time_ms, cycle_ms, steps, n);
    return e;
}

/* --- gaps -------------------------------------------------------------------------------- */

struct gap_search {
    int64_t before_ms; /* the sample before; INT64_MIN = none yet */
    uint32_t cycle_ms;
    size_t n;
    err (*each)(void *context, const struct completeness_gap *gap);
    void *context;
};

/* From one sample to the next: were any due between?  Half a cycle of jitter is none. */
static err look_between(struct gap_search *search, int64_t next_ms)
{
    int64_t cycle_ms = search->cycle_ms;
    int64_t apart_ms = next_ms - search->before_ms;
    int64_t steps = (apart_ms + cycle_ms / 2) / cycle_ms;
    if (search->before_ms == INT64_MIN || steps <= 1) return ERR_OK;
    if (++search->n > COMPLETENESS_GAPS_MAX) return ERR_FULL;
    struct completeness_gap gap = {search->before_ms + cycle_ms, next_ms,
                                   (uint64_t)(steps - 1)};
    return search->each(search->context, &gap);
}

static err gap_times(void *context, const int64_t *times_ms, size_t n)
{
    struct gap_search *search = context;
    err e = ERR_OK;
    for (size_t i = 0; !e && i < n; i++) {
        e = look_between(search, times_ms[i]);
        search->before_ms = times_ms[i];
    }
    return e;
}

err completeness_gaps(const struct completeness_span *span, uint32_t device,
                      uint32_t cycle_ms,
                      err (*each)(void *context, const struct completeness_gap *gap),
                      void *context)
{
    ensure(cycle_ms > 0);
    struct gap_search search = {INT64_MIN, cycle_ms, 0, each, context};
    struct first first;
    err e = find_first(span, device, &first);
    if (e || first.time_ms == INT64_MAX) return e;
    /* As if there had been a sample just before the range, when the device existed then. */
    if (first.time_ms < span->from_ms) search.before_ms = span->from_ms - cycle_ms;
    e = historian_times(span->historian, device, span->from_ms, span->to_ms, gap_times,
                        &search);
    if (!e) e = look_between(&search, newest_due(span, cycle_ms));
    return e;
}
