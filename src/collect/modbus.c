/* modbus.c - a request, its answer, and what a refusal means; the bytes are made in
 * wire/modbus_tcp, the numbers in modbus_decode, the requests in modbus_plan. */
#include "collect/modbus.h"

#include "base/ensure.h"
#include "base/memory.h"
#include "base/text.h"
#include "collect/modbus_decode.h"
#include "collect/modbus_plan.h"
#include "link/tcp.h"
#include "model/quality.h"
#include "wire/modbus_tcp.h"

#include <string.h>

struct driver_channel {
    struct tcp tcp;
    char host[MODBUS_HOST_BYTES];
    uint16_t port, transaction;
    int64_t timeout_ms;
    uint16_t values[MODBUS_BITS_MAX]; /* of the last answer: registers, or bits as 0, 1 */
};

struct driver_plan {
    struct modbus_plan plan;
};

/* --- addresses ------------------------------------------------------------------- */

static err check(const char *what, const char *address, char *why, size_t why_n)
{
    return modbus_address_check("modbus-tcp", what, address, why, why_n);
}

static err channel_name(const char *address, char name[DRIVER_CHANNEL_BYTES])
{
    struct modbus_device_address a;

    err e = modbus_device_parse(address, &a, NULL, 0);
    if (e) return e;
    bool colon = strchr(a.host, ':') != NULL;
    return text_format(name, DRIVER_CHANNEL_BYTES, colon ? "[%s]:%u" : "%s:%u", a.host,
                       (unsigned)a.port)
               ? ERR_OK
               : ERR_RANGE;
}

/* --- channel --------------------------------------------------------------------- */

static err channel_open(const char *name, uint32_t timeout_ms,
                        struct driver_channel **channel)
{
    struct modbus_device_address a;

    err e = modbus_device_parse(name, &a, NULL, 0);
    if (e) return e;
    struct driver_channel *c = memory_new(1, sizeof *c);
    if (!c) return ERR_MEMORY;
    tcp_open(&c->tcp);
    (void)text_copy(c->host, sizeof c->host, a.host);
    c->port = a.port;
    c->timeout_ms = timeout_ms;
    *channel = c;
    return ERR_OK;
}

static void channel_close(struct driver_channel *c)
{
    if (!c) return;
    tcp_close(&c->tcp);
    memory_free(c);
}

