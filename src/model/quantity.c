/* quantity.c - the tables of quantity.h: one row a quantity, one row a unit. */
#include "model/quantity.h"

#include "base/ensure.h"
#include "base/text.h"

#include <stddef.h>

struct quantity_row {
    const char *word, *unit;
    unsigned decimals;
};

#define QUANTITY_ROW(name, word, unit, decimals) {word, unit, decimals},
static const struct quantity_row rows[] = {QUANTITY_LIST(QUANTITY_ROW)};
#undef QUANTITY_ROW

/* Units beside the quantity's own.  1 kWh = 3.6 MJ; 1 cal = 4.1868 J (steam-table
 * calorie, the one of Chinese heat meters); 1 bar = 0.1 MPa; 1 at = 0.0980665 MPa.  A
 * flow or volume of water in tonnes is taken as cubic metres, as the trade does. */
static const struct {
    enum quantity quantity;
    const char *unit;
    double factor;
} units[] = {
    {QUANTITY_TEMPERATURE,    "C",       1         },
    {QUANTITY_TEMPERATURE,    "degC",    1         },
    {QUANTITY_TEMPERATURE,    "℃",     1         },
    {QUANTITY_PRESSURE,       "kPa",     1e-3      },
    {QUANTITY_PRESSURE,       "Pa",      1e-6      },
    {QUANTITY_PRESSURE,       "bar",     0.1       },
    {QUANTITY_PRESSURE,       "mbar",    1e-4      },
    {QUANTITY_PRESSURE,       "kgf/cm2", 0.0980665 },
    {QUANTITY_PRESSURE,       "mH2O",    0.00980665},
    {QUANTITY_FLOW,           "m3/h",    1         },
    {QUANTITY_FLOW,           "t/h",     1         },
    {QUANTITY_FLOW,           "l/h",     1e-3      },
    {QUANTITY_FLOW,           "L/h",     1e-3      },
    {QUANTITY_FLOW,           "l/min",   0.06      },
    {QUANTITY_FLOW,           "L/min",   0.06      },
    {QUANTITY_FLOW,           "l/s",     3.6       },
    {QUANTITY_FLOW,           "L/s",     3.6       },
    {QUANTITY_FLOW,           "kg/s",    3.6       },
    {QUANTITY_FLOW,           "m3/s",    3600      },
    {QUANTITY_FLOW,           "m³/s",   3600      },
    {QUANTITY_POWER,          "W",       1e-3      },
    {QUANTITY_POWER,          "MW",      1000      },
    {QUANTITY_POWER,          "GJ/h",    1e3 / 3.6 },
    {QUANTITY_POWER,          "MJ/h",    1 / 3.6   },
    {QUANTITY_POWER,          "J/h",     1 / 3.6e6 },
    {QUANTITY_HEAT,           "MJ",      1e-3      },
    {QUANTITY_HEAT,           "kJ",      1e-6      },
    {QUANTITY_HEAT,           "J",       1e-9      },
    {QUANTITY_HEAT,           "Wh",      3.6e-6    },
    {QUANTITY_HEAT,           "kWh",     3.6e-3    },
    {QUANTITY_HEAT,           "MWh",     3.6       },
    {QUANTITY_HEAT,           "kcal",    4.1868e-6 },
    {QUANTITY_HEAT,           "Mcal",    4.1868e-3 },
    {QUANTITY_HEAT,           "Gcal",    4.1868    },
    {QUANTITY_ELECTRIC_POWER, "W",       1e-3      },
    {QUANTITY_ELECTRIC_POWER, "MW",      1000      },
    {QUANTITY_ELECTRICITY,    "Wh",      1e-3      },
    {QUANTITY_ELECTRICITY,    "MWh",     1000      },
    {QUANTITY_VOLUME,         "m3",      1         },
    {QUANTITY_VOLUME,         "t",       1         },
    {QUANTITY_VOLUME,         "l",       1e-3      },
    {QUANTITY_VOLUME,         "L",       1e-3      },
    {QUANTITY_POSITION,       "1",       100       },
    {QUANTITY_POSITION,       "‰",     0.1       },
    {QUANTITY_FREQUENCY,      "rpm",     1.0 / 60  },
    {QUANTITY_LEVEL,          "cm",      1e-2      },
    {QUANTITY_LEVEL,          "mm",      1e-3      },
    {QUANTITY_DURATION,       "min",     1.0 / 60  },
    {QUANTITY_DURATION,       "s",       1.0 / 3600},
    {QUANTITY_DURATION,       "d",       24        },
};

const char *quantity_word(enum quantity quantity)
{
    ensure((unsigned)quantity < QUANTITY_N);
    return rows[quantity].word;
}

const char *quantity_unit(enum quantity quantity)
{
    ensure((unsigned)quantity < QUANTITY_N);
    return rows[quantity].unit;
}

unsigned quantity_decimals(enum quantity quantity)
{
    ensure((unsigned)quantity < QUANTITY_N);
    return rows[quantity].decimals;
}

err quantity_from_word(const char *word, enum quantity *quantity)
{
    ensure(word != NULL);
    ensure(quantity != NULL);
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (!text_equal(word, rows[i].word)) continue;
        *quantity = (enum quantity)i;
        return ERR_OK;
    }
    return ERR_UNKNOWN;
}

err quantity_factor(enum quantity quantity, const char *unit, double *factor)
{
    ensure((unsigned)quantity < QUANTITY_N);
    ensure(unit != NULL);
    ensure(factor != NULL);
    if (text_equal(unit, rows[quantity].unit)) {
        *factor = 1;
        return ERR_OK;
    }
    for (size_t i = 0; i < COUNT(units); i++) {
        if (units[i].quantity != quantity || !text_equal(unit, units[i].unit)) continue;
        *factor = units[i].factor;
        return ERR_OK;
    }
    return ERR_UNKNOWN;
}
