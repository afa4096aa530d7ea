/* promql_parse.c - operators by precedence, calls, aggregations.
 *
 * level  operators                 (weakest first; ^ binds to the right)
 *   0    or
 *   1    and unless
 *   2    == != <= < >= >
 *   3    + -
 *   4    * / % atan2
 *   5    unary + -
 *   6    ^                                                                            */
#include "ask/promql_function.h"
#include "ask/promql_parser.h"

#include "base/ensure.h"
#include "base/text.h"

#include <math.h>
#include <string.h>

enum { LEVEL_UNARY = 5, LEVEL_POWER = 6 };

static const struct {
    const char *word;
    unsigned level;
    enum promql_operator operator;
} operators[] = {
    {"or", 0, OP_OR},         {"and", 1, OP_AND},          {"unless", 1, OP_UNLESS},
    {"==", 2, OP_EQUAL},      {"!=", 2, OP_NOT_EQUAL},     {"<=", 2, OP_LESS_EQUAL},
    {"<", 2, OP_LESS},        {">=", 2, OP_GREATER_EQUAL}, {">", 2, OP_GREATER},
    {"+", 3, OP_ADD},         {"-", 3, OP_SUBTRACT},       {"*", 4, OP_MULTIPLY},
    {"/", 4, OP_DIVIDE},      {"%", 4, OP_MODULO},         {"atan2", 4, OP_ATAN2},
    {"^", 6, OP_POWER},
};

static const struct {
    const char *word;
    enum promql_aggregator aggregator;
    bool has_parameter;
} aggregators[] = {
    {"sum", AGGREGATE_SUM, false},         {"avg", AGGREGATE_AVG, false},
    {"min", AGGREGATE_MIN, false},         {"max", AGGREGATE_MAX, false},
    {"count", AGGREGATE_COUNT, false},     {"group", AGGREGATE_GROUP, false},
    {"stddev", AGGREGATE_STDDEV, false},   {"stdvar", AGGREGATE_STDVAR, false},
    {"topk", AGGREGATE_TOPK, true},        {"bottomk", AGGREGATE_BOTTOMK, true},
    {"quantile", AGGREGATE_QUANTILE, true}, {"count_values", AGGREGATE_COUNT_VALUES, true},
};

static const char *const reserved[] = {"bool",       "on",          "ignoring",
                                       "group_left", "group_right", "atan2"};

static size_t find_operator(const struct token *token)
{
    for (size_t i = 0; i < COUNT(operators); i++)
        if (token_is(token, operators[i].word) || token_is_word(token, operators[i].word))
            return i;
    return COUNT(operators);
}

static size_t find_aggregator(const struct token *token)
{
    for (size_t i = 0; i < COUNT(aggregators); i++)
        if (token_is_word(token, aggregators[i].word)) return i;
    return COUNT(aggregators);
}

/* What follows the present token, without taking it. */
static bool followed_by(const struct parser *parser, const char *sign, const char *word)
{
    const char *next = parser->next;
    struct token token;
    char why[LEX_WHY_BYTES];
    if (token_next(&next, &token, why)) return false;
    return token_is(&token, sign) || (word && token_is_word(&token, word));
}

static err take_list(struct parser *parser, struct promql_node *node)
{
    struct promql_node *list[PARSER_LIST_MAX];
    err e = parser_expect(parser, "(", "function call");
    while (!e && !token_is(&parser->token, ")")) {
        if (node->operands_n == PARSER_LIST_MAX) return ERR_FULL;
        e = parse_expression(parser, 0, &list[node->operands_n]);
        if (e) return e;
        node->operands_n++;
        if (token_is(&parser->token, ",")) {
            e = parser_step(parser);
            if (!e && token_is(&parser->token, ")"))
                return parser_unexpected(parser, "function call");
        } else if (!token_is(&parser->token, ")")) {
            return parser_unexpected(parser, "function call");
        }
    }
    if (e) return e;
    node->operands =
        arena_new(parser->arena, node->operands_n + 1, sizeof *node->operands);
    if (!node->operands) return ERR_MEMORY;
    memcpy(node->operands, list, node->operands_n * sizeof *node->operands);
    return parser_step(parser);
}

static err take_grouping(struct parser *parser, struct promql_node *node, bool *there)
{
    bool without = token_is_word(&parser->token, "without");
    if (!without && !token_is_word(&parser->token, "by")) return ERR_OK;
    if (*there) return parser_unexpected(parser, "aggregation");
    *there = true;
    node->without = without;
    err e = parser_step(parser);
    return e ? e : parser_names(parser, &node->grouping);
}

