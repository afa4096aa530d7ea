/* hostile_test.c - bytes nobody should send: each gets an answer or a closed connection,
 * and the next guest is served as if nothing had been. */
#include "serve/house.h"

#include "base/ensure.h"

static void is_well(struct house *house, const char *after)
{
    CHECK_EQ(after, house_status(house, "GET", "/api/v1/health", NULL, NULL), 200);
}

static void broken_requests(void **state)
{
    static const char *const requests[] = {
        "\r\n\r\n\r\n\r\n",
        "GET\r\n\r\n",
        "GET / HTTP/9.9\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
        "GET /api/v1/health HTTP/1.1\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        "POST /api/v1/session HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n",
        "POST /api/v1/session HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: "
        "99999999999999"
        "99999\r\n\r\n",
        "POST /api/v1/session HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1e9\r\n\r\n",
        "POST /api/v1/session HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: "
        "99999999\r\n\r\n",
        "POST /api/v1/session HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: "
        "chunked\r\n"
        "\r\nzzz\r\n",
        "GET /api/v1/health HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: ;;;===;\"\r\n"
        "Connection: close\r\n\r\n",
        "GET /api/v1/values?points=1,,,,2 HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: "
        "close"
        "\r\n\r\n",
        "GET /api/v1/health?%%%&=&&&= HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close"
        "\r\n\r\n",
    };
    struct house *house = *state;
    for (size_t i = 0; i < COUNT(requests); i++) {
        int handle = talk_open_tcp(house->port);
        talk_timeout(handle, 1); /* some are waited for, as a slow guest is */
        talk_send(handle, bytes_of_text(requests[i]));
        (void)shutdown(handle, SHUT_WR);
        struct reply reply = talk_read(handle, NULL);
        CHECK(requests[i],
              reply.status == 0 || reply.status == 200 || reply.status >= 400);
        CHECK(requests[i], reply.status != 500 && reply.status != 503);
        reply_close(&reply);
        close(handle);
        is_well(house, requests[i]);
    }
}

static void too_much_is_refused(void **state)
{
    struct house *house = *state;
    struct buffer text;
    buffer_open(&text, 4 << 20);
    buffer_put_text(&text, "GET /api/v1/health HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: ");
    for (int i = 0; i < 400000; i++) buffer_put_u8(&text, 'a');
    buffer_put_text(&text, "\r\n\r\n");
    buffer_put_u8(&text, 0);
    struct reply reply = talk_once(talk_open_tcp(house->port), (const char *)text.at);
    assert_true(reply.status == 0 || reply.status >= 400);
    reply_close(&reply);
    is_well(house, "long header");

    /* Chunks without end: cut off at the route's limit. */
    buffer_clear(&text);
    buffer_put_text(&text, "POST /api/v1/session HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                           "Transfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 300; i++) {
        buffer_put_text(&text, "400\r\n");
        for (int k = 0; k < 1024; k++) buffer_put_u8(&text, 'b');
        buffer_put_text(&text, "\r\n");
    }
    buffer_put_u8(&text, 0);
    reply = talk_once(talk_open_tcp(house->port), (const char *)text.at);
    assert_true(reply.status == 0 || reply.status >= 400);
    reply_close(&reply);
    buffer_close(&text);
    is_well(house, "endless chunks");
}

/* JSON of every wrong kind at every door that reads it. */
static void wrong_json(void **state)
{
    static const char *const paths[] = {"POST /api/v1/session",
                                        "POST /api/v1/accounts",
                                        "POST /api/v1/alarms/acknowledge",
                                        "POST /api/v1/terminals",
                                        "PATCH /api/v1/terminals/T1",
                                        "PATCH /api/v1/accounts/1",
                                        "POST /api/v1/session/password"};
    static const char *const bodies[] = {
        "",
        "{",
        "[]",
        "null",
        "1",
        "\"x\"",
        "{}",
        "{\"name\":1,\"password\":[]}",
        "{\"name\":\"a\",\"name\":\"b\"}",
        "{\"name\":\"\\u0000\",\"password\":\"x\"}",
        "{\"name\":\"\xff\xfe\",\"password\":\"x\"}",
        "{\"code\":\"../../x\"}",
        "{\"code\":\"a b\"}",
        "{\"alarms\":[{}]}",
        "{\"alarms\":[-1]}",
        "{\"alarms\":\"all\"}",
        "{\"alarms\":[1e99]}",
        "{\"enabled\":\"yes\"}",
        "{\"role\":\"root\"}",
        "{\"old\":\"a\",\"new\":null}",
    };
    struct house *house = *state;
    for (size_t p = 0; p < COUNT(paths); p++) {
        char method[16];
        const char *path = strchr(paths[p], ' ') + 1;
        text_copy_n(method, sizeof method, paths[p], (size_t)(path - paths[p]) - 1);
        for (size_t b = 0; b < COUNT(bodies); b++) {
            struct reply reply =
                house_ask(house, method, path, "application/json", bodies[b]);
            bool harmless = reply.status == 200 && text_equal(bodies[b], "{}");
            if (text_equal(bodies[b], "{\"alarms\":[]}")) harmless = true;
            if (!harmless && (reply.status < 400 || reply.status >= 500))
                fail_msg("%s %s: %d %s", paths[p], bodies[b], reply.status, reply.body);
            reply_close(&reply);
        }
    }
}

