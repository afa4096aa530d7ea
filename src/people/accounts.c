/* accounts.c - who may come in.
 *
 * Two locks, never both: `gate` around everything that hashes, so that wrong tries are
 * counted one after the other and five parallel guesses are five; `lock` around the
 * connection, never held while hashing. */
#include "people/accounts.h"

#include "base/ensure.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/thread.h"
#include "people/account_records.h"
#include "people/gate.h"
#include "people/password_rules.h"

#include <string.h>

enum { WRONG_FREE_N = 5, LOCK_MINUTES_MAX = 15 };

static const int64_t minute_ms = 60000;
static const char local_name[] = "local"; /* whoever comes through the local socket */

struct accounts {
    const struct clock *clock;
    struct gate gate;
    struct lock lock;
    struct database *database;
};

err accounts_open(const char *database_path, const struct clock *clock,
                  struct accounts **accounts)
{
    ensure(database_path != NULL);
    ensure(clock != NULL);
    ensure(accounts != NULL);

    struct accounts *made = memory_new(1, sizeof *made);
    if (!made) return ERR_MEMORY;
    made->clock = clock;
    gate_open(&made->gate);
    lock_open(&made->lock);
    err e = database_open(database_path, &made->database);
    if (!e) e = account_records_migrate(made->database);
    if (e)
        accounts_close(made);
    else
        *accounts = made;
    return e;
}

void accounts_close(struct accounts *accounts)
{
    if (accounts == NULL) return;
    database_close(accounts->database);
    lock_close(&accounts->lock);
    gate_close(&accounts->gate);
    memory_free(accounts);
}

/* --- records under the lock --------------------------------------------------------- */

static err read_by_name(struct accounts *accounts, const char *name,
                        struct account_record *record)
{
    lock_take(&accounts->lock);
    err e = account_records_by_name(accounts->database, name, record);
    lock_give(&accounts->lock);
    return e;
}

static err read_by_id(struct accounts *accounts, uint32_t id,
                      struct account_record *record)
{
    lock_take(&accounts->lock);
    err e = account_records_by_id(accounts->database, id, record);
    lock_give(&accounts->lock);
    return e;
}

/* A change of one record as one transaction; `change` sees the present record. */
typedef err record_change(struct database *database, struct account_record *record,
                          const void *input);

static err change_record(struct accounts *accounts, uint32_t id, record_change *change,
                         const void *input)
{
    struct account_record record;
    lock_take(&accounts->lock);
    err e = database_begin(accounts->database);
    bool begun = !e;
    if (!e) e = account_records_by_id(accounts->database, id, &record);
    if (!e) e = change(accounts->database, &record, input);
    if (!e) e = account_records_store(accounts->database, &record);
    if (!e) e = database_commit(accounts->database);
    if (e && begun) database_rollback(accounts->database);
    lock_give(&accounts->lock);
    secret_wipe(&record, sizeof record);
    return e;
}

/* --- trying a password -------------------------------------------------------------- */

/* 1, 2, 4, 8, 15, 15 ... minutes from the fifth wrong one on. */
static int64_t lock_ms(uint32_t wrong_n)
{
    if (wrong_n < WRONG_FREE_N) return 0;
    uint32_t doubled_n = wrong_n - WRONG_FREE_N;
    if (doubled_n >= 4) return LOCK_MINUTES_MAX * minute_ms;
    return ((int64_t)1 << doubled_n) * minute_ms;
}

static bool is_locked(const struct account_record *record, int64_t now_ms,
                      uint32_t *retry_s)
{
    int64_t left_ms = record->account.locked_until_ms - now_ms;
    if (left_ms <= 0) return false;
    /* A clock that was set back must not lock people out for longer than we would. */
    if (left_ms > LOCK_MINUTES_MAX * minute_ms) left_ms = LOCK_MINUTES_MAX * minute_ms;
    *retry_s = (uint32_t)((left_ms + 999) / 1000);
    return true;
}

static err write_wrong(struct accounts *accounts, struct account_record *record)
{
    int64_t now_ms = clock_utc_ms(accounts->clock);
    if (record->wrong_n < UINT32_MAX) record->wrong_n++;
    int64_t wait_ms = lock_ms(record->wrong_n);
    record->account.locked_until_ms = wait_ms > 0 ? now_ms + wait_ms : 0;
    lock_take(&accounts->lock);
    err e = account_records_tried(accounts->database, record, now_ms);
    lock_give(&accounts->lock);
    return e;
}

static err set_login(struct database *database, struct account_record *record,
                     const void *input)
{
    (void)database;
    const int64_t *now_ms = input;
    record->wrong_n = 0;
    record->account.locked_until_ms = 0;
    record->account.last_login_ms = *now_ms;
    return ERR_OK;
}

