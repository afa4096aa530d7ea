/* rawlog_test.c - what was committed is read back, whatever happens to the tail, to the
 * disk and to single bits. */
#include "rawlog_check_files.h"

static void committed_is_read_and_survives_reopening(void **state)
{
    struct fixture f;
    fixture_open(&f, *state);
    assert_int_equal(fixture_reopen(&f), ERR_OK);
    append_commit(&f, 1);
    append_commit(&f, 50);
    read_check(&f, 1, 51);
    append(&f, 5); /* not committed: nobody sees them */
    read_check(&f, 40, 51);
    assert_int_equal(fixture_reopen(&f), ERR_OK);
    CHECK_EQ("torn", f.torn_bytes, 0);
    CHECK_EQ("last", rawlog_last_number(f.log), 51);
    append_commit(&f, 200);
    read_check(&f, 1, 251);
    verify_check(&f, 251);
    struct rawlog *other = NULL;
    CHECK_EQ("second writer", rawlog_open(&f.options, &other, &f.torn_bytes, f.why),
             ERR_BUSY);
    fixture_close(&f);
}

static void sealed_and_open_files_are_one_log(void **state)
{
    struct fixture f;
    fixture_open(&f, *state);
    assert_int_equal(fixture_reopen(&f), ERR_OK);
    uint64_t n = 0;
    for (int file = 0; file < 4; file++) {
        append_commit(&f, 3000);
        n += 3000;
        seal(&f);
    }
    append_commit(&f, 77);
    n += 77;
    verify_check(&f, n);
    read_check(&f, 1, n);
    for (uint64_t from = 2; from <= n; from += 997) read_check(&f, from, n);
    assert_int_equal(fixture_reopen(&f), ERR_OK);
    CHECK_EQ("last", rawlog_last_number(f.log), n);
    append_commit(&f, 3);
    verify_check(&f, n + 3);

    struct rawlog_cursor *cursor = NULL;
    struct rawlog_record record;
    for (uint64_t at = 1; at <= n; at += 1231) {
        int64_t ms = BEGIN_MS + (int64_t)at * 1000 - 500;
        assert_int_equal(rawlog_read_open_time(f.log_folder, f.seal, ms, &cursor),
                         ERR_OK);
        CHECK_EQ("by time", rawlog_read(cursor, &record), ERR_OK);
        record_check(&record, at);
        rawlog_read_close(cursor);
    }
    fixture_close(&f);
}

static void a_cursor_goes_on_while_files_are_sealed(void **state)
{
    struct fixture f;
    fixture_open(&f, *state);
    assert_int_equal(fixture_reopen(&f), ERR_OK);
    append_commit(&f, 500);
    struct rawlog_cursor *cursor = NULL;
    struct rawlog_record record;
    assert_int_equal(rawlog_read_open(f.log_folder, f.seal, 1, &cursor), ERR_OK);
    uint64_t at = 0;
    for (int round = 0; round < 6; round++) {
        for (int i = 0; i < 300; i++) {
            CHECK_EQ("read", rawlog_read(cursor, &record), ERR_OK);
            record_check(&record, ++at);
        }
        seal(&f);
        append_commit(&f, 300);
    }
    while (rawlog_read(cursor, &record) == ERR_OK) record_check(&record, ++at);
    CHECK_EQ("all", at, rawlog_last_number(f.log));
    append_commit(&f, 1);
    CHECK_EQ("the next one", rawlog_read(cursor, &record), ERR_OK);
    record_check(&record, at + 1);
    rawlog_read_close(cursor);
    fixture_close(&f);
}

