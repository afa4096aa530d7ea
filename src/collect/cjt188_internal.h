/* cjt188_internal.h - what the driver and its orders share. */
#ifndef HEATNET_COLLECT_CJT188_INTERNAL_H
#define HEATNET_COLLECT_CJT188_INTERNAL_H

#include "collect/cjt188.h"
#include "collect/meter_bus.h"
#include "wire/cjt188_address.h"

struct driver_plan {
    struct cjt188_device device;
    struct meter_plan plan;
    uint8_t sequence;
    /* What has been found out. */
    bool form_known, dialect_known;
    bool di_high_first, plus_33; /* of the next question */
    struct cjt188_dialect proposed;
    uint32_t proposed_n; /* times in a row */
};

/* Send `request` (address, type, sequence, form are set here) and wait for its answer,
 * once.  The frame points into the bus. */
MUST_USE err cjt188_exchange(struct meter_bus *bus, struct driver_plan *plan,
                             struct cjt188_request *request, struct cjt188_frame *answer);
/* Read `di`, three times if need be. */
MUST_USE err cjt188_ask(struct meter_bus *bus, struct driver_plan *plan, uint16_t di,
                        struct arena *arena, struct telegram *telegram);

#endif
