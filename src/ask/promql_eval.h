/* promql_eval.h - private to the query language: how a tree becomes numbers.
 *
 * Every node gives a table: a row a series, a number a step of the grid, absent where the
 * series has none.  A scalar is a table of one row without labels.  All steps are worked
 * off at once, so that labels are handled once a series and not once a step. */
#ifndef HEATNET_ASK_PROMQL_EVAL_H
#define HEATNET_ASK_PROMQL_EVAL_H

#include "ask/promql_function.h"
#include "ask/promql_node.h"

struct grid {
    int64_t start_ms, step_ms;
    size_t n;
};

struct row {
    struct labels labels;
    double *values;
};

struct table {
    size_t n;
    struct row *rows;
};

struct eval {
    const struct promql_ask *ask;
    const struct promql_source *source;
    struct arena *arena;
    char *why;
    size_t cells_n;
    uint64_t samples_n;
    unsigned depth;
    struct promql_samples scratch;
};

static inline int64_t grid_ms(const struct grid *grid, size_t i)
{
    return grid->start_ms + (int64_t)i * grid->step_ms;
}

/* Set the sentence; gives `e`. */
err eval_wrong(struct eval *eval, err e, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* A table of n rows without values. */
MUST_USE err table_open(struct eval *eval, size_t n, struct table *out);
/* The row's numbers, all absent.  ERR_FULL over the ask's limit. */
MUST_USE err row_open(struct eval *eval, struct row *row, const struct grid *grid);
/* Rows of one label set become one; ERR_RANGE when both have a number at one step. */
MUST_USE err table_merge(struct eval *eval, struct table *table, const struct grid *grid);
/* ERR_TIMEOUT. */
MUST_USE err eval_expired(struct eval *eval);

MUST_USE err eval_node(struct eval *eval, const struct promql_node *node,
                       const struct grid *grid, struct table *out);

/* promql_select.c */
MUST_USE err eval_selector(struct eval *eval, const struct promql_node *node,
                           const struct grid *grid, bool times, struct table *out);
MUST_USE err eval_range_call(struct eval *eval, const struct promql_node *call,
                             const struct grid *grid, struct table *out);
/* The samples themselves, at the grid's first step. */
MUST_USE err eval_matrix(struct eval *eval, const struct promql_node *node,
                         const struct grid *grid, struct promql_result *result);
/* promql_call.c, promql_aggregate.c, promql_binary.c */
MUST_USE err eval_call(struct eval *eval, const struct promql_node *call,
                       const struct grid *grid, struct table *out);
MUST_USE err eval_aggregate(struct eval *eval, const struct promql_node *node,
                            const struct grid *grid, struct table *out);
MUST_USE err eval_binary(struct eval *eval, const struct promql_node *node,
                         const struct grid *grid, struct table *out);
/* promql_vectors.c: both sides vectors. */
MUST_USE err eval_vectors(struct eval *eval, const struct promql_node *node,
                          const struct grid *grid, const struct table sides[2],
                          struct table *out);
/* left OP right; *keep: of a comparison, does it hold? (the value is the left one) */
double operate(enum promql_operator operator, double left, double right, bool *keep);

#endif
