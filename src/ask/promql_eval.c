/* promql_eval.c - dispatch over the tree, and the result; see promql_eval.h. */
#include "ask/promql_eval.h"

#include "base/ensure.h"
#include "base/memory.h"
#include "base/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { EVAL_DEPTH_MAX = 300 };

/* A quiet NaN that no computation makes. */
#define ABSENT_BITS 0x7ff8dead00000001ULL

double promql_absent(void)
{
    uint64_t bits = ABSENT_BITS;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

bool promql_is_absent(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits == ABSENT_BITS;
}

err promql_samples_add(struct promql_samples *samples, int64_t time_ms, double value)
{
    if (samples->n == samples->capacity) {
        size_t capacity = samples->capacity ? 2 * samples->capacity : 512;
        struct promql_sample *grown =
            memory_resize(samples->at, capacity, sizeof *grown);
        if (!grown) return ERR_MEMORY;
        samples->at = grown;
        samples->capacity = capacity;
    }
    samples->at[samples->n++] = (struct promql_sample){time_ms, value};
    return ERR_OK;
}

err eval_wrong(struct eval *eval, err e, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    text_format_list(eval->why, PROMQL_WHY_BYTES, format, list);
    va_end(list);
    return e;
}

err eval_expired(struct eval *eval)
{
    if (!eval->source->expired(eval->source->context)) return ERR_OK;
    return eval_wrong(eval, ERR_TIMEOUT, "query timed out in expression evaluation");
}

err table_open(struct eval *eval, size_t n, struct table *out)
{
    struct row *rows = n ? arena_new(eval->arena, n, sizeof *rows) : NULL;
    if (n && !rows) return ERR_MEMORY;
    *out = (struct table){n, rows};
    return ERR_OK;
}

err row_open(struct eval *eval, struct row *row, const struct grid *grid)
{
    if (grid->n > eval->ask->cells_max - eval->cells_n)
        return eval_wrong(eval, ERR_FULL,
                          "query processing would load too many samples into memory in "
                          "query execution: more than %zu series times steps; ask for "
                          "fewer series, a shorter range or a longer step",
                          eval->ask->cells_max);
    eval->cells_n += grid->n;
    row->values = arena_new(eval->arena, grid->n, sizeof *row->values);
    if (!row->values) return ERR_MEMORY;
    for (size_t i = 0; i < grid->n; i++) row->values[i] = promql_absent();
    return ERR_OK;
}

static bool join(double *into, const double *from, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!promql_is_absent(into[i]) && !promql_is_absent(from[i])) return false;
    for (size_t i = 0; i < n; i++)
        if (promql_is_absent(into[i])) into[i] = from[i];
    return true;
}

err table_merge(struct eval *eval, struct table *table, const struct grid *grid)
{
    struct labels_map map;
    err e = labels_map_open(&map, eval->arena, table->n);
    if (e) return e;
    for (size_t i = 0; i < table->n; i++) {
        size_t known = map.n, at = labels_map_put(&map, table->rows[i].labels);
        if (at == known) {
            table->rows[at] = table->rows[i];
        } else if (!join(table->rows[at].values, table->rows[i].values, grid->n)) {
            return eval_wrong(eval, ERR_RANGE,
                              "vector cannot contain metrics with the same labelset");
        }
    }
    table->n = map.n;
    return ERR_OK;
}

/* --- nodes -------------------------------------------------------------------------- */

static err eval_number(struct eval *eval, double number, const struct grid *grid,
                       struct table *out)
{
    err e = table_open(eval, 1, out);
    if (!e) e = row_open(eval, &out->rows[0], grid);
    for (size_t i = 0; !e && i < grid->n; i++) out->rows[0].values[i] = number;
    return e;
}

static err eval_negate(struct eval *eval, const struct promql_node *node,
                       const struct grid *grid, struct table *out)
{
    err e = eval_node(eval, node->operands[0], grid, out);
    if (e || node->number > 0) return e;
    for (size_t r = 0; !e && r < out->n; r++) {
        e = labels_drop_metric(eval->arena, out->rows[r].labels, &out->rows[r].labels);
        for (size_t i = 0; i < grid->n; i++)
            if (!promql_is_absent(out->rows[r].values[i]))
                out->rows[r].values[i] = -out->rows[r].values[i];
    }
    return e ? e : table_merge(eval, out, grid);
}

