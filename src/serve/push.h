/* push.h - server-sent events: live values, alarms, changes of the catalog.
 *
 * One thread looks after all subscribers: it waits for changes, and writes to each what
 * that one asked for, at most 5 batches of values a second, the first after a pause at
 * once.  A slow browser gets no queue: while its last batch has not left, changes only
 * wait in the live table, where the newest wins.  An HTTP thread copies the bytes out. */
#ifndef HEATNET_SERVE_PUSH_H
#define HEATNET_SERVE_PUSH_H

#include "base/err.h"
#include "serve/request.h"

#include <stddef.h>
#include <stdint.h>

enum {
    PUSH_POINTS_MAX = 20000,      /* of one stream */
    PUSH_STREAMS_SESSION_MAX = 6, /* of one session */
    PUSH_STREAMS_MAX = 1000
};

struct server;
struct push;

struct push_wish {
    const uint32_t *points; /* copied */
    size_t points_n;
    bool alarms;
};

MUST_USE err push_open(struct server *server, struct push **push);
/* Ends all streams with "shutdown" and takes no more. */
void push_stop(struct push *push);
void push_close(struct push *push);

/* A new stream, as the response to queue (request->response).  ERR_FULL: too many
 * streams. */
MUST_USE err push_subscribe(struct push *push, struct request *request,
                            const struct push_wish *wish);
size_t push_subscribers(struct push *push);

#endif