static err parse_aggregate(struct parser *parser, size_t which, struct promql_node **node)
{
    err e = parser_node(parser, NODE_AGGREGATE, node);
    if (!e) e = parser_step(parser);
    bool grouped = false;
    if (!e) (*node)->aggregator = aggregators[which].aggregator;
    if (!e) e = take_grouping(parser, *node, &grouped);
    if (!e) e = take_list(parser, *node);
    if (!e) e = take_grouping(parser, *node, &grouped);
    if (e) return e;
    size_t wanted = aggregators[which].has_parameter ? 2 : 1;
    if ((*node)->operands_n != wanted)
        return parser_wrong(
            parser, (*node)->at,
            "wrong number of arguments for aggregate expression provided, "
            "expected %zu, got %zu",
            wanted, (*node)->operands_n);
    if (wanted == 2) {
        (*node)->parameter = (*node)->operands[0];
        (*node)->operands[0] = (*node)->operands[1];
        (*node)->operands_n = 1;
    }
    return check_node(parser, *node);
}

static err parse_call(struct parser *parser, struct promql_node **node)
{
    const struct token name = parser->token;
    err e = parser_node(parser, NODE_CALL, node);
    if (e) return e;
    (*node)->function = promql_function_find(name.at, name.n);
    if (!(*node)->function)
        return parser_wrong(parser, name.at, "unknown function with name \"%.*s\"",
                            (int)(name.n < 60 ? name.n : 60), name.at);
    e = parser_step(parser);
    if (!e) e = take_list(parser, *node);
    return e ? e : check_node(parser, *node);
}

static err parse_number(struct parser *parser, double value, struct promql_node **node)
{
    err e = parser_node(parser, NODE_NUMBER, node);
    if (e) return e;
    (*node)->number = value;
    (*node)->type = PROMQL_SCALAR;
    return parser_step(parser);
}

static err parse_string(struct parser *parser, struct promql_node **node)
{
    err e = parser_node(parser, NODE_STRING, node);
    if (e) return e;
    (*node)->type = PROMQL_STRING;
    return parser_string(parser, &(*node)->text);
}

static err parse_brackets(struct parser *parser, struct promql_node **node)
{
    err e = parser_step(parser);
    if (!e) e = parse_expression(parser, 0, node);
    if (!e) e = parser_expect(parser, ")", "paren expression");
    if (!e) (*node)->in_brackets++;
    return e;
}

static err parse_word(struct parser *parser, struct promql_node **node)
{
    const struct token *token = &parser->token;
    size_t aggregator = find_aggregator(token);
    if (aggregator < COUNT(aggregators) && (followed_by(parser, "(", "by") ||
                                            followed_by(parser, "(", "without")))
        return parse_aggregate(parser, aggregator, node);
    if (followed_by(parser, "(", NULL)) return parse_call(parser, node);
    if (token_is_word(token, "inf")) return parse_number(parser, (double)INFINITY, node);
    if (token_is_word(token, "nan")) return parse_number(parser, (double)NAN, node);
    for (size_t i = 0; i < COUNT(reserved); i++) /* and, by, offset ... may be names */
        if (token_is_word(token, reserved[i])) return parser_unexpected(parser, NULL);
    return parse_selector(parser, node);
}

static err parse_primary(struct parser *parser, struct promql_node **node)
{
    const struct token *token = &parser->token;
    err e;
    if (token->kind == TOKEN_NUMBER)
        e = parse_number(parser, token->value, node);
    else if (token->kind == TOKEN_STRING)
        e = parse_string(parser, node);
    else if (token->kind == TOKEN_NAME)
        e = parse_word(parser, node);
    else if (token_is(token, "{"))
        e = parse_selector(parser, node);
    else if (token_is(token, "("))
        e = parse_brackets(parser, node);
    else
        return parser_unexpected(parser, NULL);
    return e ? e : parse_behind(parser, node);
}

static err pair(struct parser *parser, struct promql_node *left,
                struct promql_node *right, struct promql_node *node)
{
    node->operands = arena_new(parser->arena, 2, sizeof *node->operands);
    if (!node->operands) return ERR_MEMORY;
    node->operands[0] = left;
    node->operands[1] = right;
    node->operands_n = right ? 2 : 1;
    return check_node(parser, node);
}

static err parse_unary(struct parser *parser, struct promql_node **node)
{
    if (!token_is(&parser->token, "-") && !token_is(&parser->token, "+"))
        return parse_expression(parser, LEVEL_POWER, node);
    bool minus = token_is(&parser->token, "-");
    struct promql_node *negate = NULL, *inner = NULL;
    err e = parser_node(parser, NODE_NEGATE, &negate);
    if (!e) e = parser_step(parser);
    if (!e) e = parse_expression(parser, LEVEL_UNARY, &inner);
    if (e) return e;
    if (inner->kind == NODE_NUMBER && !inner->in_brackets) {
        if (minus) inner->number = -inner->number;
        *node = inner;
        return ERR_OK;
    }
    negate->number = minus ? -1 : 1;
    *node = negate;
    return pair(parser, inner, NULL, negate);
}

