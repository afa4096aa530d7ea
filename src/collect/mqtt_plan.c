/* mqtt_plan.c - see mqtt_plan.h. */
#include "collect/mqtt_plan.h"

#include "base/ensure.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/quality.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

/* --- opening ---------------------------------------------------------------------- */

static err open_point(enum mqtt_mode mode, const char *address, struct mqtt_point *point)
{
    point->text = memory_text(address);
    if (!point->text) return ERR_MEMORY;
    point->name = point->text;
    if (mode != MQTT_CHIRPSTACK) return point->name[0] ? ERR_OK : ERR_RANGE;
    if (text_starts(address, "data ")) {
        point->pick = MQTT_DATA;
        return payload_point_parse(address, &point->data, NULL, 0);
    }
    point->pick = text_starts(address, "meta ") ? MQTT_HEAD : MQTT_VALUE;
    if (point->pick == MQTT_VALUE && !text_starts(address, "object ")) return ERR_RANGE;
    point->name = strchr(point->text, ' ') + 1;
    return point->name[0] ? ERR_OK : ERR_RANGE;
}

static void fill_filter(struct driver_plan *p)
{
    const struct mqtt_address *a = &p->address;
    char eui[MQTT_WHAT_BYTES];
    bool fits = true;

    switch (a->mode) {
    case MQTT_SPARKPLUG: {
        const char *edge = strchr(a->what, '/') + 1;
        const char *device = strchr(edge, '/');
        int edge_n = device ? (int)(device - edge) : (int)strlen(edge);
        fits = text_format(p->filter, sizeof p->filter, "spBv1.0/%.*s/+/%.*s/#",
                           (int)(edge - 1 - a->what), a->what, edge_n, edge);
        if (device) fits = fits && text_copy(p->device, sizeof p->device, device + 1);
        break;
    }
    case MQTT_CHIRPSTACK:
        (void)text_copy(eui, sizeof eui, a->what);
        for (char *c = eui; *c; c++) *c = (char)tolower((unsigned char)*c);
        fits = text_format(p->filter, sizeof p->filter, "application/+/device/%s/event/+",
                           eui);
        break;
    case MQTT_JSON:
    case MQTT_NEURON:
    case MQTT_MODE_N: fits = text_copy(p->filter, sizeof p->filter, a->what); break;
    }
    ensure(fits); /* an address has less than 96 bytes */
}

static err open_rows(struct driver_plan *p)
{
    size_t n = p->points_n ? p->points_n : 1;

    p->times_ms = memory_new(MQTT_ROWS_MAX, sizeof p->times_ms[0]);
    p->values = memory_new(MQTT_ROWS_MAX * n, sizeof p->values[0]);
    p->qualities = memory_new(MQTT_ROWS_MAX * n, 1);
    return p->times_ms && p->values && p->qualities ? ERR_OK : ERR_MEMORY;
}

err mqtt_plan_open(const char *address, const char *const *points, size_t points_n,
                   struct driver_plan **plan)
{
    struct driver_plan *p = memory_new(1, sizeof *p);

    if (!p) return ERR_MEMORY;
    err e = mqtt_address_parse(address, &p->address, NULL, 0);
    if (!e && p->address.mode == MQTT_MODE_N) e = ERR_RANGE;
    p->points = memory_new(points_n ? points_n : 1, sizeof p->points[0]);
    if (!e && !p->points) e = ERR_MEMORY;
    if (!e) fill_filter(p);
    for (size_t i = 0; i < points_n && !e; i++)
        if (points[i])
            e = open_point(p->address.mode, points[i], &p->points[p->points_n++]);
    if (!e) e = open_rows(p);
    if (e)
        mqtt_plan_free(p);
    else
        *plan = p;
    return e;
}

void mqtt_plan_free(struct driver_plan *p)
{
    if (!p) return;
    for (size_t i = 0; i < p->points_n && p->points; i++) memory_free(p->points[i].text);
    sparkplug_names_close(&p->names);
    memory_free(p->points);
    memory_free(p->times_ms);
    memory_free(p->values);
    memory_free(p->qualities);
    memory_free(p);
}

/* --- rows ------------------------------------------------------------------------- */

static size_t slot_of(const struct driver_plan *p, size_t row)
{
    return (p->first + row) % MQTT_ROWS_MAX;
}

/* A new row of points that are not said; false when all rows are used. */
static bool begin_row(struct driver_plan *p, int64_t utc_ms)
{
    if (p->rows_n == MQTT_ROWS_MAX) return false;
    size_t slot = slot_of(p, p->rows_n++);
    p->times_ms[slot] = utc_ms;
    for (size_t i = 0; i < p->points_n; i++) {
        p->values[slot * p->points_n + i] = 0;
        p->qualities[slot * p->points_n + i] = DRIVER_NOT_SAID;
    }
    return true;
}

