/* modbus_tcp.h - read requests and answers of Modbus TCP; pure.
 *
 *   transaction u16 | 0 u16 | length u16 | unit u8 | function u8 | ...     high byte
 * first request          first u16 | count u16 answer           bytes n u8 | data bits: 8
 * a byte, the lowest first exception        function + 80H | code u8
 *
 * Source: MODBUS Messaging on TCP/IP Implementation Guide 1.0b; Application
 * Protocol 1.1b3. */
#ifndef HEATNET_WIRE_MODBUS_TCP_H
#define HEATNET_WIRE_MODBUS_TCP_H

#include "base/bytes.h"
#include "base/err.h"
#include "wire/modbus_address.h"

#include <stdint.h>

enum {
    MODBUS_TCP_REQUEST_BYTES = 12,
    MODBUS_TCP_ANSWER_BYTES_MAX = 260,
    MODBUS_READ_REGISTERS_MAX = 125,
    MODBUS_READ_BITS_MAX = 2000
};

enum modbus_exception {
    MODBUS_ILLEGAL_FUNCTION = 1,
    MODBUS_ILLEGAL_ADDRESS = 2,
    MODBUS_ILLEGAL_VALUE = 3,
    MODBUS_GATEWAY_NO_PATH = 10,
    MODBUS_GATEWAY_NO_TARGET = 11
};

struct modbus_read {
    uint16_t transaction;
    uint8_t unit;
    enum modbus_table table;
    uint16_t first, count; /* count within the limits above */
};

void modbus_tcp_encode(const struct modbus_read *read,
                       uint8_t out[MODBUS_TCP_REQUEST_BYTES]);

/* The answer to `read` in `in`, which must hold nothing else.  ERR_OK: *data is what was
 * read, as long as asked.  ERR_SHORT: more bytes are to come.  ERR_REFUSED: *exception is
 * set.  ERR_FRAME: no answer to this request. */
MUST_USE err modbus_tcp_decode(const struct modbus_read *read, struct bytes in,
                               struct bytes *data, uint8_t *exception);

/* Registers, or bits as 0 and 1, out of the data of an answer: `count` of them. */
void modbus_tcp_registers(struct bytes data, uint16_t count, uint16_t *out);
void modbus_tcp_bits(struct bytes data, uint16_t count, uint16_t *out);

/* For a person; never NULL. */
const char *modbus_exception_text(uint8_t exception);

#endif
