/* alarm_text_test.c - a silent household meter is less urgent than a silent station. */
#include "check.h"
#include "small_city.h"
#include "watch/alarm_text.h"

static unsigned priority_of(const struct catalog *city, enum alarm_kind kind)
{
    struct alarm_change change = {.kind = kind, .device = 2};
    struct alarm_text text;
    alarm_text_make(city, &change, &text);
    return text.priority;
}

static void a_silent_household_can_wait(void **state)
{
    (void)state;
    struct catalog *city = small_city(true);
    struct site *site = &city->sites[WEST - 1];
    assert_int_equal(priority_of(city, ALARM_COMMUNICATION), 2);
    site->kind = SITE_HOUSEHOLD;
    assert_int_equal(priority_of(city, ALARM_COMMUNICATION), 3);
    assert_int_equal(priority_of(city, ALARM_TERMINAL), 1);
    catalog_release(city);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_silent_household_can_wait)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
