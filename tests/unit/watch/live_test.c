/* live_test.c - newest source time wins, changes are found, waiting ends. */
#include "watch/live.h"

#include "base/clock.h"
#include "base/ensure.h"
#include "base/thread.h"
#include "check.h"
#include "model/quality.h"

#include <math.h>
#include <stdlib.h>

static int open_live(void **state)
{
    return live_open(100, (struct live **)state) ? -1 : 0;
}

static int close_live(void **state)
{
    live_close(*state);
    return 0;
}

static void update(struct live *live, uint32_t point, int64_t time_ms, double value)
{
    uint8_t quality = QUALITY_GOOD;
    struct block block = {.device = 1,
                          .times_n = 1,
                          .columns_n = 1,
                          .times_ms = &time_ms,
                          .points = &point,
                          .values = &value,
                          .qualities = &quality};
    live_update(live, &block, time_ms + 5);
}

static void unheard_points_have_no_answer(void **state)
{
    static const uint32_t rows[] = {0, 1, 100, 101, UINT32_MAX};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct live_value value = live_read(*state, rows[i]);
        assert_int_equal(value.point, rows[i]);
        assert_int_equal(value.quality, QUALITY_NO_ANSWER);
        assert_int_equal(value.time_ms, 0);
        assert_true(isnan(value.value));
    }
}

static void the_newest_source_time_wins(void **state)
{
    static const struct {
        int64_t time_ms;
        double value, want;
    } rows[] = {
        {1000, 1, 1},
        {3000, 3, 3},
        {2000, 2, 3},
        {3000, 9, 3},
        {3001, 4, 4}
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        update(*state, 7, rows[i].time_ms, rows[i].value);
        assert_true(live_read(*state, 7).value == rows[i].want);
    }
    assert_int_equal(live_read(*state, 7).received_ms, 3006);
}

static void a_block_gives_its_last_row(void **state)
{
    int64_t times[] = {1000, 2000, 2000};
    uint32_t points[] = {5, 999, 6}; /* one that there is not */
    double values[] = {1, 2, 3, 4, 5, 6, 7, 8, NAN};
    uint8_t qualities[] = {0, 0, 66, 0, 0, 0, 0, 0, 192};
    struct block block = {.device = 1,
                          .times_n = 3,
                          .columns_n = 3,
                          .times_ms = times,
                          .points = points,
                          .values = values,
                          .qualities = qualities};
    live_update(*state, &block, 2500);
    struct live_value value = live_read(*state, 5);
    assert_true(value.value == 3);
    assert_int_equal(value.quality, 66);
    assert_int_equal(live_read(*state, 6).quality, 192);
    assert_int_equal(live_read(*state, 6).time_ms, 2000);
    block.times_n = 0;
    live_update(*state, &block, 2500);
}

static void changes_are_told_once(void **state)
{
    static const uint32_t points[] = {1, 2, 3, 200};
    struct live_value out[COUNT(points)];
    uint64_t version, next;
    assert_int_equal(live_changed(*state, points, COUNT(points), 0, out, &version), 0);
    update(*state, 1, 1000, 1);
    update(*state, 2, 1000, 2);
    update(*state, 9, 1000, 9);
    assert_int_equal(live_changed(*state, points, COUNT(points), version, out, &next), 2);
    assert_int_equal(out[1].point, 2);
    assert_int_equal(next, live_version(*state));
    assert_int_equal(live_changed(*state, points, COUNT(points), next, out, &next), 0);
    update(*state, 2, 2000, 5);
    update(*state, 1, 500, 5); /* old: no change */
    assert_int_equal(live_changed(*state, points, COUNT(points), next, out, &next), 1);
    assert_int_equal(out[0].point, 2);
    assert_int_equal(live_changed(*state, points, COUNT(points), 0, out, &next), 2);
}

static void growing_keeps_the_values(void **state)
{
    update(*state, 100, 1000, 42);
    assert_int_equal(live_grow(*state, 100000), ERR_OK);
    assert_int_equal(live_grow(*state, 10), ERR_OK);
    update(*state, 100000, 1000, 43);
    assert_true(live_read(*state, 100).value == 42);
    assert_true(live_read(*state, 100000).value == 43);
    assert_int_equal(live_read(*state, 50000).quality, QUALITY_NO_ANSWER);
}

static void waiting_ends_with_a_change_or_a_wake(void **state)
{
    uint64_t version = live_version(*state);
    assert_false(live_wait(*state, version, 5));
    update(*state, 1, 1000, 1);
    assert_true(live_wait(*state, version, 0));
    version = live_version(*state);
    live_wake(*state); /* before the waiting: must not be lost */
    assert_true(live_wait(*state, version, 60000));
}

/* --- threads ------------------------------------------------------------------------ */

enum { POINTS_N = 50, ROUNDS_N = 300 };

struct reader {
    struct live *live;
    double last[POINTS_N + 1];
};

/* Follows until every point has reached the last round; values never go back. */
static void *follow(void *context)
{
    struct reader *reader = context;
    uint32_t points[POINTS_N];
    struct live_value out[POINTS_N];
    for (uint32_t i = 0; i < POINTS_N; i++) points[i] = i + 1;
    uint64_t version = 0;
    for (size_t done_n = 0; done_n < POINTS_N;) {
        assert_true(live_wait(reader->live, version, 30000));
        size_t n = live_changed(reader->live, points, POINTS_N, version, out, &version);
        for (size_t i = 0; i < n; i++) {
            double *last = &reader->last[out[i].point];
            assert_true(out[i].value >= *last);
            *last = out[i].value;
        }
        done_n = 0;
        for (size_t i = 1; i <= POINTS_N; i++) done_n += reader->last[i] == ROUNDS_N;
    }
    return NULL;
}

static void readers_follow_a_writer(void **state)
{
    struct reader readers[3] = {{0}};
    struct thread threads[3] = {{0}};
    for (size_t i = 0; i < COUNT(readers); i++) {
        readers[i].live = *state;
        assert_int_equal(thread_start(&threads[i], "follow", follow, &readers[i]),
                         ERR_OK);
    }
    for (int round = 1; round <= ROUNDS_N; round++) {
        for (uint32_t point = 1; point <= POINTS_N; point++)
            update(*state, point, round, round);
        if (round == ROUNDS_N / 2) assert_int_equal(live_grow(*state, 5000), ERR_OK);
    }
    for (size_t i = 0; i < COUNT(threads); i++) thread_join(&threads[i]);
}

#define LIVE(test) cmocka_unit_test_setup_teardown(test, open_live, close_live)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LIVE(unheard_points_have_no_answer), LIVE(the_newest_source_time_wins),
        LIVE(a_block_gives_its_last_row),    LIVE(changes_are_told_once),
        LIVE(growing_keeps_the_values),      LIVE(waiting_ends_with_a_change_or_a_wake),
        LIVE(readers_follow_a_writer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
