/* promql_lex.c - see promql_lex.h.  Source: Prometheus 2.42, "Querying basics" and
 * "Operators". */
#include "ask/promql_lex.h"

#include "base/ensure.h"
#include "base/text.h"

#include <ctype.h>
#include <math.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *word;
    int64_t ms;
} units[] = {
    {"ms", 1},        {"s", 1000},       {"m", 60000},          {"h", 3600000},
    {"d", 86400000},  {"w", 604800000},  {"y", 31536000000LL},
};

#define DURATION_MS_MAX (1000 * 31536000000LL)

static size_t unit_at(const char *text, size_t n, int64_t *ms)
{
    for (size_t i = 0; i < COUNT(units); i++) {
        size_t word_n = strlen(units[i].word);
        if (word_n > n || memcmp(text, units[i].word, word_n) != 0) continue;
        *ms = units[i].ms;
        return word_n;
    }
    return 0;
}

err promql_duration(const char *text, size_t n, int64_t *ms)
{
    int64_t total = 0, last_unit = INT64_MAX;
    size_t at = 0;
    while (at < n) {
        int64_t number = 0, unit = 0;
        size_t digits = 0;
        for (; at < n && isdigit((unsigned char)text[at]); at++, digits++) {
            number = number * 10 + (text[at] - '0');
            if (number > DURATION_MS_MAX) return ERR_RANGE;
        }
        size_t unit_n = unit_at(text + at, n - at, &unit);
        if (!digits || !unit_n || unit >= last_unit) return ERR_TYPE;
        if (number > (DURATION_MS_MAX - total) / unit) return ERR_RANGE;
        total += number * unit;
        last_unit = unit;
        at += unit_n;
    }
    *ms = total;
    return n ? ERR_OK : ERR_TYPE;
}

static const char *skip(const char *text)
{
    for (;;) {
        while (*text == ' ' || *text == '\t' || *text == '\n' || *text == '\r') text++;
        if (*text != '#') return text;
        text += strcspn(text, "\n");
    }
}

static bool in_name(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == ':';
}

/* How far a number written as 12, 1.5, .5, 1e-3, 0x1f goes. */
static size_t number_n(const char *text)
{
    size_t n = 0;
    if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
        for (n = 2; isxdigit((unsigned char)text[n]); n++) continue;
        return n;
    }
    while (isdigit((unsigned char)text[n])) n++;
    if (text[n] == '.') n++;
    while (isdigit((unsigned char)text[n])) n++;
    size_t mark = n;
    if (text[n] != 'e' && text[n] != 'E') return n;
    n++;
    if (text[n] == '+' || text[n] == '-') n++;
    if (!isdigit((unsigned char)text[n])) return mark;
    while (isdigit((unsigned char)text[n])) n++;
    return n;
}

static double hex_value(const char *text, size_t n)
{
    double value = 0;
    for (size_t i = 2; i < n; i++) {
        int digit = isdigit((unsigned char)text[i])
                        ? text[i] - '0'
                        : tolower((unsigned char)text[i]) - 'a' + 10;
        value = value * 16 + digit;
    }
    return value;
}

/* "1." and ".5" are numbers here, but not for text_to_double. */
static err number_value(const char *text, size_t n, double *value)
{
    char plain[80];
    if (n > 2 && (text[1] == 'x' || text[1] == 'X')) {
        *value = hex_value(text, n);
        return ERR_OK;
    }
    if (n + 3 > sizeof plain) return ERR_RANGE;
    size_t out = 0;
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '.' && !out) plain[out++] = '0';
        plain[out++] = text[i];
        bool bare =
            text[i] == '.' && (i + 1 == n || !isdigit((unsigned char)text[i + 1]));
        if (bare) plain[out++] = '0';
    }
    plain[out] = '\0';
    err e = text_to_double(plain, value);
    if (e == ERR_RANGE) *value = strchr(plain, '-') ? 0 : (double)INFINITY;
    return e == ERR_RANGE ? ERR_OK : e;
}

static err take_number(struct token *token, char why[LEX_WHY_BYTES])
{
    size_t n = number_n(token->at), all = n;
    while (isalnum((unsigned char)token->at[all]) || token->at[all] == '_' ||
           token->at[all] == '.')
        all++;
    token->n = all;
    token->kind = TOKEN_NUMBER;
    err e = all == n ? number_value(token->at, n, &token->value) : ERR_TYPE;
    if (!e) return ERR_OK;
    token->kind = TOKEN_DURATION;
    e = promql_duration(token->at, all, &token->ms);
    if (e == ERR_RANGE)
        text_copy(why, LEX_WHY_BYTES, "duration out of range");
    else if (e)
        text_format(why, LEX_WHY_BYTES, "bad number or duration syntax: \"%.*s\"",
                    (int)(all < 30 ? all : 30), token->at);
    return e ? ERR_FRAME : ERR_OK;
}

static err take_string(struct token *token, char why[LEX_WHY_BYTES])
{
    char quote = token->at[0];
    size_t n = 1;
    while (token->at[n] && token->at[n] != quote) {
        if (quote != '`' && token->at[n] == '\n') break;
        if (quote != '`' && token->at[n] == '\\' && token->at[n + 1]) n++;
        n++;
    }
    if (token->at[n] != quote) {
        text_copy(why, LEX_WHY_BYTES, "unterminated quoted string");
        return ERR_FRAME;
    }
    token->kind = TOKEN_STRING;
    token->n = n + 1;
    return ERR_OK;
}

static err take_sign(struct token *token, char why[LEX_WHY_BYTES])
{
    static const char *const signs[] = {"==", "!=", ">=", "<=", "=~", "!~", "+", "-",
                                        "*",  "/",  "%",  "^",  "(",  ")",  "{", "}",
                                        "[",  "]",  ",",  "=",  "<",  ">",  ":", "@"};
    for (size_t i = 0; i < COUNT(signs); i++) {
        if (!text_starts(token->at, signs[i])) continue;
        token->kind = TOKEN_SIGN;
        token->n = strlen(signs[i]);
        return text_copy(token->sign, sizeof token->sign, signs[i]) ? ERR_OK : ERR_FULL;
    }
    text_format(why, LEX_WHY_BYTES, "unexpected character: '%c'",
                isprint((unsigned char)token->at[0]) ? token->at[0] : '?');
    return ERR_FRAME;
}

err token_next(const char **text, struct token *token, char why[LEX_WHY_BYTES])
{
    const char *at = skip(*text);
    *token = (struct token){.kind = TOKEN_END, .at = at};
    err e = ERR_OK;
    char c = *at;
    if (isdigit((unsigned char)c) || (c == '.' && isdigit((unsigned char)at[1]))) {
        e = take_number(token, why);
    } else if (c == '"' || c == '\'' || c == '`') {
        e = take_string(token, why);
    } else if (isalpha((unsigned char)c) || c == '_' ||
               (c == ':' && in_name(at[1]) && !isdigit((unsigned char)at[1]))) {
        token->kind = TOKEN_NAME;
        while (in_name(at[token->n])) token->n++;
    } else if (c) {
        e = take_sign(token, why);
    }
    *text = at + token->n;
    return e;
}

bool token_is(const struct token *token, const char *sign)
{
    return token->kind == TOKEN_SIGN && text_equal(token->sign, sign);
}

bool token_is_word(const struct token *token, const char *word)
{
    return token->kind == TOKEN_NAME && strlen(word) == token->n &&
           strncasecmp(token->at, word, token->n) == 0;
}
