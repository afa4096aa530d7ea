/* database_engine.h - what a database has to do to stand behind database.h; nobody else
 * includes it.
 *
 * database.c keeps the prepared statements, the first error of a query and the state of
 * the transaction, so an engine sees calls in order only.  `struct database` and `struct
 * query` are the first member of an engine's own. */
#ifndef HEATNET_STORE_DATABASE_ENGINE_H
#define HEATNET_STORE_DATABASE_ENGINE_H

#include "store/database.h"

struct database_engine {
    err (*open)(const char *name, struct database **database);
    void (*close)(struct database *database); /* all queries were forgotten */
    err (*begin)(struct database *database);  /* waits for other writers */
    err (*picture)(struct database *database);
    err (*commit)(struct database *database); /* an error: rollback follows */
    void (*rollback)(struct database *database);
    /* Makes the query; database.c fills in its fields. */
    err (*prepare)(struct database *database, const struct statement *statement,
                   struct query **query);
    void (*forget)(struct query *query);
    err (*bind_i64)(struct query *query, int at, int64_t value); /* `at` from 1 */
    err (*bind_double)(struct query *query, int at, double value);
    err (*bind_text)(struct query *query, int at, const char *value);
    err (*bind_bytes)(struct query *query, int at, struct bytes value);
    err (*bind_null)(struct query *query, int at); /* of a number */
    err (*step)(struct query *query, bool *row);
    int64_t (*i64)(struct query *query, int column); /* from 0 */
    double (*number)(struct query *query, int column);
    const char *(*text)(struct query *query, int column); /* NULL of NULL */
    struct bytes (*bytes)(struct query *query, int column);
    bool (*is_null)(struct query *query, int column);
    void (*end)(struct query *query); /* of its rows; it will be used again */
    int64_t (*last_id)(struct database *database);
    err (*migration_table)(struct database *database); /* made when missing */
    /* One or more statements without parameters and rows, of a migration. */
    err (*run_text)(struct database *database, const char *name, const char *sql);
    err (*check)(struct database *database, char *why, size_t why_n);
};

struct query {
    struct database *database;
    const struct statement *statement;
    int bound_n;
    err first; /* the first error since query_open */
    bool running;
    bool cached; /* lives in the cache; otherwise made for this run only */
};

struct database {
    const struct database_engine *engine;
    struct query **slots; /* by the statement's address, open addressing */
    size_t slots_n, cached_n;
    bool in_transaction;
};

extern const struct database_engine database_sqlite;

#endif
