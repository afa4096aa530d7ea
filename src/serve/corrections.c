/* corrections.c - see corrections.h.  A value is a row: corrections are few. */
#include "serve/corrections.h"

#include "base/arena.h"
#include "base/ensure.h"
#include "base/text.h"
#include "store/database.h"

#include <math.h>
#include <string.h>

enum { ARENA_BYTES = 32 << 20, AUTHOR_BYTES = 40 };

static const struct migration migrations[] = {
    {"serve.004_corrections",
     "CREATE TABLE correction (id INTEGER PRIMARY KEY AUTOINCREMENT,"
     " point INTEGER NOT NULL, made_ms INTEGER NOT NULL, author TEXT NOT NULL,"
     " reason TEXT NOT NULL);"
     "CREATE INDEX correction_point ON correction (point, id);"
     "CREATE TABLE correction_value (correction INTEGER NOT NULL REFERENCES correction,"
     " time_ms INTEGER NOT NULL, had_old INTEGER NOT NULL, old_value REAL,"
     " old_quality INTEGER NOT NULL, new_value REAL, new_quality INTEGER NOT NULL,"
     " PRIMARY KEY (correction, time_ms)) WITHOUT ROWID;"},
};

static const struct statement add_head = {
    "corrections.add",
    "INSERT INTO correction (point, made_ms, author, reason) VALUES (?1, ?2, ?3, ?4)"};
static const struct statement add_value = {
    "corrections.add_value",
    "INSERT INTO correction_value (correction, time_ms, had_old, old_value, old_quality,"
    " new_value, new_quality) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"};
static const struct statement heads = {
    "corrections.heads",
    "SELECT id, made_ms, author, reason FROM correction WHERE point = ?1 AND EXISTS"
    " (SELECT 1 FROM correction_value WHERE correction = correction.id"
    " AND time_ms >= ?2 AND time_ms < ?3) ORDER BY id DESC LIMIT 1000"};
static const struct statement values = {
    "corrections.values",
    "SELECT time_ms, had_old, old_value, old_quality, new_value, new_quality"
    " FROM correction_value WHERE correction = ?1 ORDER BY time_ms"};

err corrections_migrate(const char *database_path)
{
    struct database *database = NULL;
    err e = database_open(database_path, &database);
    if (!e) e = database_migrate(database, migrations, COUNT(migrations));
    database_close(database);
    return e;
}

static err put_head(struct database *database, struct correction *correction)
{
    struct query *query = NULL;
    err e = query_open(database, &add_head, &query);
    if (e) return e;
    query_bind_i64(query, correction->point);
    query_bind_i64(query, correction->made_ms);
    query_bind_text(query, correction->author);
    query_bind_text(query, correction->reason);
    e = query_run(query);
    if (!e) correction->id = (uint64_t)database_last_id(database);
    return e;
}

static err put_value(struct database *database, uint64_t id,
                     const struct correction_value *value)
{
    struct query *query = NULL;
    err e = query_open(database, &add_value, &query);
    if (e) return e;
    query_bind_i64(query, (int64_t)id);
    query_bind_i64(query, value->time_ms);
    query_bind_i64(query, value->had_old);
    query_bind_double(query, value->old_value);
    query_bind_i64(query, value->old_quality);
    query_bind_double(query, value->new_value);
    query_bind_i64(query, value->new_quality);
    return query_run(query);
}

err corrections_add(const char *database_path, struct correction *correction)
{
    struct database *database = NULL;
    err e = database_open(database_path, &database);
    if (!e) e = database_begin(database);
    if (!e) e = put_head(database, correction);
    for (size_t i = 0; !e && i < correction->n; i++)
        e = put_value(database, correction->id, &correction->values[i]);
    if (!e)
        e = database_commit(database);
    else if (database)
        database_rollback(database);
    database_close(database);
    return e;
}

static err read_values(struct database *database, struct arena *arena,
                       struct correction *correction)
{
    struct query *query = NULL;
    err e = query_open(database, &values, &query);
    if (e) return e;
    query_bind_i64(query, (int64_t)correction->id);
    correction->values =
        arena_new(arena, CORRECTION_VALUES_MAX, sizeof *correction->values);
    while (correction->values && correction->n < CORRECTION_VALUES_MAX &&
           query_row(query))
        correction->values[correction->n++] =
            (struct correction_value){.time_ms = query_i64(query, 0),
                                      .had_old = query_i64(query, 1) != 0,
                                      .old_value = query_double(query, 2),
                                      .old_quality = (uint8_t)query_i64(query, 3),
                                      .new_value = query_double(query, 4),
                                      .new_quality = (uint8_t)query_i64(query, 5)};
    e = query_close(query);
    return correction->values ? e : ERR_MEMORY;
}

err corrections_each(const char *database_path, const int64_t from_to_ms[2],
                     uint32_t point,
                     err (*each)(void *context, const struct correction *one),
                     void *context)
{
    struct database *database = NULL;
    struct query *query = NULL;
    err kept = ERR_OK, e = database_open(database_path, &database);
    if (!e) e = query_open(database, &heads, &query);
    if (e) {
        database_close(database);
        return e;
    }
    query_bind_i64(query, point);
    query_bind_i64(query, from_to_ms[0]);
    query_bind_i64(query, from_to_ms[1]);
    while (!kept && query_row(query)) {
        struct arena arena;
        char author[AUTHOR_BYTES], reason[CORRECTION_REASON_BYTES];
        text_copy(author, sizeof author, query_text(query, 2));
        text_copy(reason, sizeof reason, query_text(query, 3));
        struct correction one = {.id = (uint64_t)query_i64(query, 0),
                                 .point = point,
                                 .made_ms = query_i64(query, 1),
                                 .author = author,
                                 .reason = reason};
        arena_open(&arena, ARENA_BYTES);
        kept = read_values(database, &arena, &one);
        if (!kept) kept = each(context, &one);
        arena_close(&arena);
    }
    e = query_close(query);
    database_close(database);
    return kept ? kept : e;
}
