/* received_test.c - interval sets against a plain set of flags, in memory and in the
 * database, also when the transaction of a save is undone. */
#include "store/received.h"

#include "model/catalog.h"
#include "store/schema.h"
#include "store_check.h"

enum { NUMBERS_N = 400 };

struct fixture {
    char folder[FILE_PATH_BYTES], path[FILE_PATH_BYTES];
    struct database *database;
    struct received *received;
};

static void fixture_open(struct fixture *f)
{
    scratch_make(f->folder);
    scratch_path(f->path, f->folder, "a.db");
    assert_int_equal(database_open(f->path, &f->database), ERR_OK);
    assert_int_equal(store_migrate(f->database), ERR_OK);
    assert_int_equal(received_open(&f->received), ERR_OK);
}

static void fixture_close(struct fixture *f)
{
    received_close(f->received);
    database_close(f->database);
    scratch_remove(f->folder);
}

static void reload(struct fixture *f)
{
    received_close(f->received);
    assert_int_equal(received_open(&f->received), ERR_OK);
    assert_int_equal(received_load(f->received, f->database), ERR_OK);
}

static void save(struct fixture *f, bool commit)
{
    assert_int_equal(database_begin(f->database), ERR_OK);
    assert_int_equal(received_save(f->received, f->database), ERR_OK);
    if (commit) {
        assert_int_equal(database_commit(f->database), ERR_OK);
    } else {
        database_rollback(f->database);
    }
}

static void compare(struct fixture *f, const bool *model, uint64_t base)
{
    struct received_span span;
    uint64_t lowest = UINT64_MAX, highest = 0, missing = 0;
    for (uint64_t i = 0; i < NUMBERS_N; i++) {
        CHECK_EQ("has", received_has(f->received, "T1", 9, base + i), model[i]);
        if (!model[i]) continue;
        if (lowest == UINT64_MAX) lowest = i;
        highest = i;
    }
    bool any = received_span(f->received, "T1", 9, &span);
    CHECK_EQ("any", any, lowest != UINT64_MAX);
    if (!any) return;
    for (uint64_t i = lowest; i <= highest; i++) missing += !model[i];
    CHECK_EQ("lowest", span.lowest, base + lowest);
    CHECK_EQ("highest", span.highest, base + highest);
    CHECK_EQ("missing", span.missing, missing);
}

static void random_life(uint64_t base)
{
    struct fixture f;
    bool model[NUMBERS_N] = {0};
    struct random random = random_open(31 + base % 1000);
    fixture_open(&f);
    for (int i = 0; i < 900; i++) {
        uint64_t n = random_below(&random, NUMBERS_N);
        err want = model[n] ? ERR_DUPLICATE : ERR_OK;
        CHECK_EQ("add", received_add(f.received, "T1", 9, base + n), want);
        model[n] = true;
        if (i % 50 == 0) compare(&f, model, base);
        if (i % 120 == 60) save(&f, false); /* undone: must come with the next one */
        if (i % 120 == 100) {
            save(&f, true);
            reload(&f);
            compare(&f, model, base);
        }
    }
    fixture_close(&f);
}

static void as_a_set_of_flags(void **state)
{
    (void)state;
    random_life(0);
    random_life(1000000);
    random_life(UINT64_MAX - NUMBERS_N + 1);
}

static void an_undone_save_is_saved_again(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    assert_int_equal(received_add(f.received, "T1", 1, 5), ERR_OK);
    save(&f, false);
    assert_int_equal(received_add(f.received, "T2", 1, 6), ERR_OK); /* another spool */
    save(&f, true);
    reload(&f);
    CHECK("kept", received_has(f.received, "T1", 1, 5));
    CHECK("kept", received_has(f.received, "T2", 1, 6));
    save(&f, true);
    save(&f, false);
    assert_int_equal(received_add(f.received, "T2", 1, 7), ERR_OK);
    save(&f, false);
    save(&f, true);
    reload(&f);
    CHECK("kept", received_has(f.received, "T2", 1, 7));
    fixture_close(&f);
}

static void spools_do_not_meet(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    char terminal[CATALOG_CODE_BYTES];
    for (int i = 0; i < 500; i++) {
        assert_true(text_format(terminal, sizeof terminal, "T%d", i % 100));
        assert_int_equal(received_add(f.received, terminal, (uint64_t)(i / 100), 1),
                         ERR_OK);
    }
    save(&f, true);
    reload(&f);
    CHECK("has", received_has(f.received, "T99", 4, 1));
    CHECK("has not", !received_has(f.received, "T99", 5, 1));
    CHECK("has not", !received_has(f.received, "T99", 4, 2));
    CHECK_EQ("long name",
             received_add(f.received, "0123456789012345678901234567890123456789", 1, 1),
             ERR_RANGE);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_a_set_of_flags),
        cmocka_unit_test(an_undone_save_is_saved_again),
        cmocka_unit_test(spools_do_not_meet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
