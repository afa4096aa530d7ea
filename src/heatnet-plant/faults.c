/* faults.c - the kinds of faults and what each does to the plant. */
#include "heatnet-plant/faults.h"

#include "base/ensure.h"
#include "base/text.h"
#include "heatnet-plant/physics.h"

#include <math.h>
#include <string.h>

struct order {
    const struct device_place *place;
    const struct point_row *point; /* for kinds that name one */
    double value;                  /* the number, or the kind's default */
};

static struct station *station_of(const struct order *order)
{
    ensure(order->place->kind == DEVICE_STATION);
    return (struct station *)order->place->device;
}

static bool pump_trip(const struct order *order)
{
    struct pump *pumps;
    unsigned pumps_n;

    if (order->place->kind == DEVICE_SOURCE) {
        pumps = ((struct source *)order->place->device)->pumps;
        pumps_n = SOURCE_PUMPS_N;
    } else {
        pumps = station_of(order)->pumps;
        pumps_n = STATION_PUMPS_N;
    }
    if (order->value < 1 || order->value > pumps_n) return false;
    pumps[(unsigned)order->value - 1].tripped = true;
    return true;
}

static bool leak(const struct order *order)
{
    if (order->value < 0 || order->value > 100) return false;
    double kg_s = order->value / M3_H_PER_KG_S;
    if (order->place->kind == DEVICE_SOURCE)
        ((struct source *)order->place->device)->leak_kg_s = kg_s;
    else
        station_of(order)->leak_kg_s = kg_s;
    return true;
}

static bool stuck_valve(const struct order *order)
{
    if (order->value < 0 || order->value > 100) return false;
    if (order->place->kind == DEVICE_METER) {
        struct home *home = (struct home *)order->place->device;
        home->valve_stuck = true;
        home->valve_share = order->value / 100;
        return true;
    }
    struct station *station = station_of(order);
    station->valve_stuck = true;
    station->valve_percent = order->value;
    return true;
}

static bool sensor_drift(const struct order *order)
{
    struct sensor_fault fault = {.offset = order->point->offset,
                                 .drift_per_s =
                                     order->value / order->point->per_si / 3600};
    return instrument_fault(order->place->device, fault);
}

static bool frozen_sensor(const struct order *order)
{
    struct sensor_fault fault = {.offset = order->point->offset, .frozen = true};
    return instrument_fault(order->place->device, fault);
}

static bool communication_loss(const struct order *order)
{
    order->place->device->silent = true;
    return true;
}

static const struct kind {
    const char *name, *help;
    bool names_point;
    unsigned devices; /* bits 1 << enum device_kind it can happen to */
    double value;     /* default */
    bool (*apply)(const struct order *order);
} kinds[] = {
    {"pump-trip", "[PUMP]              circulation pump trips, default pump 1", false, 3, 1,
     pump_trip},
    {"leak", "[M3_H]                   water is lost, default 3 m3/h", false, 3, 3, leak},
    {"stuck-valve", "[PERCENT]         valve stands still at, default 90 %", false, 6, 90,
     stuck_valve},
    {"sensor-drift", "POINT [UNIT_H]   reading runs away, default 30 units an hour", true, 7,
     30, sensor_drift},
    {"frozen-sensor", "POINT           reading stands still", true, 7, 0, frozen_sensor},
    {"communication-loss", "           no answer any more", false, 7, 0, communication_loss},
};


void fault_help(struct buffer *out)
{
    for (size_t i = 0; i < COUNT(kinds); i++)
        buffer_format(out, "  fault SITE %s %s\n", kinds[i].name, kinds[i].help);
}

static const struct kind *kind_named(const char *name)
{
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (strcmp(kinds[i].name, name) == 0) return &kinds[i];
    return NULL;
}

static err refuse(err e, struct buffer *why, const char *what, const char *word)
{
    buffer_format(why, "%s '%s'", what, word);
    return e;
}

/* Point and number out of the words after the kind. */
static err read_parameters(const struct kind *kind, unsigned words_n, char *const *words,
                           struct order *order, struct buffer *why)
{
    unsigned at = 0;

