/* catalog_things.h - the things of a catalog as plain values: sites, devices, points ...
 *
 * Their order, life and look-ups: catalog.h, which is the header to include. */
#ifndef HEATNET_MODEL_CATALOG_THINGS_H
#define HEATNET_MODEL_CATALOG_THINGS_H

#include "base/err.h"
#include "model/correlation.h"
#include "model/quantity.h"

#include <stdbool.h>
#include <stdint.h>

enum { CATALOG_CODE_BYTES = 40, CATALOG_NAME_BYTES = 96, CATALOG_ADDRESS_BYTES = 96 };

enum { CATALOG_BITS_BYTES = 1024 };

#define SITE_KIND_LIST(X)                                                                \
    X(SITE_COMPANY, "company")                                                           \
    X(SITE_DISTRICT, "district")                                                         \
    X(SITE_SOURCE, "source")                                                             \
    X(SITE_BRANCH, "branch")                                                             \
    X(SITE_STATION, "station")                                                           \
    X(SITE_BUILDING, "building")                                                         \
    X(SITE_HOUSEHOLD, "household")

#define SITE_ENUM_ROW(name, word) name,

enum site_kind { SITE_KIND_LIST(SITE_ENUM_ROW) SITE_KIND_N };

#undef SITE_ENUM_ROW

struct site {
    uint32_t id;
    uint32_t parent; /* 0 = top */
    enum site_kind kind;
    char code[CATALOG_CODE_BYTES];
    char name[CATALOG_NAME_BYTES];      /* Chinese */
    char name_en[CATALOG_NAME_BYTES];   /* English, "" = as `name` */
    char time_zone[CATALOG_CODE_BYTES]; /* "Asia/Shanghai", "" = as the parent */
    double area_m2;                     /* heated, NaN = not known */
    double x, y;                        /* plan position in m, NaN = not known */
};

struct pipe {
    uint32_t id;
    uint32_t from, to; /* sites */
    char code[CATALOG_CODE_BYTES];
    double length_m;
    double diameter_mm;
};

/* One quantity that every device of the template has.  Limits are in the quantity's unit;
 * NaN (seconds: 0) = none.  Alarm priorities 1 (urgent) .. 4 (for the record). */
struct template_point {
    uint32_t id;
    uint32_t template_id;
    char key[CATALOG_CODE_BYTES]; /* "primary_supply_flow", unique in its template */
    char name[CATALOG_NAME_BYTES];
    char name_en[CATALOG_NAME_BYTES];
    enum quantity quantity;
    char address[CATALOG_ADDRESS_BYTES]; /* the driver's grammar: "holding 0 float" */
    double factor, offset;               /* value = raw * factor + offset */
    unsigned decimals;
    double range_low, range_high; /* outside: impossible, quality RANGE */
    double rate_high;             /* units per second, faster: quality RATE */
    double frozen_s; /* unchanged for longer: quality FROZEN, 0 = may stand still */
    double low_low, low, high, high_high;
    double dead_band; /* an alarm clears only this far inside its limit */
    double delay_s;   /* the condition must hold this long */
    unsigned priority_outer, priority_inner; /* of low_low/high_high, of low/high */
    /* Bits: "0:1:循环泵故障|Pump fault;3:2:..." = bit:priority:Chinese|English.
     * State: the words for 0, 1, ...: "停止|stopped;运行|running"; "" = off/on. */
    char bits[CATALOG_BITS_BYTES];
    char rules[CORRELATION_BYTES]; /* what its neighbours must say: correlation.h */
};

struct template {
    uint32_t id;
    char code[CATALOG_CODE_BYTES];
    char name[CATALOG_NAME_BYTES];
    char name_en[CATALOG_NAME_BYTES];
    char protocol[CATALOG_CODE_BYTES]; /* "modbus-tcp": a driver's name (collect/) */
    char picture[CATALOG_CODE_BYTES];  /* process picture: "station", "source", "meter" */
    uint32_t point_first, point_n;     /* its run in catalog.template_points */
};

struct terminal {
    uint32_t id;
    char code[CATALOG_CODE_BYTES];
    char name[CATALOG_NAME_BYTES];
    bool enabled;
};

struct device {
    uint32_t id;
    uint32_t site, template_id, terminal; /* terminal 0 = not collected */
    char code[CATALOG_CODE_BYTES];
    char name[CATALOG_NAME_BYTES];
    char name_en[CATALOG_NAME_BYTES];
    char address[CATALOG_ADDRESS_BYTES]; /* "127.0.0.1:1502/1": host:port/unit */
    uint32_t cycle_ms;                   /* 1,000 .. 86,400,000 */
    uint32_t point_first, point_n;       /* its run in catalog.points */
};

struct point {
    uint32_t id;
    uint32_t device;         /* id */
    uint32_t template_point; /* index in catalog.template_points */
};

/* Codes and keys: 1 .. CATALOG_CODE_BYTES - 1 of A-Z a-z 0-9 _ - ; no point, because
 * "DEVICE.key" names a point. */
bool catalog_code_is_valid(const char *code);

const char *site_kind_word(enum site_kind kind);
MUST_USE err site_kind_from_word(const char *word, enum site_kind *kind);

#endif
