/* modbus_telegram.h - a captured Modbus frame as a telegram, request or answer; pure.
 *
 * An answer to a read does not say which registers it is of: they are counted from 0.
 * A read of 17 to 24 bits answered and one asked for at 768 .. 1,023 can be the same
 * bytes: taken as the answer. */
#ifndef HEATNET_WIRE_MODBUS_TELEGRAM_H
#define HEATNET_WIRE_MODBUS_TELEGRAM_H

#include "wire/telegram.h"

/* As `struct decoder` of decode.h.  ERR_SHORT, ERR_FRAME; ERR_CHECK: the CRC. */
MUST_USE err modbus_tcp_telegram(struct bytes in, const char *dialect,
                                 struct arena *arena, struct telegram *telegram);
MUST_USE err modbus_rtu_telegram(struct bytes in, const char *dialect,
                                 struct arena *arena, struct telegram *telegram);

#endif
