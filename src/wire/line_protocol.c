/* line_protocol.c - the reader of line_protocol.h.
 *
 * A backslash escapes only the characters that end a token there; before any other it
 * stands for itself.  Source: github.com/influxdata/line-protocol, lineprotocol. */
#include "wire/line_protocol.h"

#include "base/ensure.h"
#include "base/text.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct taking {
    struct line_reader *reader;
    struct bytes in; /* moves on */
    char *why;
};

void line_reader_open(struct line_reader *reader, struct bytes text, struct arena *arena)
{
    *reader = (struct line_reader){
        .rest = text, .whole = text, .line = 1, .arena = arena};
}

static int at(const struct taking *taking, size_t i)
{
    return i < taking->in.n ? taking->in.at[i] : -1;
}

static void step(struct taking *taking, size_t n)
{
    taking->in.at += n;
    taking->in.n -= n;
}

static err wrong(struct taking *taking, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static err wrong(struct taking *taking, const char *format, ...)
{
    const struct line_reader *reader = taking->reader;
    const uint8_t *start = reader->rest.at;
    unsigned line = reader->line, column = 1;
    for (const uint8_t *c = start; c < taking->in.at; c++) {
        line += *c == '\n';
        column = *c == '\n' ? 1 : column + 1;
    }
    char said[LINE_WHY_BYTES - 40];
    va_list list;
    va_start(list, format);
    text_format_list(said, sizeof said, format, list);
    va_end(list);
    for (char *c = said; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f) *c = '?';
    text_format(taking->why, LINE_WHY_BYTES, "at line %u:%u: %s", line, column, said);
    return ERR_FRAME;
}

/* "'x'", or how it is called where it cannot be shown. */
static const char *named(int c, char out[12])
{
    if (c < 0)
        text_copy(out, 12, "end of input");
    else if (c >= ' ' && c < 0x7f)
        text_format(out, 12, "'%c'", c);
    else
        text_format(out, 12, "'\\x%02x'", (unsigned)c);
    return out;
}

static bool is_printable(int c)
{
    return c >= ' ' && c != 0x7f;
}

/* --- tokens ------------------------------------------------------------------------- */

/* Bytes up to one of `ends` or one that is not printable, `ends` unescaped into the
 * arena.  Empty: ERR_SHORT. */
static err take_token(struct taking *taking, const char *ends, const char **out)
{
    size_t n = 0, out_n = 0;
    while (is_printable(at(taking, n)) && !strchr(ends, at(taking, n))) {
        bool escape = at(taking, n) == '\\' && at(taking, n + 1) > 0 &&
                      strchr(ends, at(taking, n + 1));
        n += escape ? 2 : 1;
    }
    if (!n) return ERR_SHORT;
    char *text = arena_new(taking->reader->arena, n + 1, 1);
    if (!text) return ERR_MEMORY;
    for (size_t i = 0; i < n; i++) {
        bool escape =
            at(taking, i) == '\\' && i + 1 < n && strchr(ends, at(taking, i + 1));
        text[out_n++] = (char)at(taking, escape ? ++i : i);
    }
    text[out_n] = '\0';
    if (!text_is_clean(text, out_n))
        return wrong(taking, "invalid utf-8 sequence in token");
    step(taking, n);
    *out = text;
    return ERR_OK;
}

static err take_measurement(struct taking *taking, struct line_point *point)
{
    char name[12];
    err e = take_token(taking, ", ", &point->measurement);
    if (e != ERR_SHORT) return e;
    return wrong(taking, "invalid character %s found at start of measurement name",
                 named(at(taking, 0), name));
}

/* --- tags --------------------------------------------------------------------------- */

static err take_tag(struct taking *taking, struct line_tag *tag)
{
    char name[12];
    step(taking, 1); /* , */
    if (at(taking, 0) == ' ')
        return wrong(taking, "expected tag key after comma; got white space instead");
    err e = take_token(taking, ",= ", &tag->key);
    if (e == ERR_SHORT)
        return wrong(taking, "expected tag key but found %s", named(at(taking, 0), name));
    if (e) return e;
    if (at(taking, 0) != '=')
        return wrong(taking, "expected '=' after tag key \"%.40s\", but got %s", tag->key,
                     named(at(taking, 0), name));
    step(taking, 1);
    e = take_token(taking, ",= ", &tag->value);
    if (e == ERR_SHORT)
        return wrong(taking, "expected tag value after tag key \"%.40s\", but none found",
                     tag->key);
    return e;
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct line_tag *)a)->key, ((const struct line_tag *)b)->key);
}

