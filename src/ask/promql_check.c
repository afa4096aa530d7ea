/* promql_check.c - do operands fit their operators?  Sets each node's type. */
#include "ask/promql_function.h"
#include "ask/promql_parser.h"

#include "base/ensure.h"
#include "base/text.h"

const char *promql_type_word(enum promql_type type)
{
    static const char *const words[] = {[PROMQL_SCALAR] = "scalar",
                                        [PROMQL_VECTOR] = "vector",
                                        [PROMQL_MATRIX] = "matrix",
                                        [PROMQL_STRING] = "string"};
    return words[type];
}

enum promql_type promql_type_of(const struct promql_node *root)
{
    return root->type;
}

static const char *long_word(enum promql_type type)
{
    static const char *const words[] = {[PROMQL_SCALAR] = "scalar",
                                        [PROMQL_VECTOR] = "instant vector",
                                        [PROMQL_MATRIX] = "range vector",
                                        [PROMQL_STRING] = "string"};
    return words[type];
}

static bool is_number(const struct promql_node *node)
{
    return node->type == PROMQL_SCALAR || node->type == PROMQL_VECTOR;
}

static err check_binary(struct parser *parser, struct promql_node *node)
{
    const struct promql_node *left = node->operands[0], *right = node->operands[1];
    bool scalars = left->type == PROMQL_SCALAR && right->type == PROMQL_SCALAR;
    bool vectors = left->type == PROMQL_VECTOR && right->type == PROMQL_VECTOR;
    bool compares = operator_compares(node->operator),
         set = operator_is_set(node->operator);
    if (!is_number(left) || !is_number(right))
        return parser_wrong(
            parser, is_number(left) ? right->at : left->at,
            "binary expression must contain only scalar and instant vector "
            "types");
    if (node->gives_bool && !compares)
        return parser_wrong(parser, node->at,
                            "bool modifier can only be used on comparison operators");
    if (compares && scalars && !node->gives_bool)
        return parser_wrong(parser, node->at,
                            "comparisons between scalars must use BOOL modifier");
    if (set && !vectors)
        return parser_wrong(parser, node->at,
                            "set operator not allowed in binary scalar expression");
    if (node->matching.given && !vectors)
        return parser_wrong(parser, node->at,
                            "vector matching only allowed between instant vectors");
    if (set && node->matching.card != CARD_ONE_TO_ONE)
        return parser_wrong(parser, node->at, "no grouping allowed for set operation");
    for (size_t i = 0; node->matching.on && i < node->matching.include.n; i++)
        if (label_names_have(&node->matching.labels, node->matching.include.at[i]))
            return parser_wrong(
                parser, node->at,
                "label \"%s\" must not occur in ON and GROUP clause at once",
                node->matching.include.at[i]);
    node->type = scalars ? PROMQL_SCALAR : PROMQL_VECTOR;
    return ERR_OK;
}

static err check_call(struct parser *parser, struct promql_node *node)
{
    const struct promql_function *function = node->function;
    if (node->operands_n < function->arguments_least ||
        node->operands_n > function->arguments_most)
        return parser_wrong(parser, node->at,
                            "expected %s%zu argument(s) in call to \"%s\", got %zu",
                            function->arguments_least == function->arguments_most ? ""
                            : node->operands_n < function->arguments_least ? "at least "
                                                                           : "at most ",
                            node->operands_n < function->arguments_least
                                ? function->arguments_least
                                : function->arguments_most,
                            function->name, node->operands_n);
    for (size_t i = 0; i < node->operands_n; i++) {
        size_t k = i < FUNCTION_ARGUMENTS_MAX ? i : FUNCTION_ARGUMENTS_MAX - 1;
        if (node->operands[i]->type == function->arguments[k]) continue;
        return parser_wrong(parser, node->operands[i]->at,
                            "expected type %s in call to function \"%s\", got %s",
                            long_word(function->arguments[k]), function->name,
                            long_word(node->operands[i]->type));
    }
    node->type = function->result;
    return ERR_OK;
}

static err check_aggregate(struct parser *parser, struct promql_node *node)
{
    node->type = PROMQL_VECTOR;
    if (node->operands[0]->type != PROMQL_VECTOR)
        return parser_wrong(
            parser, node->operands[0]->at,
            "expected type instant vector in aggregation expression, got %s",
            long_word(node->operands[0]->type));
    if (!node->parameter) return ERR_OK;
    enum promql_type wanted =
        node->aggregator == AGGREGATE_COUNT_VALUES ? PROMQL_STRING : PROMQL_SCALAR;
    if (node->parameter->type == wanted) return ERR_OK;
    return parser_wrong(parser, node->parameter->at,
                        "expected type %s in aggregation parameter, got %s",
                        long_word(wanted), long_word(node->parameter->type));
}

err check_node(struct parser *parser, struct promql_node *node)
{
    if (node->kind == NODE_BINARY) return check_binary(parser, node);
    if (node->kind == NODE_CALL) return check_call(parser, node);
    if (node->kind == NODE_AGGREGATE) return check_aggregate(parser, node);
    ensure(node->kind == NODE_NEGATE);
    if (!is_number(node->operands[0]))
        return parser_wrong(
            parser, node->operands[0]->at,
            "unary expression only allowed on expressions of type scalar or "
            "instant vector, got \"%s\"",
            long_word(node->operands[0]->type));
    node->type = node->operands[0]->type;
    return ERR_OK;
}
