/* crc32c.c - the processor's CRC-32C instruction where there is one (x86 with SSE 4.2),
 * else eight tables at once (M. Kounavis, F. Berry, "Slicing-by-8", 2005). */
#include "base/crc32c.h"

#include "base/crc32c_table.h"
#include "base/ensure.h"

#include <string.h>

static uint64_t load_u64_le(const uint8_t *at)
{
    uint64_t value;
    memcpy(&value, at, sizeof value);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    value = __builtin_bswap64(value);
#endif
    return value;
}

uint32_t crc32c_by_table(uint32_t so_far, struct bytes bytes)
{
    uint32_t crc = ~so_far;
    const uint8_t *at = bytes.at;
    size_t n = bytes.n;

    for (; n >= 8; n -= 8, at += 8) {
        uint64_t x = load_u64_le(at) ^ crc;
        crc = 0;
        for (unsigned k = 0; k < 8; k++) {
            crc ^= crc32c_table[7 - k][x >> (8 * k) & 0xFF];
        }
    }
    for (; n > 0; n--, at++) crc = crc >> 8 ^ crc32c_table[0][(crc ^ *at) & 0xFF];
    return ~crc;
}

#if defined(__x86_64__)
#include <nmmintrin.h>

static bool has_instruction(void)
{
    return __builtin_cpu_supports("sse4.2") != 0;
}

__attribute__((target("sse4.2"))) static uint32_t
crc32c_by_instruction(uint32_t so_far, struct bytes bytes)
{
    uint64_t crc = ~so_far;
    const uint8_t *at = bytes.at;
    size_t n = bytes.n;

    for (; n >= 8; n -= 8, at += 8) crc = _mm_crc32_u64(crc, load_u64_le(at));
    uint32_t tail = (uint32_t)crc;
    for (; n > 0; n--, at++) tail = _mm_crc32_u8(tail, *at);
    return ~tail;
}
#else
static bool has_instruction(void)
{
    return false;
}

static uint32_t crc32c_by_instruction(uint32_t so_far, struct bytes bytes)
{
    return crc32c_by_table(so_far, bytes);
}
#endif

uint32_t crc32c_more(uint32_t so_far, struct bytes bytes)
{
    ensure(bytes.at != NULL || bytes.n == 0);

    if (has_instruction()) return crc32c_by_instruction(so_far, bytes);
    return crc32c_by_table(so_far, bytes);
}

uint32_t crc32c(struct bytes bytes)
{
    return crc32c_more(0, bytes);
}
