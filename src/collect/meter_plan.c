/* meter_plan.c - points grouped by the answer that gives them, and whether to believe it.
 */
#include "base/ensure.h"
#include "base/memory.h"
#include "base/text.h"
#include "collect/meter_bus.h"
#include "model/quality.h"
#include "model/quantity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_BYTES = 1 << 20, REFUSED_POLLS = 60, VOTES = 3 };

/* --- plan ------------------------------------------------------------------------ */

err meter_plan_open(size_t n, struct meter_plan *plan)
{
    size_t room = n ? n : 1;

    memset(plan, 0, sizeof *plan);
    plan->points_n = n;
    plan->points = memory_new(room, sizeof plan->points[0]);
    plan->groups = memory_new(room, sizeof plan->groups[0]);
    plan->last = memory_new(room, sizeof plan->last[0]);
    plan->has_last = memory_new(room, sizeof plan->has_last[0]);
    plan->tried = memory_new(VOTES * room, sizeof plan->tried[0]);
    plan->qualities = memory_new(VOTES * room, 1);
    bool all = plan->points && plan->groups && plan->last && plan->has_last &&
               plan->tried && plan->qualities;
    return all ? ERR_OK : ERR_MEMORY;
}

void meter_plan_close(struct meter_plan *plan)
{
    memory_free(plan->points);
    memory_free(plan->groups);
    memory_free(plan->last);
    memory_free(plan->has_last);
    memory_free(plan->tried);
    memory_free(plan->qualities);
}

static int compare(const void *a, const void *b)
{
    const struct meter_point *p = a, *q = b;

    if (p->di != q->di) return p->di < q->di ? -1 : 1;
    return p->position < q->position ? -1 : 1;
}

void meter_plan_group(struct meter_plan *plan)
{
    qsort(plan->points, plan->points_n, sizeof plan->points[0], compare);
    for (uint32_t i = 0; i < plan->points_n; i++) {
        if (i == 0 || plan->points[i].di != plan->points[i - 1].di)
            plan->groups[plan->groups_n++] = (struct meter_group){.point_first = i};
        plan->groups[plan->groups_n - 1].points_n++;
    }
}

/* --- one answer ------------------------------------------------------------------ */

/* The head of a telegram is no value. */
static bool is_head(const struct telegram_value *v)
{
    static const char *const names[] = {"address_wire", "type", "control", "sequence",
                                        "data_identifier", "data_identifier_wire"};

    for (size_t i = 0; i < COUNT(names); i++)
        if (text_equal(v->name, names[i])) return true;
    return false;
}

static const struct telegram_value *find(const struct telegram *t,
                                         const struct meter_point *point)
{
    for (size_t i = 0; i < t->values_n; i++) {
        const struct telegram_value *v = &t->values[i];
        bool named = point->name[0] ? text_equal(v->name, point->name) : !is_head(v);
        if (named && (!point->has_tariff || v->tariff == point->tariff)) return v;
    }
    return NULL;
}

/* A civil time as seconds since 1970, as if it were UTC. */
static uint8_t time_number(const char *text, double *value)
{
    char utc[TELEGRAM_TEXT_BYTES];
    int64_t utc_ms = 0;

    bool fits = text_format(utc, sizeof utc, "%s%s", text, strchr(text, 'T') ? "Z" : "");
    if (!fits || text_to_time(utc, &utc_ms)) return QUALITY_UNDECODED;
    *value = (double)utc_ms / 1000;
    return QUALITY_GOOD;
}

/* Meters count in what they please, and change it when a register is full: the value is
 * turned into one unit.  Rounded to 1e-9, so that 36 kWh are 0.1296 GJ and no other. */
static uint8_t convert(const struct telegram_value *v, const struct meter_point *point,
                       double *value)
{
    static const enum quantity quantities[] = {
        QUANTITY_HEAT,   QUANTITY_POWER,       QUANTITY_FLOW,
        QUANTITY_VOLUME, QUANTITY_TEMPERATURE, QUANTITY_DURATION};
    double from = 0, to = 1;

    *value = v->number;
    if (!point->converts || !v->unit[0]) return QUALITY_GOOD;
    for (size_t i = 0; i < COUNT(quantities); i++) {
        if (quantity_factor(quantities[i], v->unit, &from)) continue;
        if (point->unit[0] && quantity_factor(quantities[i], point->unit, &to)) break;
        double turned = v->number * from / to;
        *value = fabs(turned) < 1e6 ? nearbyint(turned * 1e9) / 1e9 : turned;
        return QUALITY_GOOD;
    }
    return QUALITY_UNDECODED;
}

