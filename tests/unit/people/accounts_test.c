/* accounts_test.c - first administrator, lockout over restarts, roles, many at once. */
#include "people/accounts.h"

#include "base/ensure.h"
#include "base/file.h"
#include "base/text.h"
#include "base/thread.h"
#include "check.h"
#include "people/gate.h"

#include <stdlib.h>
#include <unistd.h>

struct house {
    char folder[64], path[FILE_PATH_BYTES];
    struct clock clock;
    struct accounts *accounts;
    char one_time[ACCOUNT_ONE_TIME_BYTES];
    uint32_t admin;
};

static err keep_id(void *context, const struct account *account)
{
    *(uint32_t *)context = account->id;
    return ERR_OK;
}

static int open_house(void **state)
{
    struct house *house = calloc(1, sizeof *house);
    memcpy(house->folder, "/tmp/accounts_test.XXXXXX", 26);
    if (!mkdtemp(house->folder)) return -1;
    if (!file_path(house->path, house->folder, "records.db")) return -1;
    clock_hand(&house->clock, 1700000000000);
    bool made = false;
    err e = accounts_open(house->path, &house->clock, &house->accounts);
    if (!e) e = accounts_first(house->accounts, &made, house->one_time);
    if (!e) e = accounts_each(house->accounts, keep_id, &house->admin);
    *state = house;
    return e || !made ? -1 : 0;
}

static err remove_one(void *context, const char *name)
{
    char path[FILE_PATH_BYTES];
    return file_path(path, context, name) ? file_remove(path) : ERR_RANGE;
}

static int close_house(void **state)
{
    struct house *house = *state;
    accounts_close(house->accounts);
    err e = folder_each(house->folder, remove_one, house->folder);
    rmdir(house->folder);
    free(house);
    return e ? -1 : 0;
}

static void restart(struct house *house)
{
    accounts_close(house->accounts);
    assert_int_equal(accounts_open(house->path, &house->clock, &house->accounts), ERR_OK);
}

static void pass(struct house *house, int64_t seconds)
{
    clock_set(&house->clock, clock_utc_ms(&house->clock) + seconds * 1000);
}

static err check(struct house *house, const char *name, const char *password,
                 uint32_t *retry_s)
{
    struct account account;
    *retry_s = 0;
    return accounts_check(house->accounts, name, password, &account, retry_s);
}

static void the_first_administrator_is_made_once(void **state)
{
    struct house *house = *state;
    struct account account;
    uint32_t retry_s;
    bool made = true;
    char other[ACCOUNT_ONE_TIME_BYTES] = "";
    assert_int_equal(accounts_first(house->accounts, &made, other), ERR_OK);
    assert_false(made);
    assert_string_equal(other, "");

    pass(house, 5);
    assert_int_equal(
        accounts_check(house->accounts, "Admin", house->one_time, &account, &retry_s),
        ERR_OK);
    assert_string_equal(account.name, "admin");
    assert_int_equal(account.role, ROLE_ADMINISTRATOR);
    assert_true(account.must_change_password);
    assert_true(account.enabled);
    assert_int_equal(account.last_login_ms, 1700000005000);
    restart(house);
    assert_int_equal(accounts_get(house->accounts, account.id, &account), ERR_OK);
    assert_int_equal(account.last_login_ms, 1700000005000);
}

/* The waits after the fifth wrong password and each further one, in seconds. */
static const uint32_t waits_s[] = {60, 120, 240, 480, 900, 900};

static void lock_out(struct house *house, const char *name, size_t waits_n)
{
    uint32_t retry_s;
    for (int i = 0; i < 4; i++)
        CHECK_EQ(name, check(house, name, "wrong", &retry_s), ERR_DENIED);
    for (size_t i = 0; i < waits_n; i++) {
        CHECK_EQ(name, check(house, name, "wrong", &retry_s), ERR_DENIED);
        CHECK_EQ(name, check(house, name, house->one_time, &retry_s), ERR_TIMEOUT);
        CHECK_EQ(name, retry_s, waits_s[i]);
        if (i == 1) restart(house);
        pass(house, waits_s[i] - 1);
        CHECK_EQ(name, check(house, name, house->one_time, &retry_s), ERR_TIMEOUT);
        CHECK_EQ(name, retry_s, 1);
        pass(house, 1);
    }
}

static void guessing_is_locked_out_longer_and_longer(void **state)
{
    struct house *house = *state;
    uint32_t retry_s;
    lock_out(house, "admin", COUNT(waits_s));
    CHECK_EQ("after", check(house, "admin", house->one_time, &retry_s), ERR_OK);
    /* A right one starts the counting anew. */
    CHECK_EQ("anew", check(house, "admin", "wrong", &retry_s), ERR_DENIED);
    CHECK_EQ("anew", check(house, "admin", house->one_time, &retry_s), ERR_OK);
}

