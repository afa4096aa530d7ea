/* promql_select.c - series from the source: the newest sample at each step, windows of
 * samples for range functions, subqueries. */
#include "ask/promql_eval.h"

#include "base/ensure.h"
#include "base/memory.h"

#include <math.h>
#include <string.h>

/* --- which time a step looks at ----------------------------------------------------- */

static int64_t looked_at(const struct eval *eval, const struct promql_node *node,
                         int64_t step_ms)
{
    switch (node->at_kind) {
    case AT_NONE: break;
    case AT_TIME: step_ms = node->at_ms; break;
    case AT_START: step_ms = eval->ask->start_ms; break;
    case AT_END: step_ms = eval->ask->end_ms; break;
    }
    return step_ms - node->offset_ms;
}

/* From the first to the last moment that any step looks at. */
static void looked_span(const struct eval *eval, const struct promql_node *node,
                        const struct grid *grid, int64_t span_ms[2])
{
    span_ms[0] = looked_at(eval, node, grid->start_ms);
    span_ms[1] = looked_at(eval, node, grid_ms(grid, grid->n - 1));
}

/* --- the source --------------------------------------------------------------------- */

/* Refuse what would be too much before anything is read. */
static err estimate(struct eval *eval, const struct promql_series *series, size_t n,
                    const int64_t span_ms[2], const struct grid *grid)
{
    double samples = (double)eval->samples_n;
    double cells = (double)n * (double)grid->n + (double)eval->cells_n;
    for (size_t i = 0; i < n; i++)
        if (series[i].cycle_ms > 0)
            samples += (double)(span_ms[1] - span_ms[0]) / (double)series[i].cycle_ms + 1;
    if (samples > (double)eval->ask->samples_max)
        return eval_wrong(eval, ERR_FULL,
                          "query processing would load too many samples into memory in "
                          "query execution: about %.0f of %zu series, the limit is %llu; "
                          "ask for fewer series or a shorter range",
                          samples, n, (unsigned long long)eval->ask->samples_max);
    if (cells > (double)eval->ask->cells_max)
        return eval_wrong(eval, ERR_FULL,
                          "query processing would load too many samples into memory in "
                          "query execution: %zu series in %zu steps, the limit is %zu "
                          "together; ask for fewer series or a longer step",
                          n, grid->n, eval->ask->cells_max);
    return ERR_OK;
}

static err read_series(struct eval *eval, const struct promql_series *series,
                       const int64_t span_ms[2])
{
    err e = eval_expired(eval);
    eval->scratch.n = 0;
    if (!e)
        e = eval->source->samples(eval->source->context, series, span_ms, &eval->scratch);
    eval->samples_n += eval->scratch.n;
    if (!e && eval->samples_n > eval->ask->samples_max)
        return eval_wrong(eval, ERR_FULL,
                          "query processing would load too many samples into memory in "
                          "query execution: more than %llu",
                          (unsigned long long)eval->ask->samples_max);
    return e;
}

/* --- instant selectors -------------------------------------------------------------- */

struct newest {
    struct eval *eval;
    const struct promql_node *node;
    const struct grid *grid;
    bool times; /* their times instead of their values */
};

static void take_newest(const struct newest *newest, int64_t lookback_ms, double *values)
{
    const struct promql_samples *samples = &newest->eval->scratch;
    size_t next = 0; /* first sample behind the step */
    for (size_t i = 0; i < newest->grid->n; i++) {
        int64_t at_ms = looked_at(newest->eval, newest->node, grid_ms(newest->grid, i));
        while (next < samples->n && samples->at[next].time_ms <= at_ms) next++;
        if (!next) continue;
        const struct promql_sample *sample = &samples->at[next - 1];
        if (sample->time_ms < at_ms - lookback_ms || promql_is_absent(sample->value))
            continue;
        values[i] = newest->times ? (double)sample->time_ms / 1000 : sample->value;
    }
}

err eval_selector(struct eval *eval, const struct promql_node *node,
                  const struct grid *grid, bool times, struct table *out)
{
    struct promql_series *series = NULL;
    size_t n = 0;
    int64_t span_ms[2];
    looked_span(eval, node, grid, span_ms);
    err e = eval->source->series(eval->source->context, &node->matchers, eval->arena,
                                 &series, &n);
    if (!e) e = estimate(eval, series, n, span_ms, grid);
    if (!e) e = table_open(eval, n, out);
    size_t kept = 0;
    const struct newest newest = {eval, node, grid, times};
    for (size_t i = 0; !e && i < n; i++) {
        const int64_t wide_ms[2] = {span_ms[0] - series[i].lookback_ms, span_ms[1]};
        e = read_series(eval, &series[i], wide_ms);
        if (e || !eval->scratch.n) continue;
        struct row *row = &out->rows[kept];
        row->labels = series[i].labels;
        e = row_open(eval, row, grid);
        if (e) return e;
        take_newest(&newest, series[i].lookback_ms, row->values);
        kept++;
    }
    if (!e) out->n = kept;
    return e;
}

