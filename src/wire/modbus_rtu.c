/* modbus_rtu.c - see the header. */
#include "wire/modbus_rtu.h"

#include "base/ensure.h"

enum { FRAME_BYTES = 3 }; /* unit and CRC */

uint16_t modbus_crc(struct bytes bytes)
{
    uint16_t crc = 0xFFFF;

    for (size_t i = 0; i < bytes.n; i++) {
        crc ^= bytes.at[i];
        for (int bit = 0; bit < 8; bit++)
            crc = (uint16_t)(crc & 1 ? crc >> 1 ^ 0xA001 : crc >> 1);
    }
    return crc;
}

size_t modbus_rtu_encode(const struct modbus_ask *ask, uint8_t out[MODBUS_RTU_BYTES_MAX])
{
    ensure(ask && out);

    out[0] = ask->unit;
    size_t n = 1 + modbus_encode(ask, out + 1);
    uint16_t crc = modbus_crc((struct bytes){out, n});
    out[n] = (uint8_t)crc;
    out[n + 1] = (uint8_t)(crc >> 8);
    return n + 2;
}

/* An answer that begins with the first byte. */
static err decode_here(const struct modbus_ask *ask, struct bytes in, struct bytes *data,
                       uint8_t *exception)
{
    if (in.at[0] != ask->unit) return ERR_FRAME;
    if (in.n == 1) return ERR_SHORT;
    size_t n = modbus_answer_bytes(ask, (struct bytes){in.at + 1, in.n - 1});
    if (n == 0) return ERR_FRAME;
    if (in.n < n + FRAME_BYTES) return ERR_SHORT;
    uint16_t crc = modbus_crc((struct bytes){in.at, n + 1});
    if (in.at[n + 1] != (crc & 0xFF) || in.at[n + 2] != crc >> 8) return ERR_CHECK;
    return modbus_answer(ask, (struct bytes){in.at + 1, n}, data, exception);
}

err modbus_rtu_decode(const struct modbus_ask *ask, struct bytes in, struct bytes *data,
                      uint8_t *exception)
{
    ensure(ask && data && exception);

    for (; in.n > 0; in.at++, in.n--) {
        err e = decode_here(ask, in, data, exception);
        if (e == ERR_OK || e == ERR_REFUSED) return e;
    }
    return ERR_SHORT;
}
