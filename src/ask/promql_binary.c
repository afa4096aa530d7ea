/* promql_binary.c - operators between scalars and vectors. */
#include "ask/promql_eval.h"

#include "base/ensure.h"

#include <math.h>

double operate(enum promql_operator operator, double left, double right, bool *keep)
{
    *keep = true;
    switch (operator) {
    case OP_ADD: return left + right;
    case OP_SUBTRACT: return left - right;
    case OP_MULTIPLY: return left * right;
    case OP_DIVIDE: return left / right;
    case OP_MODULO: return fmod(left, right);
    case OP_POWER: return pow(left, right);
    case OP_ATAN2: return atan2(left, right);
    case OP_EQUAL: *keep = left == right; return left;
    case OP_NOT_EQUAL: *keep = left != right; return left;
    case OP_LESS: *keep = left < right; return left;
    case OP_LESS_EQUAL: *keep = left <= right; return left;
    case OP_GREATER: *keep = left > right; return left;
    case OP_GREATER_EQUAL: *keep = left >= right; return left;
    case OP_OR:
    case OP_AND:
    case OP_UNLESS: break; /* of whole vectors */
    }
    return left;
}

static double one(const struct promql_node *node, double left, double right,
                  bool vector_is_right)
{
    bool keep;
    double value = operate(node->operator, left, right, &keep);
    if (node->gives_bool) return keep;
    if (!keep) return promql_absent();
    return operator_compares(node->operator) && vector_is_right ? right : value;
}

/* One side a scalar. */
static err with_scalar(struct eval *eval, const struct promql_node *node,
                       const struct grid *grid, const struct table sides[2],
                       struct table *out)
{
    bool scalar_left = node->operands[0]->type == PROMQL_SCALAR;
    const double *scalar = sides[scalar_left ? 0 : 1].rows[0].values;
    *out = sides[scalar_left ? 1 : 0];
    bool drop = node->gives_bool || !operator_compares(node->operator);
    err e = ERR_OK;
    for (size_t r = 0; !e && r < out->n; r++) {
        struct row *row = &out->rows[r];
        for (size_t i = 0; i < grid->n; i++) {
            double value = row->values[i];
            if (promql_is_absent(value)) continue;
            row->values[i] = scalar_left ? one(node, scalar[i], value, true)
                                         : one(node, value, scalar[i], false);
        }
        if (drop) e = labels_drop_metric(eval->arena, row->labels, &row->labels);
    }
    if (e || !drop || node->type == PROMQL_SCALAR) return e;
    return table_merge(eval, out, grid);
}

err eval_binary(struct eval *eval, const struct promql_node *node,
                const struct grid *grid, struct table *out)
{
    struct table sides[2];
    err e = eval_node(eval, node->operands[0], grid, &sides[0]);
    if (!e) e = eval_node(eval, node->operands[1], grid, &sides[1]);
    if (e) return e;
    bool vectors = node->operands[0]->type == PROMQL_VECTOR &&
                   node->operands[1]->type == PROMQL_VECTOR;
    return vectors ? eval_vectors(eval, node, grid, sides, out)
                   : with_scalar(eval, node, grid, sides, out);
}
