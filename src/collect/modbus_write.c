/* modbus_write.c - see the header. */
#include "collect/modbus_write.h"

#include "base/ensure.h"
#include "base/text.h"
#include "collect/modbus_decode.h"
#include "collect/modbus_exchange.h"
#include "model/quality.h"

#include <math.h>
#include <string.h>

/* --- numbers --------------------------------------------------------------------- */

/* The inverse of modbus_decode's gathering. */
static void scatter(enum modbus_order order, uint64_t number, unsigned n, uint16_t *out)
{
    bool words_turned = order == MODBUS_CDAB || order == MODBUS_DCBA;
    bool bytes_turned = order == MODBUS_BADC || order == MODBUS_DCBA;

    for (unsigned i = 0; i < n; i++) {
        uint16_t r = (uint16_t)(number >> 16 * (n - 1 - i));
        if (bytes_turned) r = (uint16_t)(r << 8 | r >> 8);
        out[words_turned ? n - 1 - i : i] = r;
    }
}

static err to_unsigned(double value, unsigned bits, uint64_t *number)
{
    double whole = nearbyint(value);
    if (!(whole >= 0 && whole < ldexp(1, (int)bits))) return ERR_RANGE;
    *number = (uint64_t)whole;
    return ERR_OK;
}

static err to_signed(double value, unsigned bits, uint64_t *number)
{
    double whole = nearbyint(value), half = ldexp(1, (int)bits - 1);
    if (!(whole >= -half && whole < half)) return ERR_RANGE;
    *number = (uint64_t)(int64_t)whole;
    return ERR_OK;
}

static err to_float(double value, unsigned bits, uint64_t *number)
{
    float narrow = (float)value;
    uint32_t half;

    if (!isfinite(value) || (bits == 32 && !isfinite(narrow))) return ERR_RANGE;
    memcpy(number, &value, sizeof *number);
    if (bits == 64) return ERR_OK;
    memcpy(&half, &narrow, sizeof half);
    *number = half;
    return ERR_OK;
}

static err to_bcd(double value, unsigned bits, uint64_t *number)
{
    uint64_t whole = 0, bcd = 0;
    err e = to_unsigned(value, 32, &whole);

    for (unsigned shift = 0; shift < bits && !e; shift += 4) {
        bcd |= whole % 10 << shift;
        whole /= 10;
    }
    if (e || whole) return ERR_RANGE;
    *number = bcd;
    return ERR_OK;
}

typedef err (*encoder)(double value, unsigned bits, uint64_t *number);

err modbus_registers(const struct modbus_point_address *a, double value,
                     uint16_t registers[4])
{
    ensure(a && registers);

    static const encoder encoders[MODBUS_TYPE_N] = {
        [MODBUS_BIT] = to_unsigned, [MODBUS_U16] = to_unsigned,
        [MODBUS_I16] = to_signed,   [MODBUS_U32] = to_unsigned,
        [MODBUS_I32] = to_signed,   [MODBUS_U64] = to_unsigned,
        [MODBUS_I64] = to_signed,   [MODBUS_F32] = to_float,
        [MODBUS_F64] = to_float,    [MODBUS_BCD16] = to_bcd,
        [MODBUS_BCD32] = to_bcd,
    };
    unsigned n = modbus_type_registers(a->type);
    unsigned bits = a->type == MODBUS_BIT ? 1 : 16 * n;
    uint64_t number = 0;

    err e = encoders[a->type](value, bits, &number);
    if (!e) scatter(a->order, number, n, registers);
    return e;
}

/* --- the exchange ---------------------------------------------------------------- */

static enum modbus_function write_function(enum modbus_table table, bool one)
{
    if (table == MODBUS_COIL) return one ? MODBUS_WRITE_COIL : MODBUS_WRITE_COILS;
    return one ? MODBUS_WRITE_REGISTER : MODBUS_WRITE_REGISTERS;
}

static err refused(err e)
{
    return e == ERR_RANGE ? ERR_DENIED : e;
}

