/* sessions_test.c - how sessions live, end, survive a restart; many threads. */
#include "people/sessions.h"

#include "base/ensure.h"
#include "base/file.h"
#include "base/text.h"
#include "check.h"
#include "store/database.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

static const int64_t hour_ms = 3600000, day_ms = 86400000, origin_ms = 1700000000000;

struct house {
    char folder[64], path[FILE_PATH_BYTES];
    struct clock clock;
    struct accounts *accounts;
    struct sessions *sessions;
    struct account admin, wang;
};

static int open_house(void **state)
{
    struct house *house = calloc(1, sizeof *house);
    memcpy(house->folder, "/tmp/sessions_test.XXXXXX", 26);
    if (!mkdtemp(house->folder)) return -1;
    if (!file_path(house->path, house->folder, "records.db")) return -1;
    clock_hand(&house->clock, origin_ms);
    char one_time[ACCOUNT_ONE_TIME_BYTES];
    bool made;
    struct account wang = {.name = "wang", .role = ROLE_OPERATOR, .enabled = true};
    err e = accounts_open(house->path, &house->clock, &house->accounts);
    if (!e)
        e = sessions_open(house->path, &house->clock, house->accounts, &house->sessions);
    if (!e) e = accounts_first(house->accounts, &made, one_time);
    if (!e) e = accounts_add(house->accounts, &wang, &wang.id, one_time);
    if (!e) e = accounts_get(house->accounts, 1, &house->admin);
    if (!e) e = accounts_get(house->accounts, wang.id, &house->wang);
    *state = house;
    return e ? -1 : 0;
}

static err remove_one(void *context, const char *name)
{
    char path[FILE_PATH_BYTES];
    return file_path(path, context, name) ? file_remove(path) : ERR_RANGE;
}

static int close_house(void **state)
{
    struct house *house = *state;
    sessions_close(house->sessions);
    accounts_close(house->accounts);
    err e = folder_each(house->folder, remove_one, house->folder);
    rmdir(house->folder);
    free(house);
    return e ? -1 : 0;
}

static void restart(struct house *house)
{
    sessions_close(house->sessions);
    assert_int_equal(
        sessions_open(house->path, &house->clock, house->accounts, &house->sessions),
        ERR_OK);
}

static void pass(struct house *house, int64_t ms)
{
    clock_set(&house->clock, clock_utc_ms(&house->clock) + ms);
}

static err find(struct house *house, const char *token)
{
    struct session session;
    return sessions_find(house->sessions, token, &session);
}

static uint64_t start(struct house *house, const struct account *account,
                      char token[SESSION_TOKEN_BYTES])
{
    struct session session;
    assert_int_equal(sessions_start(house->sessions, account, token, &session), ERR_OK);
    return session.id;
}

static void a_session_is_found_by_its_token(void **state)
{
    struct house *house = *state;
    char token[SESSION_TOKEN_BYTES];
    struct session started, found;
    assert_int_equal(sessions_start(house->sessions, &house->wang, token, &started),
                     ERR_OK);
    assert_int_equal(sessions_find(house->sessions, token, &found), ERR_OK);
    assert_int_equal(found.id, started.id);
    assert_string_equal(found.account.name, "wang");
    assert_string_equal(found.csrf_token, started.csrf_token);
    assert_int_equal(strspn(found.csrf_token, "0123456789abcdef"), 64);
    assert_string_not_equal(found.csrf_token, token);
    assert_int_equal(found.expires_ms, origin_ms + 12 * hour_ms);
    token[0] = token[0] == 'a' ? 'b' : 'a';
    assert_int_equal(find(house, token), ERR_DENIED);
    assert_int_equal(find(house, ""), ERR_DENIED);
    assert_int_equal(find(house, "a"), ERR_DENIED);
}

static void it_ends_idle_and_it_ends_old(void **state)
{
    struct house *house = *state;
    char idle[SESSION_TOKEN_BYTES], busy[SESSION_TOKEN_BYTES];
    start(house, &house->wang, idle);
    start(house, &house->wang, busy);
    pass(house, 12 * hour_ms - 1);
    assert_int_equal(find(house, busy), ERR_OK);
    pass(house, 1);
    assert_int_equal(find(house, idle), ERR_DENIED);
    while (clock_utc_ms(&house->clock) + 11 * hour_ms < origin_ms + 7 * day_ms) {
        pass(house, 11 * hour_ms);
        assert_int_equal(find(house, busy), ERR_OK);
    }
    clock_set(&house->clock, origin_ms + 7 * day_ms - 1);
    assert_int_equal(find(house, busy), ERR_OK);
    pass(house, 1);
    assert_int_equal(find(house, busy), ERR_DENIED);
}

static void a_restart_signs_nobody_out(void **state)
{
    struct house *house = *state;
    char token[SESSION_TOKEN_BYTES], ended[SESSION_TOKEN_BYTES];
    uint64_t id = start(house, &house->wang, token);
    uint64_t ended_id = start(house, &house->wang, ended);
    sessions_end(house->sessions, ended_id);
    assert_int_equal(find(house, ended), ERR_DENIED);
    pass(house, 11 * hour_ms);
    assert_int_equal(find(house, token), ERR_OK); /* written: more than a minute */
    restart(house);
    assert_int_equal(find(house, ended), ERR_DENIED);
    pass(house, 11 * hour_ms);
    struct session session;
    assert_int_equal(sessions_find(house->sessions, token, &session), ERR_OK);
    assert_int_equal(session.id, id);
    char later[SESSION_TOKEN_BYTES];
    assert_true(start(house, &house->wang, later) > id);
}

static const struct statement read_used = {
    "test.used",
    "SELECT max(used_ms), count(*), max(length(token_hash)) FROM people_session"};

