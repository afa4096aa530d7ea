/* show.c - see show.h. */
#include "heatnet/show.h"

#include "base/text.h"

#include <string.h>

void show_time(const struct calendar *calendar, int64_t utc_ms, char out[SHOW_BYTES])
{
    if (!utc_ms) {
        text_copy(out, SHOW_BYTES, "-");
        return;
    }
    if (!calendar) {
        text_from_time(utc_ms, out);
        return;
    }
    struct civil_time civil = calendar_civil(calendar, utc_ms);
    text_format(out, SHOW_BYTES, "%04d-%02d-%02d %02d:%02d:%02d.%03d", civil.year,
                civil.month, civil.day, civil.hour, civil.minute, civil.second,
                civil.millisecond);
}

void show_bytes(uint64_t bytes, char out[SHOW_BYTES])
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
    double amount = (double)bytes;
    size_t unit = 0;
    while (amount >= 1000 && unit + 1 < sizeof units / sizeof units[0]) {
        amount /= 1000;
        unit++;
    }
    text_format(out, SHOW_BYTES, unit ? "%.1f %s" : "%.0f %s", amount, units[unit]);
}

static int64_t unit_ms(char unit)
{
    switch (unit) {
    case 's': return 1000;
    case 'm': return 60000;
    case 'h': return 3600000;
    case 'd': return 86400000;
    default: return 0;
    }
}

err show_time_read(const char *text, int64_t now_ms, int64_t *utc_ms)
{
    size_t n = strlen(text);
    if (text_equal(text, "now")) {
        *utc_ms = now_ms;
        return ERR_OK;
    }
    if (text[0] != '-' || n < 3) return text_to_time(text, utc_ms);
    char number[16];
    int64_t amount = 0, unit = unit_ms(text[n - 1]);
    if (!unit || !text_copy_n(number, sizeof number, text + 1, n - 2) ||
        text_to_i64(number, &amount) || amount < 0 || amount > 1000000)
        return ERR_TYPE;
    *utc_ms = now_ms - amount * unit;
    return ERR_OK;
}

int64_t show_i64(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

const char *show_text(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}
