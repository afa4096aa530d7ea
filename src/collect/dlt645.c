/* dlt645.c - a question, its answer, and the answer's further telegrams. */
#include "collect/dlt645.h"

#include "base/ensure.h"
#include "base/memory.h"
#include "base/text.h"
#include "collect/meter_bus.h"
#include "wire/dlt645_address.h"

#include <string.h>

enum { START = 0x68, DI_N = 4, PIECES_MAX = 16, WHOLE_BYTES = 2048 };

struct driver_plan {
    uint8_t address[DLT645_ADDRESS_N];
    struct meter_plan plan;
};

/* --- addresses ------------------------------------------------------------------- */

static err check(const char *what, const char *address, char *why, size_t why_n)
{
    err e = dlt645_address_check("dlt645", what, address, why, why_n);
    return e || !text_equal(what, "device") ? e : meter_check_line(address, why, why_n);
}

/* --- plan ------------------------------------------------------------------------ */

static void plan_close(struct driver_plan *p)
{
    if (!p) return;
    meter_plan_close(&p->plan);
    memory_free(p);
}

static err take_points(struct meter_plan *plan, const char *const *points, size_t n)
{
    struct dlt645_point parsed;

    for (size_t i = 0, k = 0; i < n; i++) {
        if (!points[i]) continue;
        err e = dlt645_point_parse(points[i], &parsed, NULL, 0);
        if (e) return e;
        plan->points[k] = (struct meter_point){.di = parsed.di,
                                               .has_tariff = parsed.has_tariff,
                                               .tariff = parsed.tariff,
                                               .bit = parsed.bit,
                                               .position = (uint32_t)k};
        (void)text_copy(plan->points[k].name, sizeof plan->points[k].name, parsed.name);
        k++;
    }
    meter_plan_group(plan);
    return ERR_OK;
}

static err plan_open(const char *address, const char *const *points, size_t points_n,
                     struct driver_plan **plan)
{
    char line[LINE_NAME_BYTES];
    const char *rest;
    size_t n = 0;

    for (size_t i = 0; i < points_n; i++) n += points[i] != NULL;
    err e = line_split(address, line, &rest);
    if (e) return e;
    struct driver_plan *p = memory_new(1, sizeof *p);
    if (!p) return ERR_MEMORY;
    e = dlt645_device_parse(rest, p->address, NULL, 0);
    if (!e) e = meter_plan_open(n, &p->plan);
    if (!e) e = take_points(&p->plan, points, points_n);
    if (e)
        plan_close(p);
    else
        *plan = p;
    return e;
}

/* --- one exchange ---------------------------------------------------------------- */

struct wanted {
    const struct dlt645_request *request;
    struct dlt645_frame *answer;
};

static bool is_any(const uint8_t *address)
{
    for (size_t i = 0; i < DLT645_ADDRESS_N; i++)
        if (address[i] != 0xAA) return false;
    return true;
}

static bool is_wanted(const struct wanted *w, const struct dlt645_frame *frame)
{
    const struct dlt645_request *r = w->request;
    uint32_t di = 0;

    if (!(frame->control & DLT645_ANSWER)) return false; /* our own echo */
    if ((frame->control & 0x1F) != r->control) return false;
    if (!is_any(r->address) && memcmp(frame->address, r->address, DLT645_ADDRESS_N) != 0)
        return false;
    if (frame->control & DLT645_ERROR) return frame->data_n == 1;
    if (!dlt645_answer_di(frame, &di) || di != r->di) return false;
    if (r->control != DLT645_READ_NEXT) return true;
    return frame->data_n > DI_N && frame->data[frame->data_n - 1] == r->values.at[0];
}

static err accept(void *context, struct bytes in)
{
    struct wanted *w = context;
    bool cut = false, damaged = false;
    size_t at = 0;

    while (in.n > 0) {
        err e = in.at[0] == START ? dlt645_frame_decode(&in, w->answer, &at) : ERR_STATE;
        if (!e && is_wanted(w, w->answer))
            return w->answer->control & DLT645_ERROR ? ERR_REFUSED : ERR_OK;
        cut = cut || e == ERR_SHORT;
        damaged = damaged || e == ERR_CHECK || e == ERR_FRAME;
        if (e) in = (struct bytes){in.at + 1, in.n - 1};
    }
    return damaged && !cut ? ERR_CHECK : ERR_SHORT;
}

static err exchange(struct meter_bus *bus, const struct dlt645_request *request,
                    struct dlt645_frame *answer)
{
    uint8_t bytes[DLT645_FRAME_BYTES_MAX + 4];
    struct wanted wanted = {request, answer};
    err e = ERR_TIMEOUT;

    size_t n = dlt645_request_encode(request, bytes);
    for (int i = 0; i < METER_TRIES; i++) {
        e = meter_bus_ask(bus, (struct bytes){bytes, n}, accept, &wanted);
        if (e != ERR_TIMEOUT && e != ERR_CHECK && e != ERR_CLOSED) break;
    }
    return e;
}

/* --- reading --------------------------------------------------------------------- */

struct whole {
    uint8_t at[WHOLE_BYTES];
    size_t n;
};

static err add_piece(struct whole *whole, const uint8_t *at, size_t n)
{
    if (whole->n + n > sizeof whole->at) return ERR_FRAME;
    memcpy(whole->at + whole->n, at, n);
    whole->n += n;
    return ERR_OK;
}

/* Further telegrams: their last byte is their number. */
static err read_on(struct meter_bus *bus, struct dlt645_request *request,
                   struct dlt645_frame *frame, struct whole *whole)
{
    uint8_t number = 0;
    err e = ERR_OK;

    request->control = DLT645_READ_NEXT;
    request->values = (struct bytes){&number, 1};
    while (!e && (frame->control & DLT645_MORE)) {
        if (++number > PIECES_MAX) return ERR_FRAME;
        e = exchange(bus, request, frame);
        if (!e) e = add_piece(whole, frame->data + DI_N, frame->data_n - DI_N - 1u);
    }
    return e;
}

struct asking {
    struct driver_channel *channel;
    struct driver_plan *plan;
};

static err ask(void *context, uint32_t di, struct arena *arena, struct telegram *telegram)
{
    struct asking *a = context;
    struct dlt645_request request = {.control = DLT645_READ, .di = di};
    struct dlt645_frame frame;
    struct whole whole = {.n = 0};

    memcpy(request.address, a->plan->address, DLT645_ADDRESS_N);
    err e = exchange(&a->channel->bus, &request, &frame);
    if (e) return e;
    if (!(frame.control & DLT645_MORE)) return dlt645_read(&frame, arena, telegram);
    e = add_piece(&whole, frame.data + DI_N, frame.data_n - (size_t)DI_N);
    if (!e) e = read_on(&a->channel->bus, &request, &frame, &whole);
    if (e) return e;
    memset(telegram, 0, sizeof *telegram);
    return dlt645_values(di, (struct bytes){whole.at, whole.n}, 0, arena, telegram);
}

static err read_plan(struct driver_channel *c, struct driver_plan *p,
                     struct driver_reading *out)
{
    ensure(c && p && out);

    struct asking asking = {c, p};
    return meter_plan_read(&p->plan, &c->bus, ask, &asking, out);
}

const struct driver dlt645_driver = {
    .protocol = "dlt645",
    .check = check,
    .channel_name = meter_channel_name,
    .channel_open = meter_channel_open,
    .channel_close = meter_channel_close,
    .line = meter_channel_line,
    .plan_open = plan_open,
    .plan_close = plan_close,
    .read = read_plan,
};
