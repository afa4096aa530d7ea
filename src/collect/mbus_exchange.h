/* mbus_exchange.h - one request and its answer on an M-Bus line, with retries; and the
 * choosing of a meter.
 *
 * Times follow the line: a meter begins within 330 bit times + 50 ms (EN 13757-2), which
 * is longer than a second at 300 bits per second; the time-out given is added for what
 * lies between (gateways, modems). */
#ifndef HEATNET_COLLECT_MBUS_EXCHANGE_H
#define HEATNET_COLLECT_MBUS_EXCHANGE_H

#include "link/line.h"
#include "wire/mbus_address.h"
#include "wire/mbus_frame.h"

enum { MBUS_TRIES = 3 };

struct mbus_exchange {
    struct line *line;
    int64_t timeout_ms;
    uint32_t line_speed_bd; /* of the line's name; 0 when it is not serial */
    uint32_t speed_bd;      /* now */
    uint32_t requests_n;    /* sent since its owner set it to 0 */
    uint8_t bytes[2 * MBUS_FRAME_BYTES_MAX]; /* of the last answer */
    size_t bytes_n;
};

/* `line` stays its owner's. */
void mbus_exchange_open(struct mbus_exchange *x, struct line *line, int64_t timeout_ms);

/* The speed of the meters asked next; 0 = the line's.  On a line that is not serial it
 * only lengthens the times.  ERR_RANGE, ERR_IO. */
MUST_USE err mbus_exchange_speed(struct mbus_exchange *x, uint32_t speed_bd);

/* Send, and wait for one frame; *answer points into x->bytes.
 * ERR_TIMEOUT: silence.  ERR_FRAME: noise, or several answer at once.  ERR_REFUSED,
 * ERR_CLOSED, ERR_BUSY, ERR_IO: no connection.  The request is repeated after silence and
 * noise until it was sent `tries` times. */
MUST_USE err mbus_exchange_ask(struct mbus_exchange *x, const struct mbus_frame *request,
                               unsigned tries, struct mbus_frame *answer);

/* The same for requests that are answered by E5.  ERR_FRAME: by something else. */
MUST_USE err mbus_exchange_command(struct mbus_exchange *x,
                                   const struct mbus_frame *request, unsigned tries);

/* The meters that fit become address 253, all others leave it. */
MUST_USE err mbus_exchange_select(struct mbus_exchange *x,
                                  const uint8_t select[MBUS_SELECT_BYTES],
                                  unsigned tries);

#endif
