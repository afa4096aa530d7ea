/* modbus.c - plans and their reading; the exchange is modbus_exchange, the numbers are
 * modbus_decode's, the requests modbus_plan's. */
#include "collect/modbus.h"

#include "base/ensure.h"
#include "base/memory.h"
#include "base/text.h"
#include "collect/modbus_decode.h"
#include "collect/modbus_exchange.h"
#include "collect/modbus_plan.h"
#include "model/quality.h"

#include <string.h>

struct driver_plan {
    struct modbus_plan plan;
    bool answered; /* last time */
};

/* --- addresses ------------------------------------------------------------------- */

static err check(const char *what, const char *address, char *why, size_t why_n)
{
    return modbus_address_check("modbus-tcp", what, address, why, why_n);
}

static err check_rtu(const char *what, const char *address, char *why, size_t why_n)
{
    struct modbus_device_address a;

    err e = modbus_address_check("modbus-rtu", what, address, why, why_n);
    if (e || !text_equal(what, "device")) return e;
    e = modbus_rtu_device_parse(address, &a, why, why_n);
    return e ? e : line_check(a.line, why, why_n);
}

static err channel_name(const char *address, char name[DRIVER_CHANNEL_BYTES])
{
    struct modbus_device_address a;

    err e = modbus_device_parse(address, &a, NULL, 0);
    if (!e) (void)text_copy(name, DRIVER_CHANNEL_BYTES, a.line);
    return e;
}

static err channel_name_rtu(const char *address, char name[DRIVER_CHANNEL_BYTES])
{
    struct modbus_device_address a;

    err e = modbus_rtu_device_parse(address, &a, NULL, 0);
    if (!e) (void)text_copy(name, DRIVER_CHANNEL_BYTES, a.line);
    return e;
}

/* --- channel --------------------------------------------------------------------- */

static err channel_open(const char *name, uint32_t timeout_ms,
                        struct driver_channel **channel)
{
    return modbus_channel_open(name, false, timeout_ms, channel);
}

static err channel_open_rtu(const char *name, uint32_t timeout_ms,
                            struct driver_channel **channel)
{
    return modbus_channel_open(name, true, timeout_ms, channel);
}

static struct line *channel_line(struct driver_channel *c)
{
    return c->line;
}

err modbus_channel_adopt(struct driver_channel *c, int socket_handle)
{
    struct line *line = NULL;

    ensure(c);
    err e = line_adopt(line_name(c->line), socket_handle, &line);
    if (e) return e;
    line_close(c->line);
    c->line = line;
    if (!c->is_rtu) line_tagged(line);
    return ERR_OK;
}

/* --- plan ------------------------------------------------------------------------ */

static void plan_close(struct driver_plan *p)
{
    if (!p) return;
    memory_free(p->plan.points);
    memory_free(p->plan.requests);
    memory_free(p);
}

static err plan_points(struct modbus_plan *plan, const char *const *points,
                       size_t points_n)
{
    for (size_t i = 0; i < points_n; i++) {
        if (!points[i]) continue;
        struct modbus_point *point = &plan->points[plan->points_n];
        err e = modbus_point_parse(points[i], &point->address, NULL, 0);
        if (e) return e;
        point->position = (uint32_t)plan->points_n++;
    }
    return ERR_OK;
}

static err plan_make(const struct modbus_device_address *a, const char *const *points,
                     size_t points_n, struct driver_plan **plan)
{
    struct driver_plan *p = memory_new(1, sizeof *p);
    if (!p) return ERR_MEMORY;
    p->plan.unit = a->unit;
    p->plan.limits = a->limits;
    size_t room = points_n ? points_n : 1;
    p->plan.points = memory_new(room, sizeof p->plan.points[0]);
    p->plan.requests = memory_new(room, sizeof p->plan.requests[0]);
    err e = p->plan.points && p->plan.requests ? ERR_OK : ERR_MEMORY;
    if (!e) e = plan_points(&p->plan, points, points_n);
    if (e) {
        plan_close(p);
        return e;
    }
    modbus_plan_make(&p->plan);
    *plan = p;
    return ERR_OK;
}

