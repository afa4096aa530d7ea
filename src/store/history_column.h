/* history_column.h - one column of doubles as few bytes, bit by bit the same when read
 * back.
 *
 * What makes this data small is that readings are decimals with few digits: a column is
 * turned into integers m with value = m / 10^e, and those into differences.  Three ways
 * of computing the value from m are tried, because devices deliver all three; whatever
 * does not fit (-0, NaN with its payload, infinities) is an exception that keeps its 64
 * bits.
 *
 *   tag 1 | ...           tag: bits 0-1 method, 2-3 way, 4-5 order, 6 exceptions
 *   method 0 constant:    64 bits of the value
 *   method 1 integers:    e 1 | [exceptions] | zigzag varints of m (order 0), of the
 * first difference (1) or of the second (2) exceptions:         varint count | (varint
 * index - index before | 64 bits)* method 2 floats:      every value is a float: 4 byte
 * planes of the XOR with the one before method 3 doubles:     8 byte planes of the XOR
 * with the one before
 *
 *   way 0: m / 10^e    1: m * (1 / 10^e)    2: (float)(m / 10^e)
 *
 * Pure; all numbers little-endian. */
#ifndef HEATNET_STORE_HISTORY_COLUMN_H
#define HEATNET_STORE_HISTORY_COLUMN_H

#include "base/bytes.h"
#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

enum { COLUMN_DECIMALS_MAX = 9, COLUMN_DECIMALS_NONE = -1 };

/* Room that grows to the largest column coded with it. */
struct column_room {
    int64_t *integers;
    size_t integers_n;
};

void column_room_close(struct column_room *room);

/* Append the code of values[0..n), n >= 1.  *decimals: the e for which every value is a
 * decimal, or COLUMN_DECIMALS_NONE.  ERR_MEMORY; errors of the buffer stay in it. */
MUST_USE err column_encode(const double *values, size_t n, struct column_room *room,
                           struct buffer *out, int *decimals);

/* The whole of `in` is the code of `n` values.  ERR_CORRUPT. */
MUST_USE err column_decode(struct bytes in, size_t n, double *values);

#endif
