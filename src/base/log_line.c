/* log_line.c - a small printf that knows where a value begins and ends. */
#include "base/log_line.h"

#include "base/ensure.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* One conversion of a format: %[flags][width][.precision][length]kind. */
struct conversion {
    bool zeros;
    int width;     /* 0 = none */
    int precision; /* -1 = none */
    char length;   /* 0, or h l j z t; H = hh, L = ll */
    char kind;     /* d u x s ...; 0 = the format ended */
};

/* va_list can only be handed on inside a struct: as an argument it changes its type. */
struct values {
    va_list list;
};

void log_line_add(struct log_line *line, const char *format, ...)
{
    ensure(line->n < LOG_LINE_BYTES);

    va_list list;
    va_start(list, format);
    (void)text_format_list(line->text + line->n, LOG_LINE_BYTES - line->n, format, list);
    va_end(list);
    line->n += strlen(line->text + line->n);
}

static bool needs_quotes(const char *text, size_t n)
{
    if (n == 0 || !text_is_clean(text, n)) return true;
    for (size_t i = 0; i < n; i++) {
        if (strchr(" \t\"=\\", text[i])) return true;
    }
    return false;
}

static void add_escaped(struct log_line *line, const char *text, size_t n)
{
    bool clean = text_is_clean(text, n);
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];
        bool plain = c >= 0x20 && c != 0x7F && (clean || c < 0x80);
        if (c == '"' || c == '\\')
            log_line_add(line, "\\%c", c);
        else if (c == '\n')
            log_line_add(line, "\\n");
        else if (plain)
            log_line_add(line, "%c", c);
        else
            log_line_add(line, "\\x%02x", c);
    }
}

static void add_text(struct log_line *line, const char *text, int precision)
{
    if (!text) text = "(null)";
    size_t n = precision < 0 ? strlen(text) : strnlen(text, (size_t)precision);
    bool in_quotes = line->n > 0 && line->text[line->n - 1] == '"'; /* key="%s" */
    if (in_quotes) {
        add_escaped(line, text, n);
    } else if (needs_quotes(text, n)) {
        log_line_add(line, "\"");
        add_escaped(line, text, n);
        log_line_add(line, "\"");
    } else {
        log_line_add(line, "%.*s", (int)n, text);
    }
}

static int take_number(const char **at, struct values *values)
{
    int n = 0;
    if (**at == '*') {
        (*at)++;
        return va_arg(values->list, int);
    }
    while (**at >= '0' && **at <= '9' && n < 1000) n = n * 10 + (*(*at)++ - '0');
    return n;
}

static struct conversion take_conversion(const char **at, struct values *values)
{
    struct conversion c = {.precision = -1};
    while (**at != '\0' && strchr("-+ #0", **at)) c.zeros |= *(*at)++ == '0';
    c.width = take_number(at, values);
    if (**at == '.') {
        (*at)++;
        c.precision = take_number(at, values);
    }
    while (**at != '\0' && strchr("hljzt", **at)) {
        bool twice = c.length == **at;
        c.length = **at;
        if (twice) c.length = c.length == 'h' ? 'H' : 'L';
        (*at)++;
    }
    c.kind = **at;
    if (c.kind != '\0') (*at)++;
    return c;
}

static intmax_t take_signed(char length, struct values *values)
{
    switch (length) {
    case 'l': return va_arg(values->list, long);
    case 'L': return va_arg(values->list, long long);
    case 'j': return va_arg(values->list, intmax_t);
    case 'z': return va_arg(values->list, ssize_t);
    case 't': return va_arg(values->list, ptrdiff_t);
    case 'h': return (short)va_arg(values->list, int);
    case 'H': return (signed char)va_arg(values->list, int);
    default: return va_arg(values->list, int);
    }
}

static uintmax_t take_unsigned(char length, struct values *values)
{
    switch (length) {
    case 'l': return va_arg(values->list, unsigned long);
    case 'L': return va_arg(values->list, unsigned long long);
    case 'j': return va_arg(values->list, uintmax_t);
    case 'z': return va_arg(values->list, size_t);
    case 't': return (uintmax_t)va_arg(values->list, ptrdiff_t);
    case 'h': return (unsigned short)va_arg(values->list, unsigned);
    case 'H': return (unsigned char)va_arg(values->list, unsigned);
    default: return va_arg(values->list, unsigned);
    }
}

static void add_integer(struct log_line *line, struct conversion c, struct values *values)
{
    int digits = c.precision; /* least number of digits; zeros fill the width */
    if (digits < 0) digits = c.zeros ? c.width : 1;
    int width = c.zeros ? 0 : c.width;
    if (c.kind == 'd' || c.kind == 'i') {
        log_line_add(line, "%*.*jd", width, digits, take_signed(c.length, values));
        return;
    }
    uintmax_t value = take_unsigned(c.length, values);
    if (c.kind == 'x')
        log_line_add(line, "%*.*jx", width, digits, value);
    else if (c.kind == 'X')
        log_line_add(line, "%*.*jX", width, digits, value);
    else if (c.kind == 'o')
        log_line_add(line, "%*.*jo", width, digits, value);
    else
        log_line_add(line, "%*.*ju", width, digits, value);
}

static void add_double(struct log_line *line, struct conversion c, struct values *values)
{
    double value = va_arg(values->list, double);
    int digits = c.precision < 0 ? 6 : c.precision;
    if (c.kind == 'e')
        log_line_add(line, "%*.*e", c.width, digits, value);
    else if (c.kind == 'f')
        log_line_add(line, "%*.*f", c.width, digits, value);
    else
        log_line_add(line, "%*.*g", c.width, digits, value);
}

static void add_value(struct log_line *line, struct conversion c, struct values *values)
{
    switch (c.kind) {
    case '%': log_line_add(line, "%%"); break;
    case 's': add_text(line, va_arg(values->list, const char *), c.precision); break;
    case 'c': log_line_add(line, "%c", va_arg(values->list, int)); break;
    case 'p': log_line_add(line, "%p", va_arg(values->list, void *)); break;
    case 'e':
    case 'f':
    case 'g': add_double(line, c, values); break;
    default:
        ensure(c.kind != '\0' && strchr("diuxXo", c.kind) != NULL);
        add_integer(line, c, values);
    }
}

void log_line_add_fields(struct log_line *line, const char *format, va_list list)
{
    ensure(line != NULL);
    ensure(format != NULL);

    struct values values;
    va_copy(values.list, list);
    const char *at = format;
    while (*at != '\0') {
        size_t plain_n = strcspn(at, "%");
        log_line_add(line, "%.*s", (int)plain_n, at);
        at += plain_n;
        if (*at == '\0') break;
        at++;
        add_value(line, take_conversion(&at, &values), &values);
    }
    va_end(values.list);
}