/* --- windows ------------------------------------------------------------------------ */

struct windows {
    struct eval *eval;
    const struct promql_node *node; /* the range selector or subquery */
    const struct grid *grid;
    double (*range)(const struct window *window);
    const double *numbers[2]; /* further arguments, a number a step; NULL = none */
};

static void drop_stale(struct promql_samples *samples)
{
    size_t kept = 0;
    for (size_t i = 0; i < samples->n; i++)
        if (!promql_is_absent(samples->at[i].value)) samples->at[kept++] = samples->at[i];
    samples->n = kept;
}

/* Slides over the scratch samples; windows only ever move on. */
static err slide(const struct windows *windows, double *values)
{
    struct eval *eval = windows->eval;
    const struct promql_samples *samples = &eval->scratch;
    size_t low = 0, high = 0;
    for (size_t i = 0; i < windows->grid->n; i++) {
        int64_t step_ms = grid_ms(windows->grid, i);
        struct window window = {.step_ms = step_ms};
        window.to_ms = looked_at(eval, windows->node, step_ms);
        window.from_ms = window.to_ms - windows->node->range_ms;
        while (high < samples->n && samples->at[high].time_ms <= window.to_ms) high++;
        while (low < high && samples->at[low].time_ms < window.from_ms) low++;
        window.at = samples->at + low;
        window.n = high - low;
        for (size_t k = 0; k < 2; k++)
            window.number[k] = windows->numbers[k] ? windows->numbers[k][i] : 0;
        if (window.n) values[i] = windows->range(&window);
        if (i % 256 == 255 && eval_expired(eval)) return ERR_TIMEOUT;
    }
    return ERR_OK;
}

static err add_row(const struct windows *windows, struct labels labels, bool keeps_name,
                   struct table *out)
{
    struct eval *eval = windows->eval;
    drop_stale(&eval->scratch);
    if (!eval->scratch.n) return ERR_OK;
    struct row *row = &out->rows[out->n];
    row->labels = labels;
    err e = keeps_name ? ERR_OK : labels_drop_metric(eval->arena, labels, &row->labels);
    if (!e) e = row_open(eval, row, windows->grid);
    if (!e) e = slide(windows, row->values);
    if (!e) out->n++;
    return e;
}

static err over_selector(const struct windows *windows, bool keeps_name,
                         struct table *out)
{
    struct eval *eval = windows->eval;
    const struct promql_node *node = windows->node;
    struct promql_series *series = NULL;
    size_t n = 0;
    int64_t span_ms[2];
    looked_span(eval, node, windows->grid, span_ms);
    span_ms[0] -= node->range_ms;
    err e = eval->source->series(eval->source->context, &node->matchers, eval->arena,
                                 &series, &n);
    if (!e) e = estimate(eval, series, n, span_ms, windows->grid);
    if (!e) e = table_open(eval, n, out);
    if (!e) out->n = 0;
    for (size_t i = 0; !e && i < n; i++) {
        e = read_series(eval, &series[i], span_ms);
        if (!e) e = add_row(windows, series[i].labels, keeps_name, out);
    }
    return e;
}

/* The steps at which a subquery's inner expression is asked: multiples of its step. */
static err inner_grid(struct eval *eval, const struct promql_node *node,
                      const struct grid *grid, struct grid *inner)
{
    int64_t span_ms[2];
    looked_span(eval, node, grid, span_ms);
    span_ms[0] -= node->range_ms;
    int64_t step_ms = node->step_ms ? node->step_ms : PROMQL_SUBQUERY_STEP_MS;
    int64_t start_ms = step_ms * (span_ms[0] / step_ms);
    if (start_ms < span_ms[0]) start_ms += step_ms;
    double n = (double)(span_ms[1] - start_ms) / (double)step_ms + 1;
    if (n > (double)eval->ask->cells_max)
        return eval_wrong(eval, ERR_FULL,
                          "query processing would load too many samples into memory in "
                          "query execution: a subquery of %.0f steps", n);
    *inner = (struct grid){start_ms, step_ms, n < 1 ? 0 : (size_t)n};
    return ERR_OK;
}

