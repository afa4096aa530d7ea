/* uplink_routes.h - several ways to the server, in order of preference: which one is used
 * now; pure.
 *
 *   "https://10.1.0.2:8443@eth0,https://[2001:db8::7]:8443@wwan0,https://backup:8443"
 *
 * A way that fails is left for the next one at once, so that the outage lasts as long as
 * one time-out.  Away from the first for `return_ms`, the first is tried again with one
 * post; when that fails the way that worked is taken up again.  All ways lead to the same
 * centre: what one has acknowledged is acknowledged. */
#ifndef HEATNET_COLLECT_UPLINK_ROUTES_H
#define HEATNET_COLLECT_UPLINK_ROUTES_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { UPLINK_ROUTES_MAX = 4, UPLINK_SERVER_BYTES = 128, UPLINK_INTERFACE_BYTES = 48 };

struct uplink_route {
    char server[UPLINK_SERVER_BYTES];       /* "https://HOST:PORT" */
    char interface[UPLINK_INTERFACE_BYTES]; /* name or own address; "" = any */
};

struct uplink_routes {
    size_t n, now;     /* `now` is in use */
    size_t fallback;   /* while the first is tried: the way that worked */
    bool trying;       /* the first, after being away from it */
    int64_t since_ms;  /* since when `now` is in use, or the first was tried last */
    int64_t return_ms; /* 0 = stay until the way in use fails */
    uint64_t switches;
    struct uplink_route at[UPLINK_ROUTES_MAX];
};

/* ERR_RANGE: none, too many, too long, or not https. */
MUST_USE err uplink_routes_parse(const char *text, int64_t return_ms, int64_t now_ms,
                                 struct uplink_routes *routes);

/* The way for a post that begins now.  True: it is another one than before. */
bool uplink_routes_choose(struct uplink_routes *routes, int64_t now_ms);
/* The post over way `used` was answered. */
void uplink_routes_answered(struct uplink_routes *routes, size_t used, int64_t now_ms);
/* It was not.  True: another way is to be tried at once. */
bool uplink_routes_failed(struct uplink_routes *routes, size_t used, int64_t now_ms);

#endif
