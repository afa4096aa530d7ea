/* uplink_verdict_test.c - one action for every verdict. */
#include "base/ensure.h"
#include "check.h"
#include "collect/uplink_verdict.h"

static const struct {
    const char *name;
    enum upload_result result;
    enum uplink_action want;
} rows[] = {
    {"stored", UPLOAD_STORED, UPLINK_DONE},
    {"duplicate", UPLOAD_DUPLICATE, UPLINK_DONE},
    {"damaged", UPLOAD_DAMAGED, UPLINK_AGAIN},
    {"refused", UPLOAD_REFUSED, UPLINK_GIVE_UP},
    {"later", UPLOAD_LATER, UPLINK_KEEP},
    {"none", UPLOAD_NONE, UPLINK_KEEP},
    {"unknown", (enum upload_result)99, UPLINK_KEEP},
};

static void acts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct uplink_damaged damaged = {0};
        CHECK_EQ(rows[i].name, uplink_verdict(&damaged, 7, rows[i].result), rows[i].want);
    }
}

static void gives_a_damaged_frame_up(void **state)
{
    struct uplink_damaged damaged = {0};
    (void)state;
    for (int i = 1; i < UPLINK_DAMAGED_MAX; i++) {
        assert_int_equal(uplink_verdict(&damaged, 7, UPLOAD_DAMAGED), UPLINK_AGAIN);
        assert_int_equal(uplink_verdict(&damaged, 8, UPLOAD_LATER), UPLINK_KEEP);
        assert_int_equal(uplink_verdict(&damaged, 7, UPLOAD_LATER), UPLINK_KEEP);
    }
    assert_int_equal(uplink_verdict(&damaged, 7, UPLOAD_DAMAGED), UPLINK_GIVE_UP);
    assert_int_equal(damaged.n, 0);
}

static void forgets_what_arrived_after_all(void **state)
{
    struct uplink_damaged damaged = {0};
    (void)state;
    assert_int_equal(uplink_verdict(&damaged, 7, UPLOAD_DAMAGED), UPLINK_AGAIN);
    assert_int_equal(uplink_verdict(&damaged, 7, UPLOAD_STORED), UPLINK_DONE);
    assert_int_equal(damaged.n, 0);
    for (uint64_t i = 1; i <= 1000; i++)
        assert_int_equal(uplink_verdict(&damaged, i, UPLOAD_DAMAGED), UPLINK_AGAIN);
    assert_int_equal(damaged.n, UPLINK_DAMAGED_N_MAX);
}

static void pauses_grow_and_differ(void **state)
{
    (void)state;
    for (unsigned tries = 1; tries < 100; tries++) {
        int64_t least = uplink_pause_ms(tries, 0), most = uplink_pause_ms(tries, 1);
        assert_true(least >= 250 && most <= 4000);
        assert_true(most >= 2 * least - 1);
        assert_true(uplink_pause_ms(tries + 1, 0) >= least);
    }
    assert_int_equal(uplink_pause_ms(1, 1), 500);
    assert_int_equal(uplink_pause_ms(50, 1), 4000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(acts),
        cmocka_unit_test(gives_a_damaged_frame_up),
        cmocka_unit_test(forgets_what_arrived_after_all),
        cmocka_unit_test(pauses_grow_and_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
