/* alarm_bits.c - a cursor over the text of named bits. */
#include "watch/alarm_bits.h"

#include "base/ensure.h"

#include <string.h>

enum { BITS_N = 32, PRIORITY_MAX = 4 };

/* Up to two digits and the colon behind them. */
static bool take_number(const char **at, const char *end, unsigned *number)
{
    const char *p = *at;
    unsigned value = 0;
    while (p < end && *p >= '0' && *p <= '9' && p - *at < 2)
        value = value * 10 + (unsigned)(*p++ - '0');
    if (p == *at || p == end || *p != ':') return false;
    *number = value;
    *at = p + 1;
    return true;
}

static bool parse_part(const char *part, size_t n, struct alarm_bit *out)
{
    const char *end = part + n;
    unsigned number, priority;
    if (!take_number(&part, end, &number) || number >= BITS_N) return false;
    if (!take_number(&part, end, &priority)) return false;
    if (priority < 1 || priority > PRIORITY_MAX || part == end) return false;

    const char *bar = memchr(part, '|', (size_t)(end - part));
    const char *text_end = bar ? bar : end;
    out->bit = (int)number;
    out->priority = priority;
    out->text = (struct bytes){(const uint8_t *)part, (size_t)(text_end - part)};
    out->text_en = out->text;
    if (bar && bar + 1 < end)
        out->text_en = (struct bytes){(const uint8_t *)bar + 1, (size_t)(end - bar - 1)};
    return true;
}

bool alarm_bits_next(const char **at, struct alarm_bit *bit)
{
    ensure(at != NULL);
    ensure(bit != NULL);

    while (**at != '\0') {
        const char *part = *at;
        size_t n = strcspn(part, ";");
        *at = part + n + (part[n] == ';');
        if (parse_part(part, n, bit)) return true;
    }
    return false;
}

bool alarm_bits_find(const char *bits, int bit, struct alarm_bit *found)
{
    struct alarm_bit each;
    while (alarm_bits_next(&bits, &each)) {
        if (each.bit != bit) continue;
        *found = each;
        return true;
    }
    return false;
}

uint32_t alarm_bits_mask(const char *bits)
{
    uint32_t mask = 0;
    struct alarm_bit each;
    while (alarm_bits_next(&bits, &each)) mask |= (uint32_t)1 << each.bit;
    return mask;
}
