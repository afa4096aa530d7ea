/* modbus.c - see the header. */
#include "wire/modbus.h"

#include "base/ensure.h"

enum { EXCEPTION_FLAG = 0x80, COIL_ON = 0xFF00, EXCEPTION_BYTES = 2 };

enum modbus_function modbus_read_function(enum modbus_table table)
{
    static const enum modbus_function functions[MODBUS_TABLE_N] = {
        [MODBUS_COIL] = MODBUS_READ_COILS,
        [MODBUS_DISCRETE] = MODBUS_READ_DISCRETE,
        [MODBUS_HOLDING] = MODBUS_READ_HOLDING,
        [MODBUS_INPUT] = MODBUS_READ_INPUT};

    ensure(table < MODBUS_TABLE_N);
    return functions[table];
}

bool modbus_is_bits(enum modbus_function f)
{
    return f == MODBUS_READ_COILS || f == MODBUS_READ_DISCRETE ||
           f == MODBUS_WRITE_COIL || f == MODBUS_WRITE_COILS;
}

static bool is_read(enum modbus_function f)
{
    return f <= MODBUS_READ_INPUT;
}

/* --- requests -------------------------------------------------------------------- */

static size_t put_u16(uint8_t *out, size_t at, uint16_t number)
{
    out[at] = (uint8_t)(number >> 8);
    out[at + 1] = (uint8_t)number;
    return at + 2;
}

static size_t put_bits(const struct modbus_ask *ask, uint8_t *out, size_t at)
{
    size_t n = (ask->count + 7U) / 8U;

    ensure(ask->count <= MODBUS_WRITE_BITS_MAX);
    out[at++] = (uint8_t)n;
    for (size_t i = 0; i < n; i++) out[at + i] = 0;
    for (size_t i = 0; i < ask->count; i++)
        if (ask->values[i]) out[at + i / 8] |= (uint8_t)(1U << (i % 8));
    return at + n;
}

static size_t put_registers(const struct modbus_ask *ask, uint8_t *out, size_t at)
{
    ensure(ask->count <= MODBUS_WRITE_REGISTERS_MAX);
    out[at++] = (uint8_t)(2 * ask->count);
    for (size_t i = 0; i < ask->count; i++) at = put_u16(out, at, ask->values[i]);
    return at;
}

size_t modbus_encode(const struct modbus_ask *ask, uint8_t out[MODBUS_PDU_BYTES_MAX])
{
    ensure(ask && out && ask->count > 0);
    ensure(is_read(ask->function) || ask->values);

    out[0] = (uint8_t)ask->function;
    size_t at = put_u16(out, 1, ask->first);
    if (ask->function == MODBUS_WRITE_COIL)
        return put_u16(out, at, ask->values[0] ? COIL_ON : 0);
    if (ask->function == MODBUS_WRITE_REGISTER) return put_u16(out, at, ask->values[0]);
    if (ask->function == MODBUS_MASK_REGISTER)
        return put_u16(out, put_u16(out, at, ask->values[0]), ask->values[1]);
    at = put_u16(out, at, ask->count);
    if (is_read(ask->function)) return at;
    return ask->function == MODBUS_WRITE_COILS ? put_bits(ask, out, at)
                                               : put_registers(ask, out, at);
}

/* --- answers --------------------------------------------------------------------- */

static size_t data_bytes(const struct modbus_ask *ask)
{
    return modbus_is_bits(ask->function) ? (ask->count + 7U) / 8U : 2U * ask->count;
}

static size_t right_bytes(const struct modbus_ask *ask)
{
    if (is_read(ask->function)) return 2 + data_bytes(ask);
    return ask->function == MODBUS_MASK_REGISTER ? 7 : 5;
}

size_t modbus_answer_bytes(const struct modbus_ask *ask, struct bytes in)
{
    if (in.n == 0) return 0;
    if (in.at[0] == ((uint8_t)ask->function | EXCEPTION_FLAG)) return EXCEPTION_BYTES;
    return in.at[0] == (uint8_t)ask->function ? right_bytes(ask) : 0;
}

/* What a write repeats of its request. */
static err check_echo(const struct modbus_ask *ask, struct bytes in)
{
    uint8_t want[MODBUS_PDU_BYTES_MAX];

    (void)modbus_encode(ask, want);
    return bytes_equal(in, (struct bytes){want, right_bytes(ask)}) ? ERR_OK : ERR_FRAME;
}

err modbus_answer(const struct modbus_ask *ask, struct bytes in, struct bytes *data,
                  uint8_t *exception)
{
    ensure(ask && data && exception);

    struct bytes all = in;
    uint8_t function = 0, n = 0;

    if (!bytes_take_u8(&in, &function) || !bytes_take_u8(&in, &n)) return ERR_FRAME;
    if (function == ((uint8_t)ask->function | EXCEPTION_FLAG)) {
        if (in.n != 0 || n == 0) return ERR_FRAME;
        *exception = n;
        return ERR_REFUSED;
    }
    if (function != (uint8_t)ask->function) return ERR_FRAME;
    if (!is_read(ask->function)) {
        *data = (struct bytes){0};
        return check_echo(ask, all);
    }
    if (n != data_bytes(ask) || in.n != n) return ERR_FRAME;
    *data = in;
    return ERR_OK;
}

void modbus_take_registers(struct bytes data, uint16_t count, uint16_t *out)
{
    ensure(data.n == 2U * count);
    for (size_t i = 0; i < count; i++)
        out[i] = (uint16_t)(data.at[2 * i] << 8 | data.at[2 * i + 1]);
}

void modbus_take_bits(struct bytes data, uint16_t count, uint16_t *out)
{
    ensure(data.n == (count + 7U) / 8U);
    for (size_t i = 0; i < count; i++)
        out[i] = (uint16_t)((unsigned)data.at[i / 8] >> (i % 8) & 1U);
}

const char *modbus_exception_text(uint8_t exception)
{
    static const char *const texts[] = {"exception",
                                        "exception 1: illegal function",
                                        "exception 2: illegal address",
                                        "exception 3: illegal value",
                                        "exception 4: device failure",
                                        "exception 5: acknowledge",
                                        "exception 6: device busy",
                                        "exception 7: negative acknowledge",
                                        "exception 8: memory parity",
                                        "exception 9",
                                        "exception 10: gateway path unavailable",
                                        "exception 11: gateway target silent"};

    return texts[exception < COUNT(texts) ? exception : 0];
}
