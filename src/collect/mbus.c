/* mbus.c - asks a meter for all its telegrams and picks the points from them. */
#include "collect/mbus.h"

#include "base/ensure.h"
#include "base/memory.h"
#include "base/text.h"
#include "collect/mbus_exchange.h"
#include "model/quality.h"
#include "wire/mbus.h"
#include "wire/mbus_address.h"

#include <string.h>

enum { TELEGRAMS_MAX = 32, ARENA_BYTES_MAX = 4 * 1024 * 1024 };

struct driver_channel {
    struct line *line;
    struct mbus_exchange exchange;
};

struct driver_plan {
    struct mbus_address address;
    struct mbus_point *points;
    size_t points_n;
    uint8_t toggle;   /* the frame count bit of the next request */
    bool started;     /* selected or reset, and nothing went wrong since */
    bool alive;       /* answered the last time */
    bool many;        /* has more than one telegram */
    bool answered;    /* at least once */
    int64_t due_ms;   /* monotonic; budget */
};

/* --- addresses ------------------------------------------------------------------- */

static err check(const char *what, const char *address, char *why, size_t why_n)
{
    char name[LINE_NAME_BYTES];
    const char *rest;

    err e = mbus_address_check("mbus", what, address, why, why_n);
    if (!e && text_equal(what, "device")) {
        e = line_split(address, name, &rest);
        if (!e) e = line_check(name, why, why_n);
    }
    return e;
}

static err channel_name(const char *address, char name[DRIVER_CHANNEL_BYTES])
{
    _Static_assert((int)DRIVER_CHANNEL_BYTES >= (int)LINE_NAME_BYTES, "a name fits");
    const char *rest;
    return line_split(address, name, &rest);
}

/* --- channel --------------------------------------------------------------------- */

err mbus_channel_adopt(struct line *line, uint32_t timeout_ms,
                       struct driver_channel **channel)
{
    struct driver_channel *c = memory_new(1, sizeof *c);
    if (!c) return ERR_MEMORY;
    c->line = line;
    mbus_exchange_open(&c->exchange, line, timeout_ms);
    *channel = c;
    return ERR_OK;
}

static err channel_open(const char *name, uint32_t timeout_ms,
                        struct driver_channel **channel)
{
    struct line *line;

    err e = line_open(name, &line);
    if (e) return e;
    e = mbus_channel_adopt(line, timeout_ms, channel);
    if (e) line_close(line);
    return e;
}

static void channel_close(struct driver_channel *c)
{
    if (!c) return;
    line_close(c->line);
    memory_free(c);
}

static struct line *channel_line(struct driver_channel *c)
{
    return c->line;
}

/* --- plan ------------------------------------------------------------------------ */

static void plan_close(struct driver_plan *p)
{
    if (!p) return;
    memory_free(p->points);
    memory_free(p);
}

static err plan_points(struct driver_plan *p, const char *const *points, size_t points_n)
{
    size_t room = points_n ? points_n : 1;

    p->points = memory_new(room, sizeof p->points[0]);
    if (!p->points) return ERR_MEMORY;
    for (size_t i = 0; i < points_n; i++) {
        if (!points[i]) continue;
        err e = mbus_point_parse(points[i], &p->points[p->points_n], NULL, 0);
        if (e) return e;
        p->points_n++;
    }
    return ERR_OK;
}

static err plan_open(const char *address, const char *const *points, size_t points_n,
                     struct driver_plan **plan)
{
    char line[LINE_NAME_BYTES];
    const char *rest;
    struct mbus_address a;

    err e = line_split(address, line, &rest);
    if (!e) e = mbus_address_parse(rest, &a, NULL, 0);
    if (e) return e;
    struct driver_plan *p = memory_new(1, sizeof *p);
    if (!p) return ERR_MEMORY;
    p->address = a;
    p->toggle = MBUS_FCB;
    e = plan_points(p, points, points_n);
    if (e) {
        plan_close(p);
        return e;
    }
    *plan = p;
    return ERR_OK;
}

/* --- reading --------------------------------------------------------------------- */

static unsigned tries(const struct driver_plan *p)
{
    return p->alive || !p->answered ? MBUS_TRIES : 1;
}

static err reset(struct mbus_exchange *x, uint8_t address, unsigned tries_n)
{
    struct mbus_frame request = {
        .kind = MBUS_FRAME_SHORT, .control = MBUS_SND_NKE, .address = address};
    return mbus_exchange_command(x, &request, tries_n);
}

/* The meter is the one to answer, from its first telegram on. */
static err start(struct mbus_exchange *x, struct driver_plan *p)
{
    bool fresh = !p->started || p->many;

    if (p->address.secondary) return mbus_exchange_select(x, p->address.select, tries(p));
    err e = fresh ? reset(x, p->address.primary, tries(p)) : ERR_OK;
    if (!e && fresh) p->toggle = MBUS_FCB;
    return e;
}

