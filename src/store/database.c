/* database.c - what all engines share: prepared statements kept by the address of their
 * text, the first error of a query, and migrations. */
#include "store/database.h"

#include "base/ensure.h"
#include "base/memory.h"
#include "base/text.h"
#include "store/database_engine.h"

#include <math.h>
#include <string.h>

enum { CACHE_SLOTS_FIRST = 64 };

static const char odbc_scheme[] = "odbc:";

/* --- open and close ----------------------------------------------------------------- */

err database_open(const char *name, struct database **database)
{
    ensure(name != NULL);
    ensure(database != NULL);

    bool odbc = text_starts(name, odbc_scheme);
    const struct database_engine *engine = &database_sqlite;
    struct query **slots = memory_new(CACHE_SLOTS_FIRST, sizeof(struct query *));
    if (!slots) return ERR_MEMORY;
    err e = engine->open(odbc ? name + strlen(odbc_scheme) : name, database);
    if (e) {
        memory_free(slots);
        return e;
    }
    (*database)->engine = engine;
    (*database)->slots_n = CACHE_SLOTS_FIRST;
    (*database)->slots = slots;
    return ERR_OK;
}

void database_close(struct database *database)
{
    if (!database) return;
    for (size_t i = 0; i < database->slots_n; i++) {
        if (database->slots[i]) database->engine->forget(database->slots[i]);
    }
    memory_free(database->slots);
    database->engine->close(database);
}

/* --- transactions ------------------------------------------------------------------- */

err database_begin(struct database *database)
{
    ensure(!database->in_transaction);

    err e = database->engine->begin(database);
    database->in_transaction = !e;
    return e;
}

err database_commit(struct database *database)
{
    ensure(database->in_transaction);

    err e = database->engine->commit(database);
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
    database->engine->rollback(database);
}

err database_picture_begin(struct database *database)
{
    ensure(!database->in_transaction);

    err e = database->engine->picture(database);
    database->in_transaction = !e;
    return e;
}

void database_picture_end(struct database *database)
{
    /* A transaction that only read has nothing to lose. */
    if (database->in_transaction) database_rollback(database);
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
    err e = database->engine->prepare(database, statement, query);
    if (e) return e;
    (*query)->database = database;
    (*query)->statement = statement;
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

static void keep(struct query *query, err e)
{
    if (!query->first) query->first = e;
}

void query_bind_i64(struct query *query, int64_t value)
{
    keep(query, query->database->engine->bind_i64(query, ++query->bound_n, value));
}

void query_bind_double(struct query *query, double value)
{
    const struct database_engine *engine = query->database->engine;
    int at = ++query->bound_n;
    keep(query, isnan(value) ? engine->bind_null(query, at)
                             : engine->bind_double(query, at, value));
}

void query_bind_text(struct query *query, const char *value)
{
    const struct database_engine *engine = query->database->engine;
    int at = ++query->bound_n;
    keep(query,
         value ? engine->bind_text(query, at, value) : engine->bind_null(query, at));
}

void query_bind_id(struct query *query, uint32_t id)
{
    const struct database_engine *engine = query->database->engine;
    int at = ++query->bound_n;
    keep(query, id ? engine->bind_i64(query, at, id) : engine->bind_null(query, at));
}

void query_bind_bytes(struct query *query, struct bytes value)
{
    keep(query, query->database->engine->bind_bytes(query, ++query->bound_n, value));
}

bool query_row(struct query *query)
{
    ensure(query->running);

    if (query->first) return false;
    bool row = false;
    keep(query, query->database->engine->step(query, &row));
    return row;
}

int64_t query_i64(struct query *query, int column)
{
    return query->database->engine->i64(query, column);
}

double query_double(struct query *query, int column)
{
    if (query_is_null(query, column)) return __builtin_nan("");
    return query->database->engine->number(query, column);
}

const char *query_text(struct query *query, int column)
{
    const char *text = query->database->engine->text(query, column);
    return text ? text : "";
}

struct bytes query_bytes(struct query *query, int column)
{
    return query->database->engine->bytes(query, column);
}

bool query_is_null(struct query *query, int column)
{
    return query->database->engine->is_null(query, column);
}

err query_close(struct query *query)
{
    if (!query) return ERR_OK;
    ensure(query->running);

    err e = query->first;
    query->database->engine->end(query);
    query->running = false;
    if (!query->cached) query->database->engine->forget(query);
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
    return database->engine->last_id(database);
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

    e = database->engine->run_text(database, migration->name, migration->sql);
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

    err e = database->engine->migration_table(database);
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

err database_check(struct database *database, char *why, size_t why_n)
{
    ensure(why != NULL);

    return database->engine->check(database, why, why_n);
}