static void old_files_go_and_young_ones_stay(void **state)
{
    struct fixture f;
    fixture_open(&f, *state);
    f.options.keep_bytes = 1;
    assert_int_equal(fixture_reopen(&f), ERR_OK);
    int64_t now_ms = BEGIN_MS + 30 * HOUR_MS;
    append_commit(&f, 100);
    err e = ERR_OK;
    for (int i = 0; i < 1000 && e == ERR_OK; i++) {
        e = rawlog_maintain(f.log, now_ms);
        usleep(1000);
    }
    CHECK_EQ("too much, but too young", e, ERR_SPACE);
    read_check(&f, 1, 100);
    append_commit(&f, 1);
    CHECK_EQ("old", rawlog_maintain(f.log, now_ms + 8 * 24 * HOUR_MS), ERR_OK);
    read_check(&f, 101, 101);
    struct rawlog_cursor *cursor = NULL;
    struct rawlog_record record;
    assert_int_equal(rawlog_read_open(f.log_folder, f.seal, 1, &cursor), ERR_OK);
    CHECK_EQ("first of what is left", rawlog_read(cursor, &record), ERR_OK);
    record_check(&record, 101);
    rawlog_read_close(cursor);
    fixture_close(&f);
}

/* --- torn and damaged --------------------------------------------------------------- */

static void mark_forget(struct fixture *f)
{
    char path[FILE_PATH_BYTES];
    scratch_path(path, f->log_folder, "mark");
    (void)unlink(path);
}

/* With its mark lost (as after a power cut) the log keeps every whole record of any cut.
 */
static void every_truncation_of_the_tail_is_cut_off(void **state)
{
    struct fixture f;
    fixture_open(&f, *state);
    assert_int_equal(fixture_reopen(&f), ERR_OK);
    append_commit(&f, 4);
    char path[FILE_PATH_BYTES];
    file_of(&f, 1, ".open", path);
    struct buffer kept = file_take(path);
    append_commit(&f, 4); /* one group: torn anywhere, nothing of it was acknowledged */
    struct buffer whole = file_take(path);
    rawlog_close(f.log);
    f.log = NULL;
    for (size_t n = kept.n; n <= whole.n; n++) {
        file_put(path, (struct bytes){whole.at, n});
        mark_forget(&f);
        CHECK_EQ("open", fixture_reopen(&f), ERR_OK);
        uint64_t last = rawlog_last_number(f.log);
        CHECK("kept", last >= 4 && last <= 8);
        CHECK_EQ("whole", last == 8, n == whole.n);
        read_check(&f, 1, last);
        append_commit(&f, 1);
        read_check(&f, 1, last + 1);
        verify_check(&f, last + 1);
        rawlog_close(f.log);
        f.log = NULL;
    }
    buffer_close(&kept);
    buffer_close(&whole);
    fixture_close(&f);
}

/* With its mark there, what was acknowledged and is gone is said. */
static void a_cut_below_the_mark_is_damage(void **state)
{
    struct fixture f;
    fixture_open(&f, *state);
    assert_int_equal(fixture_reopen(&f), ERR_OK);
    append_commit(&f, 8);
    rawlog_close(f.log);
    f.log = NULL;
    char path[FILE_PATH_BYTES];
    file_of(&f, 1, ".open", path);
    struct buffer whole = file_take(path);
    for (size_t n = 0; n < whole.n; n += 13) {
        file_put(path, (struct bytes){whole.at, n});
        CHECK_EQ("cut", fixture_reopen(&f), ERR_CORRUPT);
        CHECK("why", f.why[0] != '\0');
        struct buffer left = file_take(path); /* nothing is cut off: it is evidence */
        CHECK_EQ("left as it is", left.n, n);
        buffer_close(&left);
        struct rawlog_report report;
        CHECK_EQ("verify", rawlog_verify(f.log_folder, f.seal, &report), ERR_CORRUPT);
    }
    buffer_close(&whole);
    fixture_close(&f);
}

