/* dlt645_items.c - annex A of the standard: groups with a rule, the rest one row each. */
#include "wire/dlt645_items.h"

#include "base/ensure.h"
#include "base/text.h"

#include <string.h>

enum { TARIFFS_MAX = 63, PERIODS_MAX = 12, ALL = 0xFF };

struct parts {
    uint8_t di3, di2, di1, di0;
};

static struct parts parts_of(uint32_t di)
{
    return (struct parts){(uint8_t)(di >> 24), (uint8_t)(di >> 16), (uint8_t)(di >> 8),
                          (uint8_t)di};
}

static bool named(struct dlt645_item *item, const char *name, const char *more)
{
    return text_format(item->name, sizeof item->name, "%s%s", name, more);
}

/* --- 00 energies, 01 maximum demands --------------------------------------------- */

static const struct {
    const char *word, *unit, *power;
    bool is_signed;
} kinds[] = {
    {"combined_active",       "kWh",   "kW",   true },
    {"forward_active",        "kWh",   "kW",   false},
    {"reverse_active",        "kWh",   "kW",   false},
    {"combined_reactive_1",   "kvarh", "kvar", true },
    {"combined_reactive_2",   "kvarh", "kvar", true },
    {"reactive_quadrant_1",   "kvarh", "kvar", false},
    {"reactive_quadrant_2",   "kvarh", "kvar", false},
    {"reactive_quadrant_3",   "kvarh", "kvar", false},
    {"reactive_quadrant_4",   "kvarh", "kvar", false},
    {"forward_apparent",      "kVAh",  "kVA",  false},
    {"reverse_apparent",      "kVAh",  "kVA",  false},
};

/* DI2 of the whole meter is 00..0A; of phase A 15.., B 29.., C 3D.. for the kinds from
 * forward_active on. */
static bool kind_of(uint8_t di2, size_t *kind, const char **phase)
{
    static const struct {
        uint8_t base;
        const char *suffix;
    } phases[] = {{0x3C, "_c"}, {0x28, "_b"}, {0x14, "_a"}, {0, ""}};

    for (size_t i = 0; i < COUNT(phases); i++) {
        if (di2 < phases[i].base || (di2 == phases[i].base && di2 != 0)) continue;
        *kind = (size_t)(di2 - phases[i].base);
        *phase = phases[i].suffix;
        return *kind < COUNT(kinds);
    }
    return false;
}

/* Tariff and settlement period of the k-th value of a block. */
static bool place(struct parts p, size_t k, struct dlt645_item *item)
{
    size_t tariff = p.di1 == ALL ? k : p.di1;
    size_t period = p.di1 != ALL && p.di0 == ALL ? k : p.di0;

    if (p.di1 != ALL && p.di0 != ALL && k > 0) return false;
    if (p.di1 == ALL && p.di0 == ALL)
        return false; /* everything at once: kept as bytes */
    item->tariff = (uint32_t)tariff;
    item->storage = period;
    return tariff <= TARIFFS_MAX && period <= PERIODS_MAX;
}

static bool energy(struct parts p, size_t k, struct dlt645_item *item)
{
    size_t kind = 0;
    const char *phase = "";

    if (!kind_of(p.di2, &kind, &phase) || !place(p, k, item)) return false;
    item->unit = kinds[kind].unit;
    item->form = kinds[kind].is_signed ? DLT645_SIGNED : DLT645_BCD;
    item->n = 4;
    item->decimals = 2;
    char end[16];
    (void)text_format(end, sizeof end, "_energy%s", phase);
    return named(item, kinds[kind].word, end);
}

static bool demand(struct parts p, size_t k, struct dlt645_item *item)
{
    size_t kind = 0;
    const char *phase = "";

    if (!kind_of(p.di2, &kind, &phase) || !place(p, k, item)) return false;
    item->unit = kinds[kind].power;
    item->form = DLT645_DEMAND;
    item->n = 8;
    item->decimals = 4;
    char end[24];
    (void)text_format(end, sizeof end, "_maximum_demand%s", phase);
    return named(item, kinds[kind].word, end);
}

/* --- 02 variables ---------------------------------------------------------------- */

