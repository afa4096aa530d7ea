/* uplink_routes_test.c - which way is taken, with the clock by hand. */
#include "check.h"
#include "collect/uplink_routes.h"

enum { RETURN_MS = 1000 };

static struct uplink_routes three(int64_t return_ms)
{
    struct uplink_routes r;
    assert_int_equal(
        uplink_routes_parse("https://a:1@eth0,https://b:2,https://[::1]:3@10.0.0.9",
                            return_ms, 0, &r),
        ERR_OK);
    return r;
}

static void reads_the_list(void **state)
{
    static const char *const wrong[] = {
        "",
        "http://a:1",
        "https://a:1,",
        ",https://a:1",
        "https://a:1@",
        "https://a:1,http://b",
        "https://a,https://b,https://c,https://d,https://e",
    };
    struct uplink_routes r = three(0);
    (void)state;
    assert_int_equal(r.n, 3);
    assert_string_equal(r.at[0].server, "https://a:1");
    assert_string_equal(r.at[0].interface, "eth0");
    assert_string_equal(r.at[1].interface, "");
    assert_string_equal(r.at[2].server, "https://[::1]:3");
    assert_string_equal(r.at[2].interface, "10.0.0.9");
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        CHECK_EQ(wrong[i], uplink_routes_parse(wrong[i], 0, 0, &r), ERR_RANGE);
}

static void fails_over_in_order_and_round(void **state)
{
    struct uplink_routes r = three(0);
    (void)state;
    for (size_t i = 0; i < 7; i++) {
        assert_int_equal(r.now, i % 3);
        assert_false(uplink_routes_choose(&r, 1000000)); /* never returns by itself */
        assert_true(uplink_routes_failed(&r, i % 3, (int64_t)i));
    }
    assert_int_equal(r.switches, 7);
    /* Two lanes fail on the same way: it is left once. */
    size_t used = r.now;
    assert_true(uplink_routes_failed(&r, used, 9));
    assert_true(uplink_routes_failed(&r, used, 9));
    assert_int_equal(r.switches, 8);
}

static void one_way_is_kept(void **state)
{
    struct uplink_routes r;
    (void)state;
    assert_int_equal(uplink_routes_parse("https://a:1", RETURN_MS, 0, &r), ERR_OK);
    assert_false(uplink_routes_failed(&r, 0, 1));
    assert_false(uplink_routes_choose(&r, 1000000));
    assert_int_equal(r.switches, 0);
}

static void returns_when_the_first_answers(void **state)
{
    struct uplink_routes r = three(RETURN_MS);
    (void)state;
    assert_true(uplink_routes_failed(&r, 0, 100));
    assert_true(uplink_routes_failed(&r, 1, 200)); /* now on the third */
    uplink_routes_answered(&r, 2, 300);
    assert_false(uplink_routes_choose(&r, 1199));
    assert_true(uplink_routes_choose(&r, 1200));
    assert_int_equal(r.now, 0);
    assert_true(uplink_routes_failed(&r, 0, 1300)); /* back to what worked */
    assert_int_equal(r.now, 2);
    assert_false(uplink_routes_choose(&r, 2299));
    assert_true(uplink_routes_choose(&r, 2300));
    uplink_routes_answered(&r, 0, 2400);
    assert_int_equal(r.now, 0);
    assert_false(uplink_routes_choose(&r, 9999));
    assert_true(
        uplink_routes_failed(&r, 0, 10000)); /* a new failure: the next in order */
    assert_int_equal(r.now, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_list),
        cmocka_unit_test(fails_over_in_order_and_round),
        cmocka_unit_test(one_way_is_kept),
        cmocka_unit_test(returns_when_the_first_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
