/* watchdog_test.c - a terminal that goes silent raises an alarm; its return ends it. */
#include "serve/frames.h"

#include "base/ensure.h"

#include <time.h>

static struct certificate identity; /* tidy: allow global: of the group's server */

static int open_city(void **state)
{
    struct certificate other;
    /* Now: certificates are judged by the machine's clock. */
    assert_int_equal(house_open_at(state, (int64_t)time(NULL) * 1000), 0);
    frames_enrol(*state, "T1", &identity);
    frames_enrol(*state, "T2", &other);
    assert_int_equal(house_status(*state, "POST", "/api/v1/catalog/import", "text/csv",
                                  frames_catalog),
                     200);
    return 0;
}

static void send_value(struct house *house, uint64_t sequence)
{
    struct frame_wish wish = {"T1", sequence, 1, 1, clock_utc_ms(&house->clock), 50};
    struct buffer body;
    buffer_open(&body, 1 << 16);
    frames_put(&body, &wish);
    struct frames_answer answer = frames_send(house, &identity, buffer_bytes(&body));
    buffer_close(&body);
    assert_int_equal(answer.results[0], UPLOAD_STORED);
}

/* Terminal alarms in the active list; waits until it is as wanted. */
static bool becomes(struct house *house, const char *text, bool there)
{
    for (int i = 0; i < 500; i++) {
        struct reply reply = house_ask(house, "GET", "/api/v1/alarms", NULL, NULL);
        bool found = strstr(reply.body, text) != NULL;
        reply_close(&reply);
        if (found == there) return true;
        usleep(20000);
    }
    return false;
}

static void advance(struct house *house, int64_t seconds)
{
    clock_set(&house->clock, clock_utc_ms(&house->clock) + seconds * 1000);
}

static void silence_is_noticed(void **state)
{
    struct house *house = *state;
    send_value(house, 1);
    advance(house, 30);
    struct reply reply = house_ask(house, "GET", "/api/v1/terminals", NULL, NULL);
    assert_non_null(strstr(reply.body, "\"connected\":true"));
    reply_close(&reply);
    advance(house, 40);
    assert_true(becomes(house, "\"kind\":\"terminal\"", true));
    assert_true(becomes(house, "\"state\":\"unacknowledged\"", true));
    send_value(house, 2);
    advance(house, 2);
    assert_true(becomes(house, "\"state\":\"returned\"", true));
}

static void a_disabled_terminal_is_not_missed(void **state)
{
    struct house *house = *state;
    assert_int_equal(house_status(house, "PATCH", "/api/v1/terminals/T1",
                                  "application/json", "{\"enabled\":false}"),
                     200);
    advance(house, 500);
    usleep(600000); /* two looks of the apply thread */
    struct reply reply = house_ask(house, "GET", "/api/v1/alarms", NULL, NULL);
    assert_null(strstr(reply.body, "\"state\":\"unacknowledged\""));
    reply_close(&reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(silence_is_noticed),
        cmocka_unit_test(a_disabled_terminal_is_not_missed),
    };
    return cmocka_run_group_tests(tests, open_city, house_close);
}