static uint8_t pick(const struct telegram *t, const struct meter_point *point,
                    double *value)
{
    const struct telegram_value *v = find(t, point);

    *value = 0;
    if (!v) return QUALITY_REFUSED;
    if (v->kind == TELEGRAM_ABSENT) return QUALITY_NOT_A_NUMBER;
    if (v->kind == TELEGRAM_TIME) return time_number(v->text, value);
    if (v->kind != TELEGRAM_NUMBER) return QUALITY_UNDECODED;
    if (point->bit < 0) return convert(v, point, value);
    if (v->number < 0 || v->number > UINT32_MAX) return QUALITY_UNDECODED;
    *value = (uint32_t)v->number >> point->bit & 1;
    return QUALITY_GOOD;
}

struct job {
    struct meter_plan *plan;
    struct meter_bus *bus;
    meter_question ask;
    void *context;
    struct driver_reading *out;
};

/* The votes of point i stand behind each other. */
static double *vote(const struct job *job, size_t i, size_t k)
{
    return &job->plan->tried[VOTES * i + k];
}

static uint8_t *vote_quality(const struct job *job, size_t i, size_t k)
{
    return &job->plan->qualities[VOTES * i + k];
}

static err ask_once(const struct job *job, const struct meter_group *group, size_t k)
{
    struct arena arena;
    struct telegram t;
    const struct meter_point *points = job->plan->points;

    memset(&t, 0, sizeof t);
    arena_open(&arena, ARENA_BYTES);
    err e = job->ask(job->context, points[group->point_first].di, &arena, &t);
    job->out->requests_n++;
    for (size_t i = group->point_first; i < group->point_first + group->points_n && !e;
         i++)
        *vote_quality(job, i, k) = pick(&t, &points[i], vote(job, i, k));
    arena_close(&arena);
    return e;
}

/* --- belief ---------------------------------------------------------------------- */

static bool is_counter(const char *name)
{
    static const char *const parts[] = {"heat", "cooling", "energy", "volume", "hours"};

    for (size_t i = 0; i < COUNT(parts); i++)
        if (strstr(name, parts[i])) return true;
    return false;
}

/* Near the value that was believed last. */
static bool is_near(const struct job *job, size_t i)
{
    const struct meter_plan *plan = job->plan;
    double now = *vote(job, i, 0), last = plan->last[i];

    if (*vote_quality(job, i, 0) != QUALITY_GOOD) return !plan->has_last[i];
    if (!plan->has_last[i]) return false;
    if (is_counter(plan->points[i].name) && now < last) return false;
    return fabs(now - last) <= 1 + 0.25 * fmax(fabs(now), fabs(last));
}

static bool is_believed(const struct job *job, const struct meter_group *group)
{
    if (job->bus->clean_n < METER_CLEAN_N) return false;
    for (size_t i = group->point_first; i < group->point_first + group->points_n; i++)
        if (!is_near(job, i) && !text_equal(job->plan->points[i].name, "meter_time"))
            return false;
    return true;
}

static bool same(const struct job *job, size_t i, size_t a, size_t b)
{
    return *vote_quality(job, i, a) == *vote_quality(job, i, b) &&
           *vote(job, i, a) == *vote(job, i, b);
}

static bool all_same(const struct job *job, const struct meter_group *group)
{
    for (size_t i = group->point_first; i < group->point_first + group->points_n; i++)
        if (!same(job, i, 0, 1)) return false;
    return true;
}

/* The first vote becomes the middle of three; false when two of three have no value or
 * disagree why. */
