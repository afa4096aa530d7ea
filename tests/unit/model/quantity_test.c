/* quantity_test.c - quantities, units, qualities: the tables say what they should. */
#include "base/ensure.h"
#include "check.h"
#include "model/quality.h"
#include "model/quantity.h"

#include <math.h>

static void words_lead_back(void **state)
{
    (void)state;
    for (int i = 0; i < QUANTITY_N; i++) {
        enum quantity quantity = (enum quantity)i, back = QUANTITY_N;
        const char *word = quantity_word(quantity);
        CHECK_EQ(word, quantity_from_word(word, &back), ERR_OK);
        CHECK_EQ(word, back, quantity);
        double factor = 0;
        CHECK_EQ(word, quantity_factor(quantity, quantity_unit(quantity), &factor),
                 ERR_OK);
        CHECK(word, factor == 1);
    }
    enum quantity none = QUANTITY_FLOW;
    CHECK_EQ("no word", quantity_from_word("Temperature", &none), ERR_UNKNOWN);
    CHECK_EQ("untouched", none, QUANTITY_FLOW);
}

static const struct {
    enum quantity quantity;
    const char *unit;
    err want;
    double value, own; /* value in unit, value in the own unit */
} conversions[] = {
    {QUANTITY_PRESSURE,    "bar",  ERR_OK,      16,   1.6     },
    {QUANTITY_PRESSURE,    "kPa",  ERR_OK,      350,  0.35    },
    {QUANTITY_PRESSURE,    "mH2O", ERR_OK,      100,  0.980665},
    {QUANTITY_FLOW,        "l/h",  ERR_OK,      1200, 1.2     },
    {QUANTITY_FLOW,        "t/h",  ERR_OK,      80,   80      },
    {QUANTITY_FLOW,        "l/s",  ERR_OK,      10,   36      },
    {QUANTITY_POWER,       "MW",   ERR_OK,      7,    7000    },
    {QUANTITY_POWER,       "GJ/h", ERR_OK,      3.6,  1000    },
    {QUANTITY_HEAT,        "kWh",  ERR_OK,      1000, 3.6     },
    {QUANTITY_HEAT,        "MWh",  ERR_OK,      1,    3.6     },
    {QUANTITY_HEAT,        "Gcal", ERR_OK,      1,    4.1868  },
    {QUANTITY_ELECTRICITY, "MWh",  ERR_OK,      1,    1000    },
    {QUANTITY_LEVEL,       "cm",   ERR_OK,      150,  1.5     },
    {QUANTITY_DURATION,    "min",  ERR_OK,      90,   1.5     },
    {QUANTITY_PRESSURE,    "°C",  ERR_UNKNOWN, 0,    0       },
    {QUANTITY_STATE,       "bar",  ERR_UNKNOWN, 0,    0       },
    {QUANTITY_FLOW,        "",     ERR_UNKNOWN, 0,    0       },
};

static void units_convert(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(conversions); i++) {
        double factor = -1;
        const char *unit = conversions[i].unit;
        CHECK_EQ(unit, quantity_factor(conversions[i].quantity, unit, &factor),
                 conversions[i].want);
        if (conversions[i].want)
            CHECK(unit, factor == -1);
        else
            CHECK(unit, fabs(conversions[i].value * factor - conversions[i].own) <
                            1e-12 * conversions[i].own);
    }
}

static void qualities(void **state)
{
    (void)state;
    CHECK_TEXT("0", quality_text(QUALITY_GOOD), "good");
    CHECK_TEXT("66", quality_text(66), "frozen");
    CHECK_TEXT("63", quality_text(63), "good");
    CHECK_TEXT("64", quality_text(64), "estimated");
    CHECK_TEXT("127", quality_text(127), "uncertain");
    CHECK_TEXT("191", quality_text(191), "bad");
    CHECK_TEXT("255", quality_text(255), "absent");
    CHECK("range is kept but not used",
          quality_has_value(QUALITY_RANGE) && !quality_is_usable(QUALITY_RANGE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_lead_back),
        cmocka_unit_test(units_convert),
        cmocka_unit_test(qualities),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