static err fill_scratch(struct eval *eval, const struct row *row,
                        const struct grid *inner)
{
    err e = ERR_OK;
    eval->scratch.n = 0;
    for (size_t i = 0; !e && i < inner->n; i++)
        if (!promql_is_absent(row->values[i]))
            e = promql_samples_add(&eval->scratch, grid_ms(inner, i), row->values[i]);
    return e;
}

static err over_subquery(const struct windows *windows, bool keeps_name,
                         struct table *out)
{
    struct eval *eval = windows->eval;
    struct grid inner;
    struct table table = {0};
    err e = inner_grid(eval, windows->node, windows->grid, &inner);
    if (!e && inner.n) e = eval_node(eval, windows->node->operands[0], &inner, &table);
    if (!e) e = table_open(eval, table.n, out);
    if (!e) out->n = 0;
    for (size_t i = 0; !e && i < table.n; i++) {
        e = fill_scratch(eval, &table.rows[i], &inner);
        if (!e) e = add_row(windows, table.rows[i].labels, keeps_name, out);
    }
    return e;
}

err eval_range_call(struct eval *eval, const struct promql_node *call,
                    const struct grid *grid, struct table *out)
{
    struct windows windows = {
        .eval = eval, .grid = grid, .range = call->function->range};
    size_t numbers_n = 0;
    err e = ERR_OK;
    for (size_t i = 0; !e && i < call->operands_n; i++) {
        if (call->operands[i]->type == PROMQL_MATRIX) {
            windows.node = call->operands[i];
            continue;
        }
        struct table number;
        ensure(numbers_n < 2);
        e = eval_node(eval, call->operands[i], grid, &number);
        if (!e) windows.numbers[numbers_n++] = number.rows[0].values;
    }
    if (e) return e;
    bool keeps_name = call->function->keeps_name;
    e = windows.node->kind == NODE_SELECTOR ? over_selector(&windows, keeps_name, out)
                                            : over_subquery(&windows, keeps_name, out);
    return e ? e : table_merge(eval, out, grid);
}

/* --- a range selector as the answer ------------------------------------------------- */


static err put_samples(struct eval *eval, struct labels labels,
                       struct promql_result *result)
{
    drop_stale(&eval->scratch);
    size_t n = eval->scratch.n;
    if (!n) return ERR_OK;
    struct promql_sample *kept = arena_new(eval->arena, n, sizeof *kept);
    if (!kept) return ERR_MEMORY;
    memcpy(kept, eval->scratch.at, n * sizeof *kept);
    result->rows[result->rows_n++] =
        (struct promql_row){.labels = labels, .samples_n = n, .samples = kept};
    return ERR_OK;
}

static err matrix_of_selector(struct eval *eval, const struct promql_node *node,
                              const struct grid *grid, struct promql_result *result)
{
    struct promql_series *series = NULL;
    size_t n = 0;
    int64_t span_ms[2];
    looked_span(eval, node, grid, span_ms);
    span_ms[0] -= node->range_ms;
    err e = eval->source->series(eval->source->context, &node->matchers, eval->arena,
                                 &series, &n);
    if (!e) e = estimate(eval, series, n, span_ms, grid);
    result->rows = e ? NULL : arena_new(eval->arena, n + 1, sizeof *result->rows);
    if (!e && !result->rows) e = ERR_MEMORY;
    for (size_t i = 0; !e && i < n; i++) {
        e = read_series(eval, &series[i], span_ms);
        if (!e) e = put_samples(eval, series[i].labels, result);
    }
    return e;
}

err eval_matrix(struct eval *eval, const struct promql_node *node,
                const struct grid *grid, struct promql_result *result)
{
    ensure(grid->n == 1);
    if (node->kind == NODE_SELECTOR)
        return matrix_of_selector(eval, node, grid, result);
    struct grid inner;
    struct table table = {0};
    err e = inner_grid(eval, node, grid, &inner);
    if (!e && inner.n) e = eval_node(eval, node->operands[0], &inner, &table);
    result->rows = e ? NULL : arena_new(eval->arena, table.n + 1, sizeof *result->rows);
    if (!e && !result->rows) e = ERR_MEMORY;
    for (size_t i = 0; !e && i < table.n; i++) {
        e = fill_scratch(eval, &table.rows[i], &inner);
        if (!e) e = put_samples(eval, table.rows[i].labels, result);
    }
    return e;
}