static err read_cells(struct driver_channel *c,
                      const struct modbus_device_address *device,
                      const struct modbus_cells *cells, char *error)
{
    struct modbus_ask ask = {device->unit, modbus_read_function(cells->table),
                             cells->first, cells->count, NULL};
    return refused(modbus_ask(c, &ask, &device->limits, true, error));
}

static err send_cells(struct driver_channel *c,
                      const struct modbus_device_address *device,
                      const struct modbus_cells *cells, char *error)
{
    struct modbus_limits once = device->limits;
    struct modbus_ask ask = {device->unit,
                             write_function(cells->table, cells->count == 1),
                             cells->first, cells->count, cells->values};

    once.retries = 0;
    err e = modbus_ask(c, &ask, &once, false, error);
    if (e == ERR_DENIED && c->exception == MODBUS_ILLEGAL_FUNCTION && cells->count == 1) {
        ask.function = write_function(cells->table, false);
        e = modbus_ask(c, &ask, &once, false, error);
    }
    return refused(e);
}

err modbus_write_cells(struct driver_channel *c,
                       const struct modbus_device_address *device,
                       const struct modbus_cells *cells, struct modbus_written *w)
{
    ensure(c && device && cells && cells->values && w);

    unsigned most =
        cells->table == MODBUS_COIL ? MODBUS_WRITE_BITS_MAX : MODBUS_WRITE_REGISTERS_MAX;
    *w = (struct modbus_written){0};
    if (cells->table != MODBUS_COIL && cells->table != MODBUS_HOLDING) return ERR_TYPE;
    if (cells->count < 1 || cells->count > most) return ERR_RANGE;
    err e = send_cells(c, device, cells, w->error);
    if (!e) e = read_cells(c, device, cells, w->error);
    if (e) return e;
    w->is_read = true;
    for (size_t i = 0; i < cells->count; i++)
        if (c->values[i] != cells->values[i]) {
            (void)text_copy(w->error, sizeof w->error, "read back, it is not the same");
            return ERR_CHECK;
        }
    w->error[0] = 0;
    return ERR_OK;
}

/* The registers as they were read, with one bit changed. */
static void turn_bit(const struct modbus_point_address *a, bool on, const uint16_t *were,
                     uint16_t registers[4])
{
    unsigned n = modbus_type_registers(a->type);
    uint16_t mask[4] = {0};

    scatter(a->order, 1ULL << a->bit, n, mask);
    for (unsigned i = 0; i < n; i++)
        registers[i] = (uint16_t)(on ? were[i] | mask[i] : were[i] & ~mask[i]);
}

static err parse(const struct driver_channel *c, const char *device, const char *point,
                 struct modbus_device_address *d, struct modbus_point_address *p)
{
    err e = c->is_rtu ? modbus_rtu_device_parse(device, d, NULL, 0)
                      : modbus_device_parse(device, d, NULL, 0);
    return e ? e : modbus_point_parse(point, p, NULL, 0);
}

err modbus_write(struct driver_channel *c, const char *device, const char *point,
                 double value, struct modbus_written *w)
{
    ensure(c && device && point && w);

    struct modbus_device_address d;
    struct modbus_point_address p;
    uint16_t registers[4] = {0};

    *w = (struct modbus_written){0};
    err e = parse(c, device, point, &d, &p);
    if (e) return e;
    struct modbus_cells cells = {p.table, p.number,
                                 (uint16_t)modbus_type_registers(p.type), registers};
    if (p.table != MODBUS_COIL && p.table != MODBUS_HOLDING) return ERR_TYPE;
    if (p.bit >= 0) {
        if (value != 0 && value != 1) return ERR_RANGE;
        e = read_cells(c, &d, &cells, w->error);
        if (!e) turn_bit(&p, value != 0, c->values, registers);
    } else {
        e = modbus_registers(&p, value, registers);
    }
    if (!e) e = modbus_write_cells(c, &d, &cells, w);
    if (w->is_read && modbus_decode(&p, c->values, &w->value) != QUALITY_GOOD)
        w->is_read = false;
    return e;
}
