/* points.h - the register maps: one table row is a register, a measuring point and its
 * alarm limits, so that what is served and what the printed catalog says cannot differ.
 *
 * Three maps: station (unit 1), source (unit 1), meter (units 11..35 of a station).
 * Encodings are mixed on purpose, as they are in the field. */
#ifndef HEATNET_PLANT_POINTS_H
#define HEATNET_PLANT_POINTS_H

#include "base/err.h"
#include "heatnet-plant/instrument.h"
#include "model/quantity.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum point_table { TABLE_COIL, TABLE_DISCRETE, TABLE_HOLDING, TABLE_INPUT, TABLE_N };

enum point_type { TYPE_BIT, TYPE_U16, TYPE_I16, TYPE_U32, TYPE_F32 };

enum point_order { ORDER_ABCD, ORDER_CDAB };

enum {
    IMAGE_WORDS = 80
}; /* registers 0..79 of holding and input, bits 0..79 of the others */

struct point_limits {
    double range[2];  /* lowest and highest that is possible */
    double rate_high; /* units per second, 0 = none */
    double frozen_s;  /* 0 = may stand still */
    double alarm[4];  /* low-low, low, high, high-high; NaN = none */
    double dead_band; /* 0 = none */
    double delay_s;
};

struct point_row {
    const char *key, *name, *name_en;
    enum quantity quantity;
    const char
        *unit; /* of limits, noise and register value; one of the quantity's units */
    enum point_table table;
    uint16_t number;
    enum point_type type;
    enum point_order order;
    double factor; /* unit per register step */
    unsigned decimals;
    size_t offset;                           /* of the double in the device's struct */
    double per_si;                           /* unit per SI unit */
    double noise;                            /* deviation of the sensor, in `unit` */
    const struct point_limits *limits;       /* NULL = none */
    unsigned priority_outer, priority_inner; /* alarms 1..4; 0 = 3 */
    const char *bits, *rules;                /* catalog grammar, NULL = none */
    void (*write)(void *device, double si);  /* NULL = read only */
    double write_low, write_high;            /* in `unit` */
};

struct point_map {
    const char *code, *name, *name_en, *picture; /* of the template */
    const struct point_row *rows;
    size_t rows_n;
};

extern const struct point_map station_points, source_points, meter_points;

/* What the device shows, decoded, in `unit`; noise by `key` and the device's time. */
double point_shown(const struct point_row *row, const struct instrument *device,
                   uint64_t key);
double point_true(const struct point_row *row, const struct instrument *device);
/* NULL when the map has no such point. */
const struct point_row *point_by_key(const struct point_map *map, const char *key);
/* Table, number, type and order in the catalog's address grammar; `out` has room for 48.
 */
void point_address(const struct point_row *row, char *out, size_t out_n);
unsigned point_words(const struct point_row *row);

/* All registers of a device at one moment. */
struct image {
    uint16_t words[TABLE_N][IMAGE_WORDS]; /* bits: one a word */
};

void image_fill(struct image *image, const struct point_map *map,
                const struct instrument *device, uint64_t key);
/* Decode the row's value, in `unit`; false when it is not a number. */
bool image_value(const struct image *image, const struct point_row *row, double *value);

#endif
