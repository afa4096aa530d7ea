/* promql_parse_selector.c - selectors, and what may stand behind an expression: [range],
 * [range:step], offset, @. */
#include "ask/promql_parser.h"

#include "base/ensure.h"
#include "base/text.h"

#include <math.h>
#include <string.h>

static err take_match(struct parser *parser, enum promql_match *match)
{
    static const struct {
        const char *sign;
        enum promql_match match;
    } signs[] = {{"=", MATCH_EQUAL},
                 {"!=", MATCH_NOT_EQUAL},
                 {"=~", MATCH_PATTERN},
                 {"!~", MATCH_NOT_PATTERN}};
    for (size_t i = 0; i < COUNT(signs); i++) {
        if (!token_is(&parser->token, signs[i].sign)) continue;
        *match = signs[i].match;
        return parser_step(parser);
    }
    return parser_unexpected(parser, "label matching");
}

static err take_matcher(struct parser *parser, struct promql_matcher *matcher)
{
    bool quoted = parser->token.kind == TOKEN_STRING;
    bool plain = parser->token.kind == TOKEN_NAME &&
                 !memchr(parser->token.at, ':', parser->token.n);
    if (!quoted && !plain) return parser_unexpected(parser, "label matching");
    err e = quoted ? parser_string(parser, &matcher->name)
                   : parser_name(parser, &matcher->name);
    bool alone = token_is(&parser->token, ",") || token_is(&parser->token, "}");
    if (!e && quoted && alone) { /* {"metric name"}, as from Prometheus 3 on */
        matcher->value = matcher->name;
        matcher->name = LABEL_METRIC;
        return ERR_OK;
    }
    if (!e) e = take_match(parser, &matcher->match);
    const char *at = parser->token.at;
    if (!e && parser->token.kind != TOKEN_STRING)
        return parser_unexpected(parser, "label matching");
    if (!e) e = parser_string(parser, &matcher->value);
    if (e || matcher->match == MATCH_EQUAL || matcher->match == MATCH_NOT_EQUAL) return e;
    char why[PATTERN_WHY_BYTES];
    struct pattern *pattern = NULL;
    e = pattern_make(matcher->value, parser->arena, &pattern, why);
    if (e == ERR_FRAME) return parser_wrong(parser, at, "error parsing regexp: %s", why);
    matcher->pattern = pattern;
    return e;
}

static err take_matchers(struct parser *parser, struct promql_matcher *list, size_t *n)
{
    err e = parser_step(parser); /* { */
    while (!e && !token_is(&parser->token, "}")) {
        if (*n == PARSER_LIST_MAX) return ERR_FULL;
        list[*n] = (struct promql_matcher){0};
        e = take_matcher(parser, &list[*n]);
        ++*n;
        if (!e && token_is(&parser->token, ","))
            e = parser_step(parser);
        else if (!e && !token_is(&parser->token, "}"))
            return parser_unexpected(parser, "label matching");
    }
    return e ? e : parser_step(parser);
}

static bool takes_empty(const struct promql_matcher *matcher)
{
    switch (matcher->match) {
    case MATCH_EQUAL: return matcher->value[0] == '\0';
    case MATCH_NOT_EQUAL: return matcher->value[0] != '\0';
    case MATCH_PATTERN: return pattern_matches(matcher->pattern, "");
    case MATCH_NOT_PATTERN: return !pattern_matches(matcher->pattern, "");
    }
    return true;
}

static err check_matchers(struct parser *parser, const struct promql_node *node,
                          bool named)
{
    bool some = false;
    for (size_t i = 0; i < node->matchers.n; i++) {
        const struct promql_matcher *matcher = &node->matchers.at[i];
        some = some || !takes_empty(matcher);
        if (named && i && text_equal(matcher->name, LABEL_METRIC))
            return parser_wrong(parser, node->at, "metric name must not be set twice");
    }
    if (some) return ERR_OK;
    return parser_wrong(parser, node->at,
                        "vector selector must contain at least one non-empty matcher");
}

err parse_selector(struct parser *parser, struct promql_node **node)
{
    struct promql_matcher list[PARSER_LIST_MAX];
    size_t n = 0;
    bool named = parser->token.kind == TOKEN_NAME;
    err e = parser_node(parser, NODE_SELECTOR, node);
    if (!e && named) {
        list[n++] = (struct promql_matcher){.name = LABEL_METRIC};
        e = parser_name(parser, &list[0].value);
    }
    if (!e && token_is(&parser->token, "{")) e = take_matchers(parser, list, &n);
    if (e) return e;
    (*node)->type = PROMQL_VECTOR;
    (*node)->matchers.n = n;
    (*node)->matchers.at = arena_new(parser->arena, n + 1, sizeof *list);
    if (!(*node)->matchers.at) return ERR_MEMORY;
    memcpy((*node)->matchers.at, list, n * sizeof *list);
    return check_matchers(parser, *node, named);
}

/* --- behind ------------------------------------------------------------------------- */

