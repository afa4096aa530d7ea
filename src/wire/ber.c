/* ber.c - see ber.h. */
#include "wire/ber.h"

#include "base/text.h"

#include <inttypes.h>
#include <string.h>

enum { LONG_FORM = 0x80, LENGTH_BYTES_MAX = 4, HIGH_TAG = 0x1f };

bool ber_take(struct bytes *in, uint8_t *tag, struct bytes *content)
{
    struct bytes rest = *in;
    uint8_t first, byte;
    size_t n;

    if (!bytes_take_u8(&rest, tag) || (*tag & HIGH_TAG) == HIGH_TAG) return false;
    if (!bytes_take_u8(&rest, &first)) return false;
    n = first;
    if (first & LONG_FORM) {
        size_t more = first & 0x7f;
        if (more == 0 || more > LENGTH_BYTES_MAX) return false;
        for (n = 0; more > 0; more--) {
            if (!bytes_take_u8(&rest, &byte)) return false;
            n = n << 8 | byte;
        }
    }
    if (!bytes_take(&rest, n, content)) return false;
    *in = rest;
    return true;
}

bool ber_take_of(struct bytes *in, uint8_t tag, struct bytes *content)
{
    struct bytes rest = *in;
    uint8_t got;

    if (!ber_take(&rest, &got, content) || got != tag) return false;
    *in = rest;
    return true;
}

bool ber_signed(struct bytes content, int64_t *value)
{
    if (content.n == 0 || content.n > 8) return false;
    uint64_t word = content.at[0] & 0x80 ? UINT64_MAX : 0;
    for (size_t i = 0; i < content.n; i++) word = word << 8 | content.at[i];
    *value = (int64_t)word;
    return true;
}

bool ber_unsigned(struct bytes content, uint64_t *value)
{
    if (content.n == 9 && content.at[0] == 0) {
        content.at++;
        content.n--;
    }
    if (content.n == 0 || content.n > 8) return false;
    uint64_t word = 0;
    for (size_t i = 0; i < content.n; i++) word = word << 8 | content.at[i];
    *value = word;
    return true;
}

/* Base 128, high part first; false when cut or above 32 bits. */
static bool take_part(struct bytes *in, uint64_t *part)
{
    uint8_t byte = 0x80;

    for (*part = 0; byte & 0x80;) {
        if (!bytes_take_u8(in, &byte)) return false;
        *part = *part << 7 | (byte & 0x7f);
        if (*part > UINT32_MAX) return false;
    }
    return true;
}

bool ber_oid(struct bytes content, char out[BER_OID_TEXT_BYTES])
{
    uint64_t part;
    size_t n;

    if (content.n == 0 || !take_part(&content, &part)) return false;
    uint64_t top = part < 80 ? part / 40 : 2;
    (void)text_format(out, BER_OID_TEXT_BYTES, "%" PRIu64 ".%" PRIu64, top,
                      part - top * 40);
    while (content.n) {
        if (!take_part(&content, &part)) return false;
        n = strlen(out);
        if (!text_format(out + n, BER_OID_TEXT_BYTES - n, ".%" PRIu64, part))
            return false;
    }
    return true;
}
