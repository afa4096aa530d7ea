/* tcp.h - a TCP connection whose every operation ends by a deadline.
 *
 * Deadlines are for the whole operation: a peer that drips single bytes gains nothing by
 * it. The usual exchange costs two system calls: the receive time-out is set once, and
 * changed only when an answer comes in pieces.  One thread at a time. */
#ifndef HEATNET_LINK_TCP_H
#define HEATNET_LINK_TCP_H

#include "base/bytes.h"
#include "base/clock.h"
#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

struct tcp {
    int handle;         /* -1 = closed */
    int64_t timeout_ms; /* that the socket has now */
    struct clock clock;
};

void tcp_open(struct tcp *tcp);
/* Closes a connection if there is one; the object can be used again. */
void tcp_close(struct tcp *tcp);

/* `host` is a number or a name (a name is looked up by the system, which has time-outs of
 * its own).  ERR_TIMEOUT; ERR_REFUSED: nobody listens, no route, no such host; ERR_IO. */
MUST_USE err tcp_connect(struct tcp *tcp, const char *host, uint16_t port,
                         int64_t timeout_ms);
/* Use an open stream socket, which becomes ours. */
void tcp_adopt(struct tcp *tcp, int handle, int64_t timeout_ms);

/* When an operation that begins now has to end. */
int64_t tcp_deadline(const struct tcp *tcp, int64_t timeout_ms);

/* All bytes, or ERR_TIMEOUT, ERR_CLOSED. */
MUST_USE err tcp_send(struct tcp *tcp, struct bytes bytes, int64_t deadline_ms);
/* At least one byte, at most `n`.  ERR_TIMEOUT; ERR_CLOSED: the peer closed or reset. */
MUST_USE err tcp_receive(struct tcp *tcp, uint8_t *out, size_t n, int64_t deadline_ms,
                         size_t *got);

#endif
