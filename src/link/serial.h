/* serial.h - a serial port whose every operation ends by a deadline.
 *
 * The port is ours alone while open (TIOCEXCL and an advisory lock, so that two programs
 * of this house on one bus are told, not garbled).  It is raw: no line discipline, no
 * flow control; a byte with wrong parity reads as 0, for the protocol's check to find.
 * Before sending, the bus is left silent for 3.5 byte times, 1.75 ms above 19,200 bit/s
 * (MODBUS over Serial Line 1.02, 2.5.1.1).  One thread at a time. */
#ifndef HEATNET_LINK_SERIAL_H
#define HEATNET_LINK_SERIAL_H

#include "base/bytes.h"
#include "base/clock.h"
#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

enum { SERIAL_PATH_BYTES = 96 };

struct serial_settings {
    char path[SERIAL_PATH_BYTES];
    uint32_t bits_s;
    uint8_t data_bits, stop_bits; /* 7 8; 1 2 */
    char parity;                  /* 'N' 'E' 'O' */
};

struct serial {
    int handle; /* -1 = closed */
    struct serial_settings settings;
    struct clock clock;
    int64_t quiet_us; /* since when nothing is on the bus; monotonic */
};

/* "PATH:SPEED:MODE" into settings: NULL when right, otherwise what is wrong. */
const char *serial_parse(const char *text, struct serial_settings *settings);

void serial_open(struct serial *serial, const struct serial_settings *settings);
/* Closes the port when it is open; the object can be used again. */
void serial_close(struct serial *serial);

/* ERR_REFUSED: no such port or no right to it; ERR_BUSY: another program has it; ERR_IO:
 * it is no serial port or cannot do this. */
MUST_USE err serial_connect(struct serial *serial);
/* ERR_RANGE: no such speed; ERR_IO. */
MUST_USE err serial_speed(struct serial *serial, uint32_t bits_s);

/* All bytes handed to the port, after the silence. ERR_TIMEOUT, ERR_CLOSED: unplugged. */
MUST_USE err serial_send(struct serial *serial, struct bytes bytes, int64_t deadline_ms);
/* At least one byte, at most `n`. */
MUST_USE err serial_receive(struct serial *serial, uint8_t *out, size_t n,
                            int64_t deadline_ms, size_t *got);
/* Throw away what came. */
void serial_discard(struct serial *serial);

/* One byte with its start, parity and stop bits. */
uint32_t serial_byte_us(const struct serial_settings *settings);
uint32_t serial_gap_us(const struct serial_settings *settings);

#endif