static void write_login(struct accounts *accounts, struct account *account)
{
    int64_t now_ms = clock_utc_ms(accounts->clock);
    account->last_login_ms = now_ms;
    account->locked_until_ms = 0;
    err e = change_record(accounts, account->id, set_login, &now_ms);
    if (e) log_event(LOG_WARNING, "people", "login_not_written", "error=%s", err_name(e));
}

/* Inside the gate: the record as it is now, its password tried.  The same work for every
 * name, there or not. */
static err try_password(struct accounts *accounts, struct account_record *record,
                        const char *password, uint32_t *retry_s)
{
    if (is_locked(record, clock_utc_ms(accounts->clock), retry_s)) return ERR_TIMEOUT;
    const char *hash = record->account.id ? record->hash : password_no_hash();
    bool long_one = strlen(password) >= ACCOUNT_PASSWORD_BYTES;
    bool fits = password_fits(long_one ? "" : password, hash) && !long_one;
    if (fits && record->account.enabled) return ERR_OK;
    err e = write_wrong(accounts, record);
    return e ? e : ERR_DENIED;
}

err accounts_check(struct accounts *accounts, const char *name, const char *password,
                   struct account *account, uint32_t *retry_s)
{
    ensure(accounts != NULL);
    ensure(name != NULL);
    ensure(password != NULL);
    ensure(account != NULL);
    ensure(retry_s != NULL);

    /* Once before the queue: who is locked out shall not keep others waiting. */
    struct account_record record;
    err e = read_by_name(accounts, name, &record);
    if (e) return e;
    if (is_locked(&record, clock_utc_ms(accounts->clock), retry_s)) return ERR_TIMEOUT;

    e = gate_enter(&accounts->gate);
    if (e) return e;
    e = read_by_name(accounts, name, &record);
    if (!e) e = try_password(accounts, &record, password, retry_s);
    if (!e) write_login(accounts, &record.account);
    gate_leave(&accounts->gate);
    if (!e) *account = record.account;
    secret_wipe(&record, sizeof record);
    return e;
}

/* --- passwords ---------------------------------------------------------------------- */

struct new_password {
    const char *hash;
    bool one_time;
};

static err set_password(struct database *database, struct account_record *record,
                        const void *input)
{
    (void)database;
    const struct new_password *made = input;
    if (!text_copy(record->hash, sizeof record->hash, made->hash)) return ERR_FULL;
    record->account.must_change_password = made->one_time;
    record->account.locked_until_ms = 0;
    record->wrong_n = 0;
    if (made->one_time) record->account.stamp++;
    return ERR_OK;
}

/* Inside the gate. */
static err change_password(struct accounts *accounts, struct account_record *record,
                           const char *old, const char *new_password)
{
    uint32_t retry_s;
    char hash[PASSWORD_HASH_BYTES];
    err e = read_by_id(accounts, record->account.id, record);
    if (!e) e = try_password(accounts, record, old, &retry_s);
    if (!e) e = password_hash(new_password, hash);
    struct new_password made = {.hash = hash, .one_time = false};
    if (!e) e = change_record(accounts, record->account.id, set_password, &made);
    return e;
}

err accounts_change_password(struct accounts *accounts, uint32_t id, const char *old,
                             const char *new_password, const char **why_code)
{
    ensure(accounts != NULL);
    ensure(old != NULL);
    ensure(new_password != NULL);
    ensure(why_code != NULL);

    struct account_record record;
    err e = read_by_id(accounts, id, &record);
    if (e) return e;
    const char *fault = password_fault(new_password, &record.account);
    if (!fault && text_equal(old, new_password)) fault = "same_as_old";
    if (fault) {
        *why_code = fault;
        return ERR_RANGE;
    }
    e = gate_enter(&accounts->gate);
    if (e) return e;
    e = change_password(accounts, &record, old, new_password);
    gate_leave(&accounts->gate);
    secret_wipe(&record, sizeof record);
    return e;
}

/* A one-time password and its hash. */
static err make_one_time(struct accounts *accounts, char one_time[ACCOUNT_ONE_TIME_BYTES],
                         char hash[PASSWORD_HASH_BYTES])
{
    err e = password_make(one_time, ACCOUNT_ONE_TIME_BYTES);
    if (!e) e = gate_enter(&accounts->gate);
    if (e) return e;
    e = password_hash(one_time, hash);
    gate_leave(&accounts->gate);
    return e;
}

err accounts_reset_password(struct accounts *accounts, uint32_t id,
                            char one_time[ACCOUNT_ONE_TIME_BYTES])
{
    ensure(accounts != NULL);
    ensure(one_time != NULL);

    struct account account;
    char hash[PASSWORD_HASH_BYTES], password[ACCOUNT_ONE_TIME_BYTES];
    err e = accounts_get(accounts, id, &account);
    if (!e) e = make_one_time(accounts, password, hash);
    struct new_password made = {.hash = hash, .one_time = true};
    if (!e) e = change_record(accounts, id, set_password, &made);
    if (!e) memcpy(one_time, password, sizeof password);
    secret_wipe(password, sizeof password);
    return e;
}

