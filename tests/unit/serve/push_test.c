/* push_test.c - the live stream: values, alarms, beat, end; and its limits. */
#include "serve/frames.h"

#include "base/ensure.h"
#include "serve/push.h"

static struct certificate identity; /* tidy: allow global: of the group's server */

static int open_city(void **state)
{
    struct certificate other;
    assert_int_equal(house_open(state), 0);
    frames_enrol(*state, "T1", &identity);
    frames_enrol(*state, "T2", &other);
    assert_int_equal(house_status(*state, "POST", "/api/v1/catalog/import", "text/csv",
                                  frames_catalog),
                     200);
    return 0;
}

static void send_value(struct house *house, uint64_t sequence, double value)
{
    struct frame_wish wish = {"T1", sequence, 1, 1, clock_utc_ms(&house->clock), value};
    struct buffer body;
    buffer_open(&body, 1 << 16);
    frames_put(&body, &wish);
    struct frames_answer answer = frames_send(house, &identity, buffer_bytes(&body));
    buffer_close(&body);
    assert_int_equal(answer.results[0], UPLOAD_STORED);
}

static int stream(struct house *house, const char *query)
{
    char text[300];
    int handle = talk_open_local(house->socket);
    text_format(text, sizeof text,
                "GET /api/v1/live?%s HTTP/1.1\r\nHost: localhost\r\n\r\n", query);
    talk_send(handle, bytes_of_text(text));
    return handle;
}

/* Read on until it has come; fails when it does not. */
static void expect_text(int handle, const char *text)
{
    struct reply reply = talk_read(handle, text);
    if (!strstr((const char *)reply.text.at, text))
        fail_msg("\"%s\" did not come: %s", text, (const char *)reply.text.at);
    reply_close(&reply);
}

static void values_come_first_and_then_as_they_change(void **state)
{
    struct house *house = *state;
    int handle = stream(house, "points=1,2");
    expect_text(handle, "[2,null,192,null]]}\n\n"); /* never heard, but said */
    send_value(house, 1, 61.5);
    expect_text(handle, "[[1,61.5,0,");
    send_value(house, 2, 62.25);
    expect_text(handle, "[[1,62.25,0,");
    close(handle);
}

static void alarms_come_when_asked_for(void **state)
{
    struct house *house = *state;
    int handle = stream(house, "alarms=1");
    expect_text(handle, "\"changed\":[]}\n\n");
    send_value(house, 3, 140.0); /* above high = 100 */
    expect_text(handle, "\"kind\":\"high\"");
    close(handle);
}

static void an_import_is_told(void **state)
{
    struct house *house = *state;
    int handle = stream(house, "");
    expect_text(handle, "event: beat");
    assert_int_equal(house_status(house, "POST", "/api/v1/catalog/import", "text/csv",
                                  "kind,code,name,name_en,type,parent\n"
                                  "site,S9,新站,New,station,CITY\n"),
                     200);
    expect_text(handle, "event: catalog");
    close(handle);
}

static void six_streams_a_session(void **state)
{
    struct house *house = *state;
    int handles[PUSH_STREAMS_SESSION_MAX];
    for (size_t i = 0; i < COUNT(handles); i++) {
        handles[i] = stream(house, "points=1");
        expect_text(handles[i], "event: values");
    }
    int one_more = stream(house, "points=1");
    struct reply reply = talk_read(one_more, "too_many");
    assert_int_equal(reply.status, 429);
    reply_close(&reply);
    close(one_more);
    for (size_t i = 0; i < COUNT(handles); i++) close(handles[i]);
}

static void open_session(struct house *house, char token[SESSION_TOKEN_BYTES],
                         uint64_t *session_id)
{
    char one_time[ACCOUNT_ONE_TIME_BYTES];
    const char *why_code = NULL;
    struct account account = {.role = ROLE_USER, .enabled = true, .name = "watcher"};
    struct session session;
    struct accounts *accounts = house->server->accounts;
    assert_int_equal(accounts_add(accounts, &account, &account.id, one_time), ERR_OK);
    assert_int_equal(accounts_change_password(accounts, account.id, one_time,
                                              "seven winter lanterns", &why_code),
                     ERR_OK);
    assert_int_equal(accounts_get(accounts, account.id, &account), ERR_OK);
    assert_int_equal(sessions_start(house->server->sessions, &account, token, &session),
                     ERR_OK);
    *session_id = session.id;
}

static void signing_out_ends_the_stream(void **state)
{
    struct house *house = *state;
    char token[SESSION_TOKEN_BYTES], text[400];
    uint64_t session_id = 0;
    open_session(house, token, &session_id);
    text_format(text, sizeof text,
                "GET /api/v1/live?points=1 HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                "Cookie: heatnet_session=%s\r\n\r\n",
                token);
    int handle = talk_open_tcp(house->port);
    talk_send(handle, bytes_of_text(text));
    expect_text(handle, "event: values");
    sessions_end(house->server->sessions, session_id);
    expect_text(handle, "event: end\ndata: {\"code\":\"signed_out\"}");
    close(handle);
}

/* Last: it ends the server. */
static void stopping_ends_all_streams(void **state)
{
    struct house *house = *state;
    int handle = stream(house, "points=all&alarms=1");
    expect_text(handle, "event: beat");
    house_shut(house);
    expect_text(handle, "event: end\ndata: {\"code\":\"shutdown\"}");
    close(handle);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_come_first_and_then_as_they_change),
        cmocka_unit_test(alarms_come_when_asked_for),
        cmocka_unit_test(an_import_is_told),
        cmocka_unit_test(signing_out_ends_the_stream),
        cmocka_unit_test(six_streams_a_session),
        cmocka_unit_test(stopping_ends_all_streams),
    };
    return cmocka_run_group_tests(tests, open_city, house_close);
}
