/* account_records.c - the SQL of accounts. */
#include "people/account_records.h"

#include "base/ensure.h"
#include "base/text.h"
#include "vault/token.h"

#include <ctype.h>
#include <string.h>

static const struct migration migrations[] = {
    {"people.001_accounts",
     "CREATE TABLE people_account("
     " id INTEGER PRIMARY KEY, name TEXT NOT NULL, name_key BLOB(32) NOT NULL UNIQUE,"
     " full_name TEXT NOT NULL, role TEXT NOT NULL, enabled INTEGER NOT NULL,"
     " must_change INTEGER NOT NULL, stamp INTEGER NOT NULL, hash TEXT NOT NULL,"
     " last_login_ms INTEGER NOT NULL, locked_until_ms INTEGER NOT NULL,"
     " wrong_n INTEGER NOT NULL);"
     "CREATE TABLE people_unknown_name("
     " name_key BLOB(32) PRIMARY KEY, wrong_n INTEGER NOT NULL,"
     " locked_until_ms INTEGER NOT NULL, tried_ms INTEGER NOT NULL);"
     "CREATE INDEX people_unknown_name_tried ON people_unknown_name(tried_ms);"},
};

#define ACCOUNT_COLUMNS                                                                  \
    "id, name, name_key, full_name, role, enabled, must_change, stamp, hash,"            \
    " last_login_ms, locked_until_ms, wrong_n"

static const struct statement by_name = {"accounts.by_name",
                                         "SELECT " ACCOUNT_COLUMNS
                                         " FROM people_account WHERE name_key = ?1"};
static const struct statement by_id = {
    "accounts.by_id", "SELECT " ACCOUNT_COLUMNS " FROM people_account WHERE id = ?1"};
static const struct statement after_id = {
    "accounts.after", "SELECT " ACCOUNT_COLUMNS " FROM people_account WHERE id > ?1"
                      " ORDER BY id LIMIT 1"};
