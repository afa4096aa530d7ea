/* walk_test.c - every route as everybody: the table's right decides, nothing else does.
 */
#include "serve/house.h"
#include "serve/route.h"

#include "base/ensure.h"

struct caller {
    const char *name;
    enum role role; /* NONE: nobody */
    bool must_change, wrong_token;
    uint32_t id;
};

enum { NOBODY, NEWCOMER, USER, OPERATOR, ADMINISTRATOR, FORGED, CALLERS };

static struct caller callers[CALLERS] = {
    /* tidy: allow global: ids are given by the server */
    {"nobody", ROLE_NONE, false, false, 0},
    {"newcomer", ROLE_ADMINISTRATOR, true, false, 0},
    {"user", ROLE_USER, false, false, 0},
    {"operator", ROLE_OPERATOR, false, false, 0},
    {"administrator", ROLE_ADMINISTRATOR, false, false, 0},
    {"forged", ROLE_ADMINISTRATOR, false, true, 0},
};

static void make_account(struct house *house, struct caller *caller)
{
    char one_time[ACCOUNT_ONE_TIME_BYTES];
    const char *why_code = NULL;
    struct accounts *accounts = house->server->accounts;
    struct account account = {.role = caller->role, .enabled = true};
    assert_true(text_copy(account.name, sizeof account.name, caller->name));
    assert_int_equal(accounts_add(accounts, &account, &caller->id, one_time), ERR_OK);
    if (caller->must_change) return;
    assert_int_equal(accounts_change_password(accounts, caller->id, one_time,
                                              "seven winter lanterns", &why_code),
                     ERR_OK);
}

static int open_with_people(void **state)
{
    assert_int_equal(house_open(state), 0);
    for (size_t i = 1; i < CALLERS; i++) make_account(*state, &callers[i]);
    return 0;
}

/* Cookie and token lines of a fresh session: some routes end it. */
static void sign_in(struct house *house, const struct caller *caller, char *out, size_t n)
{
    struct account account;
    struct session session;
    char token[SESSION_TOKEN_BYTES];
    out[0] = '\0';
    if (!caller->role) return;
    assert_int_equal(accounts_get(house->server->accounts, caller->id, &account), ERR_OK);
    assert_int_equal(sessions_start(house->server->sessions, &account, token, &session),
                     ERR_OK);
    assert_true(text_format(out, n,
                            "Cookie: heatnet_session=%s\r\nX-CSRF-Token: %s%s\r\n", token,
                            session.csrf_token, caller->wrong_token ? "0" : ""));
}

/* The pattern with a number at each {}. */
static void fill_path(const char *pattern, char *out, size_t n)
{
    size_t at = 0;
    while (*pattern && at + 1 < n) {
        bool hole = pattern[0] == '{';
        out[at++] = hole ? '1' : *pattern;
        pattern += hole ? 2 : 1;
    }
    out[at] = '\0';
}

static struct reply ask(struct house *house, const char *method, const char *path,
                        const char *headers)
{
    char text[1024];
    bool stream = strstr(path, "/live") != NULL;
    assert_true(text_format(text, sizeof text,
                            "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
                            "Accept-Language: en\r\n%s%s\r\n",
                            method, path, headers,
                            strcmp(method, "GET") == 0 ? "" : "Content-Length: 0\r\n"));
    int handle = talk_open_tcp(house->port);
    talk_send(handle, bytes_of_text(text));
    struct reply reply = talk_read(handle, stream ? "\r\n\r\n" : NULL);
    close(handle);
    return reply;
}

struct expected {
    int status; /* 0: none of 401, 403 */
    const char *code;
};

static struct expected expect(const struct route *route, const struct caller *caller)
{
    bool writes = strcmp(route->method, "GET") != 0;
    if (route->right == RIGHT_TERMINAL) return (struct expected){404, "unknown"};
    if (route->right == RIGHT_OPEN) return (struct expected){0, NULL};
    if (route->right == RIGHT_METRICS) return (struct expected){0, NULL}; /* loopback */
    if (!caller->role) return (struct expected){401, "signed_out"};
    if (route->right != RIGHT_SELF && caller->must_change)
        return (struct expected){403, "must_change_password"};
    if (route->right != RIGHT_SELF && !role_has(caller->role, route->right))
        return (struct expected){403, "forbidden"};
    if (writes && caller->wrong_token) return (struct expected){403, "csrf"};
    return (struct expected){0, NULL};
}

