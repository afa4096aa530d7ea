/* frame_column.h - the numbers of one column of a block, as docs/uplink.md lays them
 * down.
 *
 *   scale 0..18  integers n, value = n / 10^scale, each as the difference to the one
 * before scale 64     the bit patterns of the doubles
 *
 * Private to the frame codec.  Pure. */
#ifndef HEATNET_WIRE_FRAME_COLUMN_H
#define HEATNET_WIRE_FRAME_COLUMN_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { COLUMN_SCALE_MAX = 18, COLUMN_BITS = 64 };

/* The quality with which a sample travels: a value that is not finite is absent. */
uint8_t column_quality(double value, uint8_t quality);

/* The smallest scale that keeps every present value bit for bit, or COLUMN_BITS. */
unsigned column_scale(const double *values, const uint8_t *qualities, size_t n);

/* Append the column's `n` numbers. */
void column_put(struct buffer *out, unsigned scale, const double *values,
                const uint8_t *qualities, size_t n);

bool column_scale_is_known(uint64_t scale);

/* Read `n` numbers at `*at`, which moves behind them; they are known to end inside the
 * memory.  False: one of them is longer than 10 bytes. */
bool column_take(const uint8_t **at, unsigned scale, double *values, size_t n);

/* The same for `columns_n` columns of one number each, whose scales are the varints at
 * `scale_at`: the usual block of a poll.  *bits is set when one of them is COLUMN_BITS.
 */
bool column_take_ones(const uint8_t *scale_at, const uint8_t *at, double *values,
                      size_t columns_n, bool *bits);

#endif
