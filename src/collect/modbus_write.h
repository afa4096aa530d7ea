/* modbus_write.h - write to Modbus devices and read back what they made of it.
 *
 *   coil                one bit: function 5; several: 15
 *   holding register    one: 6; several (32 and 64 bits): 16, in one request
 *   bit of a register   read, changed, written back: other bits stay
 *
 * A device that refuses 5 or 6 as an illegal function is asked by 15 or 16.  A write is
 * sent once, whatever happens: who repeats it must know what it does.  The value is read
 * back and compared as registers, so that rounding to the register's type is no
 * difference. */
#ifndef HEATNET_COLLECT_MODBUS_WRITE_H
#define HEATNET_COLLECT_MODBUS_WRITE_H

#include "collect/driver.h"
#include "wire/modbus_address.h"

#include <stddef.h>
#include <stdint.h>

struct modbus_written {
    double value;                   /* as read back, when `is_read` */
    bool is_read;                   /* it was read back */
    char error[DRIVER_ERROR_BYTES]; /* a sentence, "" = all is well */
};

/* `device` and `point` are addresses of the channel's protocol.  ERR_OK: written and read
 * back the same.  ERR_RANGE: an address is wrong or the value does not fit its type;
 * nothing was sent.  ERR_TYPE: a discrete input or an input register.  ERR_DENIED: the
 * device refuses.  ERR_CHECK: read back, and not the same.  ERR_TIMEOUT and the rest as
 * driver.read: it is not known whether it was written. */
MUST_USE err modbus_write(struct driver_channel *channel, const char *device,
                          const char *point, double value,
                          struct modbus_written *written);

struct modbus_cells { /* coils or holding registers in a row */
    enum modbus_table table;
    uint16_t first, count;
    const uint16_t *values; /* registers, or 0 and 1 */
};

/* 1 to 1,968 coils or 1 to 123 registers in one request, read back.  Results as above. */
MUST_USE err modbus_write_cells(struct driver_channel *channel,
                                const struct modbus_device_address *device,
                                const struct modbus_cells *cells,
                                struct modbus_written *written);

/* The number as registers of the address's type and order.  ERR_RANGE: it does not fit.
 * Whole numbers are rounded to the nearest. */
MUST_USE err modbus_registers(const struct modbus_point_address *address, double value,
                              uint16_t registers[4]);

#endif
