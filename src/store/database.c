/* database.c - the seam on SQLite: WAL, synchronous=FULL, statements prepared once.
 *
 * FULL is not a setting: with NORMAL a power cut lost acknowledged records in 20 of 30
 * tries. A failed statement is logged here with its name, because only here the engine's
 * own words are at hand; callers see the class. */
#include "store/database.h"

#include "base/ensure.h"
#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"

#include <sqlite3.h>
#include <string.h>

enum { CACHE_SLOTS_FIRST = 64, BUSY_MS = 30000, PAGE_BYTES = 8192 };

struct query {
    struct database *database;
    const struct statement *statement;
    sqlite3_stmt *prepared;
    int bound_n;
    err first; /* the first error since query_open */
    bool running;
    bool cached; /* lives in the cache; otherwise made for this run only */
};

struct database {
    sqlite3 *handle;
    struct query **slots; /* by the statement's address, open addressing */
    size_t slots_n, cached_n;
    bool in_transaction;
};

static const struct {
    int code; /* primary or extended */
    err e;
} codes[] = {
    {SQLITE_CONSTRAINT_UNIQUE, ERR_DUPLICATE},
    {SQLITE_CONSTRAINT_PRIMARYKEY, ERR_DUPLICATE},
    {SQLITE_CONSTRAINT_ROWID, ERR_DUPLICATE},
    {SQLITE_CONSTRAINT, ERR_RANGE},
    {SQLITE_IOERR_SHMSIZE, ERR_SPACE},
    {SQLITE_FULL, ERR_SPACE},
    {SQLITE_CORRUPT, ERR_CORRUPT},
    {SQLITE_NOTADB, ERR_CORRUPT},
    {SQLITE_BUSY, ERR_BUSY},
    {SQLITE_LOCKED, ERR_BUSY},
    {SQLITE_NOMEM, ERR_MEMORY},
    {SQLITE_READONLY, ERR_DENIED},
    {SQLITE_PERM, ERR_DENIED},
    {SQLITE_TOOBIG, ERR_FULL},
};

static err class_of(int code)
{
    if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW) return ERR_OK;
    for (size_t i = 0; i < COUNT(codes); i++) {
        if (codes[i].code == code) return codes[i].e;
    }
    for (size_t i = 0; i < COUNT(codes); i++) {
        if (codes[i].code == (code & 0xff)) return codes[i].e;
    }
    return ERR_IO;
}

/* A broken rule and a busy file are the caller's to handle; the rest is worth a line. */
static err report(struct database *database, const char *name, int code)
{
    err e = class_of(code);
    if (!e || e == ERR_DUPLICATE || e == ERR_BUSY) return e;
    log_event(LOG_ERROR, "database", "failed",
              "statement=%s class=%s code=%d text=\"%s\"", name, err_name(e), code,
              sqlite3_errmsg(database->handle));
    return e;
}

static err run_text(struct database *database, const char *name, const char *sql)
{
    return report(database, name, sqlite3_exec(database->handle, sql, NULL, NULL, NULL));
}

/* --- open and close ----------------------------------------------------------------- */

static err configure(struct database *database)
{
    sqlite3 *handle = database->handle;
    sqlite3_extended_result_codes(handle, 1);
    sqlite3_busy_timeout(handle, BUSY_MS);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);

    char page[64];
    bool fits = text_format(page, sizeof page, "PRAGMA page_size=%d", (int)PAGE_BYTES);
    ensure(fits);
    err e = run_text(database, "database.page_size", page);
    if (!e) e = run_text(database, "database.wal", "PRAGMA journal_mode=WAL");
    if (!e) {
        e = run_text(database, "database.settings",
                     "PRAGMA synchronous=FULL;"
                     "PRAGMA foreign_keys=ON;"
                     "PRAGMA cell_size_check=ON;"
                     "PRAGMA cache_size=-8192;"
                     "PRAGMA journal_size_limit=67108864;"
                     "PRAGMA wal_autocheckpoint=2000");
    }
    return e;
}