static const struct statement add = {
    "accounts.add", "INSERT INTO people_account(name, name_key, full_name, role, "
                    "enabled, must_change, stamp,"
                    " hash, last_login_ms, locked_until_ms, wrong_n)"
                    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"};
static const struct statement store = {
    "accounts.store",
    "UPDATE people_account SET full_name = ?2, role = ?3, enabled = ?4, must_change = ?5,"
    " stamp = ?6, hash = ?7, last_login_ms = ?8, locked_until_ms = ?9, wrong_n = ?10"
    " WHERE id = ?1"};
static const struct statement tried = {
    "accounts.tried",
    "UPDATE people_account SET wrong_n = ?2, locked_until_ms = ?3 WHERE id = ?1"};
static const struct statement unknown = {
    "accounts.unknown",
    "SELECT wrong_n, locked_until_ms FROM people_unknown_name WHERE name_key = ?1"};
static const struct statement unknown_tried = {
    "accounts.unknown_tried",
    "INSERT INTO people_unknown_name(name_key, wrong_n, locked_until_ms, tried_ms)"
    " VALUES(?1, ?2, ?3, ?4) ON CONFLICT(name_key) DO UPDATE SET"
    " wrong_n = excluded.wrong_n, locked_until_ms = excluded.locked_until_ms,"
    " tried_ms = excluded.tried_ms"};
static const struct statement unknown_count = {
    "accounts.unknown_count", "SELECT count(*) FROM people_unknown_name"};
static const struct statement unknown_oldest = {
    "accounts.unknown_oldest",
    "SELECT name_key FROM people_unknown_name ORDER BY tried_ms, name_key LIMIT 1"};
static const struct statement unknown_remove = {
    "accounts.unknown_remove", "DELETE FROM people_unknown_name WHERE name_key = ?1"};
static const struct statement count = {
    "accounts.count", "SELECT count(*), coalesce(sum(CASE WHEN enabled = 1"
                      " AND role = 'administrator' AND id <> ?1"
                      " THEN 1 ELSE 0 END), 0)"
                      " FROM people_account"};

err account_records_migrate(struct database *database)
{
    return database_migrate(database, migrations, COUNT(migrations));
}

static void key_of(const char *name, uint8_t key[32])
{
    char folded[ACCOUNT_PASSWORD_BYTES];
    size_t n = strnlen(name, sizeof folded - 1);
    for (size_t i = 0; i < n; i++) folded[i] = (char)tolower((unsigned char)name[i]);
    sha256((struct bytes){(const uint8_t *)folded, n}, key);
    secret_wipe(folded, sizeof folded);
}

static err read_row(struct query *query, struct account_record *record)
{
    struct account *account = &record->account;
    struct bytes key = query_bytes(query, 2);
    if (key.n != sizeof record->name_key) return ERR_CORRUPT;

    memcpy(record->name_key, key.at, key.n);
    account->id = (uint32_t)query_i64(query, 0);
    bool fits =
        text_copy(account->name, sizeof account->name, query_text(query, 1)) &&
        text_copy(account->full_name, sizeof account->full_name, query_text(query, 3)) &&
        text_copy(record->hash, sizeof record->hash, query_text(query, 8));
    account->enabled = query_i64(query, 5) != 0;
    account->must_change_password = query_i64(query, 6) != 0;
    account->stamp = (uint32_t)query_i64(query, 7);
    account->last_login_ms = query_i64(query, 9);
    account->locked_until_ms = query_i64(query, 10);
    record->wrong_n = (uint32_t)query_i64(query, 11);
    if (!fits || role_from_word(query_text(query, 4), &account->role)) return ERR_CORRUPT;
    return ERR_OK;
}

/* One row at most; *found says whether there was one. */
static err read_one(struct query *query, struct account_record *record, bool *found)
{
    err e = ERR_OK;
    *found = query_row(query);
    if (*found) e = read_row(query, record);
    err closed = query_close(query);
    return e ? e : closed;
}

static err unknown_read(struct database *database, struct account_record *record)
{
    struct query *query;
    err e = query_open(database, &unknown, &query);
    if (e) return e;
    query_bind_bytes(query, (struct bytes){record->name_key, sizeof record->name_key});
    if (query_row(query)) {
        record->wrong_n = (uint32_t)query_i64(query, 0);
        record->account.locked_until_ms = query_i64(query, 1);
    }
    return query_close(query);
}

err account_records_by_name(struct database *database, const char *name,
                            struct account_record *record)
{
    *record = (struct account_record){0};
    key_of(name, record->name_key);

    struct query *query;
    bool found = false;
    err e = query_open(database, &by_name, &query);
    if (e) return e;
    uint8_t key[sizeof record->name_key];
    memcpy(key, record->name_key, sizeof key);
    query_bind_bytes(query, (struct bytes){key, sizeof key});
    e = read_one(query, record, &found);
    if (!e && !found) e = unknown_read(database, record);
    return e;
}

static err read_by_number(struct database *database, const struct statement *statement,
                          uint32_t number, struct account_record *record)
{
    *record = (struct account_record){0};
    struct query *query;
    bool found = false;
    err e = query_open(database, statement, &query);
    if (e) return e;
    query_bind_i64(query, number);
    e = read_one(query, record, &found);
    return !e && !found ? ERR_UNKNOWN : e;
}

err account_records_by_id(struct database *database, uint32_t id,
                          struct account_record *record)
{
    return read_by_number(database, &by_id, id, record);
}

err account_records_after(struct database *database, uint32_t after,
                          struct account_record *record)
{
    return read_by_number(database, &after_id, after, record);
}

static void bind_rest(struct query *query, const struct account_record *record)
{
    const struct account *account = &record->account;
    query_bind_text(query, account->full_name);
    query_bind_text(query, role_word(account->role));
    query_bind_i64(query, account->enabled);
    query_bind_i64(query, account->must_change_password);
    query_bind_i64(query, account->stamp);
    query_bind_text(query, record->hash);
    query_bind_i64(query, account->last_login_ms);
    query_bind_i64(query, account->locked_until_ms);
    query_bind_i64(query, record->wrong_n);
}

err account_records_add(struct database *database, struct account_record *record)
{
    key_of(record->account.name, record->name_key);
    struct query *query;
    err e = query_open(database, &add, &query);
    if (e) return e;
    query_bind_text(query, record->account.name);
    query_bind_bytes(query, (struct bytes){record->name_key, sizeof record->name_key});
    bind_rest(query, record);
    e = query_run(query);
    if (!e) record->account.id = (uint32_t)database_last_id(database);
    return e;
}

err account_records_store(struct database *database, const struct account_record *record)
{
    struct query *query;
    err e = query_open(database, &store, &query);
    if (e) return e;
    query_bind_i64(query, record->account.id);
    bind_rest(query, record);
    return query_run(query);
}

static err unknown_remove_key(struct database *database, struct bytes key)
{
    struct query *query;
    err e = query_open(database, &unknown_remove, &query);
    if (e) return e;
    query_bind_bytes(query, key);
    return query_run(query);
}

/* One comes at a time, so one that goes is enough. */
static err unknown_prune(struct database *database)
{
    struct query *query;
    err e = query_open(database, &unknown_count, &query);
    if (e) return e;
    int64_t n = query_row(query) ? query_i64(query, 0) : 0;
    e = query_close(query);
    if (e || n <= ACCOUNT_UNKNOWN_NAMES_MAX) return e;

    e = query_open(database, &unknown_oldest, &query);
    if (e) return e;
    uint8_t key[32] = {0};
    struct bytes oldest =
        query_row(query) ? query_bytes(query, 0) : (struct bytes){key, 0};
    bool found = oldest.n == sizeof key;
    if (found) memcpy(key, oldest.at, sizeof key);
    e = query_close(query);
    return e || !found ? e
                       : unknown_remove_key(database, (struct bytes){key, sizeof key});
}

static err unknown_store(struct database *database, const struct account_record *record,
                         int64_t now_ms)
{
    struct query *query;
    err e = query_open(database, &unknown_tried, &query);
    if (e) return e;
    query_bind_bytes(query, (struct bytes){record->name_key, sizeof record->name_key});
    query_bind_i64(query, record->wrong_n);
    query_bind_i64(query, record->account.locked_until_ms);
    query_bind_i64(query, now_ms);
    e = query_run(query);
    if (e) return e;

    return unknown_prune(database);
}

err account_records_tried(struct database *database, const struct account_record *record,
                          int64_t now_ms)
{
    if (record->account.id == 0) return unknown_store(database, record, now_ms);
    struct query *query;
    err e = query_open(database, &tried, &query);
    if (e) return e;
    query_bind_i64(query, record->account.id);
    query_bind_i64(query, record->wrong_n);
    query_bind_i64(query, record->account.locked_until_ms);
    return query_run(query);
}

err account_records_count(struct database *database, uint32_t but, size_t *all_n,
                          size_t *administrators_n)
{
    struct query *query;
    err e = query_open(database, &count, &query);
    if (e) return e;
    query_bind_i64(query, but);
    if (query_row(query)) {
        *all_n = (size_t)query_i64(query, 0);
        *administrators_n = (size_t)query_i64(query, 1);
    }
    return query_close(query);
}
