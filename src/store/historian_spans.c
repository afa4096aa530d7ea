/* historian_spans.c - buckets, local hours and days, counts of rows.
 *
 * All of them are spans between edges.  A day that is not in the head and whose roll-up
 * units each lie between two edges is answered from its roll-up; any other day from its
 * samples. Buckets much longer than a unit (SNAP_N units and more) are drawings: there a
 * unit that lies across an edge goes where most of it is, which moves the edge by at most
 * half a unit. */
#include "base/ensure.h"
#include "base/memory.h"
#include "store/historian_state.h"

#include <math.h>

enum { SNAP_N = 2, EDGES_MAX = 1000000 };

static const struct statement rollups_of_range = {
    "history.rollups_of_range",
    "SELECT day_ms, data FROM rollup WHERE device = ?1 AND day_ms > ?2 AND day_ms < ?3"
    " ORDER BY day_ms"};

/* Filling spans in order of time. */
struct walk {
    const struct calendar *calendar;
    struct history_reader *reader;
    struct history_range range; /* edges[0] to edges[n] */
    const int64_t *edges;       /* n + 1, rising */
    size_t n, at;
    int64_t snap_ms; /* units up to this long may lie across an edge; 0 = none may */
    struct history_span *spans;
    uint64_t *rows; /* instead of spans: counts of rows */
    bool has_last;  /* the usable sample before */
    double last;
    size_t head_at;
};

/* The span that holds the time; times come in order. */
static size_t span_at(struct walk *w, int64_t time_ms)
{
    while (time_ms >= w->edges[w->at + 1]) w->at++;
    return w->at;
}

/* A rise from one span to the next belongs to the one where it arrives. */
static void rise_add(struct walk *w, struct history_span *span, bool was_empty)
{
    if (span->n == 0) return;
    if (was_empty && w->has_last && span->first > w->last) {
        span->increase += span->first - w->last;
    }
    w->has_last = true;
    w->last = span->last;
}

static void sample_take(struct walk *w, const struct history_sample *sample)
{
    size_t i = span_at(w, sample->time_ms);
    if (w->rows) {
        w->rows[i]++;
        return;
    }
    struct history_span *span = &w->spans[i];
    bool was_empty = span->n == 0;
    if (span_add(span, sample->time_ms, sample->value, sample->quality)) {
        rise_add(w, span, was_empty);
    }
}

static void unit_take(struct walk *w, int64_t middle_ms, const struct history_span *unit)
{
    struct history_span *span = &w->spans[span_at(w, middle_ms)];
    bool was_empty = span->n == 0;
    span_join(span, unit);
    if (unit->n) rise_add(w, span, was_empty);
}

/* --- days --------------------------------------------------------------------------- */

static int64_t unit_end(const struct rollup *rollup, size_t unit, int64_t next_ms)
{
    int64_t end_ms = rollup->day_ms + (int64_t)(unit + 1) * rollup->unit_ms;
    return end_ms < next_ms ? end_ms : next_ms;
}

static bool unit_is_used(const struct walk *w, const struct rollup *rollup, size_t unit)
{
    if (w->rows) return rollup->rows[unit] > 0;
    if (rollup->points_n == 0) return false;
    return rollup->spans[unit].n || rollup->spans[unit].bad_n;
}

/* Whether the day's units can stand for its samples. */
static bool units_fit(const struct walk *w, const struct rollup *rollup, int64_t next_ms)
{
    if (rollup->units_n == 0) return false;
    size_t at = w->at;
    for (size_t u = 0; u < rollup->units_n; u++) {
        int64_t start_ms = rollup->day_ms + (int64_t)u * rollup->unit_ms;
        int64_t end_ms = unit_end(rollup, u, next_ms);
        if (end_ms <= w->range.from_ms || start_ms >= w->range.to_ms) continue;
        if (!unit_is_used(w, rollup, u)) continue;
        if (start_ms < w->range.from_ms || end_ms > w->range.to_ms) return false;
        while (start_ms >= w->edges[at + 1]) at++;
        bool whole = end_ms <= w->edges[at + 1];
        if (!whole && rollup->unit_ms > w->snap_ms) return false;
    }
    return true;
}

static void units_take(struct walk *w, const struct rollup *rollup, int64_t next_ms)
{
    for (size_t u = 0; u < rollup->units_n; u++) {
        int64_t start_ms = rollup->day_ms + (int64_t)u * rollup->unit_ms;
        int64_t end_ms = unit_end(rollup, u, next_ms);
        if (end_ms <= w->range.from_ms || start_ms >= w->range.to_ms) continue;
        if (!unit_is_used(w, rollup, u)) continue;
        if (w->rows) {
            w->rows[span_at(w, start_ms)] += rollup->rows[u];
        } else {
            unit_take(w, start_ms + (end_ms - start_ms) / 2, &rollup->spans[u]);
        }
    }
}

