/* cjt188_layout.c - the standard's tables: units, fields, data identifiers. */
#include "wire/cjt188_layout.h"

#include "base/ensure.h"
#include "wire/bcd.h"

/* --- units: each code, the next two are 10 and 100 times it ---------------------- */

static const struct {
    uint8_t code;
    enum cjt188_form form;
    const char *unit;
} units[] = {
    {0x01, CJT188_ENERGY, "J"   },
    {0x02, CJT188_ENERGY, "Wh"  },
    {0x05, CJT188_ENERGY, "kWh" },
    {0x08, CJT188_ENERGY, "MWh" },
    {0x0B, CJT188_ENERGY, "kJ"  },
    {0x0E, CJT188_ENERGY, "MJ"  },
    {0x11, CJT188_ENERGY, "GJ"  },
    {0x14, CJT188_POWER,  "W"   },
    {0x17, CJT188_POWER,  "kW"  },
    {0x1A, CJT188_POWER,  "MW"  },
    {0x29, CJT188_VOLUME, "L"   },
    {0x2C, CJT188_VOLUME, "m³" },
    {0x32, CJT188_FLOW,   "L/h" },
    {0x35, CJT188_FLOW,   "m³/h"},
    {0x40, CJT188_POWER,  "J/h" },
    {0x43, CJT188_POWER,  "MJ/h"},
    {0x46, CJT188_POWER,  "GJ/h"},
};

static bool same_form(enum cjt188_form asked, enum cjt188_form unit)
{
    return asked == unit || asked == CJT188_ANY_UNIT;
}

bool cjt188_unit(enum cjt188_form form, uint8_t code, const char **unit, double *factor)
{
    static const double factors[] = {1, 10, 100};

    for (size_t i = COUNT(units); i-- > 0;) {
        unsigned above = (unsigned)(code - units[i].code);
        if (code < units[i].code) continue;
        if (above >= COUNT(factors) || !same_form(form, units[i].form)) return false;
        *unit = units[i].unit;
        *factor = factors[above];
        return true;
    }
    return false;
}

/* --- fields ---------------------------------------------------------------------- */

size_t cjt188_field_n(enum cjt188_form form, size_t n, size_t all_n)
{
    static const uint8_t widths[] = {
        [CJT188_ENERGY] = 5, [CJT188_POWER] = 5,       [CJT188_FLOW] = 5,
        [CJT188_VOLUME] = 5, [CJT188_ANY_UNIT] = 5,    [CJT188_TEMPERATURE] = 3,
        [CJT188_HOURS] = 3,  [CJT188_TIME] = 7,        [CJT188_STATUS] = 2,
        [CJT188_NUMBER] = 1, [CJT188_MONEY] = 4,       [CJT188_PRICE] = 3,
        [CJT188_AMOUNT] = 3, [CJT188_PRESSURE] = 0,    [CJT188_CODE] = 1,
        [CJT188_DIGITS] = 7, [CJT188_RAW] = 0,
    };
    enum { HEAT_COLD_N = 7 * 5 + 3 * 3 + 7 + 2 }; /* of 911F without its two pressures */

    if (form == CJT188_RAW) return n;
    if (form == CJT188_PRESSURE)
        return all_n > HEAT_COLD_N ? (all_n - HEAT_COLD_N) / 2 : 0;
    return widths[form];
}

struct bytes cjt188_slot(struct bytes field, bool unit_first, uint8_t *unit)
{
    ensure(field.n == 5);
    *unit = field.at[unit_first ? 0 : 4];
    return (struct bytes){field.at + (unit_first ? 1 : 0), 4};
}

struct bytes cjt188_temperature(struct bytes field, const struct cjt188_dialect *dialect)
{
    if (!dialect->power_fraction || field.n != 3) return field;
    return (struct bytes){field.at + (dialect->high_first ? 1 : 0), 2};
}

static bool is_day(const struct cjt188_clock *c)
{
    static const int8_t days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (c->year % 4 == 0 && c->year % 100 != 0) || c->year % 400 == 0;

    if (c->month < 1 || c->month > 12 || c->day < 1) return false;
    if (c->month == 2 && c->day == 29) return leap;
    return c->day <= days[c->month - 1];
}

