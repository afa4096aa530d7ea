/* uplink_routes.c - see the header. */
#include "collect/uplink_routes.h"

#include "base/ensure.h"
#include "base/text.h"

#include <string.h>

/* "SERVER[@INTERFACE]". */
static bool parse_route(const char *text, size_t n, struct uplink_route *route)
{
    size_t server_n = n;

    for (size_t i = 0; i < n; i++)
        if (text[i] == '@') server_n = i;
    if (!text_copy_n(route->server, sizeof route->server, text, server_n)) return false;
    if (!text_starts(route->server, "https://")) return false;
    if (server_n == n) return true;
    size_t interface_n = n - server_n - 1;
    return interface_n > 0 && text_copy_n(route->interface, sizeof route->interface,
                                          text + server_n + 1, interface_n);
}

err uplink_routes_parse(const char *text, int64_t return_ms, int64_t now_ms,
                        struct uplink_routes *routes)
{
    ensure(text && routes);

    struct uplink_routes r = {.since_ms = now_ms, .return_ms = return_ms};
    bool more = true;

    while (more) {
        size_t n = strcspn(text, ",");
        if (r.n == UPLINK_ROUTES_MAX || !parse_route(text, n, &r.at[r.n]))
            return ERR_RANGE;
        r.n++;
        more = text[n] == ',';
        text += n + more;
    }
    *routes = r;
    return ERR_OK;
}

static void turn_to(struct uplink_routes *r, size_t route, int64_t now_ms)
{
    r->now = route;
    r->since_ms = now_ms;
    r->switches++;
}

bool uplink_routes_choose(struct uplink_routes *r, int64_t now_ms)
{
    ensure(r && r->now < r->n);

    bool due = r->return_ms > 0 && now_ms - r->since_ms >= r->return_ms;
    if (r->now == 0 || !due) return false;
    r->fallback = r->now;
    r->trying = true;
    turn_to(r, 0, now_ms);
    return true;
}

void uplink_routes_answered(struct uplink_routes *r, size_t used, int64_t now_ms)
{
    ensure(r && used < r->n);

    if (used != r->now) return;
    if (used == 0) r->since_ms = now_ms;
    r->trying = false;
}

bool uplink_routes_failed(struct uplink_routes *r, size_t used, int64_t now_ms)
{
    ensure(r && used < r->n);

    if (r->n == 1) return false;
    if (used != r->now) return true; /* somebody else has turned already */
    size_t next = r->trying ? r->fallback : (used + 1) % r->n;
    r->trying = false;
    turn_to(r, next, now_ms);
    return true;
}