static err take_tags(struct taking *taking, struct line_point *point)
{
    char name[12];
    struct line_tag tags[LINE_TAGS_MAX];
    size_t n = 0;
    err e = ERR_OK;
    while (!e && at(taking, 0) == ',') {
        if (n == LINE_TAGS_MAX) return wrong(taking, "more than %d tags", LINE_TAGS_MAX);
        e = take_tag(taking, &tags[n++]);
    }
    if (e) return e;
    if (at(taking, 0) != ' ')
        return wrong(taking, "expected tag key or field but found %s instead",
                     named(at(taking, 0), name));
    if (n) qsort(tags, n, sizeof *tags, by_key);
    for (size_t i = 1; i < n; i++)
        if (text_equal(tags[i - 1].key, tags[i].key))
            return wrong(taking, "duplicate tag key \"%.40s\"", tags[i].key);
    point->tags = arena_new(taking->reader->arena, n + 1, sizeof *tags);
    if (!point->tags) return ERR_MEMORY;
    memcpy(point->tags, tags, n * sizeof *tags);
    point->tags_n = n;
    return ERR_OK;
}

/* --- field values ------------------------------------------------------------------- */

static err take_string(struct taking *taking, struct line_field *field)
{
    static const char escapes[] = "\\\"nrt", means[] = "\\\"\n\r\t";
    step(taking, 1);
    size_t n = 0, out_n = 0;
    while (at(taking, n) >= 0 && at(taking, n) != '"') n += at(taking, n) == '\\' ? 2 : 1;
    if (at(taking, n) < 0)
        return wrong(taking,
                     "expected closing quote for string field value, found end of "
                     "input");
    uint8_t *text = arena_new(taking->reader->arena, n + 1, 1);
    if (!text) return ERR_MEMORY;
    for (size_t i = 0; i < n; i++) {
        int c = at(taking, i);
        const char *known = c == '\\' && i + 1 < n && at(taking, i + 1)
                                ? strchr(escapes, at(taking, i + 1))
                                : NULL;
        text[out_n++] = known ? (uint8_t)means[known - escapes] : (uint8_t)c;
        i += known != NULL;
    }
    field->type = LINE_STRING;
    field->string = (struct bytes){text, out_n};
    step(taking, n + 1);
    return ERR_OK;
}

static bool take_boolean(struct bytes token, struct line_field *field)
{
    static const char *const words[] = {"t", "T", "true",  "True",  "TRUE",
                                        "f", "F", "false", "False", "FALSE"};
    for (size_t i = 0; i < COUNT(words); i++) {
        if (!bytes_equal(token, bytes_of_text(words[i]))) continue;
        field->type = LINE_BOOLEAN;
        field->integer = i < 5;
        field->number = i < 5;
        return true;
    }
    return false;
}

static bool all_digits(const char *text)
{
    return text[0] && strspn(text, "0123456789") == strlen(text);
}

static err read_integer(const char *text, struct line_field *field)
{
    field->type = LINE_INTEGER;
    if (!all_digits(text + (text[0] == '-'))) return ERR_TYPE;
    err e = text_to_i64(text, &field->integer);
    field->number = (double)field->integer;
    return e;
}

static err read_unsigned(const char *text, struct line_field *field)
{
    uint64_t value = 0;
    field->type = LINE_UNSIGNED;
    if (!all_digits(text)) return ERR_TYPE;
    for (; *text; text++) {
        uint64_t digit = (uint64_t)(*text - '0');
        if (value > (UINT64_MAX - digit) / 10) return ERR_RANGE;
        value = value * 10 + digit;
    }
    field->integer = (int64_t)value;
    field->number = (double)value;
    return ERR_OK;
}