bool cjt188_clock_take(struct bytes in, bool high_first, struct cjt188_clock *clock)
{
    uint64_t all = 0;

    if (in.n != CJT188_TIME_N || !bcd_take(in, high_first, &all)) return false;
    struct cjt188_clock c = {
        (int)(all / 10000000000u),   (int)(all / 100000000 % 100),
        (int)(all / 1000000 % 100),  (int)(all / 10000 % 100),
        (int)(all / 100 % 100),      (int)(all % 100),
    };
    if (!is_day(&c) || c.hour > 23 || c.minute > 59 || c.second > 59) return false;
    *clock = c;
    return true;
}

struct bytes cjt188_data(const struct cjt188_frame *frame, bool plus_33, uint8_t *room)
{
    if (!plus_33) return frame->data;
    for (size_t i = 0; i < frame->data.n; i++)
        room[i] = (uint8_t)(frame->data.at[i] - 0x33);
    return (struct bytes){room, frame->data.n};
}

/* --- layouts --------------------------------------------------------------------- */

static const struct cjt188_layout heat = {{
    {"settlement_heat",    CJT188_ENERGY     },
    {"current_heat",       CJT188_ENERGY     },
    {"power",              CJT188_POWER      },
    {"flow",               CJT188_FLOW       },
    {"volume",             CJT188_VOLUME     },
    {"supply_temperature", CJT188_TEMPERATURE},
    {"return_temperature", CJT188_TEMPERATURE},
    {"working_hours",      CJT188_HOURS      },
    {"meter_time",         CJT188_TIME       },
    {"status",             CJT188_STATUS     },
}};
static const struct cjt188_layout heat_cold = {{
    {"settlement_heat",    CJT188_ENERGY     },
    {"settlement_cooling", CJT188_ENERGY     },
    {"current_heat",       CJT188_ENERGY     },
    {"current_cooling",    CJT188_ENERGY     },
    {"power",              CJT188_POWER      },
    {"flow",               CJT188_FLOW       },
    {"volume",             CJT188_VOLUME     },
    {"supply_temperature", CJT188_TEMPERATURE},
    {"return_temperature", CJT188_TEMPERATURE},
    {"supply_pressure",    CJT188_PRESSURE   },
    {"return_pressure",    CJT188_PRESSURE   },
    {"working_hours",      CJT188_HOURS      },
    {"meter_time",         CJT188_TIME       },
    {"status",             CJT188_STATUS     },
}};
static const struct cjt188_layout water = {{
    {"current_volume",    CJT188_VOLUME},
    {"settlement_volume", CJT188_VOLUME},
    {"meter_time",        CJT188_TIME  },
    {"status",            CJT188_STATUS},
}};
static const struct cjt188_layout prices = {{
    {"price",      CJT188_PRICE },
    {"price_up_to", CJT188_AMOUNT},
    {"price",      CJT188_PRICE },
    {"price_up_to", CJT188_AMOUNT},
    {"price",      CJT188_PRICE },
    {"start_day",  CJT188_NUMBER},
}};
static const struct cjt188_layout purchases = {{
    {"purchase_number",    CJT188_CODE  },
    {"purchase",           CJT188_MONEY },
    {"purchases_total",    CJT188_MONEY },
    {"remaining",          CJT188_MONEY },
    {"status",             CJT188_STATUS},
}};
static const struct cjt188_layout purchase = {{
    {"purchase_number", CJT188_CODE },
    {"purchase",        CJT188_MONEY},
}};
static const struct cjt188_layout stored = {{{"stored", CJT188_ANY_UNIT}}};
static const struct cjt188_layout time_ = {{{"meter_time", CJT188_TIME}}};
static const struct cjt188_layout status = {{{"status", CJT188_STATUS}}};
static const struct cjt188_layout settlement_day = {{{"settlement_day", CJT188_NUMBER}}};
static const struct cjt188_layout reading_day = {{{"reading_day", CJT188_NUMBER}}};
static const struct cjt188_layout key_version = {{{"key_version", CJT188_CODE}}};
static const struct cjt188_layout counter = {{{"current_volume", CJT188_VOLUME}}};
static const struct cjt188_layout valve = {{{"valve_command", CJT188_CODE}}};
static const struct cjt188_layout new_address = {{{"new_address", CJT188_DIGITS}}};
static const struct cjt188_layout raw = {{{"data", CJT188_RAW}}};

