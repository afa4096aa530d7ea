/* promql_call.c - functions of instant vectors; see promql_function.h. */
#include "ask/promql_eval.h"

#include "base/ensure.h"
#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static err drop_names(struct eval *eval, struct table *table, const struct grid *grid)
{
    err e = ERR_OK;
    for (size_t r = 0; !e && r < table->n; r++)
        e = labels_drop_metric(eval->arena, table->rows[r].labels,
                               &table->rows[r].labels);
    return e ? e : table_merge(eval, table, grid);
}

static err call_math(struct eval *eval, const struct promql_node *call,
                     const struct grid *grid, struct table *out)
{
    err e = eval_node(eval, call->operands[0], grid, out);
    for (size_t r = 0; !e && r < out->n; r++)
        for (size_t i = 0; i < grid->n; i++) {
            double *value = &out->rows[r].values[i];
            if (!promql_is_absent(*value)) *value = call->function->math(*value);
        }
    return e ? e : drop_names(eval, out, grid);
}

static void clamp_row(const struct promql_function *function, struct row *row,
                      const struct table numbers[2], size_t steps_n)
{
    for (size_t i = 0; i < steps_n; i++) {
        double number[2] = {1, 0}; /* round: to 1 */
        for (size_t k = 0; k < 2; k++)
            if (numbers[k].n) number[k] = numbers[k].rows[0].values[i];
        if (!promql_is_absent(row->values[i]))
            row->values[i] = function->clamp(row->values[i], number);
    }
}

static err call_clamp(struct eval *eval, const struct promql_node *call,
                      const struct grid *grid, struct table *out)
{
    struct table numbers[2] = {0};
    err e = eval_node(eval, call->operands[0], grid, out);
    for (size_t k = 1; !e && k < call->operands_n; k++)
        e = eval_node(eval, call->operands[k], grid, &numbers[k - 1]);
    for (size_t r = 0; !e && r < out->n; r++)
        clamp_row(call->function, &out->rows[r], numbers, grid->n);
    return e ? e : drop_names(eval, out, grid);
}

/* One row without labels. */
static err one_row(struct eval *eval, const struct grid *grid, struct table *out)
{
    err e = table_open(eval, 1, out);
    return e ? e : row_open(eval, &out->rows[0], grid);
}

static err call_time(struct eval *eval, const struct grid *grid, struct table *out)
{
    err e = one_row(eval, grid, out);
    for (size_t i = 0; !e && i < grid->n; i++)
        out->rows[0].values[i] = (double)grid_ms(grid, i) / 1000;
    return e;
}

static err call_calendar(struct eval *eval, const struct promql_node *call,
                         const struct grid *grid, struct table *out)
{
    err e = call->operands_n ? eval_node(eval, call->operands[0], grid, out)
                             : call_time(eval, grid, out);
    for (size_t r = 0; !e && r < out->n; r++)
        for (size_t i = 0; i < grid->n; i++) {
            double *value = &out->rows[r].values[i];
            if (!promql_is_absent(*value) && !isnan(*value))
                *value = call->function->calendar(*value);
        }
    return e ? e : drop_names(eval, out, grid);
}

/* --- absent ------------------------------------------------------------------------- */

/* Labels that the selector names by = alone, once each. */
static err absent_labels(struct eval *eval, const struct promql_node *node,
                         struct labels *out)
{
    *out = (struct labels){0};
    err e = ERR_OK;
    if (node->kind != NODE_SELECTOR) return ERR_OK;
    for (size_t i = 0; !e && i < node->matchers.n; i++) {
        const struct promql_matcher *matcher = &node->matchers.at[i];
        size_t same = 0;
        for (size_t k = 0; k < node->matchers.n; k++)
            same += text_equal(node->matchers.at[k].name, matcher->name);
        if (matcher->match != MATCH_EQUAL || same > 1) continue;
        if (text_equal(matcher->name, LABEL_METRIC)) continue;
        e = labels_set(eval->arena, *out, matcher->name, matcher->value, out);
    }
    return e;
}

