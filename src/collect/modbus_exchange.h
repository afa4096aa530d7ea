/* modbus_exchange.h - a channel to Modbus devices: one request, its answer, and what a
 * refusal means; for reading (modbus.h) and writing (modbus_write.h).
 *
 * The frame is TCP's or RTU's.  Garbage instead of an answer hangs up the line. */
#ifndef HEATNET_COLLECT_MODBUS_EXCHANGE_H
#define HEATNET_COLLECT_MODBUS_EXCHANGE_H

#include "collect/driver.h"
#include "link/line.h"
#include "wire/modbus.h"

#include <stdbool.h>

struct driver_channel {
    struct line *line;
    bool is_rtu;
    uint16_t transaction;
    uint32_t timeout_ms;
    uint32_t requests_n;                   /* sent, ever */
    bool is_away;                          /* the last request could not be sent */
    uint8_t exception;                     /* of the last answer, 0 = none */
    uint16_t values[MODBUS_READ_BITS_MAX]; /* of the last read: registers, or bits */
};

/* ERR_RANGE, ERR_MEMORY. */
MUST_USE err modbus_channel_open(const char *line, bool is_rtu, uint32_t timeout_ms,
                                 struct driver_channel **channel);
void modbus_channel_close(struct driver_channel *channel);

/* One request and what was read in `values`; what was garbled is asked again, and what
 * was not answered as well when `retry_silence`, both up to limits->retries times.
 * ERR_RANGE: refused, a part of it may do (exception 2, 3).  ERR_DENIED: refused.
 * ERR_TIMEOUT: silent (also exception 10, 11).  ERR_FRAME: garbage.  ERR_REFUSED,
 * ERR_BUSY, ERR_CLOSED, ERR_IO: no connection.  `error` has the words. */
MUST_USE err modbus_ask(struct driver_channel *channel, const struct modbus_ask *ask,
                        const struct modbus_limits *limits, bool retry_silence,
                        char error[DRIVER_ERROR_BYTES]);

#endif
