/* database_test.c - statements, transactions, migrations and the classes of errors. */
#include "store/database.h"

#include "store_check.h"

#include <math.h>

struct fixture {
    char folder[FILE_PATH_BYTES], path[FILE_PATH_BYTES];
    struct database *database;
};

static const struct migration migrations[] = {
    {"test.001", "CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT UNIQUE, x REAL,"
                 " b BLOB); INSERT INTO thing (name) VALUES ('first');"},
    {"test.002", "ALTER TABLE thing ADD COLUMN parent INTEGER REFERENCES thing (id)"},
};
static const struct statement insert = {
    "thing.insert", "INSERT INTO thing (name, x, b, parent) VALUES (?1, ?2, ?3, ?4)"};
static const struct statement select_all = {
    "thing.all", "SELECT id, name, x, b FROM thing ORDER BY id"};
static const struct statement count = {"thing.count", "SELECT count(*) FROM thing"};
static const struct statement wrong = {"thing.wrong", "SELECT nothing FROM nowhere"};
static const struct statement setting = {"setting", "PRAGMA synchronous"};
static const struct statement journal = {"journal", "PRAGMA journal_mode"};

static void fixture_open(struct fixture *f)
{
    scratch_make(f->folder);
    scratch_path(f->path, f->folder, "a.db");
    assert_int_equal(database_open(f->path, &f->database), ERR_OK);
    assert_int_equal(database_migrate(f->database, migrations, COUNT(migrations)),
                     ERR_OK);
}

static void fixture_close(struct fixture *f)
{
    database_close(f->database);
    scratch_remove(f->folder);
}

static err add(struct database *database, const char *name, double x, int64_t parent)
{
    struct query *query = NULL;
    err e = query_open(database, &insert, &query);
    if (e) return e;
    query_bind_text(query, name);
    query_bind_double(query, x);
    query_bind_bytes(query, (struct bytes){(const uint8_t *)"\0\1\2", 3});
    if (parent) {
        query_bind_i64(query, parent);
    } else {
        query_bind_text(query, NULL);
    }
    return query_run(query);
}

static int64_t number(struct database *database, const struct statement *statement)
{
    struct query *query = NULL;
    assert_int_equal(query_open(database, statement, &query), ERR_OK);
    assert_true(query_row(query));
    int64_t n = query_i64(query, 0);
    assert_int_equal(query_close(query), ERR_OK);
    return n;
}

static void values_go_in_and_out(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    CHECK_EQ("full", number(f.database, &setting), 2);
    assert_int_equal(add(f.database, "温度", 1.5, 1), ERR_OK);
    CHECK_EQ("id", database_last_id(f.database), 2);
    assert_int_equal(add(f.database, NULL, NAN, 0), ERR_OK);
    struct query *query = NULL;
    assert_int_equal(query_open(f.database, &select_all, &query), ERR_OK);
    assert_true(query_row(query));
    assert_true(query_row(query));
    CHECK_TEXT("text", query_text(query, 1), "温度");
    CHECK("double", query_double(query, 2) == 1.5);
    CHECK_EQ("bytes", query_bytes(query, 3).n, 3);
    assert_true(query_row(query));
    CHECK("null", query_is_null(query, 1) && query_is_null(query, 2));
    CHECK_TEXT("null text", query_text(query, 1), "");
    CHECK("null double", isnan(query_double(query, 2)));
    /* The same statement within its own rows. */
    CHECK_EQ("nested", number(f.database, &count), 3);
    struct query *nested = NULL;
    assert_int_equal(query_open(f.database, &select_all, &nested), ERR_OK);
    assert_true(query_row(nested));
    assert_int_equal(query_close(nested), ERR_OK);
    assert_false(query_row(query));
    assert_int_equal(query_close(query), ERR_OK);
    fixture_close(&f);
}

static void broken_rules_have_their_class(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    CHECK_EQ("unique", add(f.database, "first", 0, 0), ERR_DUPLICATE);
    CHECK_EQ("refers to nothing", add(f.database, "x", 0, 99), ERR_RANGE);
    struct query *query = NULL;
    CHECK("no such table", query_open(f.database, &wrong, &query) != ERR_OK);
    CHECK_EQ("still works", add(f.database, "y", 0, 1), ERR_OK);
    fixture_close(&f);
}

static void transactions_are_all_or_nothing(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    assert_int_equal(database_begin(f.database), ERR_OK);
    assert_int_equal(add(f.database, "a", 0, 0), ERR_OK);
    database_rollback(f.database);
    CHECK_EQ("undone", number(f.database, &count), 1);
    struct database *other = NULL;
    assert_int_equal(database_open(f.path, &other), ERR_OK);
    assert_int_equal(database_begin(f.database), ERR_OK);
    assert_int_equal(add(f.database, "b", 0, 0), ERR_OK);
    CHECK_EQ("others do not see it", number(other, &count), 1);
    assert_int_equal(database_commit(f.database), ERR_OK);
    CHECK_EQ("now they do", number(other, &count), 2);
    database_close(other);
    fixture_close(&f);
}

static void migrations_are_applied_once_and_whole(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    assert_int_equal(database_migrate(f.database, migrations, COUNT(migrations)), ERR_OK);
    CHECK_EQ("once", number(f.database, &count), 1);
    static const struct migration bad[] = {
        {"test.003",
         "INSERT INTO thing (name) VALUES ('third'); INSERT INTO nowhere VALUES (1)"},
    };
    CHECK("fails", database_migrate(f.database, bad, 1) != ERR_OK);
    CHECK_EQ("nothing of it", number(f.database, &count), 1);
    static const struct migration good[] = {
        {"test.003", "INSERT INTO thing (name) VALUES ('third')"},
    };
    assert_int_equal(database_migrate(f.database, good, 1), ERR_OK);
    CHECK_EQ("all of it", number(f.database, &count), 2);
    fixture_close(&f);
}

static void damage_is_told(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    char why[200];
    CHECK_EQ("sound", database_check(f.database, why, sizeof why), ERR_OK);
    struct query *query = NULL;
    assert_int_equal(query_open(f.database, &journal, &query), ERR_OK);
    assert_true(query_row(query));
    CHECK_TEXT("journal", query_text(query, 0), "wal");
    assert_int_equal(query_close(query), ERR_OK);
    database_close(f.database);
    FILE *file = fopen(f.path, "r+b");
    ensure(file != NULL);
    ensure(fwrite("not a database at all", 1, 21, file) == 21);
    ensure(fclose(file) == 0);
    CHECK_EQ("not a database", database_open(f.path, &f.database), ERR_CORRUPT);
    scratch_remove(f.folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_go_in_and_out),
        cmocka_unit_test(broken_rules_have_their_class),
        cmocka_unit_test(transactions_are_all_or_nothing),
        cmocka_unit_test(migrations_are_applied_once_and_whole),
        cmocka_unit_test(damage_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
