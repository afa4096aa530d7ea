/* cjt188_orders.c - what is written to a meter, and read back.
 *
 * Water and heat meters with a valve take A017H with 55 open, 99 close; household valves
 * (T = 48H) the maker's controls 22H with the time, the degree and 55, and 23H with 99.
 */
#include "base/ensure.h"
#include "collect/cjt188_internal.h"
#include "wire/bcd.h"

enum {
    HOUSEHOLD_VALVE = 0x48,
    OPEN = 0x55,
    CLOSE = 0x99,
    DEGREE_MAX = 90,
    DAY_MS = 86400000,
    CHINA_MS = 8 * 3600000 /* ahead of UTC, the whole year */
};

/* Civil time: ss mm hh DD MM YY CC, as digits low first. */
static void put_time(int64_t utc_ms, uint8_t out[CJT188_TIME_N])
{
    int64_t ms = utc_ms + CHINA_MS, days = ms / DAY_MS, second = ms % DAY_MS / 1000;
    /* Days since 1 March of year 0, in 400-year eras (Gregorian calendar). */
    int64_t z = days + 719468, era = z / 146097, doe = z % 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    int64_t month = mp < 10 ? mp + 3 : mp - 9;
    int64_t year = yoe + era * 400 + (month <= 2);
    const int64_t parts[CJT188_TIME_N] = {second % 60,      second / 60 % 60,
                                          second / 3600,    doy - (153 * mp + 2) / 5 + 1,
                                          month,            year % 100,
                                          year / 100};

    for (size_t i = 0; i < CJT188_TIME_N; i++)
        bcd_put((uint64_t)parts[i], false, out + i, 1);
}

static size_t household_order(const struct cjt188_valve_order *order, uint8_t *out)
{
    uint8_t time[CJT188_TIME_N], degree = order->degree;

    if (order->act == CJT188_ACT_CLOSE) {
        out[0] = CLOSE;
        return 1;
    }
    put_time(order->utc_ms, time);
    if (order->act == CJT188_ACT_OPEN) degree = DEGREE_MAX;
    out[0] = 0;
    for (size_t i = 0; i < 6; i++) out[1 + i] = time[i];
    bcd_put(degree, false, out + 7, 1);
    out[8] = OPEN;
    return 9;
}

static err send_order(struct driver_channel *c, struct driver_plan *p,
                      const struct cjt188_valve_order *order)
{
    uint8_t values[16];
    struct cjt188_request request = {.control = CJT188_WRITE, .di = CJT188_DI_VALVE};
    struct cjt188_frame answer;
    size_t n = 1;

    if (p->device.type == HOUSEHOLD_VALVE) {
        bool closes = order->act == CJT188_ACT_CLOSE;
        request.control = closes ? CJT188_VALVE_CLOSE : CJT188_VALVE_OPEN;
        n = household_order(order, values);
    } else {
        values[0] = order->act == CJT188_ACT_OPEN ? OPEN : CLOSE;
    }
    request.values = (struct bytes){values, n};
    return cjt188_exchange(&c->bus, p, &request, &answer);
}

/* The status word's valve bits, twice the same. */
static err read_valve(struct driver_channel *c, struct driver_plan *p, uint8_t *valve)
{
    enum { READS_MAX = 6, ARENA_BYTES = 1 << 18 };
    int last = -1;

    for (int i = 0; i < READS_MAX; i++) {
        struct arena arena;
        struct telegram t;
        int now = -1;
        arena_open(&arena, ARENA_BYTES);
        err e = cjt188_ask(&c->bus, p, CJT188_DI_READING, &arena, &t);
        const struct telegram_value *v = e ? NULL : telegram_find(&t, "valve", 0);
        if (v) now = (int)v->number;
        arena_close(&arena);
        if (e) return e;
        if (now < 0) return ERR_FRAME; /* its answer has no status word */
        if (now == last) {
            *valve = (uint8_t)now;
            return ERR_OK;
        }
        last = now;
    }
    return ERR_CHECK;
}

static bool is_there(const struct cjt188_valve_order *order, uint8_t valve)
{
    enum { IS_OPEN = 0, IS_CLOSED = 1 };
    bool closes = order->act == CJT188_ACT_CLOSE ||
                  (order->act == CJT188_ACT_DEGREE && order->degree == 0);

    return valve == (closes ? IS_CLOSED : IS_OPEN);
}

err cjt188_valve(struct driver_channel *c, struct driver_plan *p,
                 const struct cjt188_valve_order *order, uint8_t *valve)
{
    ensure(c && p && order && valve);

    bool by_degree = order->act == CJT188_ACT_DEGREE;
    if (by_degree && (order->degree > DEGREE_MAX || p->device.type != HOUSEHOLD_VALVE))
        return ERR_RANGE;
    if (!p->form_known) { /* the order goes once: first find how the meter listens */
        err found = read_valve(c, p, valve);
        if (found) return found;
    }
    err e = send_order(c, p, order);
    if (e && e != ERR_TIMEOUT && e != ERR_CHECK) return e;
    e = read_valve(c, p, valve);
    if (e) return e;
    return is_there(order, *valve) ? ERR_OK : ERR_STATE;
}

err cjt188_set_time(struct driver_channel *c, struct driver_plan *p, int64_t utc_ms)
{
    ensure(c && p);

    uint8_t time[CJT188_TIME_N], values[CJT188_TIME_N];
    struct cjt188_request request = {.control = CJT188_WRITE, .di = CJT188_DI_TIME};
    struct cjt188_frame answer;
    err e = ERR_TIMEOUT;

    for (int i = 0; i < METER_TRIES && (e == ERR_TIMEOUT || e == ERR_CHECK); i++) {
        put_time(utc_ms, time);
        for (size_t k = 0; k < CJT188_TIME_N; k++)
            values[k] = time[p->proposed.high_first ? CJT188_TIME_N - 1 - k : k];
        request.values = (struct bytes){values, CJT188_TIME_N};
        e = cjt188_exchange(&c->bus, p, &request, &answer);
    }
    return e;
}