static void list_take(struct walk *w, const struct sample_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        int64_t time_ms = list->at[i].time_ms;
        if (time_ms < w->range.from_ms || time_ms >= w->range.to_ms) continue;
        sample_take(w, &list->at[i]);
    }
}

/* The head's samples before `end_ms`, of days that have no segments. */
static void head_take_until(struct walk *w, int64_t end_ms)
{
    const struct sample_list *head = &w->reader->head;
    while (w->head_at < head->n && head->at[w->head_at].time_ms < end_ms) {
        sample_take(w, &head->at[w->head_at++]);
    }
}

static err day_take(struct walk *w, int64_t day_ms, struct bytes blob)
{
    struct history_reader *reader = w->reader;
    int64_t next_ms = calendar_day_next(w->calendar, day_ms);
    if (next_ms <= w->range.from_ms) return ERR_OK;
    head_take_until(w, day_ms);
    size_t head_at = w->head_at;
    while (head_at < reader->head.n && reader->head.at[head_at].time_ms < next_ms)
        head_at++;

    err e = ERR_OK;
    if (head_at == w->head_at) {
        /* Row counts need no point, and 0 (all of them) is no point's number. */
        bool one = !w->rows && w->range.point != 0;
        const struct history_place place = {HISTORY_ROLLUP, w->range.device, day_ms};
        e = history_box_take(&reader->box, &place, blob, &blob);
        if (!e)
            e = rollup_decode(blob, day_ms, one ? w->range.point : UINT32_MAX,
                              &reader->rollup);
        if (!e && units_fit(w, &reader->rollup, next_ms)) {
            units_take(w, &reader->rollup, next_ms);
            return ERR_OK;
        }
        /* A damaged roll-up is only a summary: the samples are asked. */
        if (e && e != ERR_CORRUPT) return e;
    }
    if (w->rows) {
        e = history_day_times(reader, w->range.device, day_ms, next_ms);
    } else {
        e = history_day_samples(reader, &w->range, day_ms, next_ms);
    }
    w->head_at = head_at;
    if (!e) list_take(w, &reader->day);
    return e;
}

static err days_walk(struct walk *w)
{
    struct query *query = NULL;
    err e = query_open(w->reader->database, &rollups_of_range, &query);
    if (e) return e;
    query_bind_i64(query, w->range.device);
    query_bind_i64(query, w->range.from_ms - DAY_MS_MAX);
    query_bind_i64(query, w->range.to_ms);
    while (!e && query_row(query)) {
        e = day_take(w, query_i64(query, 0), query_bytes(query, 1));
    }
    err end = query_close(query);
    if (!e) e = end;
    if (!e) head_take_until(w, w->range.to_ms);
    return e;
}

static err walk_run(struct historian *historian, struct walk *w)
{
    w->calendar = historian->options.calendar;
    w->range.from_ms = w->edges[0];
    w->range.to_ms = w->edges[w->n];
    err e = history_reader_take(historian, &w->reader);
    if (e) return e;
    e = w->rows ? history_head_times(historian, w->reader, &w->range)
                : history_head_copy(historian, w->reader, &w->range);
    if (!e) e = history_picture_begin(w->reader);
    if (!e) {
        e = days_walk(w);
        history_picture_end(w->reader);
    }
    history_reader_give(historian, w->reader);
    return e;
}

static struct history_bucket bucket_of(const struct history_span *span, int64_t start_ms,
                                       int64_t end_ms)
{
    struct history_bucket bucket = {
        .start_ms = start_ms, .n = span->n, .bad_n = span->bad_n};
    bool empty = span->n == 0;
    bucket.min = empty ? NAN : span->min;
    bucket.max = empty ? NAN : span->max;
    bucket.sum = empty ? NAN : span->sum;
    bucket.first = empty ? NAN : span->first;
    bucket.last = empty ? NAN : span->last;
    bucket.first_ms = span->first_ms;
    bucket.last_ms = span->last_ms;
    bucket.mean = span_mean(span, end_ms);
    bucket.increase = empty ? NAN : span->increase;
    return bucket;
}

/* --- buckets ------------------------------------------------------------------------ */

/* Edge i: the first time t with (t - from) * n / length >= i. */
static int64_t bucket_edge(const struct history_range *range, size_t n, size_t i)
{
    uint64_t length = (uint64_t)(range->to_ms - range->from_ms), whole = length / n;
    uint64_t rest = length % n;
    return range->from_ms + (int64_t)(whole * i + (rest * i + n - 1) / n);
}