static int64_t written_ms(struct house *house)
{
    struct database *database;
    struct query *query;
    assert_int_equal(database_open(house->path, &database), ERR_OK);
    assert_int_equal(query_open(database, &read_used, &query), ERR_OK);
    assert_true(query_row(query));
    int64_t used_ms = query_i64(query, 0);
    assert_int_equal(query_i64(query, 2), 32);
    assert_int_equal(query_close(query), ERR_OK);
    database_close(database);
    return used_ms;
}

static void use_is_written_once_a_minute(void **state)
{
    struct house *house = *state;
    char token[SESSION_TOKEN_BYTES];
    start(house, &house->wang, token);
    pass(house, 59999);
    assert_int_equal(find(house, token), ERR_OK);
    assert_int_equal(written_ms(house), origin_ms);
    pass(house, 1);
    assert_int_equal(find(house, token), ERR_OK);
    assert_int_equal(written_ms(house), origin_ms + 60000);
    pass(house, 1000);
    assert_int_equal(find(house, token), ERR_OK);
    assert_int_equal(written_ms(house), origin_ms + 60000);
}

static void all_others_of_an_account_end(void **state)
{
    struct house *house = *state;
    char own[SESSION_TOKEN_BYTES], other[SESSION_TOKEN_BYTES], admin[SESSION_TOKEN_BYTES];
    uint64_t id = start(house, &house->wang, own);
    start(house, &house->wang, other);
    start(house, &house->admin, admin);
    sessions_end_account(house->sessions, house->wang.id, id);
    assert_int_equal(find(house, own), ERR_OK);
    assert_int_equal(find(house, other), ERR_DENIED);
    assert_int_equal(find(house, admin), ERR_OK);
    restart(house);
    assert_int_equal(find(house, own), ERR_OK);
    assert_int_equal(find(house, other), ERR_DENIED);
    sessions_end_account(house->sessions, house->wang.id, 0);
    assert_int_equal(find(house, own), ERR_DENIED);
}

static void changes_of_the_account_end_it_at_once(void **state)
{
    struct house *house = *state;
    char token[SESSION_TOKEN_BYTES], one_time[ACCOUNT_ONE_TIME_BYTES];
    struct account *wang = &house->wang;

    start(house, wang, token); /* a new full name does not */
    assert_true(text_copy(wang->full_name, sizeof wang->full_name, "王"));
    assert_int_equal(accounts_update(house->accounts, wang), ERR_OK);
    assert_int_equal(find(house, token), ERR_OK);

    wang->role = ROLE_USER;
    assert_int_equal(accounts_update(house->accounts, wang), ERR_OK);
    assert_int_equal(find(house, token), ERR_DENIED);

    assert_int_equal(accounts_get(house->accounts, wang->id, wang), ERR_OK);
    start(house, wang, token);
    wang->enabled = false;
    assert_int_equal(accounts_update(house->accounts, wang), ERR_OK);
    wang->enabled = true; /* also when it was enabled again before anybody looked */
    assert_int_equal(accounts_update(house->accounts, wang), ERR_OK);
    assert_int_equal(find(house, token), ERR_DENIED);

    assert_int_equal(accounts_get(house->accounts, wang->id, wang), ERR_OK);
    start(house, wang, token);
    assert_int_equal(accounts_reset_password(house->accounts, wang->id, one_time),
                     ERR_OK);
    assert_int_equal(find(house, token), ERR_DENIED);
}

static void the_twenty_first_ends_the_longest_unused(void **state)
{
    struct house *house = *state;
    char tokens[SESSIONS_PER_ACCOUNT_MAX + 1][SESSION_TOKEN_BYTES];
    for (int i = 0; i < SESSIONS_PER_ACCOUNT_MAX; i++) {
        start(house, &house->wang, tokens[i]);
        pass(house, 1000);
    }
    assert_int_equal(find(house, tokens[0]), ERR_OK); /* now the second is the oldest */
    start(house, &house->wang, tokens[SESSIONS_PER_ACCOUNT_MAX]);
    for (int i = 0; i <= SESSIONS_PER_ACCOUNT_MAX; i++)
        assert_int_equal(find(house, tokens[i]), i == 1 ? ERR_DENIED : ERR_OK);
}

static void *come_and_go(void *context)
{
    struct house *house = context;
    char token[SESSION_TOKEN_BYTES];
    for (int i = 0; i < 12; i++) {
        uint64_t id = start(house, &house->wang, token);
        assert_int_equal(find(house, token), ERR_OK);
        sessions_end(house->sessions, id);
        assert_int_equal(find(house, token), ERR_DENIED);
    }
    return NULL;
}

static void threads_do_not_disturb_each_other(void **state)
{
    struct house *house = *state;
    pthread_t threads[4];
    char token[SESSION_TOKEN_BYTES];
    start(house, &house->admin, token);
    for (size_t i = 0; i < COUNT(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, come_and_go, house), 0);
    for (size_t i = 0; i < 200; i++) {
        pass(house, 1000);
        assert_int_equal(find(house, token), ERR_OK);
    }
    for (size_t i = 0; i < COUNT(threads); i++) pthread_join(threads[i], NULL);
}

#define IN_HOUSE(test) cmocka_unit_test_setup_teardown(test, open_house, close_house)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_HOUSE(a_session_is_found_by_its_token),
        IN_HOUSE(it_ends_idle_and_it_ends_old),
        IN_HOUSE(a_restart_signs_nobody_out),
        IN_HOUSE(use_is_written_once_a_minute),
        IN_HOUSE(all_others_of_an_account_end),
        IN_HOUSE(changes_of_the_account_end_it_at_once),
        IN_HOUSE(the_twenty_first_ends_the_longest_unused),
        IN_HOUSE(threads_do_not_disturb_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
