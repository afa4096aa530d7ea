/* js.c - see js.h. */
#include "serve/js.h"

#include "base/ensure.h"
#include "base/text.h"

#include <math.h>
#include <string.h>

enum { DIGITS_MAX = 24 };

/* A value or name comes: is a comma due?  Not at the start, behind an opening bracket, a
 * colon, a comma, or the blank of an event stream's "data: ". */
static void separate(struct buffer *out)
{
    if (!out->n) return;
    uint8_t last = out->at[out->n - 1];
    if (!strchr("{[:, \n", last)) buffer_put_u8(out, ',');
}

void js_object(struct buffer *out)
{
    separate(out);
    buffer_put_u8(out, '{');
}

void js_object_end(struct buffer *out)
{
    buffer_put_u8(out, '}');
}

void js_array(struct buffer *out)
{
    separate(out);
    buffer_put_u8(out, '[');
}

void js_array_end(struct buffer *out)
{
    buffer_put_u8(out, ']');
}

void js_key(struct buffer *out, const char *name)
{
    separate(out);
    buffer_put_u8(out, '"');
    buffer_put_text(out, name);
    buffer_put(out, (struct bytes){(const uint8_t *)"\":", 2});
}

static void put_escaped(struct buffer *out, uint8_t c)
{
    switch (c) {
    case '"': buffer_put_text(out, "\\\""); return;
    case '\\': buffer_put_text(out, "\\\\"); return;
    case '\n': buffer_put_text(out, "\\n"); return;
    case '\t': buffer_put_text(out, "\\t"); return;
    case '\r': buffer_put_text(out, "\\r"); return;
    default: buffer_format(out, "\\u%04x", c); return;
    }
}

void js_text(struct buffer *out, const char *text)
{
    if (!text) {
        js_null(out);
        return;
    }
    separate(out);
    buffer_put_u8(out, '"');
    const uint8_t *run = (const uint8_t *)text;
    const uint8_t *at = run;
    for (; *at; at++) {
        if (*at >= 0x20 && *at != '"' && *at != '\\' && *at != 0x7f) continue;
        buffer_put(out, (struct bytes){run, (size_t)(at - run)});
        put_escaped(out, *at);
        run = at + 1;
    }
    buffer_put(out, (struct bytes){run, (size_t)(at - run)});
    buffer_put_u8(out, '"');
}

/* Decimal digits of `value` into the end of `room`; returns their start. */
static char *digits(uint64_t value, char room[DIGITS_MAX])
{
    char *at = room + DIGITS_MAX;
    do {
        *--at = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    return at;
}

static void put_digits(struct buffer *out, bool minus, uint64_t value)
{
    char room[DIGITS_MAX];
    char *at = digits(value, room);
    if (minus) *--at = '-';
    buffer_put(out,
               (struct bytes){(const uint8_t *)at, (size_t)(room + DIGITS_MAX - at)});
}

void js_u64(struct buffer *out, uint64_t value)
{
    separate(out);
    put_digits(out, false, value);
}

void js_i64(struct buffer *out, int64_t value)
{
    separate(out);
    put_digits(out, value < 0, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void js_bool(struct buffer *out, bool value)
{
    separate(out);
    buffer_put_text(out, value ? "true" : "false");
}

void js_null(struct buffer *out)
{
    separate(out);
    buffer_put_text(out, "null");
}

/* Readings mostly have few decimals: thousandths as an integer say the same number when
 * the division gives it back (IEEE division is correctly rounded, as is the reader's). */
static bool put_thousandths(struct buffer *out, double value)
{
    if (!(fabs(value) < 1e12)) return false;
    double scaled = nearbyint(value * 1000.0);
    if (scaled / 1000.0 != value) return false;
    if (scaled == 0 && signbit(value)) return false;

    uint64_t thousandths = (uint64_t)fabs(scaled);
    put_digits(out, value < 0, thousandths / 1000);
    unsigned rest = (unsigned)(thousandths % 1000);
    if (!rest) return true;
    char tail[4] = {'.', (char)('0' + rest / 100), (char)('0' + rest / 10 % 10),
                    (char)('0' + rest % 10)};
    size_t n = 4;
    while (tail[n - 1] == '0') n--;
    buffer_put(out, (struct bytes){(const uint8_t *)tail, n});
    return true;
}

void js_double(struct buffer *out, double value)
{
    if (!isfinite(value)) {
        js_null(out);
        return;
    }
    separate(out);
    if (put_thousandths(out, value)) return;
    char text[32];
    text_from_double(value, text);
    buffer_put_text(out, text);
}

void js_about(struct buffer *out, double value)
{
    if (!isfinite(value)) {
        js_null(out);
        return;
    }
    separate(out);
    if (!put_thousandths(out, value)) buffer_format(out, "%.7g", value);
}

void js_i64_or_null(struct buffer *out, int64_t value)
{
    if (value) {
        js_i64(out, value);
    } else {
        js_null(out);
    }
}

void js_put_text(struct buffer *out, const char *name, const char *text)
{
    js_key(out, name);
    js_text(out, text);
}

void js_put_i64(struct buffer *out, const char *name, int64_t value)
{
    js_key(out, name);
    js_i64(out, value);
}

void js_put_u64(struct buffer *out, const char *name, uint64_t value)
{
    js_key(out, name);
    js_u64(out, value);
}

void js_put_bool(struct buffer *out, const char *name, bool value)
{
    js_key(out, name);
    js_bool(out, value);
}

void js_put_double(struct buffer *out, const char *name, double value)
{
    js_key(out, name);
    js_double(out, value);
}

void js_put_i64_or_null(struct buffer *out, const char *name, int64_t value)
{
    js_key(out, name);
    js_i64_or_null(out, value);
}
