/* database.h - the seam to the relational database: named, prepared statements only.
 *
 * One `struct database` is one connection, used by one thread at a time; each thread that
 * asks opens its own (database_open is cheap).  Behind it stand SQLite (WAL,
 * synchronous=FULL) and, through ODBC, MariaDB/MySQL, PostgreSQL and Oracle.
 * SQL is written once, in the words of database_sql.h; values travel as parameters, never
 * in the text. */
#ifndef HEATNET_STORE_DATABASE_H
#define HEATNET_STORE_DATABASE_H

#include "base/bytes.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct database;
struct query; /* a running statement */

/* A statement of a room: its text is prepared on first use by this connection and kept.
 * Declare them `static const`; the address is the identity. */
struct statement {
    const char *name; /* for errors and the log: "accounts.by_name" */
    const char *sql;  /* parameters ?1, ?2 ... */
};

/* One step of the schema, of a room: applied once, in order, in one transaction each. */
struct migration {
    const char *name; /* "store.001_catalog": unique for ever */
    const char *sql;  /* one or more statements */
};

/* `name`: the SQLite file, or "odbc:" and a connection string (docs/databases.md), which
 * must not hold a password (PasswordFile=PATH names a file of mode 0600 that does).
 * ERR_CORRUPT, ERR_SPACE, ERR_IO; of a server also ERR_RANGE the string, ERR_DENIED the
 * password or its file, ERR_CLOSED not to be reached, ERR_STATE not set to be durable.
 *
 * A server may go away: then what is under way ends with ERR_CLOSED, and the next
 * statement outside of a transaction connects anew.  A commit that ends so may have been
 * done or not. */
MUST_USE err database_open(const char *name, struct database **database);
void database_close(struct database *database);
/* Apply those of the list that the database has not had. */
MUST_USE err database_migrate(struct database *database, const struct migration *list,
                              size_t list_n);

MUST_USE err database_begin(struct database *database); /* waits for other writers */
MUST_USE err
database_commit(struct database *database); /* durable when it returns ERR_OK */
void database_rollback(struct database *database);
/* Until database_picture_end all statements read one state, whatever others write. */
MUST_USE err database_picture_begin(struct database *database);
void database_picture_end(struct database *database);

/* Start a statement; bind in order with the query_bind_* (each returns the query for
 * chaining is not offered: errors are kept and come out of query_step / query_run). */
MUST_USE err query_open(struct database *database, const struct statement *statement,
                        struct query **query);
void query_bind_i64(struct query *query, int64_t value);
void query_bind_double(struct query *query, double value); /* NaN binds NULL */
void query_bind_text(struct query *query,
                     const char *value); /* NULL binds NULL; copied */
void query_bind_id(struct query *query, uint32_t id); /* 0 binds NULL */
void query_bind_bytes(struct query *query, struct bytes value); /* not copied until run */
/* Next row: true; false at the end or on error (see query_close). */
bool query_row(struct query *query);
int64_t query_i64(struct query *query, int column);
double query_double(struct query *query, int column);    /* NULL is NaN */
const char *query_text(struct query *query, int column); /* "" for NULL; till next row */
struct bytes query_bytes(struct query *query, int column); /* till next row */
bool query_is_null(struct query *query, int column);
/* End; the first error of the whole statement. ERR_DUPLICATE: a unique rule was broken.
 */
MUST_USE err query_close(struct query *query);
/* Run to the end without rows and close. */
MUST_USE err query_run(struct query *query);

/* The id that the last INSERT of this connection was given by the database. */
int64_t database_last_id(struct database *database);
/* Check of the whole file: ERR_CORRUPT and a text in `why`. */
MUST_USE err database_check(struct database *database, char *why, size_t why_n);

#endif
