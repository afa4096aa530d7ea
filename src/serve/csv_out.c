/* csv_out.c - see csv_out.h. */
#include "serve/csv_out.h"

#include "base/text.h"
#include "model/quality.h"

#include <math.h>
#include <string.h>

void csv_bom(struct buffer *out)
{
    buffer_put_text(out, "\xEF\xBB\xBF");
}

/* A comma is due unless the row or the file begins here. */
static void separate(struct buffer *out)
{
    if (!out->n) return;
    uint8_t last = out->at[out->n - 1];
    if (last != '\n' && last != 0xBF) buffer_put_u8(out, ',');
}

void csv_empty(struct buffer *out)
{
    separate(out);
    buffer_put_text(out, "\"\"");
}

void csv_text(struct buffer *out, const char *text)
{
    if (!*text) {
        csv_empty(out);
        return;
    }
    separate(out);
    buffer_put_u8(out, '"');
    if (strchr("=+-@\t\r", *text)) buffer_put_u8(out, '\'');
    for (const char *at = text; *at; at++) {
        if (*at == '"') buffer_put_u8(out, '"');
        buffer_put_u8(out, (uint8_t)*at);
    }
    buffer_put_u8(out, '"');
}

void csv_text_unit(struct buffer *out, const char *text, const char *unit)
{
    char head[256];
    text_format(head, sizeof head, unit[0] ? "%s (%s)" : "%s%s", text, unit);
    csv_text(out, head);
}

void csv_number(struct buffer *out, double value)
{
    if (!isfinite(value)) {
        csv_empty(out);
        return;
    }
    char text[32];
    text_from_double(value, text);
    separate(out);
    buffer_put_text(out, text);
}

void csv_i64(struct buffer *out, int64_t value)
{
    separate(out);
    buffer_format(out, "%lld", (long long)value);
}

void csv_row_end(struct buffer *out)
{
    buffer_put_text(out, "\r\n");
}

void csv_times(struct buffer *out, const struct calendar *calendar, int64_t utc_ms)
{
    if (!utc_ms) {
        csv_empty(out);
        csv_empty(out);
        return;
    }
    struct civil_time civil = calendar_civil(calendar, utc_ms);
    separate(out);
    buffer_format(out, "%04d-%02d-%02d %02d:%02d:%02d", civil.year, civil.month,
                  civil.day, civil.hour, civil.minute, civil.second);
    if (civil.millisecond) buffer_format(out, ".%03d", civil.millisecond);
    char utc[32];
    text_from_time(utc_ms, utc);
    separate(out);
    buffer_put_text(out, utc);
}

void csv_sample(struct buffer *out, const struct calendar *calendar,
                const struct history_sample *sample)
{
    csv_times(out, calendar, sample->time_ms);
    csv_number(out, quality_has_value(sample->quality) ? sample->value : NAN);
    csv_text(out, quality_text(sample->quality));
    csv_row_end(out);
}