static err take_duration(struct parser *parser, int64_t *ms)
{
    const struct token *token = &parser->token;
    if (token->kind != TOKEN_DURATION) return parser_unexpected(parser, "duration");
    if (token->ms <= 0)
        return parser_wrong(parser, token->at, "duration must be greater than 0");
    *ms = token->ms;
    return parser_step(parser);
}

static err take_range(struct parser *parser, struct promql_node **node)
{
    int64_t range_ms = 0, step_ms = 0;
    const char *at = parser->token.at;
    err e = parser_step(parser); /* [ */
    if (!e) e = take_duration(parser, &range_ms);
    bool sub = !e && token_is(&parser->token, ":");
    if (sub) e = parser_step(parser);
    if (!e && sub && !token_is(&parser->token, "]")) e = take_duration(parser, &step_ms);
    if (!e) e = parser_expect(parser, "]", "subquery or range selector");
    if (e) return e;
    struct promql_node *inner = *node;
    if (!sub) {
        if (inner->kind != NODE_SELECTOR || inner->range_ms || inner->in_brackets)
            return parser_wrong(parser, at, "ranges only allowed for vector selectors");
        if (inner->offset_ms || inner->at_kind)
            return parser_wrong(parser, at,
                                "no offset or @ modifiers allowed before range");
        inner->range_ms = range_ms;
        inner->type = PROMQL_MATRIX;
        return ERR_OK;
    }
    if (inner->type != PROMQL_VECTOR && inner->type != PROMQL_SCALAR)
        return parser_wrong(parser, inner->at,
                            "subquery is only allowed on instant vector, got %s instead",
                            promql_type_word(inner->type));
    e = parser_node(parser, NODE_SUBQUERY, node);
    struct promql_node **operands = arena_new(parser->arena, 1, sizeof *operands);
    if (e || !operands) return ERR_MEMORY;
    operands[0] = inner;
    (*node)->at = inner->at;
    (*node)->operands = operands;
    (*node)->operands_n = 1;
    (*node)->type = PROMQL_MATRIX;
    (*node)->range_ms = range_ms;
    (*node)->step_ms = step_ms;
    return ERR_OK;
}

static bool takes_modifier(const struct promql_node *node)
{
    return (node->kind == NODE_SELECTOR || node->kind == NODE_SUBQUERY) &&
           !node->in_brackets;
}

static err take_offset(struct parser *parser, struct promql_node *node)
{
    const char *at = parser->token.at;
    err e = parser_step(parser);
    bool minus = !e && token_is(&parser->token, "-");
    if (minus || (!e && token_is(&parser->token, "+"))) e = parser_step(parser);
    int64_t ms = 0;
    if (!e) e = take_duration(parser, &ms);
    if (e) return e;
    if (!takes_modifier(node))
        return parser_wrong(parser, at,
                            "offset modifier must be preceded by an instant vector "
                            "selector or range vector selector or a subquery");
    if (node->offset_ms)
        return parser_wrong(parser, at, "offset may not be set multiple times");
    node->offset_ms = minus ? -ms : ms;
    return ERR_OK;
}

static err take_at_time(struct parser *parser, struct promql_node *node)
{
    bool minus = token_is(&parser->token, "-");
    err e = ERR_OK;
    if (minus || token_is(&parser->token, "+")) e = parser_step(parser);
    if (e) return e;
    if (parser->token.kind != TOKEN_NUMBER) return parser_unexpected(parser, "@");
    double seconds = minus ? -parser->token.value : parser->token.value;
    if (!(fabs(seconds) < 1e13))
        return parser_wrong(parser, parser->token.at,
                            "timestamp out of bounds for @ modifier");
    node->at_kind = AT_TIME;
    node->at_ms = (int64_t)llround(seconds * 1000);
    return parser_step(parser);
}

static err take_at(struct parser *parser, struct promql_node *node)
{
    const char *at = parser->token.at;
    err e = parser_step(parser);
    if (e) return e;
    if (!takes_modifier(node))
        return parser_wrong(
            parser, at,
            "@ modifier must be preceded by an instant vector selector or "
            "range vector selector or a subquery");
    if (node->at_kind)
        return parser_wrong(parser, at, "@ <timestamp> may not be set multiple times");
    bool start = token_is_word(&parser->token, "start");
    if (!start && !token_is_word(&parser->token, "end"))
        return take_at_time(parser, node);
    node->at_kind = start ? AT_START : AT_END;
    e = parser_step(parser);
    if (!e) e = parser_expect(parser, "(", "@");
    return e ? e : parser_expect(parser, ")", "@");
}

err parse_behind(struct parser *parser, struct promql_node **node)
{
    err e = ERR_OK;
    while (!e) {
        if (token_is(&parser->token, "["))
            e = take_range(parser, node);
        else if (token_is_word(&parser->token, "offset"))
            e = take_offset(parser, *node);
        else if (token_is(&parser->token, "@"))
            e = take_at(parser, *node);
        else
            return ERR_OK;
    }
    return e;
}