static err call_absent(struct eval *eval, const struct promql_node *operand,
                       const struct table *of, const struct grid *grid, struct table *out)
{
    err e = one_row(eval, grid, out);
    if (!e) e = absent_labels(eval, operand, &out->rows[0].labels);
    for (size_t i = 0; !e && i < grid->n; i++) {
        bool there = false;
        for (size_t r = 0; !there && r < of->n; r++)
            there = !promql_is_absent(of->rows[r].values[i]);
        if (!there) out->rows[0].values[i] = 1;
    }
    return e;
}

static double is_there(const struct window *window)
{
    return window->n ? 1 : promql_absent();
}

static err call_absent_over(struct eval *eval, const struct promql_node *call,
                            const struct grid *grid, struct table *out)
{
    static const struct promql_function there = {.range = is_there, .keeps_name = true};
    struct promql_node over = *call;
    struct table table;
    over.function = &there;
    err e = eval_range_call(eval, &over, grid, &table);
    return e ? e : call_absent(eval, call->operands[0], &table, grid, out);
}

/* --- scalar, timestamp -------------------------------------------------------------- */

static err call_scalar(struct eval *eval, const struct promql_node *call,
                       const struct grid *grid, struct table *out)
{
    struct table vector;
    err e = eval_node(eval, call->operands[0], grid, &vector);
    if (!e) e = one_row(eval, grid, out);
    for (size_t i = 0; !e && i < grid->n; i++) {
        size_t n = 0;
        double value = (double)NAN;
        for (size_t r = 0; r < vector.n; r++) {
            if (promql_is_absent(vector.rows[r].values[i])) continue;
            value = vector.rows[r].values[i];
            n++;
        }
        out->rows[0].values[i] = n == 1 ? value : (double)NAN;
    }
    return e;
}

static err call_timestamp(struct eval *eval, const struct promql_node *call,
                          const struct grid *grid, struct table *out)
{
    const struct promql_node *operand = call->operands[0];
    if (operand->kind == NODE_SELECTOR) {
        err e = eval_selector(eval, operand, grid, true, out);
        return e ? e : drop_names(eval, out, grid);
    }
    err e = eval_node(eval, operand, grid, out);
    for (size_t r = 0; !e && r < out->n; r++)
        for (size_t i = 0; i < grid->n; i++)
            if (!promql_is_absent(out->rows[r].values[i]))
                out->rows[r].values[i] = (double)grid_ms(grid, i) / 1000;
    return e ? e : drop_names(eval, out, grid);
}

/* --- labels ------------------------------------------------------------------------- */

enum { LABEL_TEXT_BYTES_MAX = 4096 };