static void unknown_names_are_answered_alike(void **state)
{
    lock_out(*state, "nobody", 2);
}

static void an_unknown_name_costs_the_same_time(void **state)
{
    struct house *house = *state;
    struct clock machine;
    uint32_t retry_s;
    int64_t took_us[2] = {INT64_MAX, INT64_MAX};
    static const char *const who[] = {"admin", "nobody"};
    clock_machine(&machine);
    for (int i = 0; i < 4; i++) {
        int64_t start_us = clock_mono_us(&machine);
        CHECK_EQ("wrong", check(house, who[i % 2], "wrong", &retry_s), ERR_DENIED);
        int64_t this_us = clock_mono_us(&machine) - start_us;
        if (this_us < took_us[i % 2]) took_us[i % 2] = this_us;
    }
    /* Wide, because the machine may be busy: a skipped hash would be a hundredth. */
    assert_true(took_us[0] < 3 * took_us[1]);
    assert_true(took_us[1] < 3 * took_us[0]);
}

static void the_password_is_changed_under_rules(void **state)
{
    struct house *house = *state;
    static const char good[] = "kupfer rohr 77";

    static const struct {
        const char *password, *why;
    } weak[] = {
        {"short",        "too_short"   },
        {"xadminx99k2",  "same_as_name"},
        {"password2024", "too_common"  }
    };

    const char *why = NULL;
    struct account account;
    uint32_t retry_s;
    for (size_t i = 0; i < COUNT(weak); i++) {
        CHECK_EQ(weak[i].why,
                 accounts_change_password(house->accounts, house->admin, house->one_time,
                                          weak[i].password, &why),
                 ERR_RANGE);
        CHECK_TEXT(weak[i].password, why, weak[i].why);
    }
    assert_int_equal(
        accounts_change_password(house->accounts, house->admin, good, good, &why),
        ERR_RANGE);
    assert_string_equal(why, "same_as_old");
    assert_int_equal(
        accounts_change_password(house->accounts, house->admin, "not it", good, &why),
        ERR_DENIED);
    assert_int_equal(accounts_change_password(house->accounts, house->admin,
                                              house->one_time, good, &why),
                     ERR_OK);
    assert_int_equal(accounts_get(house->accounts, house->admin, &account), ERR_OK);
    assert_false(account.must_change_password);
    assert_int_equal(check(house, "admin", house->one_time, &retry_s), ERR_DENIED);
    assert_int_equal(check(house, "admin", good, &retry_s), ERR_OK);
}

static void accounts_are_added_and_changed(void **state)
{
    struct house *house = *state;
    char one_time[ACCOUNT_ONE_TIME_BYTES];
    uint32_t id, second, retry_s;
    struct account li = {
        .name = "李工", .full_name = "李 工程师", .role = ROLE_OPERATOR, .enabled = true};
    assert_int_equal(accounts_add(house->accounts, &li, &id, one_time), ERR_OK);
    assert_int_equal(accounts_add(house->accounts, &li, &second, one_time),
                     ERR_DUPLICATE);
    assert_int_equal(accounts_get(house->accounts, id, &li), ERR_OK);
    assert_string_equal(li.full_name, "李 工程师");
    assert_true(li.must_change_password);
    uint32_t stamp = li.stamp;

    li.enabled = false;
    assert_int_equal(accounts_update(house->accounts, &li), ERR_OK);
    assert_int_equal(check(house, "李工", one_time, &retry_s), ERR_DENIED);
    li.enabled = true;
    li.role = ROLE_USER;
    assert_int_equal(accounts_update(house->accounts, &li), ERR_OK);
    assert_int_equal(accounts_reset_password(house->accounts, id, one_time), ERR_OK);
    assert_int_equal(check(house, "李工", one_time, &retry_s), ERR_OK);
    assert_int_equal(accounts_get(house->accounts, id, &li), ERR_OK);
    assert_int_equal(li.role, ROLE_USER);
    assert_int_equal(li.stamp, stamp + 3);
}

static void names_are_checked(void **state)
{
    struct house *house = *state;

    static const struct {
        const char *name;
        err want;
    } rows[] = {
        {"",      ERR_RANGE    },
        {" a",    ERR_RANGE    },
        {"a ",    ERR_RANGE    },
        {"a\nb",  ERR_RANGE    },
        {"a\tb",  ERR_RANGE    },
        {"\xff",  ERR_RANGE    },
        {"Local", ERR_DUPLICATE}
    };

    char one_time[ACCOUNT_ONE_TIME_BYTES];
    uint32_t id;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct account account = {.role = ROLE_USER};
        memcpy(account.name, rows[i].name, strlen(rows[i].name));
        CHECK_EQ(rows[i].name, accounts_add(house->accounts, &account, &id, one_time),
                 rows[i].want);
    }
    struct account no_role = {.name = "wang", .role = ROLE_NONE};
    assert_int_equal(accounts_add(house->accounts, &no_role, &id, one_time), ERR_RANGE);
    assert_int_equal(accounts_get(house->accounts, 77, &no_role), ERR_UNKNOWN);
}