enum direction { ANSWER = 1, REQUEST = 2, BOTH = 3 };

/* Behind which identifier what stands; n 0: of any length. */
static const struct {
    uint16_t first, last;
    enum direction direction;
    uint8_t n;
    const struct cjt188_layout *layout;
} rows[] = {
    {0x911F, 0x911F, ANSWER,  0,  &heat_cold     },
    {0x907F, 0x907F, BOTH,    7,  &time_         },
    {0xD120, 0xD12B, ANSWER,  5,  &stored        },
    {0xD200, 0xD4FF, ANSWER,  5,  &stored        },
    {0x8102, 0x8102, ANSWER,  15, &prices        },
    {0x8103, 0x8103, ANSWER,  1,  &settlement_day},
    {0x8104, 0x8104, ANSWER,  1,  &reading_day   },
    {0x8105, 0x8105, ANSWER,  15, &purchases     },
    {0x8106, 0x8106, ANSWER,  1,  &key_version   },
    {0x810A, 0x810A, ANSWER,  7,  &new_address   },
    {0xA010, 0xA010, REQUEST, 16, &prices        },
    {0xA011, 0xA011, REQUEST, 1,  &settlement_day},
    {0xA012, 0xA012, REQUEST, 1,  &reading_day   },
    {0xA013, 0xA013, BOTH,    5,  &purchase      },
    {0xA014, 0xA014, ANSWER,  1,  &key_version   },
    {0xA015, 0xA015, REQUEST, 7,  &time_         },
    {0xA016, 0xA016, REQUEST, 5,  &counter       },
    {0xA017, 0xA017, REQUEST, 1,  &valve         },
    {0xA018, 0xA018, BOTH,    7,  &new_address   },
    {0xA010, 0xA019, ANSWER,  2,  &status        },
};

static const struct cjt188_layout *reading(uint8_t type, size_t n)
{
    enum { HEAT_N = 43, WATER_N = 19 };
    bool is_heat = type >= 0x20 && type <= 0x2F;

    if (n == HEAT_N || (is_heat && n != WATER_N)) return &heat;
    if (n == WATER_N || (type >= 0x10 && type <= 0x19)) return &water;
    return &raw;
}

const struct cjt188_layout *cjt188_layout_find(uint8_t type, uint8_t control, uint16_t di,
                                               size_t n)
{
    bool is_answer = control & CJT188_ANSWER;
    enum direction direction = is_answer ? ANSWER : REQUEST;

    if (control & 0x20) return &raw; /* the maker's own command */
    if (di == CJT188_DI_READING && is_answer) return reading(type, n);
    for (size_t i = 0; i < COUNT(rows); i++)
        if (di >= rows[i].first && di <= rows[i].last &&
            (rows[i].direction & direction) && (rows[i].n == 0 || rows[i].n == n))
            return rows[i].layout;
    return &raw;
}

static bool is_known(uint16_t di)
{
    return di == CJT188_DI_READING || di == CJT188_DI_HEAT_COLD || di == 0x907F ||
           (di >= 0x8102 && di <= 0x810A) || (di >= 0xA010 && di <= 0xA019) ||
           (di >= 0xD120 && di <= 0xD12B) || (di >= 0xD200 && di <= 0xD4FF);
}

uint16_t cjt188_di_of(const uint8_t *bytes, bool *high_first, bool *known)
{
    uint16_t low = (uint16_t)(bytes[1] << 8 | bytes[0]);
    uint16_t high = (uint16_t)(bytes[0] << 8 | bytes[1]);

    *high_first = !is_known(low) && is_known(high);
    *known = is_known(low) || is_known(high);
    return *high_first ? high : low;
}