static void wrong_queries(void **state)
{
    static const char *const paths[] = {
        "/api/v1/values",
        "/api/v1/values?points=0",
        "/api/v1/values?points=-1",
        "/api/v1/values?points=4294967296",
        "/api/v1/values?points=1;drop",
        "/api/v1/values?device=x",
        "/api/v1/points/0/samples?from=0&to=1",
        "/api/v1/points/x/samples?from=0&to=1",
        "/api/v1/points/99999999999999999999/samples?from=0&to=1",
        "/api/v1/trend?points=1&from=5&to=5",
        "/api/v1/trend?points=1&from=x&to=y",
        "/api/v1/trend?points=1&from=0&to=9223372036854775808",
        "/api/v1/trend?points=1&from=0&to=1&buckets=0",
        "/api/v1/trend?points=1&from=0&to=1&buckets=4001",
        "/api/v1/trend.csv?points=1&from=0&to=1&step=year",
        "/api/v1/alarms?limit=0",
        "/api/v1/alarms?site=-1",
        "/api/v1/log?limit=-1",
        "/api/v1/log?before=x",
        "/api/v1/log/0",
        "/api/v1/log/18446744073709551615",
        "/api/v1/log/77",
        "/api/v1/terminals/NIX/completeness?from=0&to=1",
        "/api/v1/devices/1/gaps?from=0&to=1",
        "/api/v1/live?points=9",
    };
    struct house *house = *state;
    for (size_t i = 0; i < COUNT(paths); i++) {
        struct reply reply = house_ask(house, "GET", paths[i], NULL, NULL);
        if (reply.status < 400 || reply.status >= 500)
            fail_msg("%s: %d %s", paths[i], reply.status, reply.body);
        CHECK(paths[i], strstr(reply.body, "\"code\":\"") != NULL);
        reply_close(&reply);
    }
}

static void guests_who_never_finish(void **state)
{
    struct house *house = *state;
    int handles[200];
    for (size_t i = 0; i < COUNT(handles); i++) {
        handles[i] = talk_open_tcp(house->port);
        talk_send(handles[i], bytes_of_text("GET /api/v1/hea"));
    }
    is_well(house, "200 slow ones");
    struct reply reply = talk_once(talk_open_tcp(house->port),
                                   "GET /api/v1/health HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                                   "Connection: close\r\n\r\n");
    assert_int_equal(reply.status, 200);
    reply_close(&reply);
    for (size_t i = 0; i < COUNT(handles); i++) close(handles[i]);
}

static void plain_http_is_for_this_machine(void **state)
{
    static const char *const addresses[] = {
        "0.0.0.0:0",      "192.0.2.1:8080",  "[::]:0",     "8080",
        "localhost:8080", "127.0.0.1:99999", "127.0.0.1:", ""};
    (void)state;
    for (size_t i = 0; i < COUNT(addresses); i++) {
        struct doors *doors = NULL;
        char why[DOORS_WHY_BYTES];
        struct doors_options options = {.http = addresses[i], .tls = "", .socket = ""};
        err e = doors_bind(&options, &doors, why);
        CHECK(addresses[i], e != ERR_OK);
        CHECK(addresses[i], why[0] != '\0');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(broken_requests),
        cmocka_unit_test(too_much_is_refused),
        cmocka_unit_test(wrong_json),
        cmocka_unit_test(wrong_queries),
        cmocka_unit_test(guests_who_never_finish),
        cmocka_unit_test(plain_http_is_for_this_machine),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}