static err plan_open(const char *address, const char *const *points, size_t points_n,
                     struct driver_plan **plan)
{
    struct modbus_device_address a;

    err e = modbus_device_parse(address, &a, NULL, 0);
    return e ? e : plan_make(&a, points, points_n, plan);
}

static err plan_open_rtu(const char *address, const char *const *points, size_t points_n,
                         struct driver_plan **plan)
{
    struct modbus_device_address a;

    err e = modbus_rtu_device_parse(address, &a, NULL, 0);
    if (!e) e = line_check(a.line, NULL, 0);
    return e ? e : plan_make(&a, points, points_n, plan);
}

/* --- reading --------------------------------------------------------------------- */

static void take_answer(const struct driver_channel *c, const struct modbus_plan *plan,
                        const struct modbus_request *request, struct driver_reading *out)
{
    for (uint32_t i = 0; i < request->points_n; i++) {
        const struct modbus_point *point = &plan->points[request->point_first + i];
        const uint16_t *at = c->values + (point->address.number - request->first);
        uint8_t quality =
            modbus_decode(&point->address, at, &out->values[point->position]);
        out->qualities[point->position] = quality;
        if (quality == QUALITY_GOOD) out->good_n++;
    }
}

static void mark(const struct modbus_plan *plan, const struct modbus_request *request,
                 uint8_t quality, struct driver_reading *out)
{
    for (uint32_t i = 0; i < request->points_n; i++) {
        uint32_t position = plan->points[request->point_first + i].position;
        out->values[position] = 0;
        out->qualities[position] = quality;
    }
}

/* Request i and what it is split into; *next is the request to go on with. */
static err read_request(struct driver_channel *c, struct driver_plan *p, size_t i,
                        size_t *next, struct driver_reading *out)
{
    struct modbus_plan *plan = &p->plan;
    struct modbus_request *request = &plan->requests[i];
    struct modbus_ask ask = {plan->unit, modbus_read_function(request->table),
                             request->first, request->count, NULL};

    *next = i + 1;
    if (request->wait_polls > 0) {
        request->wait_polls--;
        mark(plan, request, QUALITY_REFUSED, out);
        return ERR_OK;
    }
    err e = modbus_ask(c, &ask, &plan->limits, p->answered, out->error);
    if (!e) {
        take_answer(c, plan, request, out);
        p->answered = true;
        return ERR_OK;
    }
    if (e != ERR_RANGE && e != ERR_DENIED) return e;
    p->answered = true;
    if (e == ERR_RANGE && modbus_plan_split(plan, i)) {
        *next = i;
        return ERR_OK;
    }
    mark(plan, request, QUALITY_REFUSED, out);
    return ERR_OK;
}

static void begin(struct driver_reading *out)
{
    out->error[0] = 0;
    out->good_n = 0;
    out->requests_n = 0;
    for (size_t i = 0; i < out->n; i++) {
        out->values[i] = 0;
        out->qualities[i] = QUALITY_NO_ANSWER;
    }
}

static err read_plan(struct driver_channel *c, struct driver_plan *p,
                     struct driver_reading *out)
{
    ensure(c && p && out && out->n == p->plan.points_n);

    uint32_t requests_before = c->requests_n;
    err e = ERR_OK;

    begin(out);
    for (size_t i = 0, next = 0; i < p->plan.requests_n && !e; i = next)
        e = read_request(c, p, i, &next, out);
    out->requests_n = c->requests_n - requests_before;
    if (e) p->answered = false;
    return e;
}

const struct driver modbus_driver = {
    .protocol = "modbus-tcp",
    .check = check,
    .channel_name = channel_name,
    .channel_open = channel_open,
    .channel_close = modbus_channel_close,
    .line = channel_line,
    .plan_open = plan_open,
    .plan_close = plan_close,
    .read = read_plan,
};

const struct driver modbus_rtu_driver = {
    .protocol = "modbus-rtu",
    .check = check_rtu,
    .channel_name = channel_name_rtu,
    .channel_open = channel_open_rtu,
    .channel_close = modbus_channel_close,
    .line = channel_line,
    .plan_open = plan_open_rtu,
    .plan_close = plan_close,
    .read = read_plan,
};
