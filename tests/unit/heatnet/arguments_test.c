/* arguments_test.c - words and options of the command line, and times as people write
 * them. */
#include "heatnet/arguments.h"

#include "base/ensure.h"
#include "check.h"
#include "heatnet/show.h"

static void options_stand_anywhere(void **state)
{
    (void)state;
    char words[][20] = {"query", "--from", "-24h", "D1.p", "--csv", "--to=now", "--step"};
    char *argv[COUNT(words)];
    struct arguments arguments;
    for (size_t i = 0; i < COUNT(words); i++) argv[i] = words[i];
    assert_true(arguments_open((int)COUNT(words), argv, &arguments));
    assert_string_equal(arguments_option(&arguments, "from", ""), "-24h");
    assert_string_equal(arguments_option(&arguments, "to", ""), "now");
    assert_string_equal(arguments_option(&arguments, "other", "none"), "none");
    assert_true(arguments_flag(&arguments, "csv"));
    assert_false(arguments_flag(&arguments, "csv"));
    assert_string_equal(arguments_word(&arguments), "query");
    assert_string_equal(arguments_word(&arguments), "D1.p");
    assert_null(arguments_word(&arguments));
    assert_false(arguments_done(&arguments)); /* --step has no value */
    assert_string_equal(arguments_option(&arguments, "step", "raw"), "raw");
    assert_true(arguments_flag(&arguments, "step"));
    assert_true(arguments_done(&arguments));
}

static void times_as_people_write_them(void **state)
{
    static const struct {
        const char *text;
        err e;
        int64_t ms;
    } rows[] = {
        {"now", ERR_OK, 1000000000},
        {"-30s", ERR_OK, 1000000000 - 30000},
        {"-5m", ERR_OK, 1000000000 - 300000},
        {"-2h", ERR_OK, 1000000000 - 7200000},
        {"-1d", ERR_OK, 1000000000 - 86400000},
        {"1970-01-02", ERR_OK, 86400000},
        {"1970-01-01T00:00:01Z", ERR_OK, 1000},
        {"-2x", ERR_TYPE, 0},
        {"--1h", ERR_TYPE, 0},
        {"yesterday", ERR_TYPE, 0},
        {"-h", ERR_TYPE, 0},
        {"", ERR_TYPE, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t ms = 0;
        err e = show_time_read(rows[i].text, 1000000000, &ms);
        CHECK(rows[i].text, (e == ERR_OK) == (rows[i].e == ERR_OK));
        CHECK_EQ(rows[i].text, ms, rows[i].ms);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_stand_anywhere),
        cmocka_unit_test(times_as_people_write_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
