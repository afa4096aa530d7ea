/* nut.c - see nut.h. */
#include "collect/nut.h"

#include "base/ensure.h"
#include "base/memory.h"
#include "base/text.h"
#include "link/tcp.h"
#include "model/quality.h"
#include "wire/nut.h"

#include <string.h>

enum { ANSWER_BYTES_MAX = 64 * 1024 };

struct driver_channel {
    struct tcp tcp;
    struct nut_device_address server;
    int64_t timeout_ms;
    uint8_t answer[ANSWER_BYTES_MAX];
};

struct nut_point {
    char name[NUT_NAME_BYTES];
    char status[NUT_NAME_BYTES]; /* "" = the variable's value */
};

struct driver_plan {
    char ups[NUT_NAME_BYTES];
    size_t points_n;
    struct nut_point *points;
};

static err check(const char *what, const char *address, char *why, size_t why_n)
{
    return nut_address_check("nut", what, address, why, why_n);
}

static err channel_name(const char *address, char name[DRIVER_CHANNEL_BYTES])
{
    struct nut_device_address a;

    err e = nut_device_parse(address, &a, NULL, 0);
    if (e) return e;
    bool colon = strchr(a.host, ':') != NULL;
    return text_format(name, DRIVER_CHANNEL_BYTES, colon ? "[%s]:%u" : "%s:%u", a.host,
                       (unsigned)a.port)
               ? ERR_OK
               : ERR_RANGE;
}

static err channel_open(const char *name, uint32_t timeout_ms,
                        struct driver_channel **channel)
{
    char address[DRIVER_CHANNEL_BYTES + 2];
    struct nut_device_address a;

    (void)text_format(address, sizeof address, "%s/x", name);
    err e = nut_device_parse(address, &a, NULL, 0);
    if (e) return e;
    struct driver_channel *c = memory_new(1, sizeof *c);
    if (!c) return ERR_MEMORY;
    tcp_open(&c->tcp);
    c->server = a;
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

static void plan_close(struct driver_plan *p)
{
    if (!p) return;
    memory_free(p->points);
    memory_free(p);
}

static err plan_open(const char *address, const char *const *points, size_t points_n,
                     struct driver_plan **plan)
{
    struct nut_device_address a;

    err e = nut_device_parse(address, &a, NULL, 0);
    if (e) return e;
    struct driver_plan *p = memory_new(1, sizeof *p);
    if (!p) return ERR_MEMORY;
    (void)text_copy(p->ups, sizeof p->ups, a.ups);
    p->points = memory_new(points_n ? points_n : 1, sizeof p->points[0]);
    if (!p->points) e = ERR_MEMORY;
    for (size_t i = 0; i < points_n && !e; i++) {
        if (!points[i]) continue;
        struct nut_point *point = &p->points[p->points_n++];
        bool is_status = text_starts(points[i], "status ");
        e = check("point", points[i], NULL, 0);
        (void)text_copy(point->name, sizeof point->name,
                        is_status ? "ups.status" : points[i]);
        if (is_status)
            (void)text_copy(point->status, sizeof point->status, points[i] + 7);
    }
    if (e)
        plan_close(p);
    else
        *plan = p;
    return e;
}

/* --- reading ---------------------------------------------------------------------- */

static void take_variable(const struct driver_plan *p, const struct nut_line *line,
                          struct driver_reading *out)
{
    for (size_t i = 0; i < p->points_n; i++) {
        const struct nut_point *point = &p->points[i];
        if (!text_equal(point->name, line->name)) continue;
        out->qualities[i] = QUALITY_GOOD;
        if (point->status[0])
            out->values[i] = nut_status_has(line->value, point->status);
        else if (text_to_double(line->value, &out->values[i]))
            out->qualities[i] = QUALITY_UNDECODED;
        out->good_n += out->qualities[i] == QUALITY_GOOD;
    }
}

/* All lines that are there; ERR_SHORT until the list has ended. */
static err take_answer(const struct driver_plan *p, struct bytes answer,
                       struct driver_reading *out)
{
    struct nut_line line;

    for (;;) {
        err e = nut_next(&answer, &line);
        if (e) return e;
        if (line.kind == NUT_END) return ERR_OK;
        if (line.kind == NUT_VARIABLE) take_variable(p, &line, out);
        if (line.kind != NUT_ERROR) continue;
        (void)text_format(out->error, sizeof out->error, "upsd says: %.60s", line.value);
        return ERR_DENIED;
    }
}

static void clear(struct driver_reading *out, uint8_t quality)
{
    out->good_n = 0;
    for (size_t i = 0; i < out->n; i++) {
        out->values[i] = 0;
        out->qualities[i] = quality;
    }
}

static err ask(struct driver_channel *c, const struct driver_plan *p,
               struct driver_reading *out)
{
    char request[NUT_NAME_BYTES + 16];
    int64_t deadline_ms = tcp_deadline(&c->tcp, c->timeout_ms);
    size_t n = 0, got = 0;

    (void)text_format(request, sizeof request, "LIST VAR %s\n", p->ups);
    out->requests_n = 1;
    err e = tcp_send(&c->tcp, bytes_of_text(request), deadline_ms);
    if (e) return e;
    do {
        if (n == sizeof c->answer) return ERR_FRAME;
        e = tcp_receive(&c->tcp, c->answer + n, sizeof c->answer - n, deadline_ms, &got);
        if (e) return e;
        n += got;
        clear(out, QUALITY_REFUSED); /* of a list, what is not in it */
        e = take_answer(p, (struct bytes){c->answer, n}, out);
    } while (e == ERR_SHORT);
    return e;
}

static err read_plan(struct driver_channel *c, struct driver_plan *p,
                     struct driver_reading *out)
{
    ensure(c && p && out && out->n == p->points_n);

    err e = ERR_OK;

    out->error[0] = 0;
    out->requests_n = 0;
    if (c->tcp.handle < 0)
        e = tcp_connect(&c->tcp, c->server.host, c->server.port, c->timeout_ms);
    if (e)
        (void)text_format(out->error, sizeof out->error, "no connection: %s",
                          err_text(e));
    else
        e = ask(c, p, out);
    if (!e) return ERR_OK;
    clear(out, QUALITY_NO_ANSWER);
    if (!out->error[0]) (void)text_copy(out->error, sizeof out->error, err_text(e));
    if (e == ERR_DENIED) return ERR_TIMEOUT; /* upsd is there, the UPS is not */
    tcp_close(&c->tcp);
    return e;
}

const struct driver nut_driver = {
    .protocol = "nut",
    .check = check,
    .channel_name = channel_name,
    .channel_open = channel_open,
    .channel_close = channel_close,
    .plan_open = plan_open,
    .plan_close = plan_close,
    .read = read_plan,
};
