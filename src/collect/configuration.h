/* configuration.h - what the server tells the terminal to collect.
 *
 * JSON in, arrays out; the last good text is kept on disk, so that a terminal that starts
 * while the server is away goes on collecting.  Shape (a field that is null or missing =
 * none):
 *
 *   {"version":N,"terminal":"T1",
 *    "devices":[{"id","code","address","protocol","cycle_ms","template":id,
 *                "points":[id|null]}],
 *    "templates":[{"id","code","protocol","points":[{"key","address","factor","offset",
 *      "quantity","range_low","range_high","rate_high","frozen_s",
 *      "rules"}]}]}
 *
 * device.points[i] is the id of the template's i-th point at this device, null = not
 * collected. Total: any bytes give an answer in bounded memory. */
#ifndef HEATNET_COLLECT_CONFIGURATION_H
#define HEATNET_COLLECT_CONFIGURATION_H

#include "base/bytes.h"
#include "base/diag.h"
#include "base/err.h"
#include "model/catalog.h"

#include <stddef.h>
#include <stdint.h>

enum {
    CONFIGURATION_BYTES_MAX = 64 * 1024 * 1024,
    CONFIGURATION_DEVICES_MAX = 20000,
    CONFIGURATION_TEMPLATES_MAX = 2000,
    CONFIGURATION_POINTS_MAX = 400000,
    CONFIGURATION_CYCLE_MS_MIN = 100,
    CONFIGURATION_CYCLE_MS_MAX = 86400000
};

struct configuration_point {
    char key[CATALOG_CODE_BYTES];
    char address[CATALOG_ADDRESS_BYTES];
    double factor, offset; /* value = raw * factor + offset */
    enum quantity quantity;
    double range_low, range_high, rate_high; /* NaN = none */
    double frozen_s;                         /* 0 = none */
    struct correlation_rules rules;
};

struct configuration_template {
    uint32_t id;
    char code[CATALOG_CODE_BYTES];
    char protocol[CATALOG_CODE_BYTES];
    size_t points_n;
    struct configuration_point *points;
};

struct configuration_device {
    uint32_t id;
    char code[CATALOG_CODE_BYTES];
    char address[CATALOG_ADDRESS_BYTES];
    char protocol[CATALOG_CODE_BYTES];
    uint32_t cycle_ms;
    const struct configuration_template *template;
    uint32_t *points; /* ids, template->points_n of them; 0 = not collected */
};

struct configuration {
    uint64_t version;
    char terminal[CATALOG_CODE_BYTES];
    size_t devices_n, templates_n;
    struct configuration_device *devices;
    struct configuration_template *templates;
};

/* The caller owns *configuration and closes it.  ERR_FRAME: not JSON; ERR_RANGE: a field
 * is wrong; ERR_MEMORY.  `diag` (may be NULL) says where. */
MUST_USE err configuration_parse(struct bytes json, struct configuration **configuration,
                                 struct diag *diag);
/* NULL is allowed. */
void configuration_close(struct configuration *configuration);

/* The copy on disk: DATA/configuration.json.  ERR_UNKNOWN: there is none yet. */
MUST_USE err configuration_load(const char *folder, struct configuration **configuration,
                                struct diag *diag);
/* Durable; only text that configuration_parse took. */
MUST_USE err configuration_save(const char *folder, struct bytes json);

#endif