/* --- adding, listing, changing ------------------------------------------------------ */

static err account_is_valid(const struct account *account)
{
    size_t n = strnlen(account->name, sizeof account->name);
    size_t full_n = strnlen(account->full_name, sizeof account->full_name);
    if (n == 0 || n == sizeof account->name) return ERR_RANGE;
    if (full_n == sizeof account->full_name) return ERR_RANGE;
    if (!text_is_clean(account->name, n) || strchr(account->name, '\t')) return ERR_RANGE;
    if (account->name[0] == ' ' || account->name[n - 1] == ' ') return ERR_RANGE;
    if (!text_is_clean(account->full_name, full_n)) return ERR_RANGE;
    if (account->role <= ROLE_NONE || account->role >= ROLE_N) return ERR_RANGE;
    return strcasecmp(account->name, local_name) == 0 ? ERR_DUPLICATE : ERR_OK;
}

err accounts_add(struct accounts *accounts, const struct account *account, uint32_t *id,
                 char one_time[ACCOUNT_ONE_TIME_BYTES])
{
    ensure(accounts != NULL);
    ensure(account != NULL);
    ensure(id != NULL);
    ensure(one_time != NULL);

    char password[ACCOUNT_ONE_TIME_BYTES];
    struct account_record record = {.account = *account};
    record.account.must_change_password = true;
    record.account.last_login_ms = record.account.locked_until_ms = 0;
    record.account.stamp = 1;
    err e = account_is_valid(account);
    if (!e) e = make_one_time(accounts, password, record.hash);
    if (e) return e;

    lock_take(&accounts->lock);
    e = account_records_add(accounts->database, &record);
    lock_give(&accounts->lock);
    if (!e) {
        *id = record.account.id;
        memcpy(one_time, password, sizeof password);
    }
    secret_wipe(password, sizeof password);
    return e;
}

err accounts_first(struct accounts *accounts, bool *made,
                   char one_time[ACCOUNT_ONE_TIME_BYTES])
{
    ensure(accounts != NULL);
    ensure(made != NULL);
    ensure(one_time != NULL);

    size_t all_n = 0, administrators_n = 0;
    lock_take(&accounts->lock);
    err e = account_records_count(accounts->database, 0, &all_n, &administrators_n);
    lock_give(&accounts->lock);
    if (!e && all_n > 0) *made = false;
    if (e || all_n > 0) return e;

    uint32_t id;
    struct account first = {.name = "admin", .role = ROLE_ADMINISTRATOR, .enabled = true};
    e = accounts_add(accounts, &first, &id, one_time);
    if (!e) *made = true;
    return e;
}

err accounts_get(struct accounts *accounts, uint32_t id, struct account *account)
{
    ensure(accounts != NULL);
    ensure(account != NULL);

    struct account_record record;
    err e = read_by_id(accounts, id, &record);
    if (!e) *account = record.account;
    secret_wipe(&record, sizeof record);
    return e;
}

err accounts_each(struct accounts *accounts,
                  err (*each)(void *context, const struct account *account),
                  void *context)
{
    ensure(accounts != NULL);
    ensure(each != NULL);

    struct account_record record = {0};
    err e = ERR_OK;
    while (!e) {
        lock_take(&accounts->lock);
        e = account_records_after(accounts->database, record.account.id, &record);
        lock_give(&accounts->lock);
        if (!e)
            e = each(context, &record.account);
        else if (e == ERR_UNKNOWN)
            return ERR_OK;
    }
    return e;
}

static err set_account(struct database *database, struct account_record *record,
                       const void *input)
{
    const struct account *next = input;
    struct account *now = &record->account;
    bool rules = next->enabled && next->role == ROLE_ADMINISTRATOR;
    bool ruled = now->enabled && now->role == ROLE_ADMINISTRATOR;
    size_t all_n, administrators_n = 0;
    err e = account_records_count(database, now->id, &all_n, &administrators_n);
    if (e) return e;
    if (ruled && !rules && administrators_n == 0) return ERR_STATE;

    if (now->role != next->role || (now->enabled && !next->enabled)) now->stamp++;
    now->role = next->role;
    now->enabled = next->enabled;
    (void)text_copy(now->full_name, sizeof now->full_name, next->full_name);
    return ERR_OK;
}

err accounts_update(struct accounts *accounts, const struct account *account)
{
    ensure(accounts != NULL);
    ensure(account != NULL);

    struct account next = *account;
    size_t n = strnlen(next.full_name, sizeof next.full_name);
    if (n == sizeof next.full_name || !text_is_clean(next.full_name, n)) return ERR_RANGE;
    if (next.role <= ROLE_NONE || next.role >= ROLE_N) return ERR_RANGE;
    return change_record(accounts, next.id, set_account, &next);
}
