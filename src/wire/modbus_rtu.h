/* modbus_rtu.h - the frame of Modbus RTU, on a serial line, over TCP or a modem; pure.
 *
 *   unit u8 | request or answer (modbus.h) | CRC-16 u16, low byte first
 *
 * RTU marks frames by silence, which TCP and modems do not keep: an answer is found by
 * its unit, function, length and CRC instead, wherever it begins.  What stands before it
 * (the echo of the request on a two-wire bus, a glitch when the line turns round) is
 * passed over.  Source: MODBUS over Serial Line 1.02. */
#ifndef HEATNET_WIRE_MODBUS_RTU_H
#define HEATNET_WIRE_MODBUS_RTU_H

#include "wire/modbus.h"

enum { MODBUS_RTU_BYTES_MAX = 256 };

uint16_t modbus_crc(struct bytes bytes);

/* Returns the number of bytes. */
size_t modbus_rtu_encode(const struct modbus_ask *ask, uint8_t out[MODBUS_RTU_BYTES_MAX]);

/* The first answer in `in`.  As modbus_answer; ERR_SHORT: there is none yet. */
MUST_USE err modbus_rtu_decode(const struct modbus_ask *ask, struct bytes in,
                               struct bytes *data, uint8_t *exception);

#endif
