/* enrolment.c - see enrolment.h. */
#include "serve/enrolment.h"

#include "base/ensure.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/thread.h"
#include "model/catalog.h"
#include "vault/token.h"

#include <string.h>

static const struct migration migrations[] = {
    {"serve.001_enrolment",
     "CREATE TABLE enrolment (terminal TEXT(64) PRIMARY KEY, print BLOB NOT NULL,"
     " enabled INTEGER NOT NULL, issued_ms INTEGER NOT NULL);"},
};

static const struct statement all = {
    "enrolment.all", "SELECT terminal, print, enabled FROM enrolment ORDER BY terminal"};
static const struct statement put = {
    "enrolment.put", "INSERT INTO enrolment (terminal, print, enabled, issued_ms)"
                     " VALUES (?1, ?2, 1, ?3) ON CONFLICT (terminal) DO UPDATE SET"
                     " print = ?2, enabled = 1, issued_ms = ?3"};
static const struct statement enable = {
    "enrolment.enable", "UPDATE enrolment SET enabled = ?2 WHERE terminal = ?1"};

struct enrolled {
    char terminal[CATALOG_CODE_BYTES];
    uint8_t print[CERTIFICATE_PRINT_BYTES];
    bool enabled;
};

struct enrolment {
    struct lock lock; /* of the table */
    struct lock
        write_lock; /* of the database; taken first, never held with a check waiting */
    struct database *database;
    size_t n, capacity;
    struct enrolled *at; /* sorted by terminal */
};

/* Position of the terminal, or where it would stand. */
static size_t position(const struct enrolment *enrolment, const char *terminal,
                       bool *there)
{
    size_t low = 0, high = enrolment->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(enrolment->at[middle].terminal, terminal);
        if (order == 0) {
            *there = true;
            return middle;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *there = false;
    return low;
}

static err remember(struct enrolment *enrolment, const struct enrolled *one)
{
    bool there = false;
    size_t at = position(enrolment, one->terminal, &there);
    if (!there && enrolment->n == enrolment->capacity) {
        size_t capacity = enrolment->capacity ? 2 * enrolment->capacity : 16;
        struct enrolled *grown = memory_resize(enrolment->at, capacity, sizeof *grown);
        if (!grown) return ERR_MEMORY;
        enrolment->at = grown;
        enrolment->capacity = capacity;
    }
    if (!there) {
        memmove(enrolment->at + at + 1, enrolment->at + at,
                (enrolment->n - at) * sizeof *enrolment->at);
        enrolment->n++;
    }
    enrolment->at[at] = *one;
    return ERR_OK;
}

static err load(struct enrolment *enrolment)
{
    struct query *query = NULL;
    err e = query_open(enrolment->database, &all, &query);
    if (e) return e;
    err kept = ERR_OK;
    while (!kept && query_row(query)) {
        struct enrolled one = {.enabled = query_i64(query, 2) != 0};
        struct bytes print = query_bytes(query, 1);
        if (print.n != sizeof one.print) kept = ERR_CORRUPT;
        if (!kept) memcpy(one.print, print.at, print.n);
        text_copy(one.terminal, sizeof one.terminal, query_text(query, 0));
        if (!kept) kept = remember(enrolment, &one);
    }
    e = query_close(query);
    return kept ? kept : e;
}

err enrolment_open(const char *database_path, struct enrolment **enrolment)
{
    struct enrolment *made = memory_new(1, sizeof *made);
    if (!made) return ERR_MEMORY;
    lock_open(&made->lock);
    lock_open(&made->write_lock);
    err e = database_open(database_path, &made->database);
    if (!e) e = database_migrate(made->database, migrations, COUNT(migrations));
    if (!e) e = load(made);
    if (e) {
        enrolment_close(made);
        return e;
    }
    *enrolment = made;
    return ERR_OK;
}

void enrolment_close(struct enrolment *enrolment)
{
    if (!enrolment) return;
    database_close(enrolment->database);
    lock_close(&enrolment->lock);
    lock_close(&enrolment->write_lock);
    memory_free(enrolment->at);
    memory_free(enrolment);
}

err enrolment_check(struct enrolment *enrolment, const char *terminal,
                    const uint8_t print[CERTIFICATE_PRINT_BYTES])
{
    lock_take(&enrolment->lock);
    bool there = false;
    size_t at = position(enrolment, terminal, &there);
    err e = there ? ERR_OK : ERR_UNKNOWN;
    if (!e && !secret_equal(enrolment->at[at].print, print, CERTIFICATE_PRINT_BYTES))
        e = ERR_DENIED;
    if (!e && !enrolment->at[at].enabled) e = ERR_STATE;
    lock_give(&enrolment->lock);
    return e;
}

err enrolment_add(struct enrolment *enrolment, const char *terminal,
                  const uint8_t print[CERTIFICATE_PRINT_BYTES], int64_t now_ms)
{
    struct enrolled one = {.enabled = true};
    if (!text_copy(one.terminal, sizeof one.terminal, terminal)) return ERR_RANGE;
    memcpy(one.print, print, sizeof one.print);

    lock_take(&enrolment->write_lock);
    struct query *query = NULL;
    err e = query_open(enrolment->database, &put, &query);
    if (!e) {
        query_bind_text(query, terminal);
        query_bind_bytes(query, (struct bytes){print, CERTIFICATE_PRINT_BYTES});
        query_bind_i64(query, now_ms);
        e = query_run(query);
    }
    lock_take(&enrolment->lock);
    if (!e) e = remember(enrolment, &one);
    lock_give(&enrolment->lock);
    lock_give(&enrolment->write_lock);
    return e;
}

err enrolment_enable(struct enrolment *enrolment, const char *terminal, bool enabled)
{
    lock_take(&enrolment->write_lock); /* nobody else changes the table now */
    bool there = false;
    size_t at = position(enrolment, terminal, &there);
    struct query *query = NULL;
    err e = there ? query_open(enrolment->database, &enable, &query) : ERR_UNKNOWN;
    if (!e) {
        query_bind_text(query, terminal);
        query_bind_i64(query, enabled);
        e = query_run(query);
    }
    lock_take(&enrolment->lock);
    if (!e) enrolment->at[at].enabled = enabled;
    lock_give(&enrolment->lock);
    lock_give(&enrolment->write_lock);
    return e;
}

bool enrolment_is_enabled(struct enrolment *enrolment, const char *terminal)
{
    lock_take(&enrolment->lock);
    bool there = false;
    size_t at = position(enrolment, terminal, &there);
    bool enabled = there && enrolment->at[at].enabled;
    lock_give(&enrolment->lock);
    return enabled;
}
