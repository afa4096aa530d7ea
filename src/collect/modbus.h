/* modbus.h - the drivers of Modbus devices: modbus-tcp, and modbus-rtu on a serial line,
 * over TCP or through a modem.
 *
 * A channel is one line; the units behind it are asked one at a time.  Any failure other
 * than an exception closes a TCP connection (a late answer must never be taken for the
 * next one) and the next read connects anew; when to try is the poller's.  A device that
 * did not answer last time costs its line one time-out, whatever its retries.
 *
 * Not over libmodbus: that takes seven system calls for a request where two do, its
 * time-outs start anew with every byte, and it waits with select(), so that a process can
 * have no more than 1,024 connections.
 *
 *   exception 2, 3          the request is split (modbus_plan.h); a single point: REFUSED
 *   exception 10, 11        a gateway speaks for a silent device: ERR_TIMEOUT
 *   other exceptions        REFUSED for the points of that request */
#ifndef HEATNET_COLLECT_MODBUS_H
#define HEATNET_COLLECT_MODBUS_H

#include "collect/driver.h"

extern const struct driver modbus_driver;
extern const struct driver modbus_rtu_driver;

/* For the fuzzer: use an open stream socket as the connection.  The channel owns it.
 * ERR_MEMORY. */
MUST_USE err modbus_channel_adopt(struct driver_channel *channel, int socket_handle);

#endif
