/* bcd.c - digits in and out, and the sum that guards them. */
#include "wire/bcd.h"

#include "base/ensure.h"

bool bcd_take(struct bytes in, bool high_first, uint64_t *value)
{
    ensure(value && in.n <= BCD_BYTES_MAX);

    uint64_t all = 0;
    for (size_t i = 0; i < in.n; i++) {
        uint8_t byte = in.at[high_first ? i : in.n - 1 - i];
        if (byte >> 4 > 9 || (byte & 15) > 9) return false;
        all = all * 100 + (uint64_t)(byte >> 4) * 10 + (byte & 15);
    }
    *value = all;
    return true;
}

void bcd_put(uint64_t value, bool high_first, uint8_t *out, size_t n)
{
    ensure(out);
    for (size_t i = 0; i < n; i++) {
        out[high_first ? n - 1 - i : i] = (uint8_t)(value / 10 % 10 << 4 | value % 10);
        value /= 100;
    }
}

double bcd_scale(uint64_t value, unsigned decimals)
{
    double divisor = 1;
    while (decimals-- > 0) divisor *= 10;
    return (double)value / divisor;
}

bool bcd_is_all(struct bytes in, uint8_t byte)
{
    for (size_t i = 0; i < in.n; i++)
        if (in.at[i] != byte) return false;
    return in.n > 0;
}

uint8_t bcd_sum(struct bytes in)
{
    unsigned sum = 0;
    for (size_t i = 0; i < in.n; i++) sum += in.at[i];
    return (uint8_t)sum;
}

void bcd_text(struct bytes in, bool low_first, char *out)
{
    static const char digits[] = "0123456789ABCDEF";

    for (size_t i = 0; i < in.n; i++) {
        uint8_t byte = in.at[low_first ? in.n - 1 - i : i];
        *out++ = digits[byte >> 4];
        *out++ = digits[byte & 15];
    }
    *out = 0;
}