/* A group that reached the disk out of order: its later records whole, its first not. */
static void a_group_torn_in_the_middle_is_cut_off(void **state)
{
    struct fixture f;
    fixture_open(&f, *state);
    assert_int_equal(fixture_reopen(&f), ERR_OK);
    append_commit(&f, 10);
    char path[FILE_PATH_BYTES];
    file_of(&f, 1, ".open", path);
    struct buffer kept = file_take(path);
    append_commit(&f, 10);
    rawlog_close(f.log);
    f.log = NULL;
    struct buffer whole = file_take(path);
    memset(whole.at + kept.n + 20, 0, 300);
    file_put(path, buffer_bytes(&whole));
    mark_forget(&f);
    CHECK_EQ("torn", fixture_reopen(&f), ERR_OK);
    CHECK_EQ("torn bytes", f.torn_bytes, whole.n - kept.n);
    CHECK_EQ("last", rawlog_last_number(f.log), 10);
    verify_check(&f, 10);

    /* The same hole with a later commit behind it is damage. */
    append_commit(&f, 5);
    append_commit(&f, 5);
    rawlog_close(f.log);
    f.log = NULL;
    struct buffer again = file_take(path);
    memset(again.at + kept.n + 20, 0, 100);
    file_put(path, buffer_bytes(&again));
    mark_forget(&f);
    CHECK_EQ("damaged", fixture_reopen(&f), ERR_CORRUPT);
    CHECK("why", text_starts(f.why, "record 11:"));
    buffer_close(&kept);
    buffer_close(&whole);
    buffer_close(&again);
    fixture_close(&f);
}