err historian_buckets(struct historian *historian, const struct history_range *range,
                      struct history_bucket *out, size_t n)
{
    ensure(historian != NULL);
    ensure(range != NULL);
    ensure(out != NULL || n == 0);

    if (n == 0) return ERR_OK;
    if (n > EDGES_MAX || range->from_ms >= range->to_ms) return ERR_RANGE;
    if (range->from_ms < -4000000000000000 || range->to_ms > 4000000000000000)
        return ERR_RANGE;
    if ((uint64_t)(range->to_ms - range->from_ms) < n) return ERR_RANGE;
    int64_t *edges = memory_new(n + 1, sizeof *edges);
    struct history_span *spans = memory_new(n, sizeof *spans);
    err e = edges && spans ? ERR_OK : ERR_MEMORY;
    for (size_t i = 0; !e && i <= n; i++) edges[i] = bucket_edge(range, n, i);
    struct walk w = {.range = *range, .edges = edges, .n = n, .spans = spans};
    w.snap_ms = (range->to_ms - range->from_ms) / (int64_t)n / SNAP_N;
    if (!e) e = walk_run(historian, &w);
    for (size_t i = 0; !e && i < n; i++)
        out[i] = bucket_of(&spans[i], edges[i], edges[i + 1]);
    memory_free(edges);
    memory_free(spans);
    return e;
}

/* --- local hours and days ----------------------------------------------------------- */

static int64_t step_next(const struct calendar *calendar, enum history_step step,
                         int64_t time_ms)
{
    if (step == HISTORY_DAY) return calendar_day_next(calendar, time_ms);
    int64_t next = calendar_hour_start(calendar, time_ms + ROLLUP_HOUR_MS);
    return next > time_ms ? next : time_ms + ROLLUP_HOUR_MS;
}

/* Starts of the steps that begin in [from, to), and the end of the last. */
static err steps_make(const struct calendar *calendar, const struct history_range *range,
                      enum history_step step, int64_t **edges, size_t *n)
{
    if (range->from_ms >= range->to_ms) return ERR_RANGE;
    int64_t shortest = step == HISTORY_DAY ? 20 * ROLLUP_HOUR_MS : ROLLUP_HOUR_MS / 2;
    uint64_t most = (uint64_t)(range->to_ms - range->from_ms) / (uint64_t)shortest + 3;
    if (most > EDGES_MAX) return ERR_RANGE;
    int64_t *at = memory_new((size_t)most, sizeof *at);
    if (!at) return ERR_MEMORY;
    int64_t start = step == HISTORY_DAY ? calendar_day_start(calendar, range->from_ms)
                                        : calendar_hour_start(calendar, range->from_ms);
    while (start < range->from_ms) start = step_next(calendar, step, start);
    size_t count = 0;
    while (start < range->to_ms && count + 1 < most) {
        at[count++] = start;
        start = step_next(calendar, step, start);
    }
    at[count] = start;
    *edges = at;
    *n = count;
    return ERR_OK;
}

err historian_steps(struct historian *historian, const struct history_range *range,
                    enum history_step step,
                    err (*each)(void *context, const struct history_bucket *bucket),
                    void *context)
{
    ensure(historian != NULL);
    ensure(range != NULL);

    int64_t *edges = NULL;
    size_t n = 0;
    err e = steps_make(historian->options.calendar, range, step, &edges, &n);
    if (e || n == 0) {
        memory_free(edges);
        return e;
    }
    struct history_span *spans = memory_new(n, sizeof *spans);
    struct walk w = {.range = *range, .edges = edges, .n = n, .spans = spans};
    if (!spans) e = ERR_MEMORY;
    if (!e) e = walk_run(historian, &w);
    for (size_t i = 0; !e && i < n; i++) {
        struct history_bucket bucket = bucket_of(&spans[i], edges[i], edges[i + 1]);
        e = each(context, &bucket);
    }
    memory_free(edges);
    memory_free(spans);
    return e;
}

err historian_row_counts(struct historian *historian,
                         const struct history_range *device_range, enum history_step step,
                         err (*each)(void *context, int64_t start_ms, uint64_t rows),
                         void *context)
{
    ensure(historian != NULL);
    ensure(device_range != NULL);

    int64_t *edges = NULL;
    size_t n = 0;
    err e = steps_make(historian->options.calendar, device_range, step, &edges, &n);
    if (e || n == 0) {
        memory_free(edges);
        return e;
    }
    uint64_t *rows = memory_new(n, sizeof *rows);
    struct walk w = {.range = *device_range, .edges = edges, .n = n, .rows = rows};
    if (!rows) e = ERR_MEMORY;
    if (!e) e = walk_run(historian, &w);
    for (size_t i = 0; !e && i < n; i++) e = each(context, edges[i], rows[i]);
    memory_free(edges);
    memory_free(rows);
    return e;
}