static err dispatch(struct eval *eval, const struct promql_node *node,
                    const struct grid *grid, struct table *out)
{
    switch (node->kind) {
    case NODE_NUMBER: return eval_number(eval, node->number, grid, out);
    case NODE_SELECTOR: return eval_selector(eval, node, grid, false, out);
    case NODE_CALL: return eval_call(eval, node, grid, out);
    case NODE_AGGREGATE: return eval_aggregate(eval, node, grid, out);
    case NODE_BINARY: return eval_binary(eval, node, grid, out);
    case NODE_NEGATE: return eval_negate(eval, node, grid, out);
    case NODE_STRING:
    case NODE_SUBQUERY: break; /* of other types: asked for by their functions */
    }
    return ERR_STATE;
}

err eval_node(struct eval *eval, const struct promql_node *node, const struct grid *grid,
              struct table *out)
{
    if (eval->depth == EVAL_DEPTH_MAX)
        return eval_wrong(eval, ERR_FULL, "the expression is deeper than %d",
                          EVAL_DEPTH_MAX);
    eval->depth++;
    err e = eval_expired(eval);
    if (!e) e = dispatch(eval, node, grid, out);
    eval->depth--;
    return e;
}

/* --- the result --------------------------------------------------------------------- */

static bool has_number(const struct row *row, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!promql_is_absent(row->values[i])) return true;
    return false;
}

static int by_labels(const void *a, const void *b)
{
    return labels_compare(((const struct promql_row *)a)->labels,
                          ((const struct promql_row *)b)->labels);
}

static err put_rows(struct eval *eval, const struct table *table,
                    struct promql_result *result)
{
    result->rows = arena_new(eval->arena, table->n + 1, sizeof *result->rows);
    if (!result->rows) return ERR_MEMORY;
    for (size_t i = 0; i < table->n; i++) {
        const struct row *row = &table->rows[i];
        if (result->type == PROMQL_VECTOR && !has_number(row, result->steps_n)) continue;
        result->rows[result->rows_n++] =
            (struct promql_row){.labels = row->labels, .values = row->values};
    }
    if (eval->ask->step_ms && result->rows_n)
        qsort(result->rows, result->rows_n, sizeof *result->rows, by_labels);
    return ERR_OK;
}

static err count_steps(const struct promql_ask *ask, struct grid *grid, char *why)
{
    *grid = (struct grid){.start_ms = ask->start_ms, .step_ms = ask->step_ms, .n = 1};
    if (!ask->step_ms) return ERR_OK;
    uint64_t n = (uint64_t)(ask->end_ms - ask->start_ms) / (uint64_t)ask->step_ms + 1;
    if (n > PROMQL_STEPS_MAX + 1) {
        text_format(why, PROMQL_WHY_BYTES,
                    "exceeded maximum resolution of %d points per timeseries. Try "
                    "decreasing the query resolution (?step=XX)",
                    PROMQL_STEPS_MAX);
        return ERR_RANGE;
    }
    grid->n = (size_t)n;
    return ERR_OK;
}

static err evaluate(struct eval *eval, const struct promql_node *root,
                    const struct grid *grid, struct promql_result *result)
{
    if (root->type == PROMQL_STRING) {
        result->text = root->text;
        return ERR_OK;
    }
    if (root->type == PROMQL_MATRIX) return eval_matrix(eval, root, grid, result);
    struct table table;
    err e = eval_node(eval, root, grid, &table);
    return e ? e : put_rows(eval, &table, result);
}

err promql_evaluate(const struct promql_node *root, const struct promql_ask *ask,
                    const struct promql_source *source, struct arena *arena,
                    struct promql_result *result)
{
    ensure(ask->step_ms >= 0 && ask->start_ms <= ask->end_ms);
    *result = (struct promql_result){
        .type = root->type, .start_ms = ask->start_ms, .step_ms = ask->step_ms};
    struct eval eval = {.ask = ask, .source = source, .arena = arena, .why = result->why};
    struct grid grid;
    err e = count_steps(ask, &grid, result->why);
    if (!e) {
        result->steps_n = grid.n;
        e = evaluate(&eval, root, &grid, result);
    }
    memory_free(eval.scratch.at);
    if (e == ERR_MEMORY)
        text_copy(result->why, sizeof result->why,
                  "query processing would use too much memory: ask for fewer series, a "
                  "shorter range or a longer step");
    else if (e && !result->why[0])
        text_copy(result->why, sizeof result->why, err_text(e));
    return e;
}