static uint8_t number_of_text(const char *text, double *value)
{
    static const struct {
        const char *word;
        double value;
    } words[] = {{"true", 1},  {"false", 0}, {"on", 1},     {"off", 0},
                 {"open", 1},  {"closed", 0}, {"ON", 1},    {"OFF", 0}};

    if (text_to_double(text, value) == ERR_OK) return QUALITY_GOOD;
    for (size_t i = 0; i < COUNT(words); i++) {
        if (!text_equal(text, words[i].word)) continue;
        *value = words[i].value;
        return QUALITY_GOOD;
    }
    return QUALITY_UNDECODED;
}

static uint8_t number_of(const struct report_value *v, double *value)
{
    *value = v->number;
    switch (v->kind) {
    case REPORT_NUMBER:
    case REPORT_TRUTH:
    case REPORT_TIME: return isfinite(v->number) ? QUALITY_GOOD : QUALITY_NOT_A_NUMBER;
    case REPORT_TEXT: return number_of_text(v->text, value);
    case REPORT_BYTES: return QUALITY_UNDECODED;
    case REPORT_ABSENT: return v->text[0] ? QUALITY_REFUSED : QUALITY_NOT_A_NUMBER;
    }
    return QUALITY_UNDECODED;
}

/* Where point `i` of that time goes: the message's last row when it is of this time and
 * has not this point yet, else a new one.  SIZE_MAX: no room. */
static size_t row_for(struct driver_plan *p, size_t i, int64_t utc_ms)
{
    if (p->is_row_open && p->rows_n > 0) {
        size_t last = slot_of(p, p->rows_n - 1);
        bool is_free = p->qualities[last * p->points_n + i] == DRIVER_NOT_SAID;
        if (p->times_ms[last] == utc_ms && is_free) return last;
    }
    p->is_row_open = begin_row(p, utc_ms);
    return p->is_row_open ? slot_of(p, p->rows_n - 1) : SIZE_MAX;
}

static bool put_value(struct driver_plan *p, size_t i, const struct report_value *v,
                      int64_t time_ms)
{
    double value;
    uint8_t quality = number_of(v, &value);
    size_t slot = row_for(p, i, time_ms);

    if (slot == SIZE_MAX) return false;
    p->values[slot * p->points_n + i] = quality == QUALITY_GOOD ? value : 0;
    p->qualities[slot * p->points_n + i] = quality;
    return true;
}

static bool put_data(struct driver_plan *p, const struct report *report, int64_t time_ms)
{
    struct report_value v = {.name = "", .text = "", .kind = REPORT_NUMBER};
    bool fits = true;

    for (size_t i = 0; i < p->points_n && fits; i++)
        if (p->points[i].pick == MQTT_DATA &&
            payload_point_read(&p->points[i].data, report->data, report->port, &v.number))
            fits = put_value(p, i, &v, time_ms);
    return fits;
}

/* Only the first of its points can find no room: the others join its row. */
static bool put_named(struct driver_plan *p, const struct report_value *v,
                      int64_t time_ms)
{
    bool fits = true;

    for (size_t i = 0; i < p->points_n && fits; i++) {
        const struct mqtt_point *point = &p->points[i];
        if (point->pick == (v->is_head ? MQTT_HEAD : MQTT_VALUE) &&
            text_equal(point->name, v->name))
            fits = put_value(p, i, v, time_ms);
    }
    return fits;
}

bool mqtt_plan_put(struct driver_plan *p, const struct report *report, int64_t now_ms,
                   size_t *next)
{
    ensure(p && report && next);

    int64_t time_ms = report->is_timed ? report->time_ms : now_ms;

    if (*next == 0) {
        p->is_row_open = false;
        p->is_dead = false;
        if (report->has_data && !put_data(p, report, time_ms)) return false;
        *next = 1;
    }
    for (; *next <= report->values_n; ++*next) {
        const struct report_value *v = &report->values[*next - 1];
        if (!put_named(p, v, v->is_timed ? v->time_ms : time_ms)) return false;
    }
    return true;
}

bool mqtt_plan_put_death(struct driver_plan *p, int64_t utc_ms)
{
    p->is_dead = true;
    if (!begin_row(p, utc_ms)) return false;
    memset(p->qualities + slot_of(p, p->rows_n - 1) * p->points_n, QUALITY_NO_ANSWER,
           p->points_n);
    return true;
}

bool mqtt_plan_take(struct driver_plan *p, struct driver_reading *out, int64_t *utc_ms)
{
    ensure(p && out && out->n == p->points_n);

    if (p->rows_n == 0) return false;
    size_t at = p->first * p->points_n;
    *utc_ms = p->times_ms[p->first];
    out->good_n = 0;
    for (size_t i = 0; i < p->points_n; i++) {
        out->values[i] = p->values[at + i];
        out->qualities[i] = p->qualities[at + i];
        out->good_n += quality_has_value(out->qualities[i]);
    }
    p->first = (p->first + 1) % MQTT_ROWS_MAX;
    p->rows_n--;
    return true;
}