void modbus_channel_adopt(struct driver_channel *c, int socket_handle)
{
    ensure(c);
    tcp_adopt(&c->tcp, socket_handle, c->timeout_ms);
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

static err plan_open(const char *address, const char *const *points, size_t points_n,
                     struct driver_plan **plan)
{
    struct modbus_device_address a;

    err e = modbus_device_parse(address, &a, NULL, 0);
    if (e) return e;
    struct driver_plan *p = memory_new(1, sizeof *p);
    if (!p) return ERR_MEMORY;
    p->plan.unit = a.unit;
    size_t room = points_n ? points_n : 1;
    p->plan.points = memory_new(room, sizeof p->plan.points[0]);
    p->plan.requests = memory_new(room, sizeof p->plan.requests[0]);
    if (!p->plan.points || !p->plan.requests) e = ERR_MEMORY;
    if (!e) e = plan_points(&p->plan, points, points_n);
    if (e) {
        plan_close(p);
        return e;
    }
    modbus_plan_make(&p->plan);
    *plan = p;
    return ERR_OK;
}

/* --- reading --------------------------------------------------------------------- */

/* Bytes until they make the whole answer. */
static err receive_answer(struct driver_channel *c, const struct modbus_read *read,
                          int64_t deadline_ms, uint8_t *exception)
{
    uint8_t bytes[MODBUS_TCP_ANSWER_BYTES_MAX];
    struct bytes data;
    size_t n = 0, got = 0;
    err e = ERR_SHORT;

    while (e == ERR_SHORT) {
        if (n == sizeof bytes) return ERR_FRAME;
        e = tcp_receive(&c->tcp, bytes + n, sizeof bytes - n, deadline_ms, &got);
        if (e) return e;
        n += got;
        e = modbus_tcp_decode(read, (struct bytes){bytes, n}, &data, exception);
    }
    if (e) return e;
    if (read->table == MODBUS_COIL || read->table == MODBUS_DISCRETE)
        modbus_tcp_bits(data, read->count, c->values);
    else
        modbus_tcp_registers(data, read->count, c->values);
    return ERR_OK;
}

/* One request on the wire; the answer stands in the channel's values.  ERR_RANGE: refused
 * as a whole, a part of it may do.  ERR_DENIED: refused for good. */
static err ask(struct driver_channel *c, uint8_t unit,
               const struct modbus_request *request, char error[DRIVER_ERROR_BYTES])
{
    struct modbus_read read = {++c->transaction, unit, request->table, request->first,
                               request->count};
    uint8_t bytes[MODBUS_TCP_REQUEST_BYTES], exception = 0;
    int64_t deadline_ms = tcp_deadline(&c->tcp, c->timeout_ms);

    modbus_tcp_encode(&read, bytes);
    err e = tcp_send(&c->tcp, (struct bytes){bytes, sizeof bytes}, deadline_ms);
    if (!e) e = receive_answer(c, &read, deadline_ms, &exception);
    if (!e) return ERR_OK;
    const char *text = e == ERR_REFUSED ? modbus_exception_text(exception) : err_text(e);
    (void)text_copy(error, DRIVER_ERROR_BYTES, text);
    if (e != ERR_REFUSED) return e;
    if (exception == MODBUS_GATEWAY_NO_PATH || exception == MODBUS_GATEWAY_NO_TARGET)
        return ERR_TIMEOUT;
    if (exception == MODBUS_ILLEGAL_ADDRESS || exception == MODBUS_ILLEGAL_VALUE)
        return ERR_RANGE;
    return ERR_DENIED;
}

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
static err read_request(struct driver_channel *c, struct modbus_plan *plan, size_t i,
                        size_t *next, struct driver_reading *out)
{
    struct modbus_request *request = &plan->requests[i];

    *next = i + 1;
    if (request->wait_polls > 0) {
        request->wait_polls--;
        mark(plan, request, QUALITY_REFUSED, out);
        return ERR_OK;
    }
    err e = ask(c, plan->unit, request, out->error);
    out->requests_n++;
    if (!e) {
        take_answer(c, plan, request, out);
        return ERR_OK;
    }
    if (e != ERR_RANGE && e != ERR_DENIED) return e;
    if (e == ERR_RANGE && modbus_plan_split(plan, i)) {
        *next = i;
        return ERR_OK;
    }
    mark(plan, request, QUALITY_REFUSED, out);
    return ERR_OK;
}

static err read_plan(struct driver_channel *c, struct driver_plan *p,
                     struct driver_reading *out)
{
    ensure(c && p && out && out->n == p->plan.points_n);

    struct modbus_plan *plan = &p->plan;
    err e = ERR_OK;

    out->error[0] = 0;
    out->good_n = 0;
    out->requests_n = 0;
    for (size_t i = 0; i < out->n; i++) {
        out->values[i] = 0;
        out->qualities[i] = QUALITY_NO_ANSWER;
    }
    if (c->tcp.handle < 0) e = tcp_connect(&c->tcp, c->host, c->port, c->timeout_ms);
    if (e) {
        (void)text_format(out->error, sizeof out->error, "no connection: %s",
                          err_text(e));
        return e;
    }
    for (size_t i = 0, next = 0; i < plan->requests_n && !e; i = next)
        e = read_request(c, plan, i, &next, out);
    if (e) tcp_close(&c->tcp);
    return e;
}

const struct driver modbus_driver = {
    .protocol = "modbus-tcp",
    .check = check,
    .channel_name = channel_name,
    .channel_open = channel_open,
    .channel_close = channel_close,
    .plan_open = plan_open,
    .plan_close = plan_close,
    .read = read_plan,
};
