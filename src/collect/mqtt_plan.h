/* mqtt_plan.h - one device behind a broker: which values of a message are its points, and
 * the rows that nobody has taken yet.
 *
 * A row is what belongs to one source time.  All under the channel's lock. */
#ifndef HEATNET_COLLECT_MQTT_PLAN_H
#define HEATNET_COLLECT_MQTT_PLAN_H

#include "collect/driver.h"
#include "wire/mqtt_address.h"
#include "wire/payload_point.h"
#include "wire/sparkplug_edge.h"

enum { MQTT_ROWS_MAX = 64, MQTT_FILTER_BYTES = 160, MQTT_ID_BYTES = 48 };

enum mqtt_pick { MQTT_VALUE, MQTT_HEAD, MQTT_DATA };

struct mqtt_point {
    enum mqtt_pick pick;
    const char *name; /* inside `text` */
    struct payload_point data;
    char *text;
};

/* Shared by the plans of one edge node. */
struct mqtt_edge {
    struct sparkplug_edge state;
    char group[SPARKPLUG_PART_BYTES], edge[SPARKPLUG_PART_BYTES];
    struct mqtt_edge *next;
};

struct driver_plan {
    struct mqtt_address address;
    char filter[MQTT_FILTER_BYTES];
    size_t points_n;
    struct mqtt_point *points;

    struct sparkplug_names names;
    struct mqtt_edge *edge;     /* NULL: not Sparkplug */
    char device[SPARKPLUG_PART_BYTES]; /* Sparkplug's, "" = the edge node */
    char last_id[MQTT_ID_BYTES]; /* ChirpStack's, to know a repetition */
    bool is_dead;               /* the device or its edge said so */

    size_t first, rows_n; /* a ring */
    bool is_row_open;     /* the last row is of the message being put */
    int64_t *times_ms;    /* MQTT_ROWS_MAX */
    double *values;       /* MQTT_ROWS_MAX x points_n */
    uint8_t *qualities;
    struct driver_channel *channel; /* NULL: not attached */
    struct driver_plan *next;
};

MUST_USE err mqtt_plan_open(const char *address, const char *const *points,
                            size_t points_n, struct driver_plan **plan);
void mqtt_plan_free(
    struct driver_plan *plan); /* NULL is allowed; not attached any more */

/* Append the rows of a report; `now_ms` is the time of values that have none.  *next is 0
 * at first; false: there is no room for a row, call again when rows were taken and it
 * goes on where it stopped. */
bool mqtt_plan_put(struct driver_plan *plan, const struct report *report, int64_t now_ms,
                   size_t *next);
/* A row that says of each point: no answer. */
bool mqtt_plan_put_death(struct driver_plan *plan, int64_t utc_ms);
/* The oldest row, as driver.take. */
bool mqtt_plan_take(struct driver_plan *plan, struct driver_reading *out,
                    int64_t *utc_ms);

#endif
