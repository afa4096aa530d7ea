/* completeness.c - see completeness.h. */
#include "serve/completeness.h"

#include "store/cycles.h"

enum { ON_THE_WAY_MS = 30000 };

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

/* --- the first sample ever ---------------------------------------------------------- */

static err note_any(void *context, uint32_t point, const struct history_sample *sample)
{
    bool *any = context;
    (void)point;
    (void)sample;
    *any = true;
    return ERR_OK;
}

static err note_first(void *context, const int64_t *times_ms, size_t n)
{
    int64_t *first_ms = context;
    if (!n) return ERR_OK;
    *first_ms = times_ms[0];
    return ERR_FULL; /* found: no more */
}

/* INT64_MIN: it had samples before the range; INT64_MAX: none in the range either. */
static err find_first(const struct completeness_span *span, uint32_t device,
                      int64_t *first_ms)
{
    bool before = false;
    *first_ms = INT64_MIN;
    err e =
        historian_newest(span->historian, device, span->from_ms - 1, note_any, &before);
    if (e || before) return e;
    *first_ms = INT64_MAX;
    e = historian_times(span->historian, device, span->from_ms, span->to_ms, note_first,
                        first_ms);
    return e == ERR_FULL ? ERR_OK : e;
}

/* --- what was due ------------------------------------------------------------------- */

/* Readings later than this, or than `end_ms`, are on their way. */
static int64_t newest_due(const struct completeness_span *span, int64_t end_ms)
{
    int64_t due_ms = span->now_ms - ON_THE_WAY_MS;
    return due_ms < end_ms ? due_ms : end_ms;
}

struct expecting {
    const struct completeness_span *span;
    uint32_t device;
    int64_t from_ms, until_ms; /* nothing is due outside */
    int64_t cycle_ms; /* it held all the time; 0 = it changed, ask for each step */
};

static err expected_between(const struct expecting *expecting, int64_t from_ms,
                            int64_t to_ms, uint64_t *expected)
{
    if (from_ms < expecting->from_ms) from_ms = expecting->from_ms;
    if (to_ms > expecting->until_ms) to_ms = expecting->until_ms;
    *expected = 0;
    if (from_ms >= to_ms) return ERR_OK;
    if (!expecting->cycle_ms)
        return cycles_expected(expecting->span->database, expecting->device, from_ms,
                               to_ms, expected);
    *expected = cycles_due(from_ms, to_ms, expecting->cycle_ms);
    return ERR_OK;
}

/* Mostly one cycle held all over the span: then it is arithmetic, not a question a step.
 */
static err find_cycle(struct expecting *expecting, uint32_t cycle_ms)
{
    uint64_t whole = 0;
    if (expecting->from_ms >= expecting->until_ms) return ERR_OK;
    err e = cycles_expected(expecting->span->database, expecting->device,
                            expecting->from_ms, expecting->until_ms, &whole);
    bool same = whole == cycles_due(expecting->from_ms, expecting->until_ms, cycle_ms);
    if (!e && same) expecting->cycle_ms = cycle_ms;
    return e;
}

static err expect(struct expecting *expecting, uint32_t cycle_ms,
                  struct completeness_step *steps, size_t n)
{
    const struct completeness_span *span = expecting->span;
    err e = find_cycle(expecting, cycle_ms);
    for (size_t i = 0; !e && i < n; i++) {
        int64_t end_ms =
            i + 1 < n ? steps[i + 1].start_ms : step_next(span, steps[i].start_ms);
        e = expected_between(expecting, steps[i].start_ms, end_ms, &steps[i].expected);
    }
    return e;
}

err completeness_device(const struct completeness_span *span, uint32_t device,
                        struct completeness_step *steps, size_t n)
{
    for (size_t i = 0; i < n; i++) steps[i].received = steps[i].expected = 0;
    if (!n) return ERR_OK;
    uint32_t cycle_ms = 0;
    err e = cycles_at(span->database, device, span->now_ms, &cycle_ms);
    if (e) return e == ERR_UNKNOWN ? ERR_OK : e; /* never noted: nothing is due */

    /* Steps are whole, also the last: what is counted and what was due end together. */
    int64_t end_ms = step_next(span, steps[n - 1].start_ms);
    struct expecting expecting = {.span = span,
                                  .device = device,
                                  .from_ms = steps[0].start_ms,
                                  .until_ms = newest_due(span, end_ms)};
    struct history_range range = {device, 0, steps[0].start_ms, end_ms};
    struct counting counting = {steps, n, 0};
    e = historian_row_counts(span->historian, &range, span->step, count_rows, &counting);
    if (!e) e = expect(&expecting, cycle_ms, steps, n);
    if (e || steps[0].received >= steps[0].expected) return e;

    /* Before the first sample ever nothing was due. */
    int64_t first_ms = 0;
    e = find_first(span, device, &first_ms);
    if (e || first_ms == INT64_MIN) return e;
    expecting.from_ms = first_ms == INT64_MAX ? INT64_MAX : first_ms - cycle_ms / 2;
    return expect(&expecting, cycle_ms, steps, n);
}

/* --- gaps --------------------------------------------------------------------------- */

struct gap_search {
    const struct completeness_span *span;
    uint32_t device;
    int64_t before_ms; /* the sample before; INT64_MIN = none yet */
    uint32_t cycle_ms; /* now */
    size_t n;
    err (*each)(void *context, const struct completeness_gap *gap);
    void *context;
};

/* From one sample to the next: were any due between?  Half a cycle of jitter is none. */
static err look_between(struct gap_search *search, int64_t next_ms)
{
    int64_t before_ms = search->before_ms;
    if (before_ms == INT64_MIN) return ERR_OK;
    if (next_ms - before_ms < search->cycle_ms + search->cycle_ms / 2) return ERR_OK;
    struct database *database = search->span->database;
    uint32_t cycle_ms = 0;
    uint64_t missing = 0;
    err e = cycles_at(database, search->device, before_ms, &cycle_ms);
    if (!e && cycle_ms)
        e = cycles_expected(database, search->device, before_ms + cycle_ms / 2,
                            next_ms - cycle_ms / 2, &missing);
    if (e || !missing) return e;
    if (++search->n > COMPLETENESS_GAPS_MAX) return ERR_FULL;
    struct completeness_gap gap = {before_ms + cycle_ms, next_ms, missing};
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
                      err (*each)(void *context, const struct completeness_gap *gap),
                      void *context)
{
    struct gap_search search = {.span = span,
                                .device = device,
                                .before_ms = INT64_MIN,
                                .each = each,
                                .context = context};
    int64_t due_ms = newest_due(span, span->to_ms), first_ms = 0;
    err e = cycles_at(span->database, device, span->now_ms, &search.cycle_ms);
    if (e) return e == ERR_UNKNOWN ? ERR_OK : e;
    e = find_first(span, device, &first_ms);
    if (e || first_ms == INT64_MAX) return e;
    /* When the device was there before, as if its last due time before the range had been
     * read: what was due earlier is not of this range. */
    int64_t cycle_ms = search.cycle_ms;
    if (first_ms == INT64_MIN)
        search.before_ms = (span->from_ms - 1) / cycle_ms * cycle_ms;
    e = historian_times(span->historian, device, span->from_ms, span->to_ms, gap_times,
                        &search);
    if (!e) e = look_between(&search, due_ms + search.cycle_ms / 2);
    return e;
}
