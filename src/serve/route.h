/* route.h - the one table of routes: method, path, right, handler, and where it runs.
 *
 * Deny by default: a route whose right is RIGHT_NONE stops the server from starting.  The
 * table is held against docs/openapi.json by a test, in both directions. */
#ifndef HEATNET_SERVE_ROUTE_H
#define HEATNET_SERVE_ROUTE_H

#include "base/err.h"
#include "people/rights.h"
#include "serve/request.h"

#include <stddef.h>
#include <stdint.h>

/* Where a handler runs.  The threads that speak HTTP must never wait: what asks the disk
 * or computes goes to a lane, and the connection sleeps meanwhile. */
enum lane {
    LANE_INLINE, /* at once, in the HTTP thread */
    LANE_WORK,   /* one of a few workers */
    LANE_LOGIN,  /* one thread: password hashes are costly and so come one at a time */
    LANE_ASK,    /* one of two: queries that may take long must not hold up the screens */
    LANE_INGEST, /* one of two: may wait until what it brought is durable */
    LANE_OWN     /* in the HTTP thread; the handler answers or suspends by itself */
};

struct route {
    const char *method;
    const char *pattern; /* {} stands for one path word; a final * for any rest */
    enum right right;
    void (*handle)(struct request *request);
    enum lane lane;
    uint32_t body_bytes_max;
};

const struct route *route_table(size_t *n);
/* ERR_STATE when a route has no right or no handler. */
MUST_USE err route_table_check(const struct route *table, size_t n);

/* Set request->route and ->words from method and path.  ERR_UNKNOWN: no such path;
 * ERR_TYPE: not with this method; ERR_MEMORY. */
MUST_USE err route_find(struct request *request, const char *method);
/* The methods that the path has, "GET, POST", into the request's arena; NULL without
 * memory. */
const char *route_methods(struct request *request);

#endif
