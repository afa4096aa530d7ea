/* decode_print.c - the members of decode_print.h, in this order. */
#include "heatnet-edge/decode_print.h"

#include "base/ensure.h"
#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { NUMBER_BYTES = 32, HEX_BYTES = 1024 };

/* --- JSON --------------------------------------------------------------------------- */

static void put_text(struct buffer *out, const char *text)
{
    buffer_put_u8(out, '"');
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (*c == '"' || *c == '\\') buffer_put_u8(out, '\\');
        if (*c < 0x20 || *c == 0x7f) buffer_format(out, "\\u%04x", *c);
        else buffer_put_u8(out, *c);
    }
    buffer_put_u8(out, '"');
}

static void put_number(struct buffer *out, double number)
{
    char text[NUMBER_BYTES];
    if (isfinite(number)) text_from_double(number, text);
    else (void)text_copy(text, sizeof text, "null");
    buffer_put_text(out, text);
}

/* A name; a comma and a blank, or a new line, go before it when it is not the first. */
static void put_name(struct buffer *out, const char *name, const char *between)
{
    if (out->n && out->at[out->n - 1] != '{') buffer_put_u8(out, ',');
    buffer_put_text(out, between);
    put_text(out, name);
    buffer_put_text(out, ": ");
}

static void member_text(struct buffer *out, const char *name, const char *text,
                        const char *between)
{
    if (!text[0]) return;
    put_name(out, name, between);
    put_text(out, text);
}

static void member_count(struct buffer *out, const char *name, uint64_t count,
                         const char *between)
{
    put_name(out, name, between);
    buffer_format(out, "%" PRIu64, count);
}

static void member_time(struct buffer *out, const char *name, int64_t utc_ms)
{
    char text[NUMBER_BYTES];
    text_from_time(utc_ms, text);
    member_text(out, name, text, " ");
}

/* --- a value ------------------------------------------------------------------------ */

static const char *const kinds[] = {
    [TELEGRAM_NUMBER] = "number", [TELEGRAM_TIME] = "time",     [TELEGRAM_TEXT] = "text",
    [TELEGRAM_BYTES] = "bytes",   [TELEGRAM_ABSENT] = "absent",
};

static void put_hex(struct buffer *out, struct bytes data)
{
    char hex[HEX_BYTES * 2 + 1];

    buffer_put_u8(out, '"');
    for (struct bytes part; data.n; data.at += part.n, data.n -= part.n) {
        part = (struct bytes){data.at, data.n < HEX_BYTES ? data.n : HEX_BYTES};
        bytes_to_hex(part, hex);
        buffer_put_text(out, hex);
    }
    buffer_put_u8(out, '"');
}

static void put_what(struct buffer *out, const struct telegram_value *v)
{
    put_name(out, "value", " ");
    if (v->kind == TELEGRAM_NUMBER && v->text[0]) buffer_put_text(out, v->text);
    else if (v->kind == TELEGRAM_NUMBER) put_number(out, v->number);
    else if (v->kind == TELEGRAM_ABSENT) buffer_put_text(out, "null");
    else if (v->kind == TELEGRAM_BYTES && v->raw.n) put_hex(out, v->raw);
    else put_text(out, v->whole_text ? v->whole_text : v->text);
    if (v->kind == TELEGRAM_ABSENT) member_text(out, "why", v->text, " ");
}

static void put_value(struct buffer *out, const struct telegram_value *v)
{
    bool number = v->kind == TELEGRAM_NUMBER;

    buffer_put_u8(out, '{');
    member_text(out, "name", v->whole_name ? v->whole_name : v->name, "");
    put_what(out, v);
    put_name(out, "unit", " ");
    put_text(out, v->unit);
    member_text(out, "kind", kinds[v->kind], " ");
    member_text(out, "type", v->type ? v->type : "", " ");
    if (v->has_alias) member_count(out, "alias", v->alias, " ");
    if (v->is_timed) member_time(out, "time", v->time_ms);
    member_text(out, "function", v->function ? v->function : "", " ");
    member_count(out, "storage", v->storage, " ");
    member_count(out, "tariff", v->tariff, " ");
    member_count(out, "subunit", v->subunit, " ");
    if (number && v->normal_unit[0]) {
        put_name(out, "normal_value", " ");
        put_number(out, v->normal_number);
        member_text(out, "normal_unit", v->normal_unit, " ");
    }
    if (v->raw.n) {
        put_name(out, "raw", " ");
        put_hex(out, v->raw);
    }
    member_count(out, "at", v->at, " ");
    buffer_put_u8(out, '}');
}

/* --- the telegram ------------------------------------------------------------------- */

/* "battery_low valve_closed" as a list; a sentence stays whole. */
static void put_status(struct buffer *out, const struct telegram *t, const char *between)
{
    if (!t->status[0]) return;
    put_name(out, "status", between);
    buffer_put_u8(out, '[');
    char words[TELEGRAM_TEXT_BYTES];
    (void)text_copy(words, sizeof words, t->status);
    bool first = true;
    char *rest = words;
    for (char *word; (word = strsep(&rest, " "));) {
        if (!word[0]) continue;
        if (!first) buffer_put_text(out, ", ");
        put_text(out, word);
        first = false;
    }
    buffer_put_u8(out, ']');
    member_count(out, "status_bits", t->status_bits, between);
}

static void put_head(struct buffer *out, const struct telegram *t, const char *between)
{
    member_text(out, "kind", t->kind, between);
    member_text(out, "address", t->address, between);
    member_text(out, "id", t->id, between);
    member_text(out, "manufacturer", t->manufacturer, between);
    if (t->version_said) member_count(out, "version", t->version, between);
    member_text(out, "medium", t->medium, between);
    member_text(out, "dialect", t->dialect, between);
    if (t->access_said) member_count(out, "access_number", t->access_number, between);
    put_status(out, t, between);
}

static void put_values(struct buffer *out, const struct telegram *t, bool pretty)
{
    put_name(out, "values", pretty ? "\n  " : " ");
    buffer_put_u8(out, '[');
    for (size_t i = 0; i < t->values_n; i++) {
        if (i) buffer_put_u8(out, ',');
        buffer_put_text(out, pretty ? "\n    " : i ? " " : "");
        put_value(out, &t->values[i]);
    }
    buffer_put_text(out, pretty && t->values_n ? "\n  ]" : "]");
}

void decode_print(struct buffer *out, const struct telegram *t, err failure, bool pretty)
{
    const char *between = pretty ? "\n  " : " ";
    const char *why = t->why[0] ? t->why : err_text(failure);

    buffer_put_u8(out, '{');
    member_text(out, "protocol", t->protocol ? t->protocol : "",
                pretty ? between : "");
    if (failure) {
        put_name(out, "error", between);
        buffer_put_u8(out, '{');
        member_text(out, "class", err_name(failure), "");
        member_text(out, "why", why, " ");
        member_count(out, "at", t->at, " ");
        buffer_put_u8(out, '}');
    }
    put_head(out, t, between);
    if (t->more_follows) {
        put_name(out, "more_follows", between);
        buffer_put_text(out, "true");
    }
    if (!failure || t->values_n) put_values(out, t, pretty);
    if (!failure && t->why[0]) member_text(out, "note", t->why, between);
    buffer_put_text(out, pretty ? "\n}" : "}");
}
