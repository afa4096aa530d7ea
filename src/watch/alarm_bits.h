/* alarm_bits.h - the named fault bits of a template point: "0:1:循环泵故障|Pump
 * fault;3:2:...".
 *
 * bit:priority:Chinese|English, separated by semicolons; the English may be missing.
 * Pure. Parts that do not have this form are skipped. */
#ifndef HEATNET_WATCH_ALARM_BITS_H
#define HEATNET_WATCH_ALARM_BITS_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stdint.h>

struct alarm_bit {
    int bit;                    /* 0 .. 31 */
    unsigned priority;          /* 1 .. 4 */
    struct bytes text, text_en; /* inside the given text; text_en may be as text */
};

/* The next of them, moving *at on; false at the end. */
bool alarm_bits_next(const char **at, struct alarm_bit *bit);
bool alarm_bits_find(const char *bits, int bit, struct alarm_bit *found);
/* A one for each named bit. */
uint32_t alarm_bits_mask(const char *bits);

#endif
