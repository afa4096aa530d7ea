/* modbus_tcp.c - see the header. */
#include "wire/modbus_tcp.h"

#include "base/ensure.h"

static const uint8_t functions[MODBUS_TABLE_N] = {
    [MODBUS_COIL] = 1, [MODBUS_DISCRETE] = 2, [MODBUS_HOLDING] = 3, [MODBUS_INPUT] = 4};

enum { HEAD_BYTES = 6, EXCEPTION_FLAG = 0x80, LENGTH_MAX = 254 };

static bool is_bits(enum modbus_table table)
{
    return table == MODBUS_COIL || table == MODBUS_DISCRETE;
}

static uint8_t high(uint16_t number)
{
    return (uint8_t)(number >> 8);
}

static uint8_t low(uint16_t number)
{
    return (uint8_t)number;
}

void modbus_tcp_encode(const struct modbus_read *read,
                       uint8_t out[MODBUS_TCP_REQUEST_BYTES])
{
    ensure(read && out && read->table < MODBUS_TABLE_N);
    ensure(read->count > 0);
    ensure(read->count <=
           (is_bits(read->table) ? MODBUS_READ_BITS_MAX : MODBUS_READ_REGISTERS_MAX));

    out[0] = high(read->transaction);
    out[1] = low(read->transaction);
    out[2] = out[3] = out[4] = 0;
    out[5] = MODBUS_TCP_REQUEST_BYTES - HEAD_BYTES;
    out[6] = read->unit;
    out[7] = functions[read->table];
    out[8] = high(read->first);
    out[9] = low(read->first);
    out[10] = high(read->count);
    out[11] = low(read->count);
}

static size_t data_bytes(const struct modbus_read *read)
{
    return is_bits(read->table) ? (read->count + 7U) / 8U : 2U * read->count;
}

/* The part behind the head, when all of it is there. */
static err take_body(const struct modbus_read *read, struct bytes in, struct bytes *body)
{
    uint16_t transaction = 0, protocol = 0, length = 0;

    if (!bytes_take_u16_be(&in, &transaction)) return ERR_SHORT;
    if (!bytes_take_u16_be(&in, &protocol)) return ERR_SHORT;
    if (!bytes_take_u16_be(&in, &length)) return ERR_SHORT;
    if (transaction != read->transaction || protocol != 0) return ERR_FRAME;
    if (length < 3 || length > LENGTH_MAX) return ERR_FRAME;
    if (in.n < length) return ERR_SHORT;
    if (in.n > length) return ERR_FRAME;
    *body = in;
    return ERR_OK;
}

err modbus_tcp_decode(const struct modbus_read *read, struct bytes in, struct bytes *data,
                      uint8_t *exception)
{
    ensure(read && data && exception);

    struct bytes body;
    uint8_t unit = 0, function = 0, n = 0;

    err e = take_body(read, in, &body);
    if (e) return e;
    /* The unit is not compared: gateways answer with 0 or 255, and the transaction fits.
     */
    if (!bytes_take_u8(&body, &unit) || !bytes_take_u8(&body, &function))
        return ERR_FRAME;
    if (!bytes_take_u8(&body, &n)) return ERR_FRAME;
    if (function == (functions[read->table] | EXCEPTION_FLAG)) {
        if (body.n != 0 || n == 0) return ERR_FRAME;
        *exception = n;
        return ERR_REFUSED;
    }
    if (function != functions[read->table]) return ERR_FRAME;
    if (n != data_bytes(read) || body.n != n) return ERR_FRAME;
    *data = body;
    return ERR_OK;
}

void modbus_tcp_registers(struct bytes data, uint16_t count, uint16_t *out)
{
    ensure(data.n == 2U * count);
    for (size_t i = 0; i < count; i++)
        out[i] = (uint16_t)(data.at[2 * i] << 8 | data.at[2 * i + 1]);
}

void modbus_tcp_bits(struct bytes data, uint16_t count, uint16_t *out)
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