static const struct {
    const char *name, *unit;
    enum dlt645_form form;
    uint8_t n, decimals;
    bool has_total; /* DI1 = 00 is the total, 01..03 the phases */
} variables[] = {
    [0x01] = {"voltage",                "V",    DLT645_BCD,    2, 1, false},
    [0x02] = {"current",                "A",    DLT645_SIGNED, 3, 3, false},
    [0x03] = {"active_power",           "kW",   DLT645_SIGNED, 3, 4, true },
    [0x04] = {"reactive_power",         "kvar", DLT645_SIGNED, 3, 4, true },
    [0x05] = {"apparent_power",         "kVA",  DLT645_SIGNED, 3, 4, true },
    [0x06] = {"power_factor",           "",     DLT645_SIGNED, 2, 3, true },
    [0x07] = {"phase_angle",            "°",   DLT645_BCD,    2, 1, false},
    [0x08] = {"voltage_distortion",     "%",    DLT645_BCD,    2, 2, false},
    [0x09] = {"current_distortion",     "%",    DLT645_BCD,    2, 2, false},
};

static const struct {
    const char *name, *unit;
    enum dlt645_form form;
    uint8_t n, decimals;
} others[] = { /* 028000xx */
    [0x01] = {"neutral_current",        "A",    DLT645_SIGNED, 3, 3},
    [0x02] = {"frequency",              "Hz",   DLT645_BCD,    2, 2},
    [0x03] = {"active_power_1_minute",  "kW",   DLT645_SIGNED, 3, 4},
    [0x04] = {"active_demand",          "kW",   DLT645_SIGNED, 3, 4},
    [0x05] = {"reactive_demand",        "kvar", DLT645_SIGNED, 3, 4},
    [0x06] = {"apparent_demand",        "kVA",  DLT645_SIGNED, 3, 4},
    [0x07] = {"meter_temperature",      "°C",  DLT645_SIGNED, 2, 1},
    [0x08] = {"clock_battery_voltage",  "V",    DLT645_BCD,    2, 2},
    [0x09] = {"reading_battery_voltage", "V",   DLT645_BCD,    2, 2},
    [0x0A] = {"battery_working_time",   "min",  DLT645_BCD,    4, 0},
    [0x0B] = {"step_price",             "",     DLT645_BCD,    4, 4},
};

static bool variable(struct parts p, size_t k, struct dlt645_item *item)
{
    static const char *const suffixes[] = {"", "_a", "_b", "_c"};

    if (p.di2 == 0x80) {
        if (p.di1 != 0 || k > 0 || p.di0 >= COUNT(others) || !others[p.di0].name)
            return false;
        item->unit = others[p.di0].unit;
        item->form = others[p.di0].form;
        item->n = others[p.di0].n;
        item->decimals = others[p.di0].decimals;
        return named(item, others[p.di0].name, "");
    }
    if (p.di2 >= COUNT(variables) || !variables[p.di2].name || p.di0 != 0) return false;
    bool has_total = variables[p.di2].has_total;
    size_t phase = p.di1 == ALL ? k + !has_total : p.di1;
    if ((p.di1 != ALL && k > 0) || phase >= COUNT(suffixes) || (phase == 0 && !has_total))
        return false;
    item->unit = variables[p.di2].unit;
    item->form = variables[p.di2].form;
    item->n = variables[p.di2].n;
    item->decimals = variables[p.di2].decimals;
    return named(item, variables[p.di2].name, suffixes[phase]);
}

/* --- 04 parameters --------------------------------------------------------------- */

