/* modbus_plan.h - which requests read a set of Modbus points; pure.
 *
 * Points are sorted by table and number and merged into the fewest requests: up to the
 * device's limit of registers (16 times that of bits) and its gaps bridged. What a device
 * refuses is split and remembered: first at the gaps that were bridged, then in halves,
 * down to single points; a single refused point is asked again after MODBUS_REFUSED_POLLS
 * polls only.
 *
 *   points    |aa|bb|  |cc|dd|          |ee|
 *   requests  [   bridged    ]          [  ]      exception 2: [aa bb] [cc dd] [ee] */
#ifndef HEATNET_COLLECT_MODBUS_PLAN_H
#define HEATNET_COLLECT_MODBUS_PLAN_H

#include "base/err.h"
#include "wire/modbus_address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MODBUS_REFUSED_POLLS = 60 };

struct modbus_point {
    struct modbus_point_address address;
    uint32_t position; /* in the caller's order */
};

struct modbus_request {
    enum modbus_table table;
    uint16_t first;
    uint16_t count;      /* registers or bits */
    uint16_t wait_polls; /* > 0: refused, asked again when it has come to 0 */
    uint32_t point_first, points_n;
};

struct modbus_plan {
    uint8_t unit;
    struct modbus_limits limits;
    size_t points_n, requests_n;
    struct modbus_point *points;     /* sorted */
    struct modbus_request *requests; /* room for points_n */
};

/* Sort and merge; `plan->points`, points_n and the room for requests are the caller's. */
void modbus_plan_make(struct modbus_plan *plan);

/* Request i was refused: replace it by smaller ones where it stands.  False when it is a
 * single point: then it waits. */
bool modbus_plan_split(struct modbus_plan *plan, size_t i);

#endif