    order->value = kind->value;
    if (kind->names_point) {
        if (words_n == 0)
            return refuse(ERR_SHORT, why, "name a point of the site after", kind->name);
        order->point = point_by_key(order->place->map, words[at]);
        if (!order->point)
            return refuse(ERR_UNKNOWN, why, "the site has no point", words[at]);
        at++;
    }
    if (at < words_n && text_to_double(words[at], &order->value) != ERR_OK)
        return refuse(ERR_TYPE, why, "not a number:", words[at]);
    if (at + 1 < words_n)
        return refuse(ERR_TYPE, why, "one word too many:", words[at + 1]);
    return ERR_OK;
}

static void remember(struct faults *faults, unsigned words_n, char *const *words)
{
    struct fault *fault = &faults->at[faults->n++];
    char joined[FAULT_TEXT_BYTES] = "";

    (void)text_copy(fault->site, sizeof fault->site, words[0]);
    for (unsigned i = 1; i < words_n; i++) {
        (void)text_format(fault->text, sizeof fault->text, "%s%s%s", joined,
                          i > 1 ? " " : "", words[i]);
        (void)text_copy(joined, sizeof joined, fault->text);
    }
}

err fault_set(struct faults *faults, struct plant *plant, unsigned words_n,
              char *const *words, struct buffer *why)
{
    struct device_place place;
    struct order order = {.place = &place};

    if (words_n < 2) return refuse(ERR_SHORT, why, "the form is", "fault SITE KIND ...");
    if (faults->n == FAULTS_MAX)
        return refuse(ERR_FULL, why, "clear some first:", "faults");
    if (!device_of_site(plant, words[0], &place))
        return refuse(ERR_UNKNOWN, why, "no such site:", words[0]);
    const struct kind *kind = kind_named(words[1]);
    if (!kind) return refuse(ERR_UNKNOWN, why, "no such kind of fault:", words[1]);
    if (!(kind->devices & 1u << place.kind))
        return refuse(ERR_TYPE, why, "this site cannot have", kind->name);
    err e = read_parameters(kind, words_n - 2, words + 2, &order, why);
    if (e) return e;
    if (!kind->apply(&order))
        return refuse(ERR_RANGE, why, "out of range or too many for", kind->name);
    remember(faults, words_n, words);
    return ERR_OK;
}

static void mend(struct device_place *place)
{
    struct source *source = (struct source *)place->device;
    struct station *station = (struct station *)place->device;

    instrument_mend(place->device);
    switch (place->kind) {
    case DEVICE_SOURCE:
        source->leak_kg_s = 0;
        for (unsigned i = 0; i < SOURCE_PUMPS_N; i++) source->pumps[i].tripped = false;
        break;
    case DEVICE_STATION:
        station->leak_kg_s = 0;
        station->valve_stuck = false;
        for (unsigned i = 0; i < STATION_PUMPS_N; i++) station->pumps[i].tripped = false;
        break;
    case DEVICE_METER: ((struct home *)place->device)->valve_stuck = false; break;
    }
}

void fault_mend_all(struct plant *plant)
{
    for (unsigned p = 0; p < PORTS_N; p++) {
        for (unsigned unit = 1; unit < UNIT_METER_FIRST + HOMES_N; unit++) {
            struct device_place place;
            if (device_at(plant, p, unit, &place)) mend(&place);
        }
    }
}

err fault_clear(struct faults *faults, struct plant *plant, const char *site)
{
    bool all = strcmp(site, "all") == 0;
    struct device_place place;
    unsigned kept = 0;

    if (!all && !device_of_site(plant, site, &place)) return ERR_UNKNOWN;
    for (unsigned i = 0; i < faults->n; i++) {
        bool mine = all || strcmp(faults->at[i].site, site) == 0;
        if (!mine) {
            faults->at[kept++] = faults->at[i];
            continue;
        }
        bool known = device_of_site(plant, faults->at[i].site, &place);
        ensure(known);
        mend(&place);
    }
    faults->n = kept;
    return ERR_OK;
}
