/* mbus_point.c - finds a point's value in a telegram and turns it into the unit wanted.
 */
#include "base/ensure.h"
#include "base/text.h"
#include "wire/mbus_address.h"

/* value in `unit` = value in `from` · times / over; the first of a kind is the house's.
 */
static const struct {
    const char *from, *unit;
    double times, over;
} units[] = {
    {"Wh",   "GJ",    36,     1e7   },
    {"Wh",   "Wh",    1,      1     },
    {"Wh",   "kWh",   1,      1e3   },
    {"Wh",   "MWh",   1,      1e6   },
    {"Wh",   "J",     3600,   1     },
    {"Wh",   "kJ",    36,     10    },
    {"Wh",   "MJ",    36,     1e4   },
    {"J",    "GJ",    1,      1e9   },
    {"J",    "J",     1,      1     },
    {"J",    "kJ",    1,      1e3   },
    {"J",    "MJ",    1,      1e6   },
    {"J",    "Wh",    1,      3600  },
    {"J",    "kWh",   1,      3.6e6 },
    {"J",    "MWh",   1,      3.6e9 },
    {"W",    "kW",    1,      1e3   },
    {"W",    "W",     1,      1     },
    {"W",    "MW",    1,      1e6   },
    {"J/h",  "kW",    1,      3.6e6 },
    {"J/h",  "W",     1,      3600  },
    {"J/h",  "MW",    1,      3.6e9 },
    {"J/h",  "MJ/h",  1,      1e6   },
    {"J/h",  "GJ/h",  1,      1e9   },
    {"m³",  "m³",   1,      1     },
    {"m³",  "m3",    1,      1     },
    {"m³",  "l",     1e3,    1     },
    {"m³",  "L",     1e3,    1     },
    {"m³/h", "m³/h", 1,      1     },
    {"m³/h", "m3/h",  1,      1     },
    {"m³/h", "l/h",   1e3,    1     },
    {"m³/h", "L/h",   1e3,    1     },
    {"m³/h", "l/min", 1e3,    60    },
    {"m³/h", "l/s",   1,      3.6   },
    {"kg/h", "t/h",   1,      1e3   },
    {"kg/h", "kg/h",  1,      1     },
    {"kg",   "t",     1,      1e3   },
    {"kg",   "kg",    1,      1     },
    {"bar",  "MPa",   1,      10    },
    {"bar",  "bar",   1,      1     },
    {"bar",  "kPa",   100,    1     },
    {"s",    "h",     1,      3600  },
    {"s",    "s",     1,      1     },
    {"s",    "min",   1,      60    },
    {"s",    "d",     1,      86400 },
};

static err convert(const struct telegram_value *v, const char *unit, double *value)
{
    if (v->kind == TELEGRAM_ABSENT) return ERR_STATE;
    if (v->kind != TELEGRAM_NUMBER) return ERR_TYPE;
    for (size_t i = 0; i < COUNT(units); i++) {
        if (!text_equal(units[i].from, v->normal_unit)) continue;
        if (unit[0] && !text_equal(units[i].unit, unit)) continue;
        *value = v->normal_number * units[i].times / units[i].over;
        return ERR_OK;
    }
    if (unit[0] && !text_equal(unit, v->normal_unit) && !text_equal(unit, v->unit))
        return ERR_TYPE;
    *value = text_equal(unit, v->unit) ? v->number : v->normal_number;
    return ERR_OK;
}

static bool is_wanted(const struct mbus_point *p, const struct telegram_value *v)
{
    return v->storage == p->storage && v->tariff == p->tariff &&
           v->subunit == p->subunit && text_equal(v->name, p->name) &&
           text_equal(v->function, p->function);
}

err mbus_point_take(const struct mbus_point *p, const struct telegram *t,
                    uint32_t first_record, double *value)
{
    if (p->wanted == MBUS_STATUS) {
        *value = t->status_bits;
        return t->status[0] ? ERR_OK : ERR_UNKNOWN;
    }
    if (p->wanted == MBUS_BY_RECORD) {
        if (p->record <= first_record || p->record - first_record > t->values_n)
            return ERR_UNKNOWN;
        return convert(&t->values[p->record - first_record - 1], p->unit, value);
    }
    for (size_t i = 0; i < t->values_n; i++)
        if (is_wanted(p, &t->values[i])) return convert(&t->values[i], p->unit, value);
    return ERR_UNKNOWN;
}