err database_open(const char *path, struct database **database)
{
    ensure(path != NULL);
    ensure(database != NULL);

    struct file file = {.handle = -1};
    err e = file_open_write(path, &file); /* born with mode 0600; its WAL inherits that */
    file_close(&file);
    if (e) return e;

    struct database *d = memory_new(1, sizeof *d);
    if (!d) return ERR_MEMORY;
    d->slots_n = CACHE_SLOTS_FIRST;
    d->slots = memory_new(d->slots_n, sizeof(struct query *));
    if (!d->slots) e = ERR_MEMORY;
    if (!e) {
        int code = sqlite3_open_v2(path, &d->handle,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
        e = class_of(code);
    }
    if (!e) e = configure(d);
    if (e) {
        database_close(d);
        return e;
    }
    *database = d;
    return ERR_OK;
}

void database_close(struct database *database)
{
    if (!database) return;
    for (size_t i = 0; database->slots && i < database->slots_n; i++) {
        if (!database->slots[i]) continue;
        sqlite3_finalize(database->slots[i]->prepared);
        memory_free(database->slots[i]);
    }
    memory_free(database->slots);
    int code = sqlite3_close(database->handle);
    ensure(code == SQLITE_OK); /* a query was left open */
    memory_free(database);
}

/* --- transactions ------------------------------------------------------------------- */

err database_begin(struct database *database)
{
    ensure(!database->in_transaction);

    err e = run_text(database, "database.begin", "BEGIN IMMEDIATE");
    database->in_transaction = !e;
    return e;
}

err database_commit(struct database *database)
{
    ensure(database->in_transaction);

    err e = run_text(database, "database.commit", "COMMIT");
    if (e) {
        database_rollback(database);
        return e;
    }
    database->in_transaction = false;
    return ERR_OK;
}

void database_rollback(struct database *database)
{
    ensure(database->in_transaction);

    database->in_transaction = false;
    if (sqlite3_get_autocommit(database->handle)) return; /* the engine did it already */
    (void)sqlite3_exec(database->handle, "ROLLBACK", NULL, NULL, NULL);
}

/* --- statements --------------------------------------------------------------------- */

static size_t slot_of(struct query *const *slots, size_t slots_n,
                      const struct statement *statement)
{
    size_t at =
        (size_t)((uintptr_t)statement / sizeof(void *) * 0x9e3779b97f4a7c15u >> 17);
    at &= slots_n - 1;
    while (slots[at] && slots[at]->statement != statement) at = (at + 1) & (slots_n - 1);
    return at;
}

static bool cache_grow(struct database *database)
{
    size_t n = database->slots_n * 2;
    struct query **slots = memory_new(n, sizeof(struct query *));
    if (!slots) return false;
    for (size_t i = 0; i < database->slots_n; i++) {
        struct query *query = database->slots[i];
        if (query) slots[slot_of(slots, n, query->statement)] = query;
    }
    memory_free(database->slots);
    database->slots = slots;
    database->slots_n = n;
    return true;
}

static err query_prepare(struct database *database, const struct statement *statement,
                         struct query **query)
{
    struct query *q = memory_new(1, sizeof *q);
    if (!q) return ERR_MEMORY;
    q->database = database;
    q->statement = statement;
    int code = sqlite3_prepare_v3(database->handle, statement->sql, -1,
                                  SQLITE_PREPARE_PERSISTENT, &q->prepared, NULL);
    err e = report(database, statement->name, code);
    if (e) {
        memory_free(q);
        return e;
    }
    ensure(q->prepared != NULL); /* an empty text */
    *query = q;
    return ERR_OK;
}

err query_open(struct database *database, const struct statement *statement,
               struct query **query)
{
    ensure(database != NULL);
    ensure(statement != NULL);

    if (database->cached_n * 2 >= database->slots_n && !cache_grow(database)) {
        return ERR_MEMORY;
    }
    size_t at = slot_of(database->slots, database->slots_n, statement);
    struct query *q = database->slots[at];
    if (!q || q->running) { /* running: the same statement within its own rows */
        bool cache = !q;
        err e = query_prepare(database, statement, &q);
        if (e) return e;
        if (cache) {
            database->slots[at] = q;
            database->cached_n++;
            q->cached = true;
        }
    }
    q->running = true;
    q->bound_n = 0;
    q->first = ERR_OK;
    *query = q;
    return ERR_OK;
}

static void keep(struct query *query, int code)
{
    if (query->first) return;
    query->first = report(query->database, query->statement->name, code);
}

void query_bind_i64(struct query *query, int64_t value)
{
    keep(query, sqlite3_bind_int64(query->prepared, ++query->bound_n, value));
}

void query_bind_double(struct query *query, double value)
{
    /* SQLite binds NaN as NULL by itself. */
    keep(query, sqlite3_bind_double(query->prepared, ++query->bound_n, value));
}

void query_bind_text(struct query *query, const char *value)
{
    int at = ++query->bound_n;
    if (value) {
        keep(query, sqlite3_bind_text(query->prepared, at, value, -1, SQLITE_TRANSIENT));
    } else {
        keep(query, sqlite3_bind_null(query->prepared, at));
    }
}

void query_bind_bytes(struct query *query, struct bytes value)
{
    int at = ++query->bound_n;
    if (value.n > 0) {
        keep(query, sqlite3_bind_blob64(query->prepared, at, value.at, value.n, NULL));
    } else {
        keep(query, sqlite3_bind_zeroblob(query->prepared, at, 0));
    }
}

bool query_row(struct query *query)
{
    ensure(query->running);

    if (query->first) return false;
    int code = sqlite3_step(query->prepared);
    if (code == SQLITE_ROW) return true;
    keep(query, code);
    return false;
}

int64_t query_i64(struct query *query, int column)
{
    return sqlite3_column_int64(query->prepared, column);
}

double query_double(struct query *query, int column)
{
    if (query_is_null(query, column)) return __builtin_nan("");
    return sqlite3_column_double(query->prepared, column);
}

const char *query_text(struct query *query, int column)
{
    const char *text = (const char *)sqlite3_column_text(query->prepared, column);
    return text ? text : "";
}

struct bytes query_bytes(struct query *query, int column)
{
    const uint8_t *at = sqlite3_column_blob(query->prepared, column);
    int n = sqlite3_column_bytes(query->prepared, column);
    return (struct bytes){at, at ? (size_t)n : 0};
}

bool query_is_null(struct query *query, int column)
{
    return sqlite3_column_type(query->prepared, column) == SQLITE_NULL;
}

err query_close(struct query *query)
{
    if (!query) return ERR_OK;
    ensure(query->running);

    err e = query->first;
    sqlite3_reset(query->prepared); /* repeats the error that query_row has kept */
    sqlite3_clear_bindings(query->prepared);
    query->running = false;
    if (!query->cached) {
        sqlite3_finalize(query->prepared);
        memory_free(query);
    }
    return e;
}

err query_run(struct query *query)
{
    while (query_row(query)) {
    }
    return query_close(query);
}

int64_t database_last_id(struct database *database)
{
    return sqlite3_last_insert_rowid(database->handle);
}

int64_t database_changed_n(struct database *database)
{
    return sqlite3_changes64(database->handle);
}

/* --- migrations and check ----------------------------------------------------------- */

static const struct statement migration_has = {"database.migration_has",
                                               "SELECT 1 FROM migration WHERE name = ?1"};
static const struct statement migration_add = {
    "database.migration_add", "INSERT INTO migration (name) VALUES (?1)"};

static err migration_is_done(struct database *database, const char *name, bool *done)
{
    struct query *query = NULL;
    err e = query_open(database, &migration_has, &query);
    if (e) return e;
    query_bind_text(query, name);
    bool found = query_row(query);
    e = query_close(query);
    if (!e) *done = found;
    return e;
}

static err migrate_one(struct database *database, const struct migration *migration)
{
    bool done = false;
    err e = migration_is_done(database, migration->name, &done);
    if (e || done) return e;

    e = run_text(database, migration->name, migration->sql);
    struct query *query = NULL;
    if (!e) e = query_open(database, &migration_add, &query);
    if (e) return e;
    query_bind_text(query, migration->name);
    return query_run(query);
}

err database_migrate(struct database *database, const struct migration *list,
                     size_t list_n)
{
    ensure(database != NULL);

    err e = run_text(database, "database.migration_table",
                     "CREATE TABLE IF NOT EXISTS migration ("
                     "name TEXT PRIMARY KEY, applied TEXT NOT NULL DEFAULT "
                     "(strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))) WITHOUT ROWID");
    for (size_t i = 0; !e && i < list_n; i++) {
        bool done = false; /* looked at first without the writers' lock */
        e = migration_is_done(database, list[i].name, &done);
        if (e || done) continue;
        e = database_begin(database);
        if (e) continue;
        e = migrate_one(database, &list[i]);
        if (!e) {
            e = database_commit(database);
        } else {
            database_rollback(database);
        }
    }
    return e;
}

static const struct statement check_whole = {"database.check",
                                             "PRAGMA integrity_check(1)"};
static const struct statement check_references = {"database.check_references",
                                                  "PRAGMA foreign_key_check"};

err database_check(struct database *database, char *why, size_t why_n)
{
    struct query *query = NULL;
    err e = query_open(database, &check_whole, &query);
    if (e) return e;
    bool sound = query_row(query) && text_equal(query_text(query, 0), "ok");
    if (!sound) (void)text_copy(why, why_n, query_text(query, 0));
    e = query_close(query);
    if (!e && !sound) e = ERR_CORRUPT;
    if (!e) e = query_open(database, &check_references, &query);
    if (e) return e;
    if (query_row(query)) {
        sound = false;
        (void)text_format(why, why_n, "table %s has a row that refers to nothing in %s",
                          query_text(query, 0), query_text(query, 2));
    }
    e = query_close(query);
    return e ? e : sound ? ERR_OK : ERR_CORRUPT;
}
