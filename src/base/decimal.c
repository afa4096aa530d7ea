/* decimal.c - see decimal.h. */
#include "base/decimal.h"

#include "base/ensure.h"
#include "base/text.h"

#include <math.h>
#include <stdlib.h>

void decimal_of(double value, struct decimal *decimal)
{
    ensure(isfinite(value));
    char text[32];
    bool point = false;
    text_from_double(fabs(value), text);
    *decimal = (struct decimal){0};
    const char *at = text;
    for (; *at && *at != 'e'; at++) {
        if (*at == '.') {
            point = true;
        } else if (*at == '0' && !decimal->n) {
            decimal->exponent -= point;
        } else {
            ensure(decimal->n < DECIMAL_DIGITS_BYTES - 1);
            decimal->digits[decimal->n++] = *at;
            decimal->exponent += !point;
        }
    }
    if (*at == 'e') decimal->exponent += (int)strtol(at + 1, NULL, 10);
    while (decimal->n && decimal->digits[decimal->n - 1] == '0') decimal->n--;
    decimal->digits[decimal->n] = '\0';
}

void decimal_scientific(const struct decimal *decimal, char *out)
{
    int exponent = decimal->n ? decimal->exponent - 1 : 0;
    text_format(out, 40, "%c%s%se%c%02d", decimal->n ? decimal->digits[0] : '0',
                decimal->n > 1 ? "." : "", decimal->n ? decimal->digits + 1 : "",
                exponent < 0 ? '-' : '+', abs(exponent));
}

void decimal_plain(const struct decimal *decimal, char *out)
{
    int whole = decimal->n ? decimal->exponent : 0;
    if (whole <= 0) *out++ = '0';
    for (int i = 0; i < whole; i++) *out++ = i < decimal->n ? decimal->digits[i] : '0';
    if (decimal->n > whole) *out++ = '.';
    for (int i = whole; i < 0; i++) *out++ = '0';
    for (int i = whole > 0 ? whole : 0; i < decimal->n; i++) *out++ = decimal->digits[i];
    *out = '\0';
}
