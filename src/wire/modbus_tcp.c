/* modbus_tcp.c - see the header. */
#include "wire/modbus_tcp.h"

#include "base/ensure.h"

enum { HEAD_BYTES = 7, LENGTH_MAX = 254 };

size_t modbus_tcp_encode(const struct modbus_ask *ask, uint16_t transaction,
                         uint8_t out[MODBUS_TCP_BYTES_MAX])
{
    size_t n = modbus_encode(ask, out + HEAD_BYTES);

    out[0] = (uint8_t)(transaction >> 8);
    out[1] = (uint8_t)transaction;
    out[2] = out[3] = 0;
    out[4] = (uint8_t)((n + 1) >> 8);
    out[5] = (uint8_t)(n + 1);
    out[6] = ask->unit;
    return HEAD_BYTES + n;
}

/* The part behind the head, when all of it is there. */
static err take_body(uint16_t transaction, struct bytes in, struct bytes *body)
{
    uint16_t got = 0, protocol = 0, length = 0;

    if (!bytes_take_u16_be(&in, &got)) return ERR_SHORT;
    if (!bytes_take_u16_be(&in, &protocol)) return ERR_SHORT;
    if (!bytes_take_u16_be(&in, &length)) return ERR_SHORT;
    if (got != transaction || protocol != 0) return ERR_FRAME;
    if (length < 3 || length > LENGTH_MAX) return ERR_FRAME;
    if (in.n < length) return ERR_SHORT;
    if (in.n > length) return ERR_FRAME;
    *body = in;
    return ERR_OK;
}

err modbus_tcp_decode(const struct modbus_ask *ask, uint16_t transaction, struct bytes in,
                      struct bytes *data, uint8_t *exception)
{
    ensure(ask && data && exception);

    struct bytes body;
    uint8_t unit = 0;

    err e = take_body(transaction, in, &body);
    if (e) return e;
    if (!bytes_take_u8(&body, &unit)) return ERR_FRAME;
    return modbus_answer(ask, body, data, exception);
}