/* -1.5e3, 1., .5, but no sign in front but -, no NaN, no hex. */
static bool is_float(const char *text)
{
    size_t digits = 0;
    text += *text == '-';
    for (; isdigit((unsigned char)*text); text++) digits++;
    text += *text == '.';
    for (; isdigit((unsigned char)*text); text++) digits++;
    if (!digits) return false;
    if (*text != 'e' && *text != 'E') return *text == '\0';
    text++;
    text += *text == '+' || *text == '-';
    return all_digits(text);
}

/* text_to_double wants a digit at both sides of the point; `text` has room for two more.
 */
static err read_float(const char *text, struct line_field *field)
{
    char plain[400];
    size_t n = 0;
    field->type = LINE_FLOAT;
    if (!is_float(text)) return ERR_TYPE;
    for (const char *c = text; *c; c++) {
        if (n + 4 > sizeof plain) return ERR_RANGE;
        bool before = n && isdigit((unsigned char)plain[n - 1]);
        if (*c == '.' && !before) plain[n++] = '0';
        plain[n++] = *c;
        if (*c == '.' && !isdigit((unsigned char)c[1])) plain[n++] = '0';
    }
    plain[n] = '\0';
    return text_to_double(plain, &field->number);
}

static err read_number(const char *text, struct line_field *field, const char **kind)
{
    size_t n = strlen(text);
    char cut[400];
    char last = n ? text[n - 1] : '\0';
    *kind = last == 'i' ? "integer" : last == 'u' ? "unsigned" : "float";
    if (last != 'i' && last != 'u') return read_float(text, field);
    if (!text_copy_n(cut, sizeof cut, text, n - 1)) return ERR_RANGE;
    return last == 'i' ? read_integer(cut, field) : read_unsigned(cut, field);
}

static err take_value(struct taking *taking, struct line_field *field)
{
    size_t n = 0;
    if (at(taking, 0) == '"') return take_string(taking, field);
    while (at(taking, n) >= 0 && at(taking, n) != '\0' &&
           !strchr(", \r\n", at(taking, n)))
        n++;
    struct bytes token = {taking->in.at, n};
    if (take_boolean(token, field)) {
        step(taking, n);
        return ERR_OK;
    }
    int first = at(taking, 0);
    bool number = n && (isdigit(first) || first == '-' || first == '.');
    if (!number) return wrong(taking, "field value has unrecognized type");
    const char *text = arena_text(taking->reader->arena, (const char *)token.at, n);
    if (!text) return ERR_MEMORY;
    const char *kind = "";
    err e = strlen(text) == n ? read_number(text, field, &kind) : ERR_TYPE;
    if (e == ERR_RANGE)
        return wrong(
            taking,
            "cannot parse value for field key \"%.40s\": line-protocol value out of "
            "range",
            field->key);
    if (e)
        return wrong(
            taking, "cannot parse value for field key \"%.40s\": invalid %s value syntax",
            field->key, kind);
    step(taking, n);
    return ERR_OK;
}

/* --- fields and time ---------------------------------------------------------------- */

static err take_field(struct taking *taking, struct line_field *field)
{
    char name[12];
    *field = (struct line_field){0};
    err e = take_token(taking, ",= ", &field->key);
    if (e == ERR_SHORT && at(taking, 0) < 0)
        return wrong(taking, "expected field key but none found");
    if (e == ERR_SHORT)
        return wrong(taking, "invalid character %s found at start of field key",
                     named(at(taking, 0), name));
    if (e) return e;
    if (at(taking, 0) != '=')
        return wrong(taking, "want '=' after field key \"%.40s\", found %s", field->key,
                     named(at(taking, 0), name));
    step(taking, 1);
    return take_value(taking, field);
}

