/* history_column.c - see history_column.h. */
#include "store/history_column.h"

#include "base/ensure.h"
#include "base/memory.h"

#include <string.h>

enum method { METHOD_CONSTANT, METHOD_INTEGERS, METHOD_FLOATS, METHOD_DOUBLES };

enum way { WAY_DIVIDE, WAY_MULTIPLY, WAY_FLOAT, WAY_N };

enum { STRETCHES_N = 5, STRETCH_ROWS = 96 };

enum { ORDERS_N = 3, EXCEPTION_BIT = 0x40, SAMPLED_N = 16, VARINT_BYTES_MAX = 10 };

/* Beyond it differences could leave 53 bits, and planes are smaller anyway. */
#define INTEGER_MAX 281474976710656.0 /* 2^48 */

static const double powers[COLUMN_DECIMALS_MAX + 1] = {1,   1e1, 1e2, 1e3, 1e4,
                                                       1e5, 1e6, 1e7, 1e8, 1e9};
static const double inverses[COLUMN_DECIMALS_MAX + 1] = {1,    1e-1, 1e-2, 1e-3, 1e-4,
                                                         1e-5, 1e-6, 1e-7, 1e-8, 1e-9};

struct scale {
    enum way way;
    int decimals;
};

static uint64_t bits_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static double of_bits(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint64_t zigzag(int64_t value)
{
    return (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0);
}

static inline double value_of(int64_t m, struct scale scale)
{
    double x = (double)m;
    switch (scale.way) {
    case WAY_DIVIDE: return x / powers[scale.decimals];
    case WAY_MULTIPLY: return x * inverses[scale.decimals];
    case WAY_FLOAT: return (double)(float)(x / powers[scale.decimals]);
    case WAY_N: break;
    }
    return 0;
}

/* The integer for which value_of gives exactly `value`; false when there is none. */
static inline bool integer_of(double value, struct scale scale, int64_t *m)
{
    double x = value * powers[scale.decimals];
    if (!(x < INTEGER_MAX && x > -INTEGER_MAX)) return false; /* NaN too */
    int64_t rounded = (int64_t)(x < 0 ? x - 0.5 : x + 0.5);
    *m = rounded;
    return bits_of(value_of(rounded, scale)) == bits_of(value);
}

/* The fewest decimals >= `from` with which `value` is exact; MAX + 1 = none. */
static int decimals_of(double value, enum way way, int from)
{
    int64_t m;
    for (int e = from; e <= COLUMN_DECIMALS_MAX; e++) {
        if (integer_of(value, (struct scale){way, e}, &m)) return e;
    }
    return COLUMN_DECIMALS_MAX + 1;
}

/* --- choosing ----------------------------------------------------------------------- */

/* A first guess from a few values; false when most of them do not fit this way at all. */
static bool scale_guess(const double *values, size_t n, struct scale *scale)
{
    size_t step = n / SAMPLED_N + 1, looked = 0, misfits = 0;
    for (size_t i = 0; i < n; i += step) {
        int e = decimals_of(values[i], scale->way, 0);
        looked++;
        if (e > COLUMN_DECIMALS_MAX) {
            misfits++;
        } else if (e > scale->decimals) {
            scale->decimals = e;
        }
    }
    return misfits * 4 <= looked;
}

/* How many of the first values are integers at the scale; those are filled in. */
static size_t integers_run(const double *values, size_t n, struct scale scale,
                           int64_t *integers)
{
    size_t i = 0;
    if (scale.way != WAY_DIVIDE) {
        while (i < n && integer_of(values[i], scale, &integers[i])) i++;
        return i;
    }
    const double power = powers[scale.decimals]; /* integer_of, without looking it up */
    for (; i < n; i++) {
        double x = values[i] * power;
        if (!(x < INTEGER_MAX && x > -INTEGER_MAX)) break;
        int64_t rounded = (int64_t)(x < 0 ? x - 0.5 : x + 0.5);
        if (bits_of((double)rounded / power) != bits_of(values[i])) break;
        integers[i] = rounded;
    }
    return i;
}

/* All integers at the scale; a value that fits with more decimals only raises the scale.
 * Exceptions repeat the integer before, so that their difference is 0. */
static bool integers_fill(const double *values, size_t n, struct scale *scale,
                          int64_t *integers, size_t *exceptions)
{
    size_t misfits = 0;
    for (size_t i = 0; i < n; i++) {
        i += integers_run(values + i, n - i, *scale, integers + i);
        if (i == n) break;
        int e = decimals_of(values[i], scale->way, scale->decimals + 1);
        if (e <= COLUMN_DECIMALS_MAX) {
            scale->decimals = e;
            return integers_fill(values, n, scale, integers, exceptions);
        }
        integers[i] = i ? integers[i - 1] : 0;
        if (++misfits > n / 8 + 1) return false;
    }
    *exceptions = misfits;
    return true;
}

/* Add the bits that [from, to) would need in each order, roughly. */
static void orders_cost(const int64_t *m, size_t from, size_t to, uint64_t cost[ORDERS_N])
{
    int64_t before = from > 0 ? m[from - 1] : 0;
    int64_t difference_before = from > 0 ? before - (from > 1 ? m[from - 2] : 0) : 0;
    for (size_t i = from; i < to; i++) {
        int64_t difference = m[i] - before;
        int64_t second = difference - difference_before;
        cost[0] += 64u - (unsigned)__builtin_clzll(zigzag(m[i]) + 1);
        cost[1] += 64u - (unsigned)__builtin_clzll(zigzag(difference) + 1);
        cost[2] += 64u - (unsigned)__builtin_clzll(zigzag(second) + 1);
        before = m[i];
        difference_before = difference;
    }
}

/* The order whose differences need the fewest bits, roughly; of a long column from some
 * stretches of it. */
static unsigned order_choose(const int64_t *m, size_t n, uint64_t *bits)
{
    uint64_t cost[ORDERS_N] = {0};
    size_t looked = n;
    if (n > STRETCHES_N * STRETCH_ROWS) {
        looked = STRETCHES_N * STRETCH_ROWS;
        size_t step = (n - STRETCH_ROWS) / (STRETCHES_N - 1);
        for (size_t i = 0; i < STRETCHES_N; i++)
            orders_cost(m, i * step, i * step + STRETCH_ROWS, cost);
    } else {
        orders_cost(m, 0, n, cost);
    }
    unsigned best = 1; /* differences, unless another one is clearly better */
    for (unsigned order = 0; order < ORDERS_N; order++) {
        if (cost[order] * 16 < cost[best] * 15) best = order;
    }
    *bits = cost[best] * n / looked;
    return best;
}

static bool all_floats(const double *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (bits_of((double)(float)values[i]) != bits_of(values[i])) return false;
    }
    return true;
}

