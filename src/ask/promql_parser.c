/* promql_parser.c - what all steps of the parser share; see promql_parser.h. */
#include "ask/promql_parser.h"

#include "base/ensure.h"
#include "base/text.h"

#include <stdarg.h>
#include <string.h>

err parser_wrong(struct parser *parser, const char *at, const char *format, ...)
{
    char said[PROMQL_WHY_BYTES - 40];
    unsigned line = 1, column = 1;
    for (const char *c = parser->text; c < at; c++) {
        column = *c == '\n' ? 1 : column + 1;
        line += *c == '\n';
    }
    va_list list;
    va_start(list, format);
    text_format_list(said, sizeof said, format, list);
    va_end(list);
    text_format(parser->why, PROMQL_WHY_BYTES, "%u:%u: parse error: %s", line, column,
                said);
    return ERR_FRAME;
}

err parser_unexpected(struct parser *parser, const char *where)
{
    const struct token *token = &parser->token;
    if (token->kind == TOKEN_END)
        return parser_wrong(parser, token->at, "unexpected end of input%s%s",
                            where ? " in " : "", where ? where : "");
    return parser_wrong(parser, token->at, "unexpected \"%.*s\"%s%s",
                        (int)(token->n < 40 ? token->n : 40), token->at,
                        where ? " in " : "", where ? where : "");
}

err parser_step(struct parser *parser)
{
    char why[LEX_WHY_BYTES];
    const char *before = parser->next;
    err e = token_next(&parser->next, &parser->token, why);
    if (e)
        return parser_wrong(parser, parser->token.at ? parser->token.at : before, "%s",
                            why);
    return ERR_OK;
}

err parser_expect(struct parser *parser, const char *sign, const char *where)
{
    if (!token_is(&parser->token, sign)) return parser_unexpected(parser, where);
    return parser_step(parser);
}

err parser_node(struct parser *parser, enum promql_kind kind, struct promql_node **node)
{
    struct promql_node *made = arena_new(parser->arena, 1, sizeof *made);
    if (!made) return ERR_MEMORY;
    made->kind = kind;
    made->at = parser->token.at;
    *node = made;
    return ERR_OK;
}

err parser_name(struct parser *parser, const char **name)
{
    char *text = arena_text(parser->arena, parser->token.at, parser->token.n);
    if (!text) return ERR_MEMORY;
    *name = text;
    return parser_step(parser);
}

/* --- strings ------------------------------------------------------------------------ */

static size_t put_utf8(char *out, uint32_t code)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    size_t n = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const unsigned heads[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = n; i-- > 1; code >>= 6) out[i] = (char)(0x80 | (code & 0x3f));
    out[0] = (char)(heads[n] | code);
    return n;
}

static int digit_of(char c, int base)
{
    int digit = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : 99;
    return digit < base ? digit : -1;
}

/* \xHH, \uHHHH, \UHHHHHHHH, \OOO: how many digits of which base. */
static bool coded(char c, size_t *digits_n, int *base)
{
    *base = 16;
    *digits_n = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    if (*digits_n) return true;
    *base = 8;
    *digits_n = 3;
    return c >= '0' && c <= '7';
}

/* The escape behind a backslash at *at; false: not one. */
static bool take_escape(const char **at, const char *end, char *out, size_t *out_n)
{
    static const char letters[] = "abfnrtv\\'\"", means[] = "\a\b\f\n\r\t\v\\'\"";
    const char *known = **at ? strchr(letters, **at) : NULL;
    if (known) {
        out[(*out_n)++] = means[known - letters];
        ++*at;
        return true;
    }
    size_t digits_n;
    int base;
    if (!coded(**at, &digits_n, &base)) return false;
    const char *digits = *at + (base == 16);
    if ((size_t)(end - digits) < digits_n) return false;
    uint32_t code = 0;
    for (size_t i = 0; i < digits_n; i++) {
        int digit = digit_of(digits[i], base);
        if (digit < 0) return false;
        code = code * (uint32_t)base + (uint32_t)digit;
    }
    bool byte = digits_n < 4;
    if (code == 0 || code > (byte ? 0xff : 0x10ffff)) return false;
    if (byte)
        out[(*out_n)++] = (char)code;
    else
        *out_n += put_utf8(out + *out_n, code);
    *at = digits + digits_n;
    return true;
}

err parser_string(struct parser *parser, const char **text)
{
    const struct token *token = &parser->token;
    if (token->kind != TOKEN_STRING) return parser_unexpected(parser, "string");
    char *out = arena_new(parser->arena, token->n + 1, 1);
    if (!out) return ERR_MEMORY;
    size_t out_n = 0;
    const char *at = token->at + 1, *end = token->at + token->n - 1;
    bool raw = token->at[0] == '`';
    while (at < end) {
        if (raw || *at != '\\') {
            out[out_n++] = *at++;
            continue;
        }
        at++;
        if (!take_escape(&at, end, out, &out_n))
            return parser_wrong(parser, at, "unknown escape sequence");
    }
    out[out_n] = '\0';
    *text = out;
    return parser_step(parser);
}

static bool is_label_name(const struct token *token)
{
    return token->kind == TOKEN_NAME && !memchr(token->at, ':', token->n);
}

err parser_names(struct parser *parser, struct label_names *names)
{
    const char *list[PARSER_LIST_MAX];
    size_t n = 0;
    err e = parser_expect(parser, "(", "grouping opts");
    while (!e && !token_is(&parser->token, ")")) {
        bool quoted = parser->token.kind == TOKEN_STRING;
        if (!quoted && !is_label_name(&parser->token))
            return parser_unexpected(parser, "grouping opts");
        if (n == PARSER_LIST_MAX) return ERR_FULL;
        e = quoted ? parser_string(parser, &list[n]) : parser_name(parser, &list[n]);
        n++;
        if (!e && token_is(&parser->token, ","))
            e = parser_step(parser);
        else if (!e && !token_is(&parser->token, ")"))
            return parser_unexpected(parser, "grouping opts");
    }
    if (e) return e;
    const char **kept = n ? arena_new(parser->arena, n, sizeof *kept) : NULL;
    if (n && !kept) return ERR_MEMORY;
    if (n) memcpy(kept, list, n * sizeof *kept);
    *names = (struct label_names){n, kept};
    return parser_step(parser);
}
