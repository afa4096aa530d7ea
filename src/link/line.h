/* line.h - a line to devices: serial, TCP, or a modem that dialled in; bytes with
 * deadlines.
 *
 *   tcp:HOST:PORT             a serial server in transparent mode, an M-Bus gateway
 *   serial:PATH:SPEED:MODE    serial:/dev/ttyUSB0:2400:8E1; speed 300 .. 115,200; mode:
 *                             data bits 7 8, parity N E O, stop bits 1 2
 *   modem:NAME                the modem that registered at this terminal under NAME
 *
 * Opening checks the name and does not connect: that is left to the first line_send. What
 * goes wrong closes a TCP connection (a late answer must never be taken for the next one)
 * and the next line_send connects anew; when to try again is the caller's.  A serial line
 * and a modem stay open when a device is silent: they are not to blame.  On a serial line
 * 3.5 byte times (1.75 ms above 19,200) of silence are kept before sending.
 *
 * The last telegrams are remembered for the line monitor.  One thread at a time, but for
 * line_name, line_counts and line_telegrams, which any thread may call. */
#ifndef HEATNET_LINK_LINE_H
#define HEATNET_LINK_LINE_H

#include "base/bytes.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LINE_NAME_BYTES = 96, LINE_RING_BYTES = 2048 };

struct line;
struct modems; /* link/modems.h */

/* ERR_RANGE: not such a name; `why` has a sentence for a person with the right form. */
MUST_USE err line_check(const char *name, char *why, size_t why_n);
/* A device's address is LINE/REST: `name` gets the line, *rest points at what is behind
 * the last '/' that stands before any ';'.  ERR_RANGE: there is none, or too long. */
MUST_USE err line_split(const char *address, char name[LINE_NAME_BYTES],
                        const char **rest);

MUST_USE err line_open(const char *name, struct line **line); /* ERR_RANGE, ERR_MEMORY */
void line_close(struct line *line);                           /* NULL is allowed */
/* Where "modem:" finds its modem; without it such a line is ERR_REFUSED.  The modems must
 * live longer than the line. */
void line_use_modems(struct line *line, struct modems *modems);
/* Answers name their request (Modbus TCP): line_send need not look for late ones. */
void line_tagged(struct line *line);

/* When an operation that begins now has to end. */
int64_t line_deadline(const struct line *line, int64_t timeout_ms);

/* Connects when it is not connected; throws away what came unasked; sends all.
 * ERR_TIMEOUT; ERR_REFUSED: nobody there; ERR_BUSY: another program has the serial port;
 * ERR_CLOSED, ERR_IO. */
MUST_USE err line_send(struct line *line, struct bytes bytes, int64_t deadline_ms);
/* At least one byte, at most `n`.  ERR_TIMEOUT, ERR_CLOSED, ERR_IO. */
MUST_USE err line_receive(struct line *line, uint8_t *out, size_t n, int64_t deadline_ms,
                          size_t *got);
/* Forget the connection; the next line_send connects anew (a modem: forget what came). */
void line_hang_up(struct line *line);
/* Another speed on the same line (M-Bus meters); ERR_STATE when it is not serial,
 * ERR_RANGE when there is no such speed. */
MUST_USE err line_speed(struct line *line, uint32_t bits_s);
/* Time of one byte on the line in µs; 0 when it is not serial. */
uint32_t line_byte_us(const struct line *line);
/* For tests and fuzzers: use an open stream socket as the connection, which becomes ours.
 * `name` is that of a TCP line.  ERR_RANGE, ERR_MEMORY. */
MUST_USE err line_adopt(const char *name, int handle, struct line **line);

/* --- what went over it ----------------------------------------------------------- */

const char *line_name(const struct line *line);

struct line_counts {
    uint64_t sent_bytes, received_bytes; /* since opening */
    uint64_t connects;
};

void line_counts(struct line *line, struct line_counts *counts);

struct line_telegram {
    uint64_t number; /* counts from 1 since opening */
    int64_t utc_ms;  /* of its first byte */
    bool sent;       /* false = received */
    uint32_t cut_n;  /* bytes that were not kept */
    struct bytes bytes;
};

/* Hand the telegrams behind `after` to `each`, oldest first; one is all that came between
 * two that were sent.  `each` runs under the line's lock: be short, keep no pointer. */
void line_telegrams(struct line *line, uint64_t after,
                    void (*each)(void *context, const struct line_telegram *telegram),
                    void *context);

#endif