static bool all_same(const double *values, size_t n)
{
    uint64_t first = bits_of(values[0]);
    for (size_t i = 1; i < n; i++) {
        if (bits_of(values[i]) != first) return false;
    }
    return true;
}

/* --- encode ------------------------------------------------------------------------- */

static uint8_t *put_varint(uint8_t *to, uint64_t value)
{
    while (value >= 0x80) {
        *to++ = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    *to++ = (uint8_t)value;
    return to;
}

static void differences_put(const int64_t *m, size_t n, unsigned order,
                            struct buffer *out)
{
    size_t start = out->n;
    uint8_t *to = buffer_extend(out, n * VARINT_BYTES_MAX);
    if (!to) return;
    int64_t before = 0, difference_before = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t difference = m[i] - before;
        int64_t second = difference - difference_before;
        int64_t coded = order == 0 ? m[i] : order == 1 ? difference : second;
        to = put_varint(to, zigzag(coded));
        before = m[i];
        difference_before = difference;
    }
    out->n = start + (size_t)(to - (out->at + start));
}

/* A column made integers. */
struct integers {
    const double *values;
    const int64_t *m;
    size_t n, exceptions;
    struct scale scale;
    unsigned order;
};

static void exceptions_put(const struct integers *in, struct buffer *out)
{
    buffer_put_varint(out, in->exceptions);
    size_t before = 0;
    for (size_t i = 0; i < in->n; i++) {
        uint64_t bits = bits_of(in->values[i]);
        if (bits_of(value_of(in->m[i], in->scale)) == bits) continue;
        buffer_put_varint(out, i - before);
        buffer_put_u64_le(out, bits);
        before = i;
    }
}

