/* line_write.c - the writer of line_protocol.h. */
#include "wire/line_protocol.h"

#include "base/decimal.h"
#include "base/text.h"

#include <math.h>
#include <string.h>

enum { GO_PLAIN_DIGITS = 6 }; /* in front of the point */

static err put_token(struct buffer *out, const char *text, const char *escaped)
{
    size_t n = strlen(text);
    if (!n || text[n - 1] == '\\' || !text_is_clean(text, n) || strchr(text, '\t'))
        return ERR_RANGE;
    for (; *text; text++) {
        if (strchr(escaped, *text)) buffer_put_u8(out, '\\');
        buffer_put_u8(out, (uint8_t)*text);
    }
    return ERR_OK;
}

static void put_string(struct buffer *out, struct bytes text)
{
    static const char special[] = "\\\"\n\r\t", codes[] = "\\\"nrt";
    buffer_put_u8(out, '"');
    for (size_t i = 0; i < text.n; i++) {
        const char *known = text.at[i] ? strchr(special, text.at[i]) : NULL;
        if (known) buffer_put_u8(out, '\\');
        buffer_put_u8(out, known ? (uint8_t)codes[known - special] : text.at[i]);
    }
    buffer_put_u8(out, '"');
}

/* As Go's %g writes it, which is what InfluxData's own writer does. */
static void put_float(struct buffer *out, double value)
{
    char text[48];
    struct decimal decimal;
    decimal_of(value, &decimal);
    bool plain = decimal.exponent > -4 && decimal.exponent <= GO_PLAIN_DIGITS;
    if (plain || value == 0)
        decimal_plain(&decimal, text);
    else
        decimal_scientific(&decimal, text);
    if (signbit(value)) buffer_put_u8(out, '-');
    buffer_put_text(out, text);
}

static err put_value(struct buffer *out, const struct line_field *field)
{
    switch (field->type) {
    case LINE_FLOAT:
        if (!isfinite(field->number)) return ERR_RANGE;
        put_float(out, field->number);
        break;
    case LINE_INTEGER: buffer_format(out, "%lldi", (long long)field->integer); break;
    case LINE_UNSIGNED:
        buffer_format(out, "%lluu", (unsigned long long)field->integer);
        break;
    case LINE_BOOLEAN: buffer_put_text(out, field->integer ? "true" : "false"); break;
    case LINE_STRING: put_string(out, field->string); break;
    }
    return ERR_OK;
}

err line_write(const struct line_point *point, struct buffer *out)
{
    size_t begun = out->n;
    err e = point->fields_n && point->measurement[0] != '#'
                ? put_token(out, point->measurement, ", ")
                : ERR_RANGE;
    for (size_t i = 0; !e && i < point->tags_n; i++) {
        buffer_put_u8(out, ',');
        e = put_token(out, point->tags[i].key, ",= ");
        buffer_put_u8(out, '=');
        if (!e) e = put_token(out, point->tags[i].value, ",= ");
    }
    for (size_t i = 0; !e && i < point->fields_n; i++) {
        buffer_put_u8(out, i ? ',' : ' ');
        e = put_token(out, point->fields[i].key, ",= ");
        buffer_put_u8(out, '=');
        if (!e) e = put_value(out, &point->fields[i]);
    }
    if (!e && point->has_time) buffer_format(out, " %lld", (long long)point->time);
    if (!e) e = out->broken;
    if (e && e != ERR_FULL && e != ERR_MEMORY) out->n = begun;
    return e;
}
