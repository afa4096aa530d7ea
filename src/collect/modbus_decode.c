/* modbus_decode.c - one function a type, chosen from a const table. */
#include "collect/modbus_decode.h"

#include "base/ensure.h"
#include "base/text.h"
#include "model/quality.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REGISTERS_MAX = 4 };

/* The number with its first byte highest, whatever its order on the wire was. */
static uint64_t gather(enum modbus_order order, const uint16_t *registers, unsigned n)
{
    bool words_turned = order == MODBUS_CDAB || order == MODBUS_DCBA;
    bool bytes_turned = order == MODBUS_BADC || order == MODBUS_DCBA;
    uint64_t number = 0;

    for (unsigned i = 0; i < n; i++) {
        uint16_t r = registers[words_turned ? n - 1 - i : i];
        if (bytes_turned) r = (uint16_t)(r << 8 | r >> 8);
        number = number << 16 | r;
    }
    return number;
}

double modbus_widen(float value)
{
    ensure(isfinite(value));

    /* Exact integers below 2^53 divided by a power of ten below 10^22 give the double
     * nearest to the decimal; the first power that reads back is the shortest decimal. */
    static const double powers[] = {1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
    double exact = (double)value;

    for (size_t i = 0; i < COUNT(powers); i++) {
        double whole = nearbyint(exact * powers[i]);
        if (fabs(whole) > 1e9) break;
        if ((float)(whole / powers[i]) == value) return whole / powers[i];
    }
    char text[32];
    for (int digits = 1; digits <= 9; digits++) {
        (void)text_format(text, sizeof text, "%.*e", digits - 1, exact);
        double wide = strtod(text, NULL);
        if ((float)wide == value) return wide;
    }
    return exact;
}

static uint8_t decode_unsigned(uint64_t number, double *value)
{
    *value = (double)number;
    return QUALITY_GOOD;
}

static uint8_t decode_i16(uint64_t number, double *value)
{
    *value = (double)(int16_t)(uint16_t)number;
    return QUALITY_GOOD;
}

static uint8_t decode_i32(uint64_t number, double *value)
{
    *value = (double)(int32_t)(uint32_t)number;
    return QUALITY_GOOD;
}

static uint8_t decode_i64(uint64_t number, double *value)
{
    *value = (double)(int64_t)number;
    return QUALITY_GOOD;
}

static uint8_t decode_f32(uint64_t number, double *value)
{
    uint32_t bits = (uint32_t)number;
    float f;

    memcpy(&f, &bits, sizeof f);
    if (!isfinite(f)) return QUALITY_NOT_A_NUMBER;
    *value = modbus_widen(f);
    return QUALITY_GOOD;
}

static uint8_t decode_f64(uint64_t number, double *value)
{
    double f;

    memcpy(&f, &number, sizeof f);
    if (!isfinite(f)) return QUALITY_NOT_A_NUMBER;
    *value = f;
    return QUALITY_GOOD;
}

static uint8_t decode_bcd(uint64_t number, double *value)
{
    double sum = 0;

    for (int shift = 28; shift >= 0; shift -= 4) {
        unsigned digit = (unsigned)(number >> shift) & 15U;
        if (digit > 9) return QUALITY_UNDECODED;
        sum = sum * 10 + digit;
    }
    *value = sum;
    return QUALITY_GOOD;
}

typedef uint8_t (*decoder)(uint64_t number, double *value);

uint8_t modbus_decode(const struct modbus_point_address *address,
                      const uint16_t *registers, double *value)
{
    ensure(address && registers && value);

    static const decoder decoders[MODBUS_TYPE_N] = {
        [MODBUS_BIT] = decode_unsigned, [MODBUS_U16] = decode_unsigned,
        [MODBUS_I16] = decode_i16,      [MODBUS_U32] = decode_unsigned,
        [MODBUS_I32] = decode_i32,      [MODBUS_U64] = decode_unsigned,
        [MODBUS_I64] = decode_i64,      [MODBUS_F32] = decode_f32,
        [MODBUS_F64] = decode_f64,      [MODBUS_BCD16] = decode_bcd,
        [MODBUS_BCD32] = decode_bcd,
    };
    unsigned n = modbus_type_registers(address->type);
    uint64_t number = address->type == MODBUS_BIT ? registers[0] != 0
                                                  : gather(address->order, registers, n);

    ensure(n <= REGISTERS_MAX);
    if (address->bit >= 0) number = number >> address->bit & 1U;
    *value = 0;
    return decoders[address->type](number, value);
}