static bool take_middle(const struct job *job, size_t i)
{
    double *v = vote(job, i, 0);
    uint8_t *q = vote_quality(job, i, 0);
    bool all_good = q[0] == QUALITY_GOOD && q[1] == q[0] && q[2] == q[0];

    if (all_good) {
        double low = fmin(v[0], v[1]), high = fmax(v[0], v[1]);
        v[0] = fmax(low, fmin(high, v[2]));
        return true;
    }
    for (size_t a = 0; a < VOTES; a++)
        for (size_t b = a + 1; b < VOTES; b++) {
            if (!same(job, i, a, b)) continue;
            v[0] = v[a];
            q[0] = q[a];
            return true;
        }
    return false;
}

/* Only what two answers say alike. */
static void distrust(const struct job *job, size_t i)
{
    if (same(job, i, 0, 1)) return;
    *vote(job, i, 0) = 0;
    *vote_quality(job, i, 0) = QUALITY_UNDECODED;
}

/* Fills the first vote of each point with what is believed. */
static err read_votes(const struct job *job, const struct meter_group *group)
{
    size_t end = group->point_first + group->points_n;

    err e = ask_once(job, group, 0);
    if (e || is_believed(job, group)) return e;
    e = ask_once(job, group, 1);
    if (e || all_same(job, group)) return e;
    bool third = !ask_once(job, group, 2);
    for (size_t i = group->point_first; i < end; i++)
        if (!third || !take_middle(job, i)) distrust(job, i);
    return ERR_OK;
}

/* --- reading --------------------------------------------------------------------- */

static void give(const struct job *job, const struct meter_group *group)
{
    struct meter_plan *plan = job->plan;

    for (size_t i = group->point_first; i < group->point_first + group->points_n; i++) {
        uint32_t position = plan->points[i].position;
        uint8_t quality = *vote_quality(job, i, 0);
        job->out->qualities[position] = quality;
        job->out->values[position] = quality == QUALITY_GOOD ? *vote(job, i, 0) : 0;
        plan->has_last[i] = quality == QUALITY_GOOD;
        plan->last[i] = *vote(job, i, 0);
        job->out->good_n += quality == QUALITY_GOOD;
    }
}

static void mark(const struct job *job, const struct meter_group *group, uint8_t quality)
{
    for (size_t i = group->point_first; i < group->point_first + group->points_n; i++)
        job->out->qualities[job->plan->points[i].position] = quality;
}

static bool is_line_gone(err e)
{
    return e != ERR_OK && e != ERR_CHECK && e != ERR_FRAME && e != ERR_REFUSED;
}

/* A damaged answer leaves the device there; a refused group waits. */
static err read_group(const struct job *job, struct meter_group *group, bool *answered)
{
    if (group->wait_polls > 0) {
        group->wait_polls--;
        mark(job, group, QUALITY_REFUSED);
        return ERR_OK;
    }
    err e = read_votes(job, group);
    *answered = *answered || !e || e == ERR_REFUSED;
    if (!e) {
        give(job, group);
    } else if (e == ERR_REFUSED) {
        group->wait_polls = REFUSED_POLLS;
        mark(job, group, QUALITY_REFUSED);
    } else if (!is_line_gone(e)) {
        mark(job, group, QUALITY_UNDECODED);
    }
    if (e && e != ERR_REFUSED && !job->out->error[0])
        (void)text_copy(job->out->error, sizeof job->out->error, err_text(e));
    return is_line_gone(e) ? e : ERR_OK;
}

err meter_plan_read(struct meter_plan *plan, struct meter_bus *bus, meter_question ask,
                    void *context, struct driver_reading *out)
{
    ensure(plan && bus && ask && out && out->n == plan->points_n);

    struct job job = {plan, bus, ask, context, out};
    bool answered = plan->groups_n == 0;
    err e = ERR_OK;

    out->error[0] = 0;
    out->good_n = 0;
    out->requests_n = 0;
    for (size_t i = 0; i < out->n; i++) {
        out->values[i] = 0;
        out->qualities[i] = QUALITY_NO_ANSWER;
    }
    bool waiting = true;
    for (size_t i = 0; i < plan->groups_n && !e; i++) {
        waiting = waiting && plan->groups[i].wait_polls > 0;
        e = read_group(&job, &plan->groups[i], &answered);
    }
    if (!e && !answered && !waiting) e = ERR_FRAME;
    return e;
}