static void integers_put(const struct integers *in, struct buffer *out)
{
    unsigned tag = METHOD_INTEGERS | (unsigned)in->scale.way << 2 | in->order << 4;
    if (in->exceptions) tag |= EXCEPTION_BIT;
    buffer_put_u8(out, (uint8_t)tag);
    buffer_put_u8(out, (uint8_t)in->scale.decimals);
    if (in->exceptions) exceptions_put(in, out);
    differences_put(in->m, in->n, in->order, out);
}

static void planes_put(const double *values, size_t n, bool floats, struct buffer *out)
{
    size_t planes = floats ? 4 : 8;
    buffer_put_u8(out, floats ? METHOD_FLOATS : METHOD_DOUBLES);
    uint8_t *to = buffer_extend(out, n * planes);
    if (!to) return;
    uint64_t before = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t bits = bits_of(values[i]);
        if (floats) {
            float narrow = (float)values[i];
            uint32_t narrow_bits;
            memcpy(&narrow_bits, &narrow, sizeof narrow_bits);
            bits = narrow_bits;
        }
        uint64_t change = bits ^ before;
        for (size_t p = 0; p < planes; p++) to[p * n + i] = (uint8_t)(change >> (8 * p));
        before = bits;
    }
}

static err room_reserve(struct column_room *room, size_t n)
{
    if (n <= room->integers_n) return ERR_OK;
    int64_t *more = memory_resize(room->integers, n, sizeof *more);
    if (!more) return ERR_MEMORY;
    room->integers = more;
    room->integers_n = n;
    return ERR_OK;
}

void column_room_close(struct column_room *room)
{
    memory_free(room->integers);
    *room = (struct column_room){0};
}

static void constant_put(double value, struct buffer *out, int *decimals)
{
    buffer_put_u8(out, METHOD_CONSTANT);
    buffer_put_u64_le(out, bits_of(value));
    int e = decimals_of(value, WAY_DIVIDE, 0);
    *decimals = e <= COLUMN_DECIMALS_MAX ? e : COLUMN_DECIMALS_NONE;
}

err column_encode(const double *values, size_t n, struct column_room *room,
                  struct buffer *out, int *decimals)
{
    ensure(n >= 1);

    *decimals = COLUMN_DECIMALS_NONE;
    if (all_same(values, n)) {
        constant_put(values[0], out, decimals);
        return ERR_OK;
    }
    err e = room_reserve(room, n);
    if (e) return e;

    static const enum way ways[] = {WAY_DIVIDE, WAY_FLOAT, WAY_MULTIPLY};

    bool floats = all_floats(values, n);
    for (size_t i = 0; i < COUNT(ways); i++) {
        struct integers in = {values, room->integers, n, 0, {ways[i], 0}, 0};
        uint64_t bits = 0;
        if (ways[i] == WAY_FLOAT && !floats) continue;
        if (!scale_guess(values, n, &in.scale)) continue;
        if (!integers_fill(values, n, &in.scale, room->integers, &in.exceptions))
            continue;
        in.order = order_choose(room->integers, n, &bits);
        if (bits + in.exceptions * 72 > n * (floats ? 26u : 52u)) continue; /* planes */
        integers_put(&in, out);
        if (!in.exceptions) *decimals = in.scale.decimals;
        return ERR_OK;
    }
    planes_put(values, n, floats, out);
    return ERR_OK;
}

/* --- decode ------------------------------------------------------------------------- */

