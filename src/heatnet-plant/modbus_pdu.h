/* modbus_pdu.h - what a device answers to one Modbus request.
 *
 * Pure but for the device: no I/O, no clock.  Functions 1..6, 15, 16 and 23 of the Modbus
 * Application Protocol V1.1b3; exceptions 1 (function), 2 (address), 3 (value), 11 (the
 * unit behind this port does not answer).  A register that no row owns reads as 0 and
 * cannot be written. */
#ifndef HEATNET_PLANT_MODBUS_PDU_H
#define HEATNET_PLANT_MODBUS_PDU_H

#include "base/bytes.h"
#include "heatnet-plant/devices.h"

enum { MODBUS_PDU_MAX = 253 };

enum modbus_exception {
    MODBUS_BAD_FUNCTION = 1,
    MODBUS_BAD_ADDRESS = 2,
    MODBUS_BAD_VALUE = 3,
    MODBUS_NO_TARGET = 11
};

struct modbus_reply {
    uint8_t at[MODBUS_PDU_MAX];
    size_t n;
    bool counter_read; /* the answer holds the poll counter, ... */
    uint32_t counter;  /* ... which stood at this */
};

/* `request` is a PDU of 1..MODBUS_PDU_MAX bytes, any bytes.  Counts the read requests it
 * answers without an exception in the device's polls_n. */
void modbus_answer(const struct device_place *place, struct bytes request,
                   struct modbus_reply *reply);
void modbus_refuse(uint8_t function, enum modbus_exception why,
                   struct modbus_reply *reply);

#endif
