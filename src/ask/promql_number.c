/* promql_number.c - see promql_number.h. */
#include "ask/promql_number.h"

#include "ask/promql_lex.h"
#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Digits and exponent of the shortest text: value = 0.DIGITS * 10^exponent. */
struct digits {
    char text[24];
    int n, exponent;
};

static void take_digits(const char *text, struct digits *digits)
{
    *digits = (struct digits){0};
    bool point = false;
    for (; *text && *text != 'e'; text++) {
        if (*text == '.') {
            point = true;
            continue;
        }
        if (*text == '0' && !digits->n) {
            digits->exponent -= point;
            continue;
        }
        if (digits->n < (int)sizeof digits->text - 1) digits->text[digits->n++] = *text;
        digits->exponent += !point;
    }
    if (*text == 'e') digits->exponent += (int)strtol(text + 1, NULL, 10);
    while (digits->n > 1 && digits->text[digits->n - 1] == '0') digits->n--;
    digits->text[digits->n] = '\0';
}

static void put_plain(const struct digits *digits, char *out)
{
    size_t n = 0;
    int whole = digits->exponent;
    if (whole <= 0) out[n++] = '0';
    for (int i = 0; i < whole; i++) out[n++] = i < digits->n ? digits->text[i] : '0';
    if (digits->n > whole) out[n++] = '.';
    for (int i = whole; i < 0; i++) out[n++] = '0';
    for (int i = whole > 0 ? whole : 0; i < digits->n; i++) out[n++] = digits->text[i];
    out[n] = '\0';
}

void promql_number(double value, char out[PROMQL_NUMBER_BYTES])
{
    char text[32];
    struct digits digits;
    if (isnan(value)) {
        text_copy(out, PROMQL_NUMBER_BYTES, "NaN");
        return;
    }
    if (isinf(value)) {
        text_copy(out, PROMQL_NUMBER_BYTES, value > 0 ? "+Inf" : "-Inf");
        return;
    }
    double size = fabs(value);
    bool minus = signbit(value);
    text_from_double(size, text);
    take_digits(text, &digits);
    if (minus) *out++ = '-';
    if (size == 0) {
        text_copy(out, 2, "0");
    } else if (size >= 1e-6 && size < 1e21) {
        put_plain(&digits, out);
    } else {
        int exponent = digits.exponent - 1;
        text_format(out, PROMQL_NUMBER_BYTES - 1, "%c%s%se%c%02d", digits.text[0],
                    digits.n > 1 ? "." : "", digits.text + 1, exponent < 0 ? '-' : '+',
                    abs(exponent));
    }
}

void promql_time(int64_t time_ms, char out[PROMQL_NUMBER_BYTES])
{
    int64_t size = time_ms < 0 ? -time_ms : time_ms;
    const char *minus = time_ms < 0 ? "-" : "";
    if (size % 1000)
        text_format(out, PROMQL_NUMBER_BYTES, "%s%lld.%03lld", minus,
                    (long long)(size / 1000), (long long)(size % 1000));
    else
        text_format(out, PROMQL_NUMBER_BYTES, "%s%lld", minus, (long long)(size / 1000));
}

err promql_read_time(const char *text, int64_t *time_ms)
{
    double seconds;
    if (!text_to_double(text, &seconds)) {
        if (!(fabs(seconds) < 9e12)) return ERR_RANGE;
        *time_ms = (int64_t)llround(seconds * 1000);
        return ERR_OK;
    }
    int64_t ms = 0; /* a bare number of milliseconds is caught above */
    if (text_to_time(text, &ms) || !strchr(text, 'T')) return ERR_TYPE;
    *time_ms = ms;
    return ERR_OK;
}

err promql_read_duration(const char *text, int64_t *ms)
{
    double seconds;
    if (!text_to_double(text, &seconds)) {
        if (!(fabs(seconds) < 9e12)) return ERR_RANGE;
        *ms = (int64_t)llround(seconds * 1000);
        return ERR_OK;
    }
    return promql_duration(text, strlen(text), ms);
}