static void the_last_administrator_stays(void **state)
{
    struct house *house = *state;
    struct account admin,
        second = {.name = "second", .role = ROLE_ADMINISTRATOR, .enabled = true};
    char one_time[ACCOUNT_ONE_TIME_BYTES];
    uint32_t id;
    assert_int_equal(accounts_get(house->accounts, house->admin, &admin), ERR_OK);
    admin.role = ROLE_OPERATOR;
    assert_int_equal(accounts_update(house->accounts, &admin), ERR_STATE);
    admin.role = ROLE_ADMINISTRATOR;
    admin.enabled = false;
    assert_int_equal(accounts_update(house->accounts, &admin), ERR_STATE);
    assert_int_equal(accounts_add(house->accounts, &second, &id, one_time), ERR_OK);
    assert_int_equal(accounts_update(house->accounts, &admin), ERR_OK);
    second.id = id;
    second.enabled = false;
    assert_int_equal(accounts_update(house->accounts, &second), ERR_STATE);
}

/* --- many at once ------------------------------------------------------------------- */

static void *guess(void *context)
{
    uint32_t retry_s;
    err e = check(context, "admin", "wrong", &retry_s);
    assert_true(e == ERR_DENIED || e == ERR_TIMEOUT);
    return e == ERR_DENIED ? context : NULL;
}

static void parallel_guesses_count_one_by_one(void **state)
{
    struct house *house = *state;
    pthread_t threads[8];
    size_t denied_n = 0;
    for (size_t i = 0; i < COUNT(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, guess, house), 0);
    for (size_t i = 0; i < COUNT(threads); i++) {
        void *denied;
        pthread_join(threads[i], &denied);
        denied_n += denied != NULL;
    }
    assert_int_equal(denied_n, 5); /* the other three found it locked */
}

struct crowd {
    struct gate gate;
    struct lock lock;
    size_t inside_n, entered_n, refused_n;
};

static void *visit(void *context)
{
    struct crowd *crowd = context;
    err e = gate_enter(&crowd->gate);
    lock_take(&crowd->lock);
    if (e)
        crowd->refused_n++;
    else
        crowd->inside_n++, crowd->entered_n++;
    assert_true(crowd->inside_n <= 1);
    lock_give(&crowd->lock);
    if (e) return NULL;
    lock_take(&crowd->lock);
    crowd->inside_n--;
    lock_give(&crowd->lock);
    gate_leave(&crowd->gate);
    return NULL;
}

static void the_gate_lets_in_one_and_twenty_wait(void **state)
{
    (void)state;
    struct crowd crowd = {0};
    pthread_t threads[GATE_WAITING_MAX];
    gate_open(&crowd.gate);
    lock_open(&crowd.lock);
    assert_int_equal(gate_enter(&crowd.gate), ERR_OK);
    for (size_t i = 0; i < COUNT(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, visit, &crowd), 0);
    bool full = false;
    while (!full) {
        lock_take(&crowd.gate.lock);
        full = crowd.gate.next - crowd.gate.serving == GATE_WAITING_MAX + 1;
        lock_give(&crowd.gate.lock);
        usleep(1000);
    }
    assert_int_equal(gate_enter(&crowd.gate), ERR_BUSY);
    gate_leave(&crowd.gate);
    for (size_t i = 0; i < COUNT(threads); i++) pthread_join(threads[i], NULL);
    assert_int_equal(crowd.entered_n, GATE_WAITING_MAX);
    assert_int_equal(crowd.refused_n, 0);
    gate_close(&crowd.gate);
    lock_close(&crowd.lock);
}

#define IN_HOUSE(test) cmocka_unit_test_setup_teardown(test, open_house, close_house)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_HOUSE(the_first_administrator_is_made_once),
        IN_HOUSE(guessing_is_locked_out_longer_and_longer),
        IN_HOUSE(unknown_names_are_answered_alike),
        IN_HOUSE(an_unknown_name_costs_the_same_time),
        IN_HOUSE(the_password_is_changed_under_rules),
        IN_HOUSE(accounts_are_added_and_changed),
        IN_HOUSE(names_are_checked),
        IN_HOUSE(the_last_administrator_stays),
        IN_HOUSE(parallel_guesses_count_one_by_one),
        cmocka_unit_test(the_gate_lets_in_one_and_twenty_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
