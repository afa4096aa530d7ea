/* base64.c - see base64.h. */
#include "wire/base64.h"

static int sextet(char c)
{
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool base64_decode(const char *text, size_t text_n, uint8_t *out, size_t *n)
{
    uint32_t bits = 0;
    size_t got = 0, digits = text_n;

    while (digits > 0 && text_n - digits < 2 && text[digits - 1] == '=') digits--;
    if (digits % 4 == 1 || (digits != text_n && text_n % 4 != 0)) return false;
    for (size_t i = 0; i < digits; i++) {
        int six = sextet(text[i]);
        if (six < 0) return false;
        bits = bits << 6 | (uint32_t)six;
        if (i % 4 == 1) out[got++] = (uint8_t)(bits >> 4);
        if (i % 4 == 2) out[got++] = (uint8_t)(bits >> 2);
        if (i % 4 == 3) out[got++] = (uint8_t)bits;
    }
    *n = got;
    return true;
}

void base64_put(struct buffer *out, struct bytes in)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t i = 0; i < in.n; i += 3) {
        size_t left = in.n - i;
        uint32_t bits = (uint32_t)in.at[i] << 16;
        if (left > 1) bits |= (uint32_t)in.at[i + 1] << 8;
        if (left > 2) bits |= in.at[i + 2];
        for (size_t j = 0; j < 4; j++)
            buffer_put_u8(out, j > left ? '='
                                        : (uint8_t)digits[bits >> (18 - 6 * j) & 63]);
    }
}
