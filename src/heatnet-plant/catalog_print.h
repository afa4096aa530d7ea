/* catalog_print.h - the plant as an import file (model/catalog_csv.h), from the same
 * tables that the physics and the registers are built from. */
#ifndef HEATNET_PLANT_CATALOG_PRINT_H
#define HEATNET_PLANT_CATALOG_PRINT_H

#include "base/bytes.h"
#include "heatnet-plant/devices.h"

struct catalog_print {
    const uint16_t *ports; /* [PORTS_N] */
    const char *terminal;  /* code of the terminal that collects; "" = none */
    unsigned cycle_s;      /* of controllers; meters: METER_CYCLE_S or slower */
};

enum { METER_CYCLE_S = 900, CATALOG_PRINT_BYTES_MAX = 1024 * 1024 };

void catalog_print(struct catalog_print settings, struct buffer *out);

#endif