static const struct {
    uint32_t di;
    const char *name, *unit;
    enum dlt645_form form;
    uint8_t n, decimals;
} parameters[] = {
    {0x04000101, "meter_date",             "",          DLT645_DATE,       4,  0},
    {0x04000102, "meter_clock",            "",          DLT645_CLOCK,      3,  0},
    {0x04000103, "demand_period",          "min",       DLT645_BCD,        1,  0},
    {0x04000104, "demand_slide_time",      "min",       DLT645_BCD,        1,  0},
    {0x04000105, "pulse_width",            "ms",        DLT645_BCD,        2,  0},
    {0x0400010C, "meter_time",             "",          DLT645_DATE_CLOCK, 7,  0},
    {0x04000201, "year_zones",             "",          DLT645_BCD,        1,  0},
    {0x04000202, "day_tables",             "",          DLT645_BCD,        1,  0},
    {0x04000203, "day_periods",            "",          DLT645_BCD,        1,  0},
    {0x04000204, "tariffs",                "",          DLT645_BCD,        1,  0},
    {0x04000205, "public_holidays",        "",          DLT645_BCD,        2,  0},
    {0x04000306, "current_transformer_ratio", "",       DLT645_BCD,        3,  0},
    {0x04000307, "voltage_transformer_ratio", "",       DLT645_BCD,        3,  0},
    {0x04000401, "communication_address",  "",          DLT645_DIGITS,     6,  0},
    {0x04000402, "meter_number",           "",          DLT645_DIGITS,     6,  0},
    {0x04000403, "asset_code",             "",          DLT645_ASCII,      32, 0},
    {0x04000404, "rated_voltage",          "",          DLT645_ASCII,      6,  0},
    {0x04000405, "rated_current",          "",          DLT645_ASCII,      6,  0},
    {0x04000406, "maximum_current",        "",          DLT645_ASCII,      6,  0},
    {0x04000407, "active_accuracy_class",  "",          DLT645_ASCII,      4,  0},
    {0x04000408, "reactive_accuracy_class", "",         DLT645_ASCII,      4,  0},
    {0x04000409, "active_constant",        "imp/kWh",   DLT645_BCD,        3,  0},
    {0x0400040A, "reactive_constant",      "imp/kvarh", DLT645_BCD,        3,  0},
    {0x0400040B, "meter_model",            "",          DLT645_ASCII,      10, 0},
    {0x0400040C, "production_date",        "",          DLT645_ASCII,      10, 0},
    {0x0400040D, "protocol_version",       "",          DLT645_ASCII,      16, 0},
    {0x0400040E, "customer_number",        "",          DLT645_DIGITS,     6,  0},
    {0x04000501, "status_word_1",          "",          DLT645_BITS,       2,  0},
    {0x04000502, "status_word_2",          "",          DLT645_BITS,       2,  0},
    {0x04000503, "status_word_3",          "",          DLT645_BITS,       2,  0},
    {0x04000504, "status_word_4",          "",          DLT645_BITS,       2,  0},
    {0x04000505, "status_word_5",          "",          DLT645_BITS,       2,  0},
    {0x04000506, "status_word_6",          "",          DLT645_BITS,       2,  0},
    {0x04000507, "status_word_7",          "",          DLT645_BITS,       2,  0},
    {0x04000B01, "settlement_day_1",       "",          DLT645_BCD,        2,  0},
    {0x04000B02, "settlement_day_2",       "",          DLT645_BCD,        2,  0},
    {0x04000B03, "settlement_day_3",       "",          DLT645_BCD,        2,  0},
    {0x04800001, "software_version",       "",          DLT645_ASCII,      32, 0},
    {0x04800002, "hardware_version",       "",          DLT645_ASCII,      32, 0},
    {0x04800003, "factory_number",         "",          DLT645_ASCII,      32, 0},
};

static bool parameter(uint32_t di, size_t k, struct dlt645_item *item)
{
    uint32_t last = (di & 0xFF) == ALL ? (di & 0xFFFFFF00) + (uint32_t)k + 1 : di;

    if (k > 0 && last == di) return false;
    for (size_t i = 0; i < COUNT(parameters); i++) {
        if (parameters[i].di != last) continue;
        item->unit = parameters[i].unit;
        item->form = parameters[i].form;
        item->n = parameters[i].n;
        item->decimals = parameters[i].decimals;
        return named(item, parameters[i].name, "");
    }
    return false;
}

/* --- 05 freezes ------------------------------------------------------------------ */

static bool freeze(struct parts p, size_t k, struct dlt645_item *item)
{
    enum { TIME = 0, ENERGY_LAST = 8, DEMAND_FIRST = 9, DEMAND_LAST = 10, POWERS = 0x10 };
    static const uint8_t demands[] = {1, 2};

    bool done = false;
    if (p.di1 == TIME) {
        item->form = DLT645_DAY_TIME;
        item->n = 5;
        done = k == 0 && named(item, "freeze_time", "");
    } else if (p.di1 <= ENERGY_LAST) {
        done = energy((struct parts){0, p.di1, ALL, 0}, k, item);
    } else if (p.di1 <= DEMAND_LAST) {
        done = demand((struct parts){1, demands[p.di1 - DEMAND_FIRST], ALL, 0}, k, item);
    } else if (p.di1 == POWERS && k < 8) {
        done = variable((struct parts){2, k < 4 ? 3 : 4, (uint8_t)(k % 4), 0}, 0, item);
    }
    item->storage = p.di0;
    return done;
}

/* --- all ------------------------------------------------------------------------- */

bool dlt645_item_find(uint32_t di, size_t k, struct dlt645_item *item)
{
    ensure(item);

    struct parts p = parts_of(di);
    memset(item, 0, sizeof *item);
    item->unit = "";
    switch (p.di3) {
    case 0:
        return energy(p, k, item);
    case 1:
        return demand(p, k, item);
    case 2:
        return variable(p, k, item);
    case 4:
        return parameter(di, k, item);
    case 5:
        return freeze(p, k, item);
    default:
        return false;
    }
}

bool dlt645_is_block(uint32_t di)
{
    struct dlt645_item item;

    return dlt645_item_find(di, 1, &item);
}
