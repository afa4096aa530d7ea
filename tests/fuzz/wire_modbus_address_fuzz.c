/* wire_modbus_address_fuzz.c - any text as a Modbus address.
 *
 * Property: an error says why; what is taken is within the protocol's limits. */
#include "base/ensure.h"
#include "base/text.h"
#include "wire/modbus_address.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TEXT_BYTES = 256 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[TEXT_BYTES], why[MODBUS_WHY_BYTES] = "";
    struct modbus_device_address device;
    struct modbus_point_address point;

    if (size >= sizeof text) size = sizeof text - 1;
    memcpy(text, data, size);
    text[size] = 0;
    err e = modbus_device_parse(text, &device, why, sizeof why);
    ensure((e == ERR_OK) == (why[0] == 0));
    ensure(e != ERR_OK || (strlen(device.host) > 0 && device.port > 0));
    why[0] = 0;
    e = modbus_point_parse(text, &point, why, sizeof why);
    ensure((e == ERR_OK) == (why[0] == 0));
    if (e) return 0;
    unsigned registers = modbus_type_registers(point.type);
    bool is_bits = point.table == MODBUS_COIL || point.table == MODBUS_DISCRETE;
    ensure(is_bits == (point.type == MODBUS_BIT));
    ensure(point.number + registers <= 65536);
    ensure(point.bit < (int)(16 * registers));
    return 0;
}