static err take_fields(struct taking *taking, struct line_point *point)
{
    char name[12];
    struct line_field fields[LINE_FIELDS_MAX];
    size_t n = 0;
    err e = ERR_OK;
    while (at(taking, 0) == ' ') step(taking, 1);
    do {
        if (n == LINE_FIELDS_MAX)
            return wrong(taking, "more than %d fields", LINE_FIELDS_MAX);
        if (n) step(taking, 1); /* , */
        e = take_field(taking, &fields[n]);
        if (!e) n++;
    } while (!e && at(taking, 0) == ',');
    if (e) return e;
    int next = at(taking, 0);
    if (next >= 0 && next != ' ' && next != '\r' && next != '\n')
        return wrong(taking, "unexpected character %s after field", named(next, name));
    point->fields = arena_new(taking->reader->arena, n, sizeof *fields);
    if (!point->fields) return ERR_MEMORY;
    memcpy(point->fields, fields, n * sizeof *fields);
    point->fields_n = n;
    return ERR_OK;
}

static err take_time(struct taking *taking, struct line_point *point)
{
    char text[32];
    while (at(taking, 0) == ' ') step(taking, 1);
    size_t n = 0;
    while (at(taking, n) >= 0 && !strchr(" \r\n", at(taking, n) ? at(taking, n) : '?'))
        n++;
    point->has_time = n > 0;
    if (!n) return ERR_OK;
    bool fits = text_copy_n(text, sizeof text, (const char *)taking->in.at, n);
    err e = fits ? text_to_i64(text, &point->time) : ERR_RANGE;
    if (e == ERR_RANGE && strspn(text, "-0123456789") == strlen(text))
        return wrong(taking, "invalid timestamp: line-protocol value out of range");
    if (e) return wrong(taking, "invalid timestamp (\"%.24s\")", text);
    step(taking, n);
    while (at(taking, 0) == ' ') step(taking, 1);
    return ERR_OK;
}

static err take_end(struct taking *taking)
{
    char name[12];
    while (at(taking, 0) == '\r') step(taking, 1);
    int c = at(taking, 0);
    if (c < 0) return ERR_OK;
    if (c != '\n')
        return wrong(taking, "unexpected character %s after the timestamp",
                     named(c, name));
    step(taking, 1);
    return ERR_OK;
}

/* --- lines -------------------------------------------------------------------------- */

/* Empty lines and comments. */
static void skip_empty(struct taking *taking)
{
    for (;;) {
        size_t n = 0;
        while (at(taking, n) == ' ' || at(taking, n) == '\r') n++;
        if (at(taking, n) == '#')
            while (at(taking, n) >= 0 && at(taking, n) != '\n') n++;
        if (at(taking, n) == '\n') {
            step(taking, n + 1);
            continue;
        }
        step(taking, n);
        return;
    }
}

/* The reader goes on where `taking` stands. */
static void move_on(struct line_reader *reader, const struct taking *taking)
{
    for (const uint8_t *c = reader->rest.at; c < taking->in.at; c++)
        reader->line += *c == '\n';
    reader->rest = taking->in;
}

static void skip_line(struct taking *taking)
{
    const uint8_t *end = taking->in.n ? memchr(taking->in.at, '\n', taking->in.n) : NULL;
    step(taking, end ? (size_t)(end - taking->in.at) + 1 : taking->in.n);
}

err line_next(struct line_reader *reader, struct line_point *point,
              char why[LINE_WHY_BYTES])
{
    why[0] = '\0';
    *point = (struct line_point){0};
    struct taking taking = {reader, reader->rest, why};
    skip_empty(&taking);
    move_on(reader, &taking);
    if (!reader->rest.n) return ERR_SHORT;
    const uint8_t *start = reader->rest.at;
    err e = take_measurement(&taking, point);
    if (!e) e = take_tags(&taking, point);
    if (!e) e = take_fields(&taking, point);
    if (!e) e = take_time(&taking, point);
    if (!e) e = take_end(&taking);
    if (e) skip_line(&taking);
    point->line = (struct bytes){start, (size_t)(taking.in.at - start)};
    while (point->line.n && strchr("\r\n", start[point->line.n - 1]) &&
           start[point->line.n - 1])
        point->line.n--;
    move_on(reader, &taking);
    return e;
}

const char *line_type_word(enum line_type type)
{
    static const char *const words[] = {[LINE_FLOAT] = "float",
                                        [LINE_INTEGER] = "integer",
                                        [LINE_UNSIGNED] = "unsigned",
                                        [LINE_BOOLEAN] = "boolean",
                                        [LINE_STRING] = "string"};
    return words[type];
}
