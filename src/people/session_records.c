/* session_records.c - the SQL of sessions. */
#include "people/session_records.h"

#include "base/ensure.h"

#include <string.h>

static const struct migration migrations[] = {
    {"people.002_sessions",
     "CREATE TABLE people_session("
     " id INTEGER PRIMARY KEY, token_hash BLOB(32) NOT NULL UNIQUE, account INTEGER NOT "
     "NULL,"
     " stamp INTEGER NOT NULL, started_ms INTEGER NOT NULL, used_ms INTEGER NOT NULL);"
     "CREATE INDEX people_session_account ON people_session(account);"},
};

static const struct statement all = {
    "sessions.all", "SELECT id, token_hash, account, stamp, started_ms, used_ms"
                    " FROM people_session ORDER BY id"};
static const struct statement add = {
    "sessions.add",
    "INSERT INTO people_session(id, token_hash, account, stamp, started_ms,"
    " used_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6)"};
static const struct statement used = {
    "sessions.used", "UPDATE people_session SET used_ms = ?2 WHERE id = ?1"};
static const struct statement removal = {"sessions.remove",
                                         "DELETE FROM people_session WHERE id = ?1"};
static const struct statement removal_account = {
    "sessions.remove_account",
    "DELETE FROM people_session WHERE account = ?1 AND id <> ?2"};

err session_records_migrate(struct database *database)
{
    return database_migrate(database, migrations, COUNT(migrations));
}

err session_records_each(struct database *database,
                         err (*each)(void *context, const struct session_record *record),
                         void *context)
{
    struct query *query;
    err e = query_open(database, &all, &query);
    if (e) return e;
    while (!e && query_row(query)) {
        struct session_record record = {
            .id = (uint64_t)query_i64(query, 0),
            .account = (uint32_t)query_i64(query, 2),
            .stamp = (uint32_t)query_i64(query, 3),
            .started_ms = query_i64(query, 4),
            .used_ms = query_i64(query, 5),
        };
        struct bytes hash = query_bytes(query, 1);
        e = hash.n == sizeof record.token_hash ? ERR_OK : ERR_CORRUPT;
        if (!e) memcpy(record.token_hash, hash.at, hash.n);
        if (!e) e = each(context, &record);
    }
    err closed = query_close(query);
    return e ? e : closed;
}

err session_records_add(struct database *database, const struct session_record *record)
{
    struct query *query;
    err e = query_open(database, &add, &query);
    if (e) return e;
    query_bind_i64(query, (int64_t)record->id);
    query_bind_bytes(query,
                     (struct bytes){record->token_hash, sizeof record->token_hash});
    query_bind_i64(query, record->account);
    query_bind_i64(query, record->stamp);
    query_bind_i64(query, record->started_ms);
    query_bind_i64(query, record->used_ms);
    return query_run(query);
}

static err run_with(struct database *database, const struct statement *statement,
                    int64_t first, int64_t second)
{
    struct query *query;
    err e = query_open(database, statement, &query);
    if (e) return e;
    query_bind_i64(query, first);
    query_bind_i64(query, second);
    return query_run(query);
}

err session_records_used(struct database *database, uint64_t id, int64_t used_ms)
{
    return run_with(database, &used, (int64_t)id, used_ms);
}

err session_records_remove(struct database *database, uint64_t id)
{
    struct query *query;
    err e = query_open(database, &removal, &query);
    if (e) return e;
    query_bind_i64(query, (int64_t)id);
    return query_run(query);
}

err session_records_remove_account(struct database *database, uint32_t account,
                                   uint64_t except)
{
    return run_with(database, &removal_account, account, (int64_t)except);
}
