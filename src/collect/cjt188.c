/* cjt188.c - a question in the form the meter understands, an answer that is its own. */
#include "collect/cjt188.h"

#include "base/ensure.h"
#include "base/memory.h"
#include "base/text.h"
#include "collect/cjt188_internal.h"

#include <string.h>

enum { PROPOSED_N = 3, START = 0x68 };

/* --- addresses ------------------------------------------------------------------- */

static err check(const char *what, const char *address, char *why, size_t why_n)
{
    err e = cjt188_address_check("cjt188", what, address, why, why_n);
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
    struct cjt188_point parsed;

    for (size_t i = 0, k = 0; i < n; i++) {
        if (!points[i]) continue;
        err e = cjt188_point_parse(points[i], &parsed, NULL, 0);
        if (e) return e;
        plan->points[k] = (struct meter_point){.di = parsed.di,
                                               .converts = true,
                                               .bit = parsed.bit,
                                               .position = (uint32_t)k};
        (void)text_copy(plan->points[k].unit, sizeof plan->points[k].unit, parsed.unit);
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
    e = cjt188_device_parse(rest, &p->device, NULL, 0);
    if (!e) e = meter_plan_open(n, &p->plan);
    if (!e) e = take_points(&p->plan, points, points_n);
    if (e) {
        plan_close(p);
        return e;
    }
    p->dialect_known = p->device.has_dialect;
    p->proposed = p->device.dialect;
    p->plus_33 = p->device.dialect.plus_33;
    p->form_known = p->dialect_known && p->device.di_order != CJT188_ORDER_AUTO;
    p->di_high_first = p->device.di_order == CJT188_ORDER_HIGH;
    *plan = p;
    return ERR_OK;
}

/* --- one exchange ---------------------------------------------------------------- */

struct wanted {
    const struct driver_plan *plan;
    const struct cjt188_request *request;
    struct cjt188_frame *answer;
};

static bool is_any(const uint8_t *address)
{
    for (size_t i = 0; i < CJT188_ADDRESS_N; i++)
        if (address[i] != 0xAA) return false;
    return true;
}

static bool is_wanted(const struct wanted *w, const struct cjt188_frame *frame)
{
    const struct cjt188_request *r = w->request;
    uint16_t di = 0;
    uint8_t sequence = 0;

    if (!(frame->control & CJT188_ANSWER)) return false; /* our own echo */
    if ((frame->control & 0x3F) != (r->control & 0x3F)) return false;
    if (!is_any(r->address) && memcmp(frame->address, r->address, CJT188_ADDRESS_N) != 0)
        return false;
    if (!cjt188_answer_head(frame, r->plus_33, &di, &sequence)) return false;
    if (sequence != r->sequence && !w->plan->device.any_sequence) return false;
    return (frame->control & CJT188_ERROR) || di == r->di;
}

static err accept(void *context, struct bytes in)
{
    struct wanted *w = context;
    bool cut = false, damaged = false;
    size_t at = 0;

    while (in.n > 0) {
        struct cjt188_frame frame;
        err e = in.at[0] == START ? cjt188_frame_decode(&in, &frame, &at) : ERR_STATE;
        if (!e && is_wanted(w, &frame)) {
            *w->answer = frame;
            return frame.control & CJT188_ERROR ? ERR_REFUSED : ERR_OK;
        }
        cut = cut || e == ERR_SHORT;
        damaged = damaged || e == ERR_CHECK || e == ERR_FRAME;
        if (e) in = (struct bytes){in.at + 1, in.n - 1};
    }
    return damaged && !cut ? ERR_CHECK : ERR_SHORT;
}

err cjt188_exchange(struct meter_bus *bus, struct driver_plan *plan,
                    struct cjt188_request *request, struct cjt188_frame *answer)
{
    uint8_t bytes[CJT188_FRAME_BYTES_MAX + 2];
    struct wanted wanted = {plan, request, answer};

    request->type = plan->device.type;
    memcpy(request->address, plan->device.address, CJT188_ADDRESS_N);
    request->sequence = ++plan->sequence;
    request->di_high_first = plan->di_high_first;
    request->plus_33 = plan->plus_33;
    size_t n = cjt188_request_encode(request, bytes);
    return meter_bus_ask(bus, (struct bytes){bytes, n}, accept, &wanted);
}

/* --- reading --------------------------------------------------------------------- */

/* Not answered in this form: another order of the identifier, then the other data form,
 * where they are not told. */
static void next_form(struct driver_plan *p)
{
    bool order_told = p->device.di_order != CJT188_ORDER_AUTO;

    if (p->form_known) return;
    bool wrapped = true;
    if (!order_told) {
        p->di_high_first = !p->di_high_first;
        wrapped = !p->di_high_first;
    }
    if (!p->device.has_dialect && wrapped) p->plus_33 = !p->plus_33;
}

static bool same_dialect(const struct cjt188_dialect *a, const struct cjt188_dialect *b)
{
    return a->unit_first == b->unit_first && a->high_first == b->high_first &&
           a->plus_33 == b->plus_33 && a->power_fraction == b->power_fraction;
}

static void learn_dialect(struct driver_plan *p, const struct cjt188_frame *frame)
{
    struct cjt188_dialect dialect;

    if (p->dialect_known) return;
    bool certain = cjt188_propose(frame, &dialect);
    bool again = p->proposed_n > 0 && same_dialect(&dialect, &p->proposed);
    p->proposed = dialect;
    p->proposed_n = certain && again ? p->proposed_n + 1 : certain;
    p->dialect_known = p->proposed_n >= PROPOSED_N;
}

err cjt188_ask(struct meter_bus *bus, struct driver_plan *p, uint16_t di,
               struct arena *arena, struct telegram *telegram)
{
    struct cjt188_request request = {.control = CJT188_READ, .di = di};
    struct cjt188_frame frame;
    err e = ERR_TIMEOUT;

    for (int i = 0; i < METER_TRIES; i++) {
        uint32_t clean_n = bus->clean_n;
        e = cjt188_exchange(bus, p, &request, &frame);
        /* Silence to a form that it does not know says nothing about the line. */
        if (e == ERR_TIMEOUT && !p->form_known) bus->clean_n = clean_n;
        if (!e || (e == ERR_REFUSED && p->form_known)) break;
        bool is_line_there = e == ERR_TIMEOUT || e == ERR_REFUSED || e == ERR_CHECK;
        if (e == ERR_TIMEOUT || e == ERR_REFUSED) next_form(p);
        if (!is_line_there && e != ERR_CLOSED) break;
    }
    /* It may have refused what it took for another identifier. */
    if (e == ERR_REFUSED && !p->form_known) e = ERR_FRAME;
    if (e) return e;
    p->form_known = true;
    learn_dialect(p, &frame);
    return cjt188_read(&frame, &p->proposed, arena, telegram);
}

struct asking {
    struct driver_channel *channel;
    struct driver_plan *plan;
};

static err ask(void *context, uint32_t di, struct arena *arena, struct telegram *telegram)
{
    struct asking *a = context;
    return cjt188_ask(&a->channel->bus, a->plan, (uint16_t)di, arena, telegram);
}

static err read_plan(struct driver_channel *c, struct driver_plan *p,
                     struct driver_reading *out)
{
    ensure(c && p && out);

    struct asking asking = {c, p};
    return meter_plan_read(&p->plan, &c->bus, ask, &asking, out);
}

const struct driver cjt188_driver = {
    .protocol = "cjt188",
    .check = check,
    .channel_name = meter_channel_name,
    .channel_open = meter_channel_open,
    .channel_close = meter_channel_close,
    .line = meter_channel_line,
    .plan_open = plan_open,
    .plan_close = plan_close,
    .read = read_plan,
};
