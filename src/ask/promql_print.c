/* promql_print.c - see promql_print.h. */
#include "ask/promql_print.h"

#include "ask/promql_function.h"
#include "ask/promql_node.h"
#include "ask/promql_parser.h"
#include "base/decimal.h"
#include "base/ensure.h"
#include "base/text.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void print(const struct promql_node *node, struct buffer *out);

static void put_number(double value, struct buffer *out)
{
    char text[64];
    struct decimal decimal;
    if (!isfinite(value)) {
        buffer_put_text(out, isnan(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf");
        return;
    }
    decimal_of(value, &decimal);
    if (signbit(value)) buffer_put_u8(out, '-');
    if (value != 0 && (decimal.exponent <= -4 || decimal.exponent > 6))
        decimal_scientific(&decimal, text);
    else
        decimal_plain(&decimal, text);
    buffer_put_text(out, text);
}

static void put_quoted(const char *text, struct buffer *out)
{
    static const char special[] = "\"\\\n\r\t\a\b\f\v", codes[] = "\"\\nrtabfv";
    buffer_put_u8(out, '"');
    for (; *text; text++) {
        const char *known = strchr(special, *text);
        if (known)
            buffer_format(out, "\\%c", codes[known - special]);
        else if ((unsigned char)*text < ' ' || *text == 0x7f)
            buffer_format(out, "\\x%02x", (unsigned)(unsigned char)*text);
        else
            buffer_put_u8(out, (uint8_t)*text);
    }
    buffer_put_u8(out, '"');
}

static bool is_plain(const char *name, bool colon)
{
    if (!name[0] || isdigit((unsigned char)name[0])) return false;
    for (; *name; name++)
        if (!isalnum((unsigned char)*name) && *name != '_' && !(colon && *name == ':'))
            return false;
    return true;
}

static void put_name(const char *name, struct buffer *out)
{
    if (is_plain(name, false))
        buffer_put_text(out, name);
    else
        put_quoted(name, out);
}

static void put_duration(int64_t ms, struct buffer *out)
{
    static const struct {
        const char *unit;
        int64_t ms;
        bool exact;
    } units[] = {{"y", 31536000000, true}, {"w", 604800000, true}, {"d", 86400000, false},
                 {"h", 3600000, false},    {"m", 60000, false},    {"s", 1000, false},
                 {"ms", 1, false}};
    for (size_t i = 0; i < COUNT(units); i++) {
        if (units[i].exact && ms % units[i].ms) continue;
        if (ms / units[i].ms)
            buffer_format(out, "%lld%s", (long long)(ms / units[i].ms), units[i].unit);
        ms %= units[i].ms;
    }
}

static void put_modifiers(const struct promql_node *node, struct buffer *out)
{
    switch (node->at_kind) {
    case AT_NONE: break;
    case AT_TIME: buffer_format(out, " @ %.3f", (double)node->at_ms / 1000); break;
    case AT_START: buffer_put_text(out, " @ start()"); break;
    case AT_END: buffer_put_text(out, " @ end()"); break;
    }
    if (!node->offset_ms) return;
    buffer_put_text(out, node->offset_ms < 0 ? " offset -" : " offset ");
    put_duration(node->offset_ms < 0 ? -node->offset_ms : node->offset_ms, out);
}

static const char *const signs[] = {[MATCH_EQUAL] = "=",
                                    [MATCH_NOT_EQUAL] = "!=",
                                    [MATCH_PATTERN] = "=~",
                                    [MATCH_NOT_PATTERN] = "!~"};

static int by_text(const void *a, const void *b)
{
    const struct promql_matcher *x = *(const struct promql_matcher *const *)a;
    const struct promql_matcher *y = *(const struct promql_matcher *const *)b;
    int order = strcmp(x->name, y->name);
    if (order == 0) order = strcmp(signs[x->match], signs[y->match]);
    return order != 0 ? order : strcmp(x->value, y->value);
}

/* In order of their texts, as Prometheus. */
static void put_matchers(const struct promql_matcher *matchers, size_t n,
                         struct buffer *out)
{
    const struct promql_matcher *order[PARSER_LIST_MAX];
    ensure(n <= PARSER_LIST_MAX);
    for (size_t i = 0; i < n; i++) order[i] = &matchers[i];
    qsort(order, n, sizeof *order, by_text);
    buffer_put_u8(out, '{');
    for (size_t i = 0; i < n; i++) {
        if (i) buffer_put_u8(out, ',');
        put_name(order[i]->name, out);
        buffer_put_text(out, signs[order[i]->match]);
        put_quoted(order[i]->value, out);
    }
    buffer_put_u8(out, '}');
}

static void put_selector(const struct promql_node *node, struct buffer *out)
{
    const struct promql_matcher *first = node->matchers.at;
    bool named = first->match == MATCH_EQUAL && text_equal(first->name, LABEL_METRIC) &&
                 is_plain(first->value, true) && node->at[0] != '{';
    if (named) buffer_put_text(out, first->value);
    if (node->matchers.n > named)
        put_matchers(first + named, node->matchers.n - named, out);
    if (node->range_ms) {
        buffer_put_u8(out, '[');
        put_duration(node->range_ms, out);
        buffer_put_u8(out, ']');
    }
    put_modifiers(node, out);
}

static void put_subquery(const struct promql_node *node, struct buffer *out)
{
    print(node->operands[0], out);
    buffer_put_u8(out, '[');
    put_duration(node->range_ms, out);
    buffer_put_u8(out, ':');
    if (node->step_ms) put_duration(node->step_ms, out);
    buffer_put_u8(out, ']');
    put_modifiers(node, out);
}

static void put_names(const char *word, const struct label_names *names,
                      struct buffer *out)
{
    buffer_format(out, " %s (", word);
    for (size_t i = 0; i < names->n; i++) {
        if (i) buffer_put_text(out, ", ");
        put_name(names->at[i], out);
    }
    buffer_put_u8(out, ')');
}

static void put_call(const struct promql_node *node, struct buffer *out)
{
    buffer_format(out, "%s(", node->function->name);
    for (size_t i = 0; i < node->operands_n; i++) {
        if (i) buffer_put_text(out, ", ");
        print(node->operands[i], out);
    }
    buffer_put_u8(out, ')');
}

static void put_aggregate(const struct promql_node *node, struct buffer *out)
{
    static const char *const words[] = {
        [AGGREGATE_SUM] = "sum",           [AGGREGATE_AVG] = "avg",
        [AGGREGATE_MIN] = "min",           [AGGREGATE_MAX] = "max",
        [AGGREGATE_COUNT] = "count",       [AGGREGATE_GROUP] = "group",
        [AGGREGATE_STDDEV] = "stddev",     [AGGREGATE_STDVAR] = "stdvar",
        [AGGREGATE_TOPK] = "topk",         [AGGREGATE_BOTTOMK] = "bottomk",
        [AGGREGATE_QUANTILE] = "quantile", [AGGREGATE_COUNT_VALUES] = "count_values"};
    buffer_put_text(out, words[node->aggregator]);
    bool grouped = node->without || node->grouping.n;
    if (grouped) put_names(node->without ? "without" : "by", &node->grouping, out);
    buffer_put_text(out, grouped ? " (" : "(");
    if (node->parameter) {
        print(node->parameter, out);
        buffer_put_text(out, ", ");
    }
    print(node->operands[0], out);
    buffer_put_u8(out, ')');
}

static void put_binary(const struct promql_node *node, struct buffer *out)
{
    static const char *const words[] = {
        [OP_OR] = "or",         [OP_AND] = "and",           [OP_UNLESS] = "unless",
        [OP_EQUAL] = "==",      [OP_NOT_EQUAL] = "!=",      [OP_LESS] = "<",
        [OP_LESS_EQUAL] = "<=", [OP_GREATER] = ">",         [OP_GREATER_EQUAL] = ">=",
        [OP_ADD] = "+",         [OP_SUBTRACT] = "-",        [OP_MULTIPLY] = "*",
        [OP_DIVIDE] = "/",      [OP_MODULO] = "%",          [OP_ATAN2] = "atan2",
        [OP_POWER] = "^"};
    const struct promql_matching *matching = &node->matching;
    print(node->operands[0], out);
    buffer_format(out, " %s%s", words[node->operator], node->gives_bool ? " bool" : "");
    if (matching->on || (matching->given && matching->labels.n)) {
        put_names(matching->on ? "on" : "ignoring", &matching->labels, out);
        if (matching->card != CARD_ONE_TO_ONE)
            put_names(matching->card == CARD_MANY_TO_ONE ? "group_left" : "group_right",
                      &matching->include, out);
    }
    buffer_put_u8(out, ' ');
    print(node->operands[1], out);
}

static void print(const struct promql_node *node, struct buffer *out)
{
    for (unsigned i = 0; i < node->in_brackets; i++) buffer_put_u8(out, '(');
    switch (node->kind) {
    case NODE_NUMBER: put_number(node->number, out); break;
    case NODE_STRING: put_quoted(node->text, out); break;
    case NODE_SELECTOR: put_selector(node, out); break;
    case NODE_SUBQUERY: put_subquery(node, out); break;
    case NODE_CALL: put_call(node, out); break;
    case NODE_AGGREGATE: put_aggregate(node, out); break;
    case NODE_BINARY: put_binary(node, out); break;
    case NODE_NEGATE:
        buffer_put_u8(out, node->number < 0 ? '-' : '+');
        print(node->operands[0], out);
        break;
    }
    for (unsigned i = 0; i < node->in_brackets; i++) buffer_put_u8(out, ')');
}

void promql_print(const struct promql_node *root, struct buffer *out)
{
    print(root, out);
}
