/* validate_test.c - samples in a row against one rule; and scaling, and the interval set.
 */
#include "base/ensure.h"
#include "base/memory.h"
#include "check.h"
#include "collect/intervals.h"
#include "collect/scale.h"
#include "collect/validate.h"
#include "model/quality.h"

#include <math.h>

static const struct validate_rule limits = {0, 150, 1, 60};
static const struct validate_rule none = {NAN, NAN, NAN, 0};

/* Samples of one point in order of time. */
static const struct {
    const char *name;
    const struct validate_rule *rule;
    double s, value;
    uint8_t in, want;
} rows[] = {
    {"first", &limits, 0, 50, QUALITY_GOOD, QUALITY_GOOD},
    {"slow enough", &limits, 10, 60, QUALITY_GOOD, QUALITY_GOOD},
    {"too fast up", &limits, 20, 71, QUALITY_GOOD, QUALITY_RATE},
    {"a step is marked once", &limits, 30, 71, QUALITY_GOOD, QUALITY_GOOD},
    {"too fast down", &limits, 31, 69.5, QUALITY_GOOD, QUALITY_RATE},
    {"below the range", &limits, 40, -0.1, QUALITY_GOOD, QUALITY_RANGE},
    {"an impossible value is nothing to compare with", &limits, 41, 70, QUALITY_GOOD,
     QUALITY_GOOD},
    {"above the range", &limits, 50, 150.5, QUALITY_GOOD, QUALITY_RANGE},
    {"on the limit", &limits, 200, 150, QUALITY_GOOD, QUALITY_GOOD},
    {"no answer stays so", &limits, 210, 0, QUALITY_NO_ANSWER, QUALITY_NO_ANSWER},
    {"same", &limits, 260, 150, QUALITY_GOOD, QUALITY_GOOD},
    {"same for too long", &limits, 261, 150, QUALITY_GOOD, QUALITY_FROZEN},
    {"still", &limits, 262, 150, QUALITY_GOOD, QUALITY_FROZEN},
    {"moves again", &limits, 263, 149.9, QUALITY_GOOD, QUALITY_GOOD},
    {"no rule, no mark", &none, 264, 1e9, QUALITY_GOOD, QUALITY_GOOD},
    {"no rule, frozen", &none, 90000, 1e9, QUALITY_GOOD, QUALITY_GOOD},
    {"remarks stay", &none, 90001, 2, QUALITY_HAND_SET, QUALITY_HAND_SET},
    {"time stands still", &limits, 90001, 5, QUALITY_GOOD, QUALITY_GOOD},
};

static void marks(void **state)
{
    struct validate_state point = {0};
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t utc_ms = 1700000000000 + (int64_t)(rows[i].s * 1000);
        CHECK_EQ(rows[i].name,
                 validate_sample(rows[i].rule, &point, utc_ms, rows[i].value, rows[i].in),
                 rows[i].want);
    }
}

static const struct {
    const char *name;
    double factor, offset, raw, want;
} scales[] = {
    {"plain", 1, 0, 45.3, 45.3},
    {"tenths", 0.1, 0, 453, 45.3},
    {"hundredths", 0.01, 0, 4530, 45.3},
    {"offset", 0.1, -40, 453, 5.3},
    {"kWh to GJ", 0.0036, 0, 1000, 3.6},
    {"thousands", 1000, 0, 1.5, 1500},
    {"negative", -0.1, 0.5, 3, 0.2},
    {"no short decimal", 1.0 / 3, 0, 3, 1},
    {"big counter", 0.01, 0, 4294967295.0, 42949672.95},
    {"nothing", 0, 7, 3, 7},
};

static void scales_without_noise(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(scales); i++) {
        struct scale s = scale_make(scales[i].factor, scales[i].offset);
        CHECK(scales[i].name, fabs(scale_value(&s, scales[i].raw) - scales[i].want) <= 0);
    }
    struct scale broken = scale_make(NAN, INFINITY);
    CHECK("broken", !isfinite(scale_value(&broken, 1)));
}

/* Against a plain array of flags. */
static void intervals_are_a_set(void **state)
{
    enum { N = 300 };
    struct intervals set = {0};
    bool model[N + 2] = {0};
    uint32_t random = 3;
    (void)state;
    for (int round = 0; round < 3000; round++) {
        random = random * 1664525U + 1013904223U;
        uint64_t first = 1 + (random >> 8) % N, last = first + (random >> 28) % 4;
        if (last > N) last = N;
        assert_int_equal(intervals_add(&set, first, last), ERR_OK);
        for (uint64_t i = first; i <= last; i++) model[i] = true;
        uint64_t from = 1 + (random >> 12) % N, count = 0, missing = from;
        for (uint64_t i = from; i <= N; i++) count += model[i];
        while (missing <= N && model[missing]) missing++;
        assert_int_equal(intervals_count(&set, from, N), count);
        assert_int_equal(intervals_next_missing(&set, from), missing);
        assert_int_equal(intervals_has(&set, from), model[from]);
        for (size_t i = 1; i < set.n; i++)
            CHECK("apart", set.at[i].first > set.at[i - 1].last + 1);
        if (round % 1000 == 999) {
            intervals_close(&set);
            memset(model, 0, sizeof model);
        }
    }
    intervals_close(&set);
}

static void intervals_are_bounded(void **state)
{
    struct intervals set = {0};
    (void)state;
    for (uint64_t i = 0; i < INTERVALS_MAX; i++)
        assert_int_equal(intervals_add(&set, 2 * i + 1, 2 * i + 1), ERR_OK);
    assert_int_equal(intervals_add(&set, 1000001, 1000001), ERR_FULL);
    assert_false(intervals_has(&set, 1000001));
    assert_int_equal(intervals_add(&set, 2, 2), ERR_OK); /* joins two: always possible */
    assert_int_equal(set.n, INTERVALS_MAX - 1);
    intervals_close(&set);
    memory_fail_at(1);
    assert_int_equal(intervals_add(&set, 1, 1), ERR_MEMORY);
    memory_fail_at(0);
    assert_int_equal(set.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marks),
        cmocka_unit_test(scales_without_noise),
        cmocka_unit_test(intervals_are_a_set),
        cmocka_unit_test(intervals_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
