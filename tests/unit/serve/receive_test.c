/* receive_test.c - the uplink from TLS to history: verdicts, identity, faults of the
 * disk. */
#include "serve/frames.h"

#include "base/ensure.h"
#include "serve/apply.h"

#include <errno.h>

enum { T0_MS = 1795000000 };

static const int64_t start_ms = (int64_t)T0_MS * 1000;

struct terminals_pair {
    struct certificate one, two;
};

static struct terminals_pair identities; /* tidy: allow global: of the group's server */

static int open_city(void **state)
{
    assert_int_equal(house_open(state), 0);
    frames_enrol(*state, "T1", &identities.one);
    frames_enrol(*state, "T2", &identities.two);
    assert_int_equal(house_status(*state, "POST", "/api/v1/catalog/import", "text/csv",
                                  frames_catalog),
                     200);
    return 0;
}

static struct frame_wish good(uint64_t sequence)
{
    return (struct frame_wish){"T1",
                               sequence,
                               1,
                               1,
                               start_ms + (int64_t)sequence * 10000,
                               40.0 + (double)sequence};
}

static struct frames_answer send_one(struct house *house, const struct frame_wish *wish)
{
    struct buffer body;
    buffer_open(&body, 1 << 16);
    frames_put(&body, wish);
    struct frames_answer answer =
        frames_send(house, &identities.one, buffer_bytes(&body));
    buffer_close(&body);
    return answer;
}

static void expect_one(struct house *house, const char *name,
                       const struct frame_wish *wish, enum upload_result want)
{
    struct frames_answer answer = send_one(house, wish);
    CHECK_EQ(name, answer.status, 200);
    CHECK_EQ(name, answer.n, 1);
    CHECK_EQ(name, answer.results[0], want);
}

static double live_now(struct house *house, uint32_t point)
{
    apply_settle(house->server->apply);
    return live_read(house->server->live, point).value;
}

static void frames_get_their_verdicts(void **state)
{
    struct house *house = *state;
    struct frame_wish wish = good(1);
    expect_one(house, "new", &wish, UPLOAD_STORED);
    expect_one(house, "again", &wish, UPLOAD_DUPLICATE);
    wish = good(2);
    wish.device = 2;
    wish.point = 3;
    expect_one(house, "another terminal's device", &wish, UPLOAD_REFUSED);
    wish = good(3);
    wish.point = 3;
    expect_one(house, "another device's point", &wish, UPLOAD_REFUSED);
    wish = good(4);
    wish.terminal = "T2";
    expect_one(house, "another terminal's name", &wish, UPLOAD_REFUSED);
    wish = good(5);
    wish.device = 99;
    expect_one(house, "no such device", &wish, UPLOAD_REFUSED);
    assert_true(live_now(house, 1) == 41.0);
    assert_int_equal(live_read(house->server->live, 3).time_ms, 0);
}

static void one_body_of_many(void **state)
{
    struct house *house = *state;
    struct buffer body;
    struct frame_wish wishes[] = {good(10), good(11), good(10), good(1)};
    buffer_open(&body, 1 << 16);
    for (size_t i = 0; i < COUNT(wishes); i++) frames_put(&body, &wishes[i]);
    struct frames_answer answer =
        frames_send(house, &identities.one, buffer_bytes(&body));
    buffer_close(&body);
    assert_int_equal(answer.n, 4);
    assert_int_equal(answer.results[0], UPLOAD_STORED);
    assert_int_equal(answer.results[1], UPLOAD_STORED);
    assert_int_equal(answer.results[2], UPLOAD_DUPLICATE); /* within the body */
    assert_int_equal(answer.results[3], UPLOAD_DUPLICATE); /* from before */
    assert_true(answer.configuration >= 1);
}

/* Every single flipped bit: never stored, and the log keeps what came. */
static void flipped_bits_are_never_stored(void **state)
{
    struct house *house = *state;
    struct buffer body;
    struct frame_wish wish = good(20);
    buffer_open(&body, 1 << 16);
    frames_put(&body, &wish);
    for (size_t bit = 0; bit < 8 * body.n; bit += 5) {
        body.at[bit / 8] ^= (uint8_t)(1U << bit % 8);
        struct frames_answer answer =
            frames_send(house, &identities.one, buffer_bytes(&body));
        body.at[bit / 8] ^= (uint8_t)(1U << bit % 8);
        bool refused = answer.status == 400 ||
                       (answer.status == 200 && answer.n == 1 &&
                        answer.results[0] == UPLOAD_DAMAGED) ||
                       (answer.status == 200 && answer.n == 0);
        if (!refused) fail_msg("bit %zu: %d", bit, answer.status);
    }
    buffer_close(&body);
    expect_one(house, "whole", &wish, UPLOAD_STORED);
}

static void bodies_that_are_no_upload(void **state)
{
    static const char *const bodies[] = {"\xff\xff\xff\xff", "{}", "\x0a\xff\xff\xff\x7f",
                                         "hello", "\x12\x01"};
    struct house *house = *state;
    for (size_t i = 0; i < COUNT(bodies); i++) {
        struct frames_answer answer =
            frames_send(house, &identities.one, bytes_of_text(bodies[i]));
        CHECK_EQ(bodies[i], answer.status, 400);
    }
    struct frames_answer nothing =
        frames_send(house, &identities.one, (struct bytes){NULL, 0});
    assert_int_equal(nothing.status, 200);
    assert_int_equal(nothing.n, 0);
}

