/* catalog_csv_tables.c - what each kind of row is made of, in the order it is written. */
#include "model/catalog_csv_internal.h"

#include "base/ensure.h"

#include <math.h>

/* clang-format off */

#define AT(thing, field) offsetof(struct thing, field), sizeof(((struct thing *)0)->field)
#define NONE ((double)NAN)

static const double huge = 1e15;
enum { CYCLE_S_MAX = 86400, DELAY_S_MAX = 86400, FROZEN_S_MAX = 31536000 };

/*   name         kind            field           required, in_unit, least, most, empty */
static const struct csv_column site_columns[] = {
    {"code",      CELL_CODE,      AT(site, code),              true,  false, 0, 0, 0},
    {"name",      CELL_TEXT,      AT(site, name),              true,  false, 0, 0, 0},
    {"name_en",   CELL_TEXT,      AT(site, name_en),           false, false, 0, 0, 0},
    {"type",      CELL_SITE_KIND, AT(site, kind),              true,  false, 0, 0, 0},
    {"parent",    CELL_SITE,      AT(site, parent),            false, false, 0, 0, 0},
    {"time_zone", CELL_ZONE,      AT(site, time_zone),         false, false, 0, 0, 0},
    {"area_m2",   CELL_NUMBER,    AT(site, area_m2),           false, false, 0, 1e9, NONE},
    {"x_m",       CELL_NUMBER,    AT(site, x),                 false, false, -1e8, 1e8, NONE},
    {"y_m",       CELL_NUMBER,    AT(site, y),                 false, false, -1e8, 1e8, NONE},
};

static const struct csv_column pipe_columns[] = {
    {"code",        CELL_CODE,    AT(pipe, code),              true,  false, 0, 0, 0},
    {"from",        CELL_SITE,    AT(pipe, from),              true,  false, 0, 0, 0},
    {"to",          CELL_SITE,    AT(pipe, to),                true,  false, 0, 0, 0},
    {"length_m",    CELL_NUMBER,  AT(pipe, length_m),          true,  false, 0, 1e6, NONE},
    {"diameter_mm", CELL_NUMBER,  AT(pipe, diameter_mm),       true,  false, 1, 1e4, NONE},
};

static const struct csv_column template_columns[] = {
    {"code",      CELL_CODE,      AT(template, code),          true,  false, 0, 0, 0},
    {"name",      CELL_TEXT,      AT(template, name),          true,  false, 0, 0, 0},
    {"name_en",   CELL_TEXT,      AT(template, name_en),       false, false, 0, 0, 0},
    {"protocol",  CELL_TEXT,      AT(template, protocol),      true,  false, 0, 0, 0},
    {"picture",   CELL_TEXT,      AT(template, picture),       false, false, 0, 0, 0},
};

#define POINT(field) AT(template_point, field)
#define LIMIT(name, field)                                                               \
    {name, CELL_NUMBER, POINT(field), false, true, -huge, huge, NONE}

static const struct csv_column point_columns[] = {
    {"template",       CELL_SCOPE,    POINT(template_id),      true,  false, 0, 0, 0},
    {"key",            CELL_CODE,     POINT(key),              true,  false, 0, 0, 0},
    {"name",           CELL_TEXT,     POINT(name),             true,  false, 0, 0, 0},
    {"name_en",        CELL_TEXT,     POINT(name_en),          false, false, 0, 0, 0},
    {"quantity",       CELL_QUANTITY, POINT(quantity),         true,  false, 0, 0, 0},
    {"unit",           CELL_UNIT,     0, 0,                    false, false, 0, 0, 0},
    {"address",        CELL_TEXT,     POINT(address),          true,  false, 0, 0, 0},
    {"factor",         CELL_NUMBER,   POINT(factor),           false, true, -huge, huge, 1},
    {"offset",         CELL_NUMBER,   POINT(offset),           false, true, -huge, huge, 0},
    {"decimals",       CELL_DECIMALS, POINT(decimals),         false, false, 0, 9, 0},
    LIMIT("range_low", range_low),
    LIMIT("range_high", range_high),
    {"rate_high",      CELL_NUMBER,   POINT(rate_high),        false, true, 0, huge, NONE},
    {"frozen_s",       CELL_NUMBER,   POINT(frozen_s),         false, false, 0, FROZEN_S_MAX, 0},
    LIMIT("low_low", low_low),
    LIMIT("low", low),
    LIMIT("high", high),
    LIMIT("high_high", high_high),
    {"dead_band",      CELL_NUMBER,   POINT(dead_band),        false, true, 0, huge, 0},
    {"delay_s",        CELL_NUMBER,   POINT(delay_s),          false, false, 0, DELAY_S_MAX, 0},
    {"priority_outer", CELL_COUNT,    POINT(priority_outer),   false, false, 1, 4, 1},
    {"priority_inner", CELL_COUNT,    POINT(priority_inner),   false, false, 1, 4, 2},
    {"bits",           CELL_BITS,     POINT(bits),             false, false, 0, 0, 0},
    {"rules",          CELL_TEXT,     POINT(rules),            false, false, 0, 0, 0},
};

static const struct csv_column device_columns[] = {
    {"code",      CELL_CODE,      AT(device, code),            true,  false, 0, 0, 0},
    {"name",      CELL_TEXT,      AT(device, name),            false, false, 0, 0, 0},
    {"name_en",   CELL_TEXT,      AT(device, name_en),         false, false, 0, 0, 0},
    {"site",      CELL_SITE,      AT(device, site),            true,  false, 0, 0, 0},
    {"template",  CELL_TEMPLATE,  AT(device, template_id),     true,  false, 0, 0, 0},
    {"terminal",  CELL_TERMINAL,  AT(device, terminal),        false, false, 0, 0, 0},
    {"address",   CELL_TEXT,      AT(device, address),         false, false, 0, 0, 0},
    {"cycle_s",   CELL_SECONDS,   AT(device, cycle_ms),        false, false, 1, CYCLE_S_MAX, 10},
};

#define TABLE(columns) columns, COUNT(columns)

const struct row_table row_tables[ROW_KIND_N] = {
    {"site", TABLE(site_columns), sizeof(struct site), offsetof(struct site, code), 0},
    {"pipe", TABLE(pipe_columns), sizeof(struct pipe), offsetof(struct pipe, code), 0},
    {"template", TABLE(template_columns), sizeof(struct template),
     offsetof(struct template, code), 0},
    {"point", TABLE(point_columns), sizeof(struct template_point),
     offsetof(struct template_point, key), offsetof(struct template_point, template_id)},
    {"device", TABLE(device_columns), sizeof(struct device), offsetof(struct device, code), 0},
};

#undef AT
#undef NONE
#undef POINT
#undef LIMIT
#undef TABLE
