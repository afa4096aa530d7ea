/* bytes.c - cursors over foreign bytes.  Every take checks before it moves. */
#include "base/bytes.h"

#include "base/ensure.h"

#include <string.h>

enum { VARINT_BYTES_MAX = 10 };

struct bytes bytes_of_text(const char *text)
{
    ensure(text != NULL);
    return (struct bytes){(const uint8_t *)text, strlen(text)};
}

bool bytes_equal(struct bytes a, struct bytes b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.at, b.at, a.n) == 0);
}

bool bytes_take(struct bytes *in, size_t n, struct bytes *taken)
{
    ensure(in != NULL);
    ensure(taken != NULL);

    if (in->n < n) return false;
    struct bytes first = {in->at, n};
    if (n > 0) in->at += n; /* an empty view may have no address */
    in->n -= n;
    *taken = first;
    return true;
}

/* The first `n` <= 8 bytes as a number, low byte first. */
static bool take_le(struct bytes *in, size_t n, uint64_t *value)
{
    struct bytes taken;
    if (!bytes_take(in, n, &taken)) return false;

    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++) sum |= (uint64_t)taken.at[i] << (8 * i);
    *value = sum;
    return true;
}

static bool take_be(struct bytes *in, size_t n, uint64_t *value)
{
    struct bytes taken;
    if (!bytes_take(in, n, &taken)) return false;

    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++) sum = sum << 8 | taken.at[i];
    *value = sum;
    return true;
}

bool bytes_take_u8(struct bytes *in, uint8_t *value)
{
    uint64_t wide;
    if (!take_le(in, sizeof *value, &wide)) return false;
    *value = (uint8_t)wide;
    return true;
}

bool bytes_take_u16_le(struct bytes *in, uint16_t *value)
{
    uint64_t wide;
    if (!take_le(in, sizeof *value, &wide)) return false;
    *value = (uint16_t)wide;
    return true;
}

bool bytes_take_u32_le(struct bytes *in, uint32_t *value)
{
    uint64_t wide;
    if (!take_le(in, sizeof *value, &wide)) return false;
    *value = (uint32_t)wide;
    return true;
}

bool bytes_take_u64_le(struct bytes *in, uint64_t *value)
{
    return take_le(in, sizeof *value, value);
}

bool bytes_take_u16_be(struct bytes *in, uint16_t *value)
{
    uint64_t wide;
    if (!take_be(in, sizeof *value, &wide)) return false;
    *value = (uint16_t)wide;
    return true;
}

bool bytes_take_u32_be(struct bytes *in, uint32_t *value)
{
    uint64_t wide;
    if (!take_be(in, sizeof *value, &wide)) return false;
    *value = (uint32_t)wide;
    return true;
}

bool bytes_take_varint(struct bytes *in, uint64_t *value)
{
    ensure(in != NULL);
    ensure(value != NULL);

    uint64_t sum = 0;
    for (size_t i = 0; i < in->n && i < VARINT_BYTES_MAX; i++) {
        uint64_t byte = in->at[i];
        if (i == VARINT_BYTES_MAX - 1 && byte > 1) return false; /* above 64 bits */
        sum |= (byte & 0x7F) << (7 * i);
        if (byte < 0x80) {
            in->at += i + 1;
            in->n -= i + 1;
            *value = sum;
            return true;
        }
    }
    return false;
}

bool bytes_take_varint_i64(struct bytes *in, int64_t *value)
{
    uint64_t zigzag;
    if (!bytes_take_varint(in, &zigzag)) return false;
    uint64_t bits = zigzag >> 1 ^ (~(zigzag & 1) + 1); /* 0 -1 1 -2 2 ... */
    *value = (int64_t)bits;
    return true;
}

/* The value of a hex digit; false when it is none. */
static bool hex_digit(char c, uint8_t *value)
{
    if (c >= '0' && c <= '9')
        *value = (uint8_t)(c - '0');
    else if (c >= 'a' && c <= 'f')
        *value = (uint8_t)(c - 'a' + 10);
    else if (c >= 'A' && c <= 'F')
        *value = (uint8_t)(c - 'A' + 10);
    else
        return false;
    return true;
}

bool bytes_from_hex(const char *hex, uint8_t *out, size_t out_n, size_t *n)
{
    ensure(hex != NULL);
    ensure(out != NULL || out_n == 0);
    ensure(n != NULL);

    size_t got = 0;
    while (*hex != '\0') {
        if (*hex == ' ') {
            hex++;
            continue;
        }
        uint8_t high, low;
        if (!hex_digit(hex[0], &high) || !hex_digit(hex[1], &low)) return false;
        if (got == out_n) return false;
        out[got++] = (uint8_t)(high << 4 | low);
        hex += 2;
    }
    *n = got;
    return true;
}

void bytes_to_hex(struct bytes in, char *out)
{
    static const char digits[] = "0123456789abcdef";
    ensure(out != NULL);

    for (size_t i = 0; i < in.n; i++) {
        *out++ = digits[in.at[i] >> 4];
        *out++ = digits[in.at[i] & 0xF];
    }
    *out = '\0';
}