static bool label_name_is_valid(const char *name)
{
    if (!name[0] || (name[0] >= '0' && name[0] <= '9')) return false;
    return strspn(name,
                  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") ==
           strlen(name);
}

/* The buffer's text becomes the label's value. */
static err set_label(struct eval *eval, struct row *row, const char *name,
                     struct buffer *text)
{
    if (text->broken) return text->broken;
    char *value = arena_text(eval->arena, text->n ? (const char *)text->at : "", text->n);
    if (!value) return ERR_MEMORY;
    return labels_set(eval->arena, row->labels, name, value, &row->labels);
}

static err call_label_replace(struct eval *eval, const struct promql_node *call,
                              const struct grid *grid, struct table *out)
{
    const char *target = call->operands[1]->text, *form = call->operands[2]->text;
    const char *source = call->operands[3]->text;
    char why[PATTERN_WHY_BYTES];
    struct pattern *pattern = NULL;
    err e = pattern_make(call->operands[4]->text, eval->arena, &pattern, why);
    if (e == ERR_FRAME)
        return eval_wrong(eval, ERR_RANGE,
                          "invalid regular expression in label_replace(): %s",
                          call->operands[4]->text);
    if (!label_name_is_valid(target))
        return eval_wrong(eval, ERR_RANGE,
                          "invalid destination label name in label_replace(): %s",
                          target);
    if (!e) e = eval_node(eval, call->operands[0], grid, out);
    struct buffer text;
    buffer_open(&text, LABEL_TEXT_BYTES_MAX);
    for (size_t r = 0; !e && r < out->n; r++) {
        struct row *row = &out->rows[r];
        buffer_clear(&text);
        if (pattern_replace(pattern, labels_value(row->labels, source), form, &text))
            e = set_label(eval, row, target, &text);
    }
    buffer_close(&text);
    return e ? e : table_merge(eval, out, grid);
}

static err call_label_join(struct eval *eval, const struct promql_node *call,
                           const struct grid *grid, struct table *out)
{
    const char *target = call->operands[1]->text, *between = call->operands[2]->text;
    if (!label_name_is_valid(target))
        return eval_wrong(eval, ERR_RANGE,
                          "invalid destination label name in label_join(): %s", target);
    err e = eval_node(eval, call->operands[0], grid, out);
    struct buffer text;
    buffer_open(&text, LABEL_TEXT_BYTES_MAX);
    for (size_t r = 0; !e && r < out->n; r++) {
        struct row *row = &out->rows[r];
        buffer_clear(&text);
        for (size_t k = 3; k < call->operands_n; k++) {
            if (k > 3) buffer_put_text(&text, between);
            buffer_put_text(&text, labels_value(row->labels, call->operands[k]->text));
        }
        e = set_label(eval, row, target, &text);
    }
    buffer_close(&text);
    return e ? e : table_merge(eval, out, grid);
}

/* --- order: only an instant query has one ------------------------------------------- */

static int ascending(const void *a, const void *b)
{
    double x = ((const struct row *)a)->values[0], y = ((const struct row *)b)->values[0];
    if (isnan(x)) return isnan(y) ? 0 : 1;
    if (isnan(y)) return -1;
    return (x > y) - (x < y);
}

static int descending(const void *a, const void *b)
{
    double x = ((const struct row *)a)->values[0], y = ((const struct row *)b)->values[0];
    return isnan(x) || isnan(y) ? ascending(a, b) : -ascending(a, b);
}

static err call_sort(struct eval *eval, const struct promql_node *call,
                     const struct grid *grid, struct table *out)
{
    err e = eval_node(eval, call->operands[0], grid, out);
    bool down = call->function->special == SPECIAL_SORT_DESC;
    if (!e && out->n && grid->n == 1)
        qsort(out->rows, out->n, sizeof *out->rows, down ? descending : ascending);
    return e;
}

static err call_special(struct eval *eval, const struct promql_node *call,
                        const struct grid *grid, struct table *out)
{
    err e;
    struct table operand;
    switch (call->function->special) {
    case SPECIAL_ABSENT:
        e = eval_node(eval, call->operands[0], grid, &operand);
        return e ? e : call_absent(eval, call->operands[0], &operand, grid, out);
    case SPECIAL_ABSENT_OVER_TIME: return call_absent_over(eval, call, grid, out);
    case SPECIAL_SCALAR: return call_scalar(eval, call, grid, out);
    case SPECIAL_VECTOR: return eval_node(eval, call->operands[0], grid, out);
    case SPECIAL_TIME: return call_time(eval, grid, out);
    case SPECIAL_PI:
        e = one_row(eval, grid, out);
        for (size_t i = 0; !e && i < grid->n; i++) out->rows[0].values[i] = acos(-1.0);
        return e;
    case SPECIAL_TIMESTAMP: return call_timestamp(eval, call, grid, out);
    case SPECIAL_LABEL_REPLACE: return call_label_replace(eval, call, grid, out);
    case SPECIAL_LABEL_JOIN: return call_label_join(eval, call, grid, out);
    case SPECIAL_SORT:
    case SPECIAL_SORT_DESC: return call_sort(eval, call, grid, out);
    }
    return ERR_STATE;
}

err eval_call(struct eval *eval, const struct promql_node *call, const struct grid *grid,
              struct table *out)
{
    switch (call->function->kind) {
    case FUNCTION_RANGE: return eval_range_call(eval, call, grid, out);
    case FUNCTION_MATH: return call_math(eval, call, grid, out);
    case FUNCTION_CLAMP: return call_clamp(eval, call, grid, out);
    case FUNCTION_CALENDAR: return call_calendar(eval, call, grid, out);
    case FUNCTION_SPECIAL: return call_special(eval, call, grid, out);
    }
    return ERR_STATE;
}