/* Sums of differences wrap around on damaged bytes; they are unsigned for that. */
static bool integers_take(struct bytes *in, size_t n, unsigned order, struct scale scale,
                          double *values)
{
    const uint8_t *at = in->at, *end = in->at + in->n;
    uint64_t m = 0, difference = 0;
    for (size_t i = 0; i < n; i++) {
        if (at == end) return false;
        uint64_t coded = *at++;
        if (coded >= 0x80) {
            struct bytes rest = {at - 1, (size_t)(end - at) + 1};
            if (!bytes_take_varint(&rest, &coded)) return false;
            at = rest.at;
        }
        uint64_t step = coded >> 1 ^ (0 - (coded & 1));
        if (order == 2) step = difference += step;
        m = order == 0 ? step : m + step;
        values[i] = value_of((int64_t)m, scale);
    }
    *in = (struct bytes){at, (size_t)(end - at)};
    return true;
}

static bool exceptions_apply(struct bytes in, uint64_t count, size_t n, double *values)
{
    uint64_t index = 0;
    for (uint64_t i = 0; i < count; i++) {
        uint64_t gap, bits;
        if (!bytes_take_varint(&in, &gap) || !bytes_take_u64_le(&in, &bits)) return false;
        if (gap >= n || index + gap >= n) return false;
        index += gap;
        values[index] = of_bits(bits);
    }
    return true;
}

/* Step over the exceptions: they are applied when the integers are there. */
static bool exceptions_skip(struct bytes *in, uint64_t *count)
{
    if (!bytes_take_varint(in, count) || *count > in->n / 9) return false;
    for (uint64_t i = 0; i < *count; i++) {
        uint64_t gap, bits;
        if (!bytes_take_varint(in, &gap) || !bytes_take_u64_le(in, &bits)) return false;
    }
    return true;
}

static err integers_decode(struct bytes in, size_t n, unsigned tag, double *values)
{
    uint8_t decimals;
    struct scale scale = {(enum way)(tag >> 2 & 3), 0};
    unsigned order = tag >> 4 & 3;
    if (scale.way >= WAY_N || order >= ORDERS_N) return ERR_CORRUPT;
    if (!bytes_take_u8(&in, &decimals) || decimals > COLUMN_DECIMALS_MAX)
        return ERR_CORRUPT;
    scale.decimals = decimals;

    uint64_t count = 0;
    struct bytes exceptions = in;
    if (tag & EXCEPTION_BIT) {
        if (!exceptions_skip(&in, &count)) return ERR_CORRUPT;
        bool fits = bytes_take_varint(&exceptions, &count);
        ensure(fits);
    }
    if (!integers_take(&in, n, order, scale, values) || in.n != 0) return ERR_CORRUPT;
    return exceptions_apply(exceptions, count, n, values) ? ERR_OK : ERR_CORRUPT;
}

static err planes_decode(struct bytes in, size_t n, bool floats, double *values)
{
    size_t planes = floats ? 4 : 8;
    if (in.n / planes != n || in.n % planes != 0) return ERR_CORRUPT;
    uint64_t bits = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t change = 0;
        for (size_t p = 0; p < planes; p++)
            change |= (uint64_t)in.at[p * n + i] << (8 * p);
        bits ^= change;
        values[i] = of_bits(bits);
        if (!floats) continue;
        uint32_t narrow_bits = (uint32_t)bits;
        float narrow;
        memcpy(&narrow, &narrow_bits, sizeof narrow);
        values[i] = (double)narrow;
    }
    return ERR_OK;
}

err column_decode(struct bytes in, size_t n, double *values)
{
    uint8_t tag;
    uint64_t bits;
    if (!bytes_take_u8(&in, &tag)) return ERR_CORRUPT;
    switch ((enum method)(tag & 3)) {
    case METHOD_CONSTANT:
        if (tag != METHOD_CONSTANT || !bytes_take_u64_le(&in, &bits) || in.n) {
            return ERR_CORRUPT;
        }
        for (size_t i = 0; i < n; i++) values[i] = of_bits(bits);
        return ERR_OK;
    case METHOD_INTEGERS: return integers_decode(in, n, tag, values);
    case METHOD_FLOATS: return planes_decode(in, n, true, values);
    case METHOD_DOUBLES: return planes_decode(in, n, false, values);
    }
    return ERR_CORRUPT;
}
