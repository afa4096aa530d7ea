/* line.h - a line to devices: serial, TCP, or a modem that dialled in; bytes with
 * deadlines.
 *
 *   "tcp:HOST:PORT"                  a serial server in transparent mode, or an M-Bus
 * gateway "serial:/dev/ttyUSB0:2400:8E1"   speed 300 .. 115,200; data bits, parity N E O,
 * stop bits "modem:NAME"                     the modem that registered at this terminal
 * under NAME
 *
 * Opening checks the name and does not connect: that is left to the first line_send. What
 * goes wrong closes the connection (a late answer must never be taken for the next one)
 * and the next line_send connects anew; when to try again is the caller's.
 * One thread at a time. */
#ifndef HEATNET_LINK_LINE_H
#define HEATNET_LINK_LINE_H

#include "base/bytes.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LINE_NAME_BYTES = 96 };

struct line;

/* ERR_RANGE: not such a name; `why` has a sentence for a person with the right form. */
MUST_USE err line_check(const char *name, char *why, size_t why_n);
MUST_USE err line_open(const char *name, struct line **line); /* ERR_RANGE, ERR_MEMORY */
void line_close(struct line *line);                           /* NULL is allowed */

/* When an operation that begins now has to end. */
int64_t line_deadline(const struct line *line, int64_t timeout_ms);

/* Connects when it is not connected; throws away what came unasked; sends all.
 * ERR_TIMEOUT, ERR_REFUSED, ERR_CLOSED, ERR_IO. */
MUST_USE err line_send(struct line *line, struct bytes bytes, int64_t deadline_ms);
/* At least one byte, at most `n`. */
MUST_USE err line_receive(struct line *line, uint8_t *out, size_t n, int64_t deadline_ms,
                          size_t *got);
/* Close the connection; the next line_send connects anew. */
void line_hang_up(struct line *line);
/* Another speed on the same line (M-Bus meters); ERR_STATE when it is not serial. */
MUST_USE err line_speed(struct line *line, uint32_t bits_s);
/* Time of one byte on the line in µs; 0 when it is not serial. */
uint32_t line_byte_us(const struct line *line);
/* For tests and fuzzers: use an open stream socket as the connection, which becomes ours.
 */
MUST_USE err line_adopt(const char *name, int handle, struct line **line);

#endif
