/* listen.h - listening sockets by address text. */
#ifndef HEATNET_SERVE_LISTEN_H
#define HEATNET_SERVE_LISTEN_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct listener {
    int handle;    /* -1 = none */
    char host[64]; /* numeric */
    unsigned port; /* the real one */
    bool loopback;
};

/* "127.0.0.1:8080", "[::1]:8080".  ERR_RANGE: not an address; ERR_BUSY: the port is
 * taken; ERR_DENIED, ERR_IO. */
MUST_USE err listen_tcp(const char *address, unsigned port_add,
                        struct listener *listener);
/* A local socket with mode 0600; a left-over of a dead server is replaced. */
MUST_USE err listen_local(const char *path, struct listener *listener);
void listen_close(struct listener *listener);

#endif