/* --- identity ----------------------------------------------------------------------- */

static int status_as(struct house *house, const struct certificate *identity)
{
    struct reply reply = secure_ask(house->tls_port, identity,
                                    "GET /uplink/v1/configuration", (struct bytes){0});
    int status = reply.status;
    reply_close(&reply);
    return status;
}

static void only_the_enrolled_certificate_comes_in(void **state)
{
    struct house *house = *state;
    struct certificate old = identities.two, foreign;
    char keys[FILE_PATH_BYTES];
    assert_int_equal(status_as(house, NULL), 401);
    assert_int_equal(status_as(house, &old), 200);
    frames_enrol(house, "T2", &identities.two);
    assert_int_equal(status_as(house, &old), 401);
    assert_int_equal(status_as(house, &identities.two), 200);

    assert_true(file_path(keys, house->folder, "foreign"));
    assert_int_equal(authority_open(keys, "localhost", clock_utc_ms(&house->clock)),
                     ERR_OK);
    assert_int_equal(authority_issue(keys, "T1", clock_utc_ms(&house->clock), &foreign),
                     ERR_OK);
    int status = status_as(house, &foreign);
    assert_true(status == 401 || status == 0);

    assert_int_equal(house_status(house, "PATCH", "/api/v1/terminals/T2",
                                  "application/json", "{\"enabled\":false}"),
                     200);
    assert_int_equal(status_as(house, &identities.two), 403);
    assert_int_equal(house_status(house, "PATCH", "/api/v1/terminals/T2",
                                  "application/json", "{\"enabled\":true}"),
                     200);
    assert_int_equal(status_as(house, &identities.two), 200);
}

static void only_tls_1_3_is_spoken(void **state)
{
    struct house *house = *state;
    struct secure secure;
    assert_false(
        secure_open(&secure, house->tls_port, NULL, "NORMAL:-VERS-ALL:+VERS-TLS1.2"));
    secure_close(&secure);
}

/* --- faults ------------------------------------------------------------------------- */

static const char *state_word(struct house *house)
{
    char text[HEALTH_TEXT_BYTES];
    return health_word(health_get(&house->server->health, text));
}

static void a_full_disk_puts_frames_off_and_goes_on(void **state)
{
    struct house *house = *state;
    struct frame_wish wish = good(30);
    file_fail_at(1, ENOSPC);
    expect_one(house, "full", &wish, UPLOAD_LATER);
    assert_string_equal(state_word(house), "no_space");
    /* The look at the disk, twice a second, finds space again. */
    for (int i = 0; i < 400 && strcmp(state_word(house), "ok") != 0; i++) usleep(10000);
    assert_string_equal(state_word(house), "ok");
    expect_one(house, "space again", &wish, UPLOAD_STORED);
    expect_one(house, "once", &wish, UPLOAD_DUPLICATE);
}

static void restarting_keeps_everything(void **state)
{
    struct house *house = *state;
    struct frame_wish wish = good(40);
    expect_one(house, "before", &wish, UPLOAD_STORED);
    house_shut(house);
    house_start(house);
    assert_true(live_now(house, 1) == 80.0);
    expect_one(house, "after", &wish, UPLOAD_DUPLICATE);
    struct reply reply = house_ask(house, "GET", "/api/v1/terminals", NULL, NULL);
    assert_non_null(strstr(reply.body, "\"last_sequence\":40"));
    assert_non_null(strstr(reply.body, "\"state\":\"online\""));
    reply_close(&reply);
}

/* Last: it ends this server's acknowledging. */
static void a_failed_sync_is_never_acknowledged(void **state)
{
    struct house *house = *state;
    struct frame_wish wish = good(50);
    file_fail_at(2, EIO); /* the write, then the sync */
    expect_one(house, "failed", &wish, UPLOAD_LATER);
    assert_string_equal(state_word(house), "failed");
    expect_one(house, "still", &wish, UPLOAD_LATER);
    assert_int_equal(house_status(house, "GET", "/api/v1/health", NULL, NULL), 503);
    file_fail_at(0, 0);
    house_shut(house);
    house_start(house);
    struct frames_answer answer = send_one(house, &wish);
    assert_int_equal(answer.n, 1);
    assert_true(answer.results[0] == UPLOAD_STORED ||
                answer.results[0] == UPLOAD_DUPLICATE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_get_their_verdicts),
        cmocka_unit_test(one_body_of_many),
        cmocka_unit_test(flipped_bits_are_never_stored),
        cmocka_unit_test(bodies_that_are_no_upload),
        cmocka_unit_test(only_the_enrolled_certificate_comes_in),
        cmocka_unit_test(only_tls_1_3_is_spoken),
        cmocka_unit_test(a_full_disk_puts_frames_off_and_goes_on),
        cmocka_unit_test(restarting_keeps_everything),
        cmocka_unit_test(a_failed_sync_is_never_acknowledged),
    };
    return cmocka_run_group_tests(tests, open_city, house_close);
}
