/* modbus.c - libmodbus does the transport; requests, splits and decoding are ours. */
#include "collect/modbus.h"

#include "base/ensure.h"
#include "base/memory.h"
#include "base/text.h"
#include "collect/modbus_decode.h"
#include "collect/modbus_plan.h"
#include "model/quality.h"

#include <errno.h>
#include <modbus.h>
#include <string.h>
#include <sys/select.h>
#include <unistd.h>

struct driver_channel {
    modbus_t *modbus;
    bool connected;
    uint8_t bits[MODBUS_BITS_MAX];
    uint16_t registers[MODBUS_REGISTERS_MAX];
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
    char service[8];

    err e = modbus_device_parse(name, &a, NULL, 0);
    if (e) return e;
    struct driver_channel *c = memory_new(1, sizeof *c);
    if (!c) return ERR_MEMORY;
    (void)text_format(service, sizeof service, "%u", (unsigned)a.port);
    c->modbus = modbus_new_tcp_pi(a.host, service);
    if (!c->modbus) {
        memory_free(c);
        return ERR_MEMORY;
    }
    (void)modbus_set_response_timeout(c->modbus, timeout_ms / 1000,
                                      timeout_ms % 1000 * 1000);
    (void)modbus_set_byte_timeout(c->modbus, timeout_ms / 1000, timeout_ms % 1000 * 1000);
    *channel = c;
    return ERR_OK;
}

static void disconnect(struct driver_channel *c)
{
    if (c->connected) modbus_close(c->modbus);
    c->connected = false;
}

static void channel_close(struct driver_channel *c)
{
    if (!c) return;
    disconnect(c);
    modbus_free(c->modbus);
    memory_free(c);
}

void modbus_channel_adopt(struct driver_channel *c, int socket_handle)
{
    ensure(c && !c->connected);
    (void)modbus_set_socket(c->modbus, socket_handle);
    c->connected = true;
}

static err connect_now(struct driver_channel *c)
{
    if (c->connected) return ERR_OK;
    errno = 0;
    if (modbus_connect(c->modbus) != 0) {
        if (errno == ETIMEDOUT || errno == EINPROGRESS) return ERR_TIMEOUT;
        return ERR_REFUSED;
    }
    c->connected = true;
    /* libmodbus waits with select(), which knows no larger handles. */
    if (modbus_get_socket(c->modbus) < FD_SETSIZE) return ERR_OK;
    disconnect(c);
    return ERR_FULL;
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

/* One request on the wire; the answer stands in the channel's arrays. */
static err ask(struct driver_channel *c, const struct modbus_request *request)
{
    int first = request->first, count = request->count, n = -1;

    errno = 0;
    switch (request->table) {
    case MODBUS_COIL: n = modbus_read_bits(c->modbus, first, count, c->bits); break;
    case MODBUS_DISCRETE:
        n = modbus_read_input_bits(c->modbus, first, count, c->bits);
        break;
    case MODBUS_HOLDING:
        n = modbus_read_registers(c->modbus, first, count, c->registers);
        break;
    case MODBUS_INPUT:
        n = modbus_read_input_registers(c->modbus, first, count, c->registers);
        break;
    case MODBUS_TABLE_N: break;
    }
    if (n == count) return ERR_OK;
    if (errno == EMBXGPATH || errno == EMBXGTAR) return ERR_TIMEOUT;
    if (errno == EMBXILADD || errno == EMBXILVAL) return ERR_RANGE;
    if (errno > EMBXILFUN - 1 && errno < EMBXGTAR) return ERR_DENIED;
    if (errno == ETIMEDOUT) return ERR_TIMEOUT;
    if (errno == ECONNRESET || errno == EPIPE || errno == EBADF) return ERR_CLOSED;
    return ERR_FRAME;
}

static void take_answer(const struct driver_channel *c, const struct modbus_plan *plan,
                        const struct modbus_request *request, struct driver_reading *out)
{
    bool bits = request->table == MODBUS_COIL || request->table == MODBUS_DISCRETE;

    for (uint32_t i = 0; i < request->points_n; i++) {
        const struct modbus_point *point = &plan->points[request->point_first + i];
        uint32_t at = (uint32_t)(point->address.number - request->first);
        uint16_t bit = bits ? c->bits[at] : 0;
        const uint16_t *registers = bits ? &bit : c->registers + at;
        uint8_t quality =
            modbus_decode(&point->address, registers, &out->values[point->position]);
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
    err e = ask(c, request);
    int fault = errno;
    out->requests_n++;
    if (!e) {
        take_answer(c, plan, request, out);
        return ERR_OK;
    }
    (void)text_copy(out->error, sizeof out->error, modbus_strerror(fault));
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
    err e = connect_now(c);

    out->error[0] = 0;
    out->good_n = 0;
    out->requests_n = 0;
    for (size_t i = 0; i < out->n; i++) {
        out->values[i] = 0;
        out->qualities[i] = QUALITY_NO_ANSWER;
    }
    if (e) {
        (void)text_format(out->error, sizeof out->error, "no connection: %s",
                          errno ? modbus_strerror(errno) : err_text(e));
        return e;
    }
    if (modbus_set_slave(c->modbus, plan->unit) != 0) return ERR_RANGE;
    for (size_t i = 0, next = 0; i < plan->requests_n && !e; i = next)
        e = read_request(c, plan, i, &next, out);
    if (e) disconnect(c);
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
