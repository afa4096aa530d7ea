/* bcd.h - packed decimal digits as the Chinese meter protocols send them; pure.
 *
 * Two digits a byte; the bytes stand low first or high first.  A digit above 9 is no
 * number: that is told, never guessed. */
#ifndef HEATNET_WIRE_BCD_H
#define HEATNET_WIRE_BCD_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stdint.h>

enum { BCD_BYTES_MAX = 8 };

/* Up to BCD_BYTES_MAX bytes; false, and *value untouched, when a digit is above 9. */
bool bcd_take(struct bytes in, bool high_first, uint64_t *value);
/* The lowest 2 n digits of `value`. */
void bcd_put(uint64_t value, bool high_first, uint8_t *out, size_t n);
/* value / 10^decimals, the double nearest to the decimal. */
double bcd_scale(uint64_t value, unsigned decimals);
/* All bytes are this one. */
bool bcd_is_all(struct bytes in, uint8_t byte);
/* The sum of the bytes, modulo 256: the check code of CJ/T 188 and DL/T 645. */
uint8_t bcd_sum(struct bytes in);
/* Hex digits, upper case; `out` has room for 2 * in.n + 1.  low_first: as a person reads
 * a number that is sent low byte first. */
void bcd_text(struct bytes in, bool low_first, char *out);

#endif