/* bool, on (...), ignoring (...), group_left (...), group_right (...) */
static err take_matching(struct parser *parser, struct promql_node *node)
{
    struct promql_matching *matching = &node->matching;
    err e = ERR_OK;
    if (token_is_word(&parser->token, "bool")) {
        node->gives_bool = true;
        e = parser_step(parser);
    }
    matching->on = !e && token_is_word(&parser->token, "on");
    matching->given = matching->on || (!e && token_is_word(&parser->token, "ignoring"));
    if (e || !matching->given) return e;
    e = parser_step(parser);
    if (!e) e = parser_names(parser, &matching->labels);
    bool left = !e && token_is_word(&parser->token, "group_left");
    if (e || (!left && !token_is_word(&parser->token, "group_right"))) return e;
    matching->card = left ? CARD_MANY_TO_ONE : CARD_ONE_TO_MANY;
    e = parser_step(parser);
    if (!e && token_is(&parser->token, "(")) e = parser_names(parser, &matching->include);
    return e;
}

static err parse_operators(struct parser *parser, unsigned level,
                           struct promql_node **node)
{
    err e = level == LEVEL_POWER ? parse_primary(parser, node)
                                 : parse_expression(parser, level + 1, node);
    while (!e) {
        size_t which = find_operator(&parser->token);
        if (which == COUNT(operators) || operators[which].level != level) break;
        struct promql_node *made = NULL, *right = NULL;
        e = parser_node(parser, NODE_BINARY, &made);
        if (e) return e;
        made->operator = operators[which].operator;
        e = parser_step(parser);
        if (!e) e = take_matching(parser, made);
        /* 2 ^ -3 ^ 2: to the right, and a sign may stand there */
        unsigned next = level == LEVEL_POWER ? LEVEL_UNARY : level + 1;
        if (!e) e = parse_expression(parser, next, &right);
        if (!e) e = pair(parser, *node, right, made);
        if (!e) *node = made;
    }
    return e;
}

err parse_expression(struct parser *parser, unsigned level, struct promql_node **node)
{
    if (level == 0 && ++parser->depth > PARSER_DEPTH_MAX) return ERR_FULL;
    if (level == LEVEL_UNARY && ++parser->depth > PARSER_DEPTH_MAX) return ERR_FULL;
    err e = level == LEVEL_UNARY ? parse_unary(parser, node)
                                 : parse_operators(parser, level, node);
    if (level == 0 || level == LEVEL_UNARY) parser->depth--;
    return e;
}

static err parse_whole(struct parser *parser, struct promql_node **root)
{
    err e = parser_step(parser);
    if (!e && parser->token.kind == TOKEN_END)
        return parser_wrong(parser, parser->token.at, "no expression found in input");
    if (!e) e = parse_expression(parser, 0, root);
    if (!e && parser->token.kind != TOKEN_END) e = parser_unexpected(parser, NULL);
    return e;
}

err promql_parse(const char *text, struct arena *arena, struct promql_node **root,
                 char why[PROMQL_WHY_BYTES])
{
    ensure(text != NULL);
    why[0] = '\0';
    struct parser parser = {.text = text, .next = text, .arena = arena, .why = why};
    err e = strlen(text) > PROMQL_TEXT_BYTES_MAX ? ERR_FULL : parse_whole(&parser, root);
    if (e == ERR_FULL)
        text_format(why, PROMQL_WHY_BYTES,
                    "1:1: parse error: the query is longer than %d bytes, deeper than %d "
                    "or has a list of more than %d",
                    PROMQL_TEXT_BYTES_MAX, PARSER_DEPTH_MAX, PARSER_LIST_MAX);
    return e;
}

err promql_parse_matchers(const char *text, struct arena *arena,
                          struct promql_matchers *matchers, char why[PROMQL_WHY_BYTES])
{
    struct promql_node *root = NULL;
    err e = promql_parse(text, arena, &root, why);
    if (e) return e;
    if (root->kind != NODE_SELECTOR || root->range_ms || root->offset_ms ||
        root->at_kind) {
        text_copy(why, PROMQL_WHY_BYTES,
                  "1:1: parse error: only a vector selector is allowed here");
        return ERR_FRAME;
    }
    *matchers = root->matchers;
    return ERR_OK;
}

bool promql_matches(const struct promql_matchers *matchers, struct labels labels)
{
    for (size_t i = 0; i < matchers->n; i++) {
        const struct promql_matcher *matcher = &matchers->at[i];
        const char *value = labels_value(labels, matcher->name);
        bool same = matcher->pattern ? pattern_matches(matcher->pattern, value)
                                     : text_equal(value, matcher->value);
        bool wanted = matcher->match == MATCH_EQUAL || matcher->match == MATCH_PATTERN;
        if (same != wanted) return false;
    }
    return true;
}
