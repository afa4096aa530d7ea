/* devices.h - which device answers where: the plant's devices by port and unit, and by
 * code.
 *
 * Port 0 is the source, ports 1..24 the stations.  Unit 1 is the controller; on a
 * station's port units 11..35 are the heat meters of its 25 households. */
#ifndef HEATNET_PLANT_DEVICES_H
#define HEATNET_PLANT_DEVICES_H

#include "heatnet-plant/plant.h"
#include "heatnet-plant/points.h"

#include <stdbool.h>

enum { PORTS_N = 1 + STATIONS_N, UNIT_CONTROLLER = 1, UNIT_METER_FIRST = 11 };

enum device_kind { DEVICE_SOURCE, DEVICE_STATION, DEVICE_METER };

struct device_place {
    enum device_kind kind;
    unsigned port_i, unit;
    const struct point_map *map;
    struct instrument *device; /* also a struct source, station or home, by kind */
    uint64_t noise_key;
};

/* False when nothing answers there. */
bool device_at(struct plant *plant, unsigned port_i, unsigned unit,
               struct device_place *place);
/* By the site's code: Y1, S01..S24, S01-H01..S24-H25; false when there is none. */
bool device_of_site(struct plant *plant, const char *code, struct device_place *place);

#endif