/* Whether the one who answers is the one selected. */
static bool is_selected(const struct mbus_address *a, const struct mbus_frame *answer)
{
    if (answer->info != 0x72 || answer->data.n < MBUS_SELECT_BYTES) return true;
    for (size_t i = 0; i < MBUS_SELECT_BYTES; i++) {
        uint8_t want = a->select[i], got = answer->data.at[i];
        if (want == UINT8_MAX) continue;
        bool high = want >> 4 == 15 && i < 4, low = (want & 15) == 15 && i < 4;
        if (!high && want >> 4 != got >> 4) return false;
        if (!low && (want & 15) != (got & 15)) return false;
    }
    return true;
}

static err fail(struct driver_reading *out, err e, const char *why)
{
    (void)text_copy(out->error, sizeof out->error, why);
    return e;
}

static void take_points(struct driver_plan *p, const struct telegram *t, uint32_t first,
                        struct driver_reading *out)
{
    for (size_t i = 0; i < p->points_n; i++) {
        if (out->qualities[i] != QUALITY_NO_ANSWER) continue;
        err e = mbus_point_take(&p->points[i], t, first, &out->values[i]);
        if (e == ERR_UNKNOWN) continue;
        out->qualities[i] = QUALITY_REFUSED;
        if (e == ERR_STATE) out->qualities[i] = QUALITY_NOT_A_NUMBER;
        if (e) continue;
        out->qualities[i] = QUALITY_GOOD;
        out->good_n++;
    }
}

/* One telegram; *more: there is another, *records: how many values came so far. */
static err read_telegram(struct mbus_exchange *x, struct driver_plan *p,
                         struct arena *arena, struct telegram *t,
                         struct driver_reading *out)
{
    struct mbus_frame request = {.kind = MBUS_FRAME_SHORT,
                                 .control = (uint8_t)(MBUS_REQ_UD2 | p->toggle),
                                 .address = p->address.primary};
    struct mbus_frame answer;

    err e = mbus_exchange_ask(x, &request, MBUS_TRIES, &answer);
    if (e) return fail(out, e, err_text(e));
    if (answer.kind != MBUS_FRAME_LONG)
        return fail(out, ERR_FRAME, "the meter acknowledges instead of answering");
    if (!p->address.secondary && answer.address != p->address.primary)
        return fail(out, ERR_FRAME, "another address answered");
    if (p->address.secondary && !is_selected(&p->address, &answer))
        return fail(out, ERR_FRAME, "another meter answered");
    p->toggle ^= MBUS_FCB;
    struct bytes whole = {x->bytes, x->bytes_n};
    while (whole.n && whole.at[0] != 0x68) {
        whole.at++;
        whole.n--;
    }
    if (mbus_decode(whole, "", arena, t)) (void)fail(out, ERR_OK, t->why);
    if (text_equal(t->kind, "application_error")) (void)fail(out, ERR_OK, t->status);
    return ERR_OK;
}

static err read_telegrams(struct mbus_exchange *x, struct driver_plan *p,
                          struct driver_reading *out)
{
    uint32_t records_n = 0;
    bool more = true;
    err e = ERR_OK;

    for (unsigned i = 0; i < TELEGRAMS_MAX && more && !e; i++) {
        struct telegram t;
        struct arena arena;
        arena_open(&arena, ARENA_BYTES_MAX);
        e = read_telegram(x, p, &arena, &t, out);
        if (!e) {
            take_points(p, &t, records_n, out);
            records_n += (uint32_t)t.values_n;
            more = t.more_follows;
            p->many = p->many || more;
        }
        arena_close(&arena);
    }
    return e;
}

/* What the telegrams did not hold. */
static void finish(struct driver_plan *p, struct driver_reading *out)
{
    for (size_t i = 0; i < p->points_n; i++)
        if (out->qualities[i] == QUALITY_NO_ANSWER) out->qualities[i] = QUALITY_REFUSED;
    p->answered = true;
}

static int64_t now_ms(void)
{
    struct clock clock;
    clock_machine(&clock);
    return clock_mono_ms(&clock);
}

static err read_plan(struct driver_channel *c, struct driver_plan *p,
                     struct driver_reading *out)
{
    ensure(c && p && out && out->n == p->points_n);

    out->error[0] = 0;
    out->good_n = 0;
    out->requests_n = 0;
    out->left_alone = false;
    if (p->answered && p->address.every_s && now_ms() < p->due_ms) {
        out->left_alone = true;
        return ERR_OK;
    }
    for (size_t i = 0; i < out->n; i++) {
        out->values[i] = 0;
        out->qualities[i] = QUALITY_NO_ANSWER;
    }
    c->exchange.requests_n = 0;
    err e = mbus_exchange_speed(&c->exchange, p->address.speed_bd);
    if (!e) e = start(&c->exchange, p);
    if (e) (void)fail(out, e, err_text(e));
    if (!e) e = read_telegrams(&c->exchange, p, out);
    out->requests_n = c->exchange.requests_n;
    p->started = p->alive = !e;
    if (e) return e;
    finish(p, out);
    p->due_ms = now_ms() + (int64_t)p->address.every_s * 1000;
    return ERR_OK;
}

const struct driver mbus_driver = {
    .protocol = "mbus",
    .check = check,
    .channel_name = channel_name,
    .channel_open = channel_open,
    .channel_close = channel_close,
    .line = channel_line,
    .plan_open = plan_open,
    .plan_close = plan_close,
    .read = read_plan,
};