static void flip_all(struct fixture *f, const char *path, size_t step)
{
    struct buffer content = file_take(path);
    for (size_t bit = 0; bit < content.n * 8; bit += step) {
        content.at[bit / 8] ^= (uint8_t)(1u << bit % 8);
        file_put(path, buffer_bytes(&content));
        struct rawlog_report report;
        err e = rawlog_verify(f->log_folder, f->seal, &report);
        if (e != ERR_CORRUPT) print_error("bit %zu of %s\n", bit, path);
        CHECK_EQ("flip", e, ERR_CORRUPT);
        CHECK("named", report.first_bad > 0 && report.what[0]);
        content.at[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    file_put(path, buffer_bytes(&content));
    buffer_close(&content);
}

/* A flip in the mark makes verify wait a moment for a writer: few of them here. */
static void every_flipped_bit_is_found(void **state)
{
    struct fixture f;
    fixture_open(&f, *state);
    assert_int_equal(fixture_reopen(&f), ERR_OK);
    append_commit(&f, 12);
    seal(&f);
    append_commit(&f, 2);
    rawlog_close(f.log);
    f.log = NULL;
    verify_check(&f, 14);
    char path[FILE_PATH_BYTES];
    file_of(&f, 1, ".sealed", path);
    flip_all(&f, path, 1);
    file_of(&f, 13, ".open", path);
    flip_all(&f, path, 1);
    scratch_path(path, f.log_folder, "mark");
    flip_all(&f, path, 113);
    verify_check(&f, 14);
    fixture_close(&f);
}

static void reading_goes_on_behind_damage(void **state)
{
    struct fixture f;
    fixture_open(&f, *state);
    assert_int_equal(fixture_reopen(&f), ERR_OK);
    for (int i = 0; i < 10; i++) append_commit(&f, 1);
    rawlog_close(f.log);
    f.log = NULL;
    char path[FILE_PATH_BYTES];
    file_of(&f, 1, ".open", path);
    struct buffer content = file_take(path);
    content.at[RAWLOG_HEADER_BYTES + 90] ^= 4; /* in the first or second record */
    file_put(path, buffer_bytes(&content));
    buffer_close(&content);
    struct rawlog_cursor *cursor = NULL;
    struct rawlog_record record;
    unsigned good = 0, bad = 0;
    assert_int_equal(rawlog_read_open(f.log_folder, f.seal, 1, &cursor), ERR_OK);
    for (;;) {
        err e = rawlog_read(cursor, &record);
        if (e == ERR_SHORT) break;
        CHECK("ok or corrupt", e == ERR_OK || e == ERR_CORRUPT);
        if (e == ERR_OK) record_check(&record, record.number);
        good += e == ERR_OK;
        bad += e == ERR_CORRUPT;
    }
    CHECK_EQ("bad", bad, 1);
    CHECK_EQ("good", good, 9);
    rawlog_read_close(cursor);
    fixture_close(&f);
}

/* --- faults ------------------------------------------------------------------------- */

/* The k-th write, sync or cut fails: no commit that said ok is ever lost. */
static void fault_round(const void *keys, size_t nth, int errno_value)
{
    struct fixture f;
    fixture_open(&f, keys);
    assert_int_equal(fixture_reopen(&f), ERR_OK);
    uint64_t acked = 0;
    bool stopped = false;
    file_fail_at(nth, errno_value);
    for (int i = 0; i < 6; i++) {
        uint8_t bytes[997];
        struct rawlog_record record;
        record_make(&record, rawlog_last_number(f.log) + 1, bytes, sizeof bytes);
        err e = rawlog_append(f.log, &record);
        if (!e) e = rawlog_commit(f.log);
        if (!e) {
            CHECK("no acknowledgement after a failure", !stopped);
            acked = record.number;
        } else if (e != ERR_SPACE) {
            stopped = true;
        }
    }
    file_fail_at(0, 0);
    if (errno_value == ENOSPC) CHECK("goes on", acked >= 5);
    CHECK_EQ("reopen", fixture_reopen(&f), ERR_OK);
    CHECK("nothing lost", rawlog_last_number(f.log) >= acked);
    read_check(&f, 1, rawlog_last_number(f.log));
    append_commit(&f, 2);
    verify_check(&f, rawlog_last_number(f.log));
    fixture_close(&f);
}

static void the_nth_write_or_sync_fails(void **state)
{
    static const int errors[] = {EIO, ENOSPC};
    for (size_t e = 0; e < COUNT(errors); e++) {
        for (size_t nth = 1; nth <= 20; nth++) {
            /* ENOSPC from a sync is no full disk but a failed sync: then it stops. */
            bool is_sync = nth % 3 == 2;
            if (errors[e] == ENOSPC && is_sync) continue;
            fault_round(*state, nth, errors[e]);
        }
    }
}

/* Opening itself may fail at any step; the next opening finds everything. */
static void opening_may_fail_anywhere(void **state)
{
    for (size_t nth = 1; nth <= 12; nth++) {
        struct fixture f;
        fixture_open(&f, *state);
        assert_int_equal(fixture_reopen(&f), ERR_OK);
        append_commit(&f, 20);
        rawlog_close(f.log);
        f.log = NULL;
        mark_forget(&f);
        file_fail_at(nth, EIO);
        err e = fixture_reopen(&f);
        file_fail_at(0, 0);
        if (e) CHECK_EQ("open again", fixture_reopen(&f), ERR_OK);
        CHECK_EQ("all there", rawlog_last_number(f.log), 20);
        verify_check(&f, 20);
        fixture_close(&f);
    }
}

/* Sealing is cut short at any of its writes; nothing is lost, and it is done later. */
static void sealing_may_fail_anywhere(void **state)
{
    for (size_t nth = 1; nth <= 14; nth++) {
        struct fixture f;
        fixture_open(&f, *state);
        assert_int_equal(fixture_reopen(&f), ERR_OK);
        append_commit(&f, 300);
        file_fail_at(nth, ENOSPC);
        int64_t now_ms = BEGIN_MS + 100 * HOUR_MS;
        for (int i = 0; i < 30; i++) {
            err e = rawlog_maintain(f.log, now_ms);
            (void)e;
            usleep(1000);
        }
        file_fail_at(0, 0);
        err e = fixture_reopen(&f);
        CHECK_EQ("reopen", e, ERR_OK);
        CHECK_EQ("all there", rawlog_last_number(f.log), 300);
        append_commit(&f, 10);
        seal(&f);
        read_check(&f, 1, 310);
        verify_check(&f, 310);
        fixture_close(&f);
    }
}

#define BOTH(test)                                                                       \
    cmocka_unit_test(test), cmocka_unit_test_prestate(test, (void *)"under keys")

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(committed_is_read_and_survives_reopening),
        BOTH(sealed_and_open_files_are_one_log),
        BOTH(a_cursor_goes_on_while_files_are_sealed),
        BOTH(old_files_go_and_young_ones_stay),
        BOTH(every_truncation_of_the_tail_is_cut_off),
        BOTH(a_cut_below_the_mark_is_damage),
        BOTH(a_group_torn_in_the_middle_is_cut_off),
        BOTH(every_flipped_bit_is_found),
        BOTH(reading_goes_on_behind_damage),
        BOTH(the_nth_write_or_sync_fails),
        BOTH(opening_may_fail_anywhere),
        BOTH(sealing_may_fail_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
