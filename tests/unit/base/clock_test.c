/* clock_test.c - three kinds of time, and their text form. */
#include "base/clock.h"

#include "base/ensure.h"
#include "check.h"

#include <math.h>
#include <time.h>

static void machine_tells_the_time(void **state)
{
    (void)state;
    struct clock clock;
    clock_machine(&clock);
    int64_t now_ms = (int64_t)time(NULL) * 1000;
    int64_t utc_ms = clock_utc_ms(&clock);
    assert_true(utc_ms >= now_ms - 1000 && utc_ms < now_ms + 60000);

    int64_t before_us = clock_mono_us(&clock);
    int64_t wake_ms = clock_mono_ms(&clock) + 5;
    clock_sleep_until(&clock, wake_ms);
    assert_true(clock_mono_ms(&clock) >= wake_ms);
    assert_true(clock_mono_us(&clock) - before_us >= 4000);
    clock_sleep_until(&clock, 0);  /* long past */
    clock_sleep_until(&clock, -5); /* before the zero */
}

static void scaled_agrees_with_its_origin(void **state)
{
    (void)state;
    struct clock machine, a, b;
    clock_machine(&machine);
    int64_t real_ms = clock_utc_ms(&machine);
    clock_scaled(&a, 1000000, real_ms - 2000, 600);
    clock_scaled(&b, 1000000, real_ms - 2000, 600);
    int64_t first = clock_utc_ms(&a);
    int64_t second = clock_utc_ms(&b);
    assert_true(first >= 1000000 + 2000 * 600);
    assert_true(second >= first && second < first + 60 * 600 * 1000);

    int64_t mono_ms = clock_mono_ms(&a);
    int64_t real_before = clock_mono_ms(&machine);
    clock_sleep_until(&a, mono_ms + 6000); /* 10 ms of life */
    assert_true(clock_mono_ms(&a) >= mono_ms + 6000);
    assert_true(clock_mono_ms(&machine) - real_before < 5000);
}

static void hand_stands_still(void **state)
{
    (void)state;
    struct clock clock;
    clock_hand(&clock, 500);
    assert_int_equal(clock_utc_ms(&clock), 500);
    clock_sleep_until(&clock, 100000); /* returns at once */
    assert_int_equal(clock_mono_ms(&clock), 500);
    clock_set(&clock, 501);
    clock_set(&clock, 501);
    assert_int_equal(clock_utc_ms(&clock), 501);
    assert_int_equal(clock_mono_us(&clock), 501000);
}

static const struct {
    const char *text;
    bool ok;
    enum clock_kind kind;
} texts[] = {
    {"machine",                       true,  CLOCK_MACHINE},
    {"1795590178123/1000/600",        true,  CLOCK_SCALED },
    {"-5/1000/0.5",                   true,  CLOCK_SCALED },
    {"",                              false, CLOCK_HAND   },
    {"hand",                          false, CLOCK_HAND   },
    {"1/2",                           false, CLOCK_HAND   },
    {"1/2/0",                         false, CLOCK_HAND   },
    {"1/2/-1",                        false, CLOCK_HAND   },
    {"1/2/x",                         false, CLOCK_HAND   },
    {"1/2/3/4",                       false, CLOCK_HAND   },
    {"/2/3",                          false, CLOCK_HAND   },
    {"1111111111111111111111111/2/3", false, CLOCK_HAND   },
};

static void parse_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct clock clock;
        clock_hand(&clock, 0);
        CHECK_EQ(texts[i].text, clock_parse(texts[i].text, &clock), texts[i].ok);
        CHECK_EQ(texts[i].text, clock.kind, texts[i].kind);
    }
    struct clock clock;
    assert_true(clock_parse("1795590178123/1000/600", &clock));
    assert_true(clock.origin_utc_ms == 1795590178123);
    assert_true(clock.origin_real_ms == 1000);
    assert_true(fabs(clock.speed - 600) < 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(machine_tells_the_time),
        cmocka_unit_test(scaled_agrees_with_its_origin),
        cmocka_unit_test(hand_stands_still),
        cmocka_unit_test(parse_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