static void check_one(struct house *house, const struct route *route,
                      const struct caller *caller)
{
    char path[128], headers[400], code[64], name[200];
    fill_path(route->pattern, path, sizeof path);
    sign_in(house, caller, headers, sizeof headers);
    struct reply reply = ask(house, route->method, path, headers);
    struct expected want = expect(route, caller);
    reply_find(&reply, "\"code\":\"", "\"", code, sizeof code);
    assert_true(text_format(name, sizeof name, "%s %s as %s: %d %s", route->method, path,
                            caller->name, reply.status, code));
    bool fits = want.status ? reply.status == want.status && text_equal(code, want.code)
                            : reply.status >= 200 && reply.status != 401 &&
                                  reply.status != 403 && reply.status < 500;
    if (!fits) fail_msg("%s", name);
    reply_close(&reply);
}

static void every_route_as_everybody(void **state)
{
    size_t n = 0;
    const struct route *routes = route_table(&n);
    for (size_t i = 0; i < n; i++) {
        if (strchr(routes[i].pattern, '*')) continue;
        for (size_t c = 0; c < CALLERS; c++) check_one(*state, &routes[i], &callers[c]);
    }
}

/* Nothing a stranger writes into a request opens a door. */
static void headers_and_spellings_open_nothing(void **state)
{
    static const struct {
        const char *method, *path, *headers;
        int status;
    } rows[] = {
        {"GET", "/api/v1/status", "X-Forwarded-For: 127.0.0.1\r\n", 401},
        {"GET", "/api/v1/status", "X-Forwarded-User: administrator\r\n", 401},
        {"GET", "/api/v1/status", "Authorization: Bearer x\r\n", 401},
        {"GET", "/api/v1/status", "Cookie: heatnet_session=\r\n", 401},
        {"GET", "/api/v1/status", "Cookie: heatnet_session=00\r\n", 401},
        {"GET", "/api/v1/status", "Referer: http://127.0.0.1/\r\n", 401},
        {"POST", "/api/v1/health", "X-HTTP-Method-Override: GET\r\n", 405},
        {"GET", "/api/v1/accounts?_method=POST", "", 401},
        {"GET", "//api/v1/status", "", 404},
        {"GET", "/api//v1/status", "", 404},
        {"GET", "/API/v1/status", "", 200}, /* a page of the UI: no data */
        {"GET", "/api/v1/health/../status", "", 404},
        {"GET", "/api/v1/%73tatus", "", 401},
        {"GET", "/api/v1/status/", "", 404},
        {"GET", "/api/v1/status%00", "", 404},
        {"OPTIONS", "/api/v1/status", "", 405},
        {"TRACE", "/api/v1/status", "", 405},
        {"PUT", "/api/v1/session", "", 405},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct reply reply = ask(*state, rows[i].method, rows[i].path, rows[i].headers);
        bool leaks = strstr(reply.body, "memory_bytes") != NULL;
        bool fits = reply.status == rows[i].status ||
                    (rows[i].status == 404 && reply.status >= 400);
        if (!fits || leaks)
            fail_msg("row %zu: %s %s: %d %s", i, rows[i].method, rows[i].path,
                     reply.status, reply.body);
        reply_close(&reply);
    }
}

static void foreign_hosts_are_turned_away(void **state)
{
    static const struct {
        const char *host;
        int status;
    } rows[] = {
        {"127.0.0.1", 200},      {"localhost:8080", 200},
        {"[::1]:1", 200},        {"evil.example", 421},
        {"127.0.0.1.evil", 421}, {"localhost:80x", 421},
        {"127.0.0.1:80@x", 421}, {"", 421},
    };
    struct house *house = *state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[256];
        text_format(
            text, sizeof text,
            "GET /api/v1/health HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n",
            rows[i].host);
        struct reply reply = talk_once(talk_open_tcp(house->port), text);
        CHECK_EQ(rows[i].host, reply.status, rows[i].status);
        reply_close(&reply);
    }
}

static void a_route_without_right_does_not_start(void **state)
{
    (void)state;
    size_t n = 0;
    struct route routes[2] = {route_table(&n)[0], route_table(&n)[1]};
    assert_int_equal(route_table_check(route_table(&n), n), ERR_OK);
    assert_int_equal(route_table_check(routes, 2), ERR_OK);
    routes[1].right = RIGHT_NONE;
    assert_int_equal(route_table_check(routes, 2), ERR_STATE);
    routes[1].right = RIGHT_WATCH;
    routes[1].handle = NULL;
    assert_int_equal(route_table_check(routes, 2), ERR_STATE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_route_as_everybody),
        cmocka_unit_test(headers_and_spellings_open_nothing),
        cmocka_unit_test(foreign_hosts_are_turned_away),
        cmocka_unit_test(a_route_without_right_does_not_start),
    };
    return cmocka_run_group_tests(tests, open_with_people, house_close);
}
