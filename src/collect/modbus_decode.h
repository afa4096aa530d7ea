/* modbus_decode.h - registers into a number; pure.
 *
 * A 32-bit float is widened by its shortest decimal: the float nearest to 45.3 becomes
 * the double nearest to 45.3, not 45.29999923706055.  The float can be had back exactly
 * by a cast, the history shows what the device means, and decimal columns compress. */
#ifndef HEATNET_COLLECT_MODBUS_DECODE_H
#define HEATNET_COLLECT_MODBUS_DECODE_H

#include "wire/modbus_address.h"

#include <stdint.h>

/* `registers` has modbus_type_registers(address->type) of them (a coil: one, 0 or 1).
 * Returns a quality: GOOD and *value is set, NOT_A_NUMBER (NaN, infinity) or UNDECODED
 * (no BCD digit): *value is 0. */
uint8_t modbus_decode(const struct modbus_point_address *address,
                      const uint16_t *registers, double *value);

/* The double nearest to the shortest decimal that reads back as this finite float. */
double modbus_widen(float value);

#endif
