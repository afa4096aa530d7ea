/* modbus_tcp.h - the frame of Modbus TCP; pure.
 *
 *   transaction u16 | 0 u16 | length u16 | unit u8 | request or answer (modbus.h)
 *
 * `length` counts what follows it.  Source: MODBUS Messaging on TCP/IP Implementation
 * Guide 1.0b. */
#ifndef HEATNET_WIRE_MODBUS_TCP_H
#define HEATNET_WIRE_MODBUS_TCP_H

#include "wire/modbus.h"

enum { MODBUS_TCP_BYTES_MAX = 260 };

/* Returns the number of bytes. */
size_t modbus_tcp_encode(const struct modbus_ask *ask, uint16_t transaction,
                         uint8_t out[MODBUS_TCP_BYTES_MAX]);

/* The answer in `in`, which must hold nothing else.  As modbus_answer; ERR_SHORT: more
 * bytes are to come.  The unit is not compared: gateways answer with 0 or 255, and the
 * transaction fits. */
MUST_USE err modbus_tcp_decode(const struct modbus_ask *ask, uint16_t transaction,
                               struct bytes in, struct bytes *data, uint8_t *exception);

#endif
