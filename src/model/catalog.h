/* catalog.h - what there is: sites, pipes, templates, terminals, devices, points.
 *
 * A catalog is an immutable picture: built once from the records (store/catalog_records.h),
 * shared by reference count, replaced as a whole when something changes.  Numbers (`id`) are
 * given by the database, start at 1 and never change their meaning; codes are the people's
 * names for the same things.  Arrays are sorted by id; look-ups are O(log n) or hashed.
 *
 *   site -- site            company > district > source | branch > station > building > household
 *     `-- device -- point   a device is an instance of a template; so is each of its points
 *   pipe: from site to site, in the order of the water
 */
#ifndef HEATNET_MODEL_CATALOG_H
#define HEATNET_MODEL_CATALOG_H

#include "base/err.h"
#include "model/quantity.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CATALOG_CODE_BYTES = 40, CATALOG_NAME_BYTES = 96, CATALOG_ADDRESS_BYTES = 96 };
enum { CATALOG_BITS_BYTES = 1024 };
/* Limits of one installation; an import beyond them is an error. */
enum { CATALOG_SITES_MAX = 2000000, CATALOG_POINTS_MAX = 4000000 };

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
    char time_zone[CATALOG_CODE_BYTES]; /* company: "Asia/Shanghai"; others "" = the parent's */
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
    char key[CATALOG_CODE_BYTES]; /* "primary_supply_temperature", unique in its template */
    char name[CATALOG_NAME_BYTES];
    char name_en[CATALOG_NAME_BYTES];
    enum quantity quantity;
    char address[CATALOG_ADDRESS_BYTES]; /* the driver's grammar, e.g. "holding 0 float abcd" */
    double factor, offset;               /* value = raw * factor + offset */
    unsigned decimals;
    double range_low, range_high; /* outside: impossible, quality RANGE */
    double rate_high;             /* units per second, faster: quality RATE */
    double frozen_s;              /* unchanged for longer: quality FROZEN, 0 = may stand still */
    double low_low, low, high, high_high;
    double dead_band; /* an alarm clears only this far inside its limit */
    double delay_s;   /* the condition must hold this long */
    unsigned priority_outer, priority_inner; /* of low_low/high_high, of low/high */
    /* Bits: "0:1:循环泵故障|Circulation pump fault;3:2:..." = bit:priority:Chinese|English.
     * State: the words for 0, 1, ...: "停止|stopped;运行|running"; "" = off/on. */
    char bits[CATALOG_BITS_BYTES];
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

struct catalog {
    uint64_t version; /* grows with every change */
    size_t sites_n, pipes_n, templates_n, template_points_n, terminals_n, devices_n, points_n;
    struct site *sites;
    struct pipe *pipes;
    struct template *templates;
    struct template_point *template_points; /* sorted by template, then id */
    struct terminal *terminals;
    struct device *devices;
    struct point *points; /* sorted by device, then id */
    uint32_t point_id_max;
    /* private: */
    struct catalog_index *index;
    struct catalog_count *count;
};

/* Takes over the arrays (memory.h), sorts, indexes and checks references.  On success one
 * reference is the caller's; on error everything stays the caller's.
 * ERR_CORRUPT: an id twice or a reference to nothing. */
MUST_USE err catalog_make(struct catalog *arrays, struct catalog **catalog);
struct catalog *catalog_hold(struct catalog *catalog);
/* Gives a reference back; the last frees.  NULL is allowed. */
void catalog_release(struct catalog *catalog);

/* Look-ups: NULL when there is none. */
const struct site *catalog_site(const struct catalog *catalog, uint32_t id);
const struct template *catalog_template(const struct catalog *catalog, uint32_t id);
const struct device *catalog_device(const struct catalog *catalog, uint32_t id);
const struct terminal *catalog_terminal(const struct catalog *catalog, uint32_t id);
const struct point *catalog_point(const struct catalog *catalog, uint32_t id);
const struct template_point *catalog_point_template(const struct catalog *catalog,
                                                    const struct point *point);
const struct site *catalog_site_by_code(const struct catalog *catalog, const char *code);
const struct template *catalog_template_by_code(const struct catalog *catalog,
                                                const char *code);
const struct device *catalog_device_by_code(const struct catalog *catalog, const char *code);
const struct terminal *catalog_terminal_by_code(const struct catalog *catalog,
                                                const char *code);
/* "DEVICE.key" */
const struct point *catalog_point_by_code(const struct catalog *catalog, const char *code);
/* The company's time zone, "Asia/Shanghai" when no site names one. */
const char *catalog_time_zone(const struct catalog *catalog);

const char *site_kind_word(enum site_kind kind);
MUST_USE err site_kind_from_word(const char *word, enum site_kind *kind);

#endif
