/* devices.c - the plant's devices by port and unit, and by site code. */
#include "heatnet-plant/devices.h"

#include "base/ensure.h"
#include "base/text.h"
#include "heatnet-plant/chance.h"

#include <string.h>

enum { NOISE_KEY = 7 };

static bool station_device(struct station *station, unsigned unit,
                           struct device_place *place)
{
    if (unit == UNIT_CONTROLLER) {
        place->kind = DEVICE_STATION;
        place->map = &station_points;
        place->device = &station->device;
        return true;
    }
    if (unit < UNIT_METER_FIRST || unit >= UNIT_METER_FIRST + HOMES_N) return false;
    place->kind = DEVICE_METER;
    place->map = &meter_points;
    place->device = &station->homes[unit - UNIT_METER_FIRST].device;
    return true;
}

bool device_at(struct plant *plant, unsigned port_i, unsigned unit,
               struct device_place *place)
{
    ensure(port_i < PORTS_N);
    struct device_place found = {
        .kind = DEVICE_SOURCE,
        .port_i = port_i,
        .unit = unit,
        .map = &source_points,
        .device = &plant->source.device,
        .noise_key = chance_key(chance_key(plant->seed, NOISE_KEY), port_i * 256 + unit),
    };
    if (port_i == 0 && unit != UNIT_CONTROLLER) return false;
    if (port_i > 0 && !station_device(&plant->stations[port_i - 1], unit, &found))
        return false;
    *place = found;
    return true;
}

/* "S07" or "S07-H12" against the tables' own codes; unit 0 when it is none. */
static unsigned unit_of(const char *code, const char *station_code)
{
    char home[CODE_BYTES];

    if (strcmp(code, station_code) == 0) return UNIT_CONTROLLER;
    for (unsigned i = 0; i < HOMES_N; i++) {
        network_home_code(station_code, i, home);
        if (strcmp(code, home) == 0) return UNIT_METER_FIRST + i;
    }
    return 0;
}

bool device_of_site(struct plant *plant, const char *code, struct device_place *place)
{
    const struct node *nodes = plant->network.nodes;

    if (strcmp(code, nodes[NODE_SOURCE].code) == 0)
        return device_at(plant, 0, UNIT_CONTROLLER, place);
    for (unsigned i = 0; i < STATIONS_N; i++) {
        unsigned unit = unit_of(code, nodes[NODE_STATION_FIRST + i].code);
        if (unit > 0) return device_at(plant, 1 + i, unit, place);
    }
    return false;
}
