/* schedule_test.c - due times, stepped by hand. */
#include "base/ensure.h"
#include "check.h"
#include "collect/schedule.h"

static const int64_t START = 1700000000000; /* a multiple of 1 s, 10 s and 100 s */

/* Serve everything due at `now`; counts polls an item in `polls`. */
static void serve_all(struct schedule *s, int64_t now, const bool *silent,
                      unsigned *polls)
{
    uint32_t channel = 0, item = 0;
    while (schedule_take(s, now, true, &channel)) {
        while (schedule_next_item(s, channel, now, &item)) {
            assert_int_equal(s->items[item].channel, channel);
            polls[item]++;
            schedule_polled(s, item, !silent[item], now);
        }
        schedule_give(s, channel);
    }
}

static void polls_on_the_grid(void **state)
{
    struct schedule s;
    const uint32_t channels[] = {0, 0, 1}, cycles[] = {1000, 10000, 60000};
    const bool silent[3] = {0};
    unsigned polls[3] = {0};
    (void)state;
    assert_int_equal(schedule_open(&s,
                                   &(struct schedule_items){3, channels, cycles, false},
                                   START - 7),
                     ERR_OK);
    assert_int_equal(schedule_next_ms(&s), START);
    for (int64_t now = START; now < START + 600000; now += 100) {
        bool due = schedule_next_ms(&s) <= now;
        assert_int_equal(due, now % 1000 == 0);
        serve_all(&s, now, silent, polls);
    }
    assert_int_equal(polls[0], 600);
    assert_int_equal(polls[1], 60);
    assert_int_equal(polls[2], 10);
    assert_int_equal(schedule_missed(&s), 0);
    schedule_close(&s);
}

static void spreads_phases(void **state)
{
    struct schedule s;
    uint32_t channels[100], cycles[100];
    unsigned per_second[10] = {0};
    (void)state;
    for (uint32_t i = 0; i < 100; i++) {
        channels[i] = i;
        cycles[i] = 10000;
    }
    assert_int_equal(
        schedule_open(&s, &(struct schedule_items){100, channels, cycles, true}, START),
        ERR_OK);
    for (size_t i = 0; i < 100; i++) per_second[(s.items[i].due_ms - START) / 1000]++;
    for (size_t i = 0; i < 10; i++) assert_in_range(per_second[i], 8, 12);
    schedule_close(&s);
}

static void backs_off_the_silent(void **state)
{
    struct schedule s;
    const uint32_t channels[] = {0, 0}, cycles[] = {1000, 1000};
    const bool silent[] = {true, false}, none[2] = {0};
    unsigned polls[2] = {0};
    (void)state;
    assert_int_equal(
        schedule_open(&s, &(struct schedule_items){2, channels, cycles, false}, START),
        ERR_OK);
    for (int64_t now = START; now < START + 600000; now += 500)
        serve_all(&s, now, silent, polls);
    assert_int_equal(polls[1], 600); /* the neighbour is not touched */
    /* After 0, 1, 3, 7, 15, 31, 63 s and then every 60 s. */
    assert_in_range(polls[0], 14, 16);
    assert_in_range(schedule_missed(&s), 580, 660);
    int64_t end = START + 700000;
    for (int64_t now = START + 600000; now < end; now += 500)
        serve_all(&s, now, none, polls);
    assert_int_equal(s.items[0].back_off_ms, 0);
    schedule_close(&s);
}

static void counts_what_it_missed(void **state)
{
    struct schedule s;
    const uint32_t channels[] = {0}, cycles[] = {1000};
    const bool silent[] = {false};
    unsigned polls[1] = {0};
    (void)state;
    assert_int_equal(
        schedule_open(&s, &(struct schedule_items){1, channels, cycles, false}, START),
        ERR_OK);
    serve_all(&s, START, silent, polls);
    serve_all(&s, START + 5500, silent, polls); /* due at 1: 2, 3, 4, 5 are missed */
    assert_int_equal(polls[0], 2);
    assert_int_equal(schedule_missed(&s), 4);
    assert_int_equal(schedule_next_ms(&s), START + 6000);
    schedule_close(&s);
}

static void leaves_workers_for_those_that_answer(void **state)
{
    struct schedule s;
    const uint32_t channels[] = {0, 1, 2}, cycles[] = {1000, 1000, 1000};
    const bool silent[] = {true, true, false};
    unsigned polls[3] = {0};
    uint32_t channel = 9;
    (void)state;
    assert_int_equal(
        schedule_open(&s, &(struct schedule_items){3, channels, cycles, false}, START),
        ERR_OK);
    serve_all(&s, START, silent, polls);
    int64_t now = START + 1000; /* all three are due again */
    assert_true(schedule_take(&s, now, false, &channel));
    assert_int_equal(channel, 2);
    assert_false(schedule_take(&s, now, false, &channel));
    assert_true(schedule_take(&s, now, true, &channel));
    assert_true(channel < 2);
    assert_true(schedule_is_doubtful(&s, channel));
    schedule_give(&s, channel);
    schedule_give(&s, 2);
    assert_false(schedule_any_served(&s));
    schedule_close(&s);
}

static void clock_jumps_do_no_harm(void **state)
{
    static const int64_t jumps[] = {3600000, -3600000, 86400000, -86400000, 250, -250};
    const uint32_t channels[] = {0, 1}, cycles[] = {1000, 60000};
    const bool silent[2] = {0};
    (void)state;
    for (size_t i = 0; i < COUNT(jumps); i++) {
        struct schedule s;
        unsigned polls[2] = {0};
        int64_t now = START;
        assert_int_equal(
            schedule_open(&s, &(struct schedule_items){2, channels, cycles, false}, now),
            ERR_OK);
        serve_all(&s, now, silent, polls);
        now += jumps[i];
        schedule_realign(&s, now);
        assert_int_equal(schedule_missed(&s), 0);
        for (int64_t end = now + 120000; now < end; now += 100)
            serve_all(&s, now, silent, polls);
        assert_in_range(polls[0], 120, 122);
        assert_in_range(polls[1], 2, 4);
        assert_int_equal(schedule_missed(&s), 0);
        schedule_close(&s);
    }
}

static void nothing_to_do(void **state)
{
    struct schedule s;
    uint32_t channel = 0;
    (void)state;
    assert_int_equal(
        schedule_open(&s, &(struct schedule_items){0, NULL, NULL, false}, START), ERR_OK);
    assert_int_equal(schedule_next_ms(&s), INT64_MAX);
    assert_false(schedule_take(&s, INT64_MAX - 1, true, &channel));
    schedule_realign(&s, START);
    schedule_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(polls_on_the_grid),
        cmocka_unit_test(spreads_phases),
        cmocka_unit_test(backs_off_the_silent),
        cmocka_unit_test(counts_what_it_missed),
        cmocka_unit_test(leaves_workers_for_those_that_answer),
        cmocka_unit_test(clock_jumps_do_no_harm),
        cmocka_unit_test(nothing_to_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
