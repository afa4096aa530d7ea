/* promql_node.h - private to the query language: the tree between parser and evaluation.
 */
#ifndef HEATNET_ASK_PROMQL_NODE_H
#define HEATNET_ASK_PROMQL_NODE_H

#include "ask/promql.h"

enum promql_kind {
    NODE_NUMBER,
    NODE_STRING,
    NODE_SELECTOR,
    NODE_SUBQUERY,
    NODE_CALL,
    NODE_AGGREGATE,
    NODE_BINARY,
    NODE_NEGATE
};

enum promql_operator {
    OP_OR,
    OP_AND,
    OP_UNLESS,
    OP_EQUAL,
    OP_NOT_EQUAL,
    OP_LESS,
    OP_LESS_EQUAL,
    OP_GREATER,
    OP_GREATER_EQUAL,
    OP_ADD,
    OP_SUBTRACT,
    OP_MULTIPLY,
    OP_DIVIDE,
    OP_MODULO,
    OP_ATAN2,
    OP_POWER
};

enum promql_aggregator {
    AGGREGATE_SUM,
    AGGREGATE_AVG,
    AGGREGATE_MIN,
    AGGREGATE_MAX,
    AGGREGATE_COUNT,
    AGGREGATE_GROUP,
    AGGREGATE_STDDEV,
    AGGREGATE_STDVAR,
    AGGREGATE_TOPK,
    AGGREGATE_BOTTOMK,
    AGGREGATE_QUANTILE,
    AGGREGATE_COUNT_VALUES
};

enum promql_at { AT_NONE, AT_TIME, AT_START, AT_END };

/* Which series of the two sides belong together. */
struct promql_matching {
    bool given, on; /* on (...) or ignoring (...) */
    enum { CARD_ONE_TO_ONE, CARD_MANY_TO_ONE, CARD_ONE_TO_MANY } card;
    struct label_names labels, include;
};

struct promql_function;

struct promql_node {
    enum promql_kind kind;
    enum promql_type type;
    const char *at; /* in the query's text, for errors */
    unsigned in_brackets; /* pairs of them: an operand of its own */
    double number;
    const char *text;
    /* selector, subquery */
    struct promql_matchers matchers;
    int64_t range_ms; /* 0 = instant */
    int64_t offset_ms, step_ms, at_ms;
    enum promql_at at_kind;
    /* operands: binary 2, negate, subquery and aggregate 1 (+ the parameter), call any */
    size_t operands_n;
    struct promql_node **operands;
    struct promql_node *parameter;
    const struct promql_function *function;
    enum promql_aggregator aggregator;
    bool without;
    struct label_names grouping;
    enum promql_operator operator;
    bool gives_bool;
    struct promql_matching matching;
};

static inline bool operator_compares(enum promql_operator operator)
{
    return operator >= OP_EQUAL && operator <= OP_GREATER_EQUAL;
}

static inline bool operator_is_set(enum promql_operator operator)
{
    return operator <= OP_UNLESS;
}

#endif
