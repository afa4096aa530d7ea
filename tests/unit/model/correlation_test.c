/* correlation_test.c - every rule broken and kept; texts; registers through their lives.
 */
#include "check.h"

#include "base/ensure.h"

#include "base/text.h"
#include "model/correlation.h"
#include "model/quality.h"

#include <math.h>
#include <string.h>

static const char *const keys[] = {"own", "supply", "back", "flow", "pump"};

static bool find(const void *context, const char *key, uint32_t *place)
{
    (void)context;
    for (*place = 0; *place < COUNT(keys); (*place)++)
        if (text_equal(keys[*place], key)) return true;
    return false;
}

static struct correlation_rules parsed(const char *text)
{
    struct correlation_rules rules;
    char why[CORRELATION_WHY_BYTES];
    assert_int_equal(correlation_parse(text, find, NULL, &rules, why), ERR_OK);
    assert_string_equal(why, "");
    return rules;
}

static void test_texts(void **state)
{
    static const struct {
        const char *text, *why;
    } rows[] = {
        {"over supply", "\"over\" is no rule; there are above, below, near, needs, heat, rises"},
        {"above", "write above KEY [TOLERANCE]"},
        {"above supply 1 2", "write above KEY [TOLERANCE]"},
        {"near supply", "write near KEY TOLERANCE"},
        {"near supply x", "near: \"x\" is no number from 0 on"},
        {"near supply -1", "near: \"-1\" is no number from 0 on"},
        {"near supply nan", "near: \"nan\" is no number from 0 on"},
        {"above nothing", "above: the template has no point \"nothing\""},
        {"heat flow supply", "write heat FLOW SUPPLY RETURN [PERCENT [FLOOR]]"},
        {"rises;rises;rises;rises;rises", "a point has at most 4 rules"},
        {"rises;;rises",
         "\"\" is no rule; there are above, below, near, needs, heat, rises"},
        {"a b c d e f g", "\"\" is no rule; there are above, below, near, needs, heat, rises"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct correlation_rules rules;
        char why[CORRELATION_WHY_BYTES];
        assert_int_equal(correlation_parse(rows[i].text, find, NULL, &rules, why),
                         ERR_RANGE);
        if (i + 1 < COUNT(rows)) assert_string_equal(why, rows[i].why);
    }
    assert_int_equal(parsed("").n, 0);
    struct correlation_rules rules = parsed("heat flow supply back 5;rises 1e6");
    assert_int_equal(rules.n, 2);
    assert_int_equal(rules.at[0].keys[2], 2);
    assert_true(rules.at[0].tolerance == 5 && rules.at[0].floor == 10);
    assert_true(rules.at[1].kind == CORRELATION_RISES && rules.at[1].tolerance == 1e6);
}

static void test_rules(void **state)
{
    static const struct {
        const char *rule;
        double values[5]; /* own, supply, back, flow, pump */
        bool broken;
        double limit;
    } rows[] = {
        {"above back 1",            {50, 0, 51, 0, 0},          false, 0 },
        {"above back 1",            {49.9, 0, 51, 0, 0},        true,  50},
        {"below supply",            {50, 50, 0, 0, 0},          false, 0 },
        {"below supply",            {50.1, 50, 0, 0, 0},        true,  50},
        {"near supply 2",           {48, 50, 0, 0, 0},          false, 0 },
        {"near supply 2",           {47, 50, 0, 0, 0},          true,  48},
        {"near supply 2",           {53, 50, 0, 0, 0},          true,  52},
        {"needs pump 0.1",          {0.1, 0, 0, 0, 0},          false, 0 },
        {"needs pump 0.1",          {5, 0, 0, 0, 0},            true,  0.1},
        {"needs pump 0.1",          {5, 0, 0, 0, 1},            false, 0 },
        {"heat flow supply back",   {1140, 90, 40, 20, 0},      false, 0 },
        {"heat flow supply back",   {1400, 90, 40, 20, 0},      true,  NAN},
        {"heat flow supply back",   {114, 90, 40, 20, 0},       true,  NAN},
        {"heat flow supply back 50",{1400, 90, 40, 20, 0},      false, 0 },
        {"heat flow supply back",   {9, 40, 40, 0, 0},          false, 0 },
    };
    static const uint8_t good[5] = {0};
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct correlation_rules rules = parsed(rows[i].rule);
        struct correlation_row row = {rows[i].values, good, 0};
        struct correlation_verdict verdict;
        bool broken = correlation_broken(&rules.at[0], 0, &row, NULL, &verdict);
        assert_int_equal(broken, rows[i].broken);
        if (!broken) continue;
        assert_true(verdict.measured == rows[i].values[0]);
        if (!isnan(rows[i].limit)) assert_true(verdict.limit == rows[i].limit);
    }
}

/* 1 m³/h of water from 80 to 60 °C, its flow at 60 °C: 983.2 kg * 4.188 kJ/kgK * 20 K. */
static void test_heat(void **state)
{
    (void)state;
    assert_true(fabs(correlation_heat_kw(1, 80, 60) - 983.2 * 4.188 * 20 / 3600) < 0.1);
    assert_true(correlation_heat_kw(1, 60, 80) < 0);
}

static void test_unusable_says_nothing(void **state)
{
    static const double values[5] = {10, 50, 60, 0, 0};
    static const uint8_t bad[5] = {0, 0, QUALITY_RANGE, 0, 0};
    struct correlation_rules rules = parsed("above back");
    struct correlation_row row = {values, bad, 0};
    struct correlation_verdict verdict;
    (void)state;
    assert_false(correlation_broken(&rules.at[0], 0, &row, NULL, &verdict));
}


static void test_registers(void **state)
{
    static const struct {
        const char *rule;
        double rate_high; /* per s; readings are 60 s apart */
        double values[20];
        const char *broken;
    } rows[] = {
        {"rises", NAN, {5, 6, 6, 7}, "...."},
        {"rises", NAN, {5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6}, ".xxxxxxxxxxxxx."},
        {"rises", NAN, {5, 4.9, 5.1}, ".x."},
        {"rises 1000", NAN, {999, 1, 2}, "..."},
        {"rises 1000", NAN, {600, 1, 2}, ".xx"},
        /* a new meter: twelve readings in a row that rise */
        {"rises", NAN, {50, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13}, ".xxxxxxxxxxx.."},
        /* a spike: not the register's pace; without it all that follows would be falls */
        {"rises", 0.1, {5, 6, 9000, 7, 8}, "..x.."},
        {"rises", 0.1, {5, 11.1, 11.1, 11.1}, ".x.."},
    };
    static const uint8_t good[5] = {0};
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct correlation_rules rules = parsed(rows[i].rule);
        struct correlation_register reg = {0};
        rules.at[0].rate_high = rows[i].rate_high;
        for (size_t k = 0; rows[i].broken[k]; k++) {
            struct correlation_row row = {&rows[i].values[k], good, (int64_t)k * 60000};
            struct correlation_verdict verdict;
            bool broken = correlation_broken(&rules.at[0], 0, &row, &reg, &verdict);
            assert_int_equal(broken, rows[i].broken[k] == 'x');
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),     cmocka_unit_test(test_rules),
        cmocka_unit_test(test_heat),      cmocka_unit_test(test_unusable_says_nothing),
        cmocka_unit_test(test_registers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
