/* frame_column.c - see frame_column.h. */
#include "wire/frame_column.h"

#include "base/ensure.h"
#include "model/quality.h"
#include "wire/protobuf.h"

#include <math.h>
#include <string.h>

enum { CHUNK_N = 256, VARINT_BYTES_MAX = 10 };

/* Powers of ten up to 10^22 are exact doubles. */
static const double powers[COLUMN_SCALE_MAX + 1] = {
    1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
    1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};

static const double integer_limit = 9007199254740992.0; /* 2^53 */

static uint64_t bits_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

uint8_t column_quality(double value, uint8_t quality)
{
    return isfinite(value) || !quality_has_value(quality) ? quality
                                                          : QUALITY_NOT_A_NUMBER;
}

static bool is_present(double value, uint8_t quality)
{
    return quality_has_value(quality) && isfinite(value);
}

static bool fits(double value, double power)
{
    double n = rint(value * power);
    if (!(fabs(n) < integer_limit)) return false;
    return bits_of((double)(int64_t)n / power) == bits_of(value); /* -0 does not fit */
}

unsigned column_scale(const double *values, const uint8_t *qualities, size_t n)
{
    size_t hard = 0; /* the value that ruled out the last scale is asked first */
    for (unsigned scale = 0; scale <= COLUMN_SCALE_MAX; scale++) {
        double power = powers[scale];
        if (hard < n && is_present(values[hard], qualities[hard]) &&
            !fits(values[hard], power))
            continue;
        size_t i = 0;
        while (i < n && (!is_present(values[i], qualities[i]) || fits(values[i], power)))
            i++;
        if (i == n) return scale;
        hard = i;
    }
    return COLUMN_BITS;
}

void column_put(struct buffer *out, unsigned scale, const double *values,
                const uint8_t *qualities, size_t n)
{
    ensure(column_scale_is_known(scale));
    uint8_t chunk[CHUNK_N * VARINT_BYTES_MAX];
    double power = scale == COLUMN_BITS ? 0 : powers[scale];
    int64_t before = 0;

    for (size_t first = 0; first < n; first += CHUNK_N) {
        size_t chunk_n = n - first < CHUNK_N ? n - first : CHUNK_N;
        size_t used = 0;
        for (size_t i = first; i < first + chunk_n; i++) {
            uint64_t number = 0; /* absent: no difference, or no bits */
            bool present = is_present(values[i], qualities[i]);
            if (present && scale == COLUMN_BITS) {
                number = bits_of(values[i]);
            } else if (present) {
                int64_t integer = (int64_t)rint(values[i] * power);
                number = (uint64_t)(integer - before);
                before = integer;
            }
            used += protobuf_write_varint(chunk + used, protobuf_zigzag(number));
        }
        buffer_put(out, (struct bytes){chunk, used});
    }
}

bool column_scale_is_known(uint64_t scale)
{
    return scale <= COLUMN_SCALE_MAX || scale == COLUMN_BITS;
}

static bool take_bits(const uint8_t **at, double *values, size_t n)
{
    uint64_t number;
    for (size_t i = 0; i < n; i++) {
        if (!protobuf_varint(at, &number)) return false;
        number = protobuf_unzigzag(number);
        memcpy(&values[i], &number, sizeof number);
    }
    return true;
}

bool column_take(const uint8_t **at, unsigned scale, double *values, size_t n)
{
    ensure(column_scale_is_known(scale));
    if (scale == COLUMN_BITS) return take_bits(at, values, n);

    const double power = powers[scale];
    const uint8_t *p = *at;
    uint64_t number, sum = 0; /* unsigned: a hostile sum wraps, and stays a number */
    for (size_t i = 0; i < n; i++) {
        if (*p < 0x80)
            number = *p++;
        else if (!protobuf_varint(&p, &number))
            return false;
        sum += protobuf_unzigzag(number);
        values[i] = (double)(int64_t)sum / power;
    }
    *at = p;
    return true;
}

bool column_take_ones(const uint8_t *scale_at, const uint8_t *at, double *values,
                      size_t columns_n, bool *bits)
{
    for (size_t c = 0; c < columns_n; c++) {
        uint64_t scale, number;
        if (!protobuf_varint(&scale_at, &scale) || !protobuf_varint(&at, &number))
            return false;
        number = protobuf_unzigzag(number);
        if (scale <= COLUMN_SCALE_MAX) {
            values[c] = (double)(int64_t)number / powers[scale];
        } else if (scale == COLUMN_BITS) {
            memcpy(&values[c], &number, sizeof number);
            *bits = true;
        } else {
            return false;
        }
    }
    return true;
}
