/* historian_test.c - what the random test does not reach: failed flushes, damage, many
 * segments, and the numbers that are told about them. */
#include "store/historian.h"

#include "store/history_segment.h"
#include "store_check.h"

#include <math.h>

#define BEGIN_MS INT64_C(1774540800000) /* 2026-03-27T00:00+08:00 */
#define DAY_MS INT64_C(86400000)

struct fixture {
    char folder[FILE_PATH_BYTES], path[FILE_PATH_BYTES];
    struct calendar *calendar;
    struct seal *seal; /* NULL: plain */
    struct historian *historian;
};

static void historian_again(struct fixture *f)
{
    struct historian_options options = {.database_path = f->path,
                                        .seal = f->seal,
                                        .calendar = f->calendar,
                                        .head_bytes_max = 100000,
                                        .head_span_ms = 3600000};
    historian_close(f->historian);
    assert_int_equal(historian_open(&options, &f->historian), ERR_OK);
}

/* `keys` is the test's state: NULL for plain blobs. */
static void fixture_open(struct fixture *f, const void *keys)
{
    *f = (struct fixture){0};
    scratch_make(f->folder);
    scratch_path(f->path, f->folder, "history.db");
    if (keys) f->seal = scratch_keys(f->folder);
    assert_int_equal(calendar_open_zone("Asia/Shanghai", &f->calendar), ERR_OK);
    historian_again(f);
}

static void fixture_close(struct fixture *f)
{
    historian_close(f->historian);
    calendar_close(f->calendar);
    seal_close(f->seal);
    scratch_remove(f->folder);
}

/* Rows of points 1 and 2 with values row and row / 10. */
static void append(struct fixture *f, uint64_t row, uint64_t rows, int64_t step_ms)
{
    for (uint64_t i = row; i < row + rows; i++) {
        int64_t times[] = {BEGIN_MS + (int64_t)i * step_ms};
        uint32_t points[] = {1, 2};
        double values[] = {(double)i, (double)i / 10};
        uint8_t qualities[] = {0, 0};
        struct block block = {1, 1, 2, times, points, values, qualities};
        assert_int_equal(historian_append(f->historian, &block), ERR_OK);
    }
}

static err count_each(void *context, const struct history_sample *samples, size_t n)
{
    (void)samples;
    *(uint64_t *)context += n;
    return ERR_OK;
}

static uint64_t raw_count(struct fixture *f)
{
    uint64_t n = 0;
    struct history_range range = {1, 1, 0, INT64_MAX};
    assert_int_equal(historian_raw(f->historian, &range, count_each, &n), ERR_OK);
    return n;
}

static err refuse(void *context, struct database *database)
{
    (void)context;
    (void)database;
    return ERR_IO;
}

static void a_failed_flush_changes_nothing(void **state)
{
    struct fixture f;
    struct historian_figures before, after;
    fixture_open(&f, *state);
    append(&f, 0, 100, 10000);
    assert_int_equal(historian_flush(f.historian, 5, NULL, NULL), ERR_OK);
    append(&f, 100, 100, 10000);
    historian_figures(f.historian, &before);
    CHECK_EQ("fails", historian_flush(f.historian, 9, refuse, NULL), ERR_IO);
    historian_figures(f.historian, &after);
    CHECK("figures", memcmp(&before, &after, sizeof before) == 0);
    CHECK_EQ("checkpoint", historian_checkpoint(f.historian), 5);
    CHECK_EQ("still there", raw_count(&f), 200);
    CHECK_EQ("again", historian_flush(f.historian, 9, NULL, NULL), ERR_OK);
    CHECK_EQ("once", raw_count(&f), 200);
    historian_again(&f);
    CHECK_EQ("checkpoint", historian_checkpoint(f.historian), 9);
    CHECK_EQ("kept", raw_count(&f), 200);
    historian_figures(f.historian, &after);
    CHECK_EQ("samples", after.samples, 400);
    fixture_close(&f);
}

static void the_same_rows_again_change_nothing(void **state)
{
    struct fixture f;
    struct historian_figures figures;
    fixture_open(&f, *state);
    for (int i = 0; i < 3; i++) {
        append(&f, 0, 50, 10000);
        assert_int_equal(historian_flush(f.historian, 1, NULL, NULL), ERR_OK);
    }
    historian_figures(f.historian, &figures);
    CHECK_EQ("samples", figures.samples, 100);
    CHECK_EQ("late", figures.late_rows, 100);
    CHECK_EQ("raw", raw_count(&f), 50);
    fixture_close(&f);
}

static void segments_stay_few(void **state)
{
    struct fixture f;
    struct historian_figures figures;
    fixture_open(&f, *state);
    for (uint64_t i = 0; i < 288; i++) {
        append(&f, i * 5, 5, 60000);
        assert_int_equal(historian_flush(f.historian, i + 1, NULL, NULL), ERR_OK);
    }
    historian_figures(f.historian, &figures);
    CHECK("segments", figures.segments <= 9);
    CHECK_EQ("samples", figures.samples, 2880);
    CHECK_EQ("late", figures.late_rows, 0);
    CHECK("due", !historian_flush_due(f.historian));
    append(&f, 1440, 62, 60000);
    CHECK("an hour of little waits", !historian_flush_due(f.historian));
    append(&f, 1502, 1440, 60000);
    CHECK("due after a day", historian_flush_due(f.historian));
    fixture_close(&f);
}

static const struct statement segment_damage = {
    "test.damage", "UPDATE segment SET data = CAST(substr(data, 1, 20) || x'5A5A' ||"
                   " substr(data, 23) AS BLOB) WHERE day_ms = ?1"};
static const struct statement rollup_damage = {"test.damage_rollup",
                                               "UPDATE rollup SET data = x'0011223344'"};
static const struct statement latest_damage = {"test.damage_latest",
                                               "UPDATE latest SET data = x'00'"};

static void damage(struct fixture *f, const struct statement *statement, int64_t day_ms)
{
    struct database *database = NULL;
    struct query *query = NULL;
    assert_int_equal(database_open(f->path, &database), ERR_OK);
    assert_int_equal(query_open(database, statement, &query), ERR_OK);
    if (day_ms) query_bind_i64(query, day_ms);
    assert_int_equal(query_run(query), ERR_OK);
    database_close(database);
}

static void a_damaged_segment_is_told_and_kept_apart(void **state)
{
    struct fixture f;
    uint64_t n = 0;
    fixture_open(&f, *state);
    append(&f, 0, 48, 3600000); /* two days */
    assert_int_equal(historian_flush(f.historian, 1, NULL, NULL), ERR_OK);
    damage(&f, &segment_damage, BEGIN_MS);
    struct history_range both = {1, 1, BEGIN_MS, BEGIN_MS + 2 * DAY_MS};
    struct history_range second = {1, 1, BEGIN_MS + DAY_MS, BEGIN_MS + 2 * DAY_MS};
    CHECK_EQ("told", historian_raw(f.historian, &both, count_each, &n), ERR_CORRUPT);
    n = 0;
    CHECK_EQ("the rest", historian_raw(f.historian, &second, count_each, &n), ERR_OK);
    CHECK_EQ("the rest", n, 24);
    /* New rows, late ones too, are taken all the same. */
    append(&f, 10, 5, 3600000);
    append(&f, 48, 5, 3600000);
    CHECK_EQ("flush", historian_flush(f.historian, 2, NULL, NULL), ERR_OK);
    second.to_ms = INT64_MAX;
    n = 0;
    CHECK_EQ("the rest", historian_raw(f.historian, &second, count_each, &n), ERR_OK);
    CHECK_EQ("the rest", n, 29);
    fixture_close(&f);
}

static err sum_each(void *context, const struct history_bucket *bucket)
{
    *(uint64_t *)context += bucket->n;
    return ERR_OK;
}

static void damaged_summaries_are_done_without(void **state)
{
    struct fixture f;
    uint64_t n = 0;
    fixture_open(&f, *state);
    append(&f, 0, 48, 3600000);
    assert_int_equal(historian_flush(f.historian, 1, NULL, NULL), ERR_OK);
    damage(&f, &rollup_damage, 0);
    damage(&f, &latest_damage, 0);
    struct history_range range = {1, 1, BEGIN_MS, BEGIN_MS + 2 * DAY_MS};
    CHECK_EQ("days", historian_steps(f.historian, &range, HISTORY_DAY, sum_each, &n),
             ERR_OK);
    CHECK_EQ("from samples", n, 48);
    append(&f, 48, 24, 3600000 / 2 * 2 + 1);
    CHECK_EQ("flush", historian_flush(f.historian, 2, NULL, NULL), ERR_OK);
    n = 0;
    range.to_ms += DAY_MS;
    CHECK_EQ("days", historian_steps(f.historian, &range, HISTORY_DAY, sum_each, &n),
             ERR_OK);
    CHECK_EQ("all", n, 72);
    fixture_close(&f);
}

static void odd_questions_have_answers(void **state)
{
    struct fixture f;
    uint64_t n = 0;
    struct history_bucket buckets[4];
    fixture_open(&f, *state);
    append(&f, 0, 10, 1000);
    struct history_range empty = {1, 1, BEGIN_MS, BEGIN_MS};
    struct history_range turned = {1, 1, BEGIN_MS + 9, BEGIN_MS};
    struct history_range nobody = {99, 1, BEGIN_MS, BEGIN_MS + DAY_MS};
    struct history_range zero = {1, 0, BEGIN_MS, BEGIN_MS + DAY_MS};
    struct history_range shorter = {1, 1, BEGIN_MS, BEGIN_MS + 3};
    CHECK_EQ("empty", historian_raw(f.historian, &empty, count_each, &n), ERR_OK);
    CHECK_EQ("turned", historian_raw(f.historian, &turned, count_each, &n), ERR_OK);
    CHECK_EQ("nobody", historian_raw(f.historian, &nobody, count_each, &n), ERR_OK);
    CHECK_EQ("none", n, 0);
    CHECK_EQ("buckets", historian_buckets(f.historian, &zero, buckets, 4), ERR_OK);
    CHECK("nothing", buckets[0].n == 0 && isnan(buckets[3].mean));
    CHECK_EQ("turned", historian_buckets(f.historian, &turned, buckets, 4), ERR_RANGE);
    CHECK_EQ("shorter", historian_buckets(f.historian, &shorter, buckets, 4), ERR_RANGE);
    int64_t times[] = {INT64_MAX};
    uint32_t points[] = {1};
    double values[] = {1};
    uint8_t qualities[] = {0};
    struct block block = {1, 1, 1, times, points, values, qualities};
    CHECK_EQ("beyond time", historian_append(f.historian, &block), ERR_RANGE);
    times[0] = -1;
    CHECK_EQ("before time", historian_append(f.historian, &block), ERR_RANGE);
    CHECK_EQ("flush", historian_flush(f.historian, 1, NULL, NULL), ERR_OK);
    CHECK_EQ("nothing to flush", historian_flush(f.historian, 2, NULL, NULL), ERR_OK);
    fixture_close(&f);
}

/* Any bit of a blob: the CRC tells. */
static void every_flipped_bit_of_a_segment_is_found(void **state)
{
    (void)state;
    struct segment_coder coder;
    struct matrix matrix = {0};
    struct buffer out;
    struct segment segment;
    segment_coder_open(&coder);
    buffer_open(&out, SEGMENT_BYTES_MAX);
    assert_int_equal(matrix_reserve(&matrix, 20, 3), ERR_OK);
    matrix.rows_n = 20;
    matrix.columns_n = 3;
    for (size_t i = 0; i < 60; i++) {
        matrix.values[i] = (double)i / 10;
        matrix.qualities[i] = i % 9 ? 0 : HISTORY_NO_SAMPLE;
        matrix.times_ms[i % 20] = BEGIN_MS + (int64_t)(i % 20) * 10;
        matrix.points[i % 3] = (uint32_t)(i % 3) + 7;
    }
    struct segment_part part = {&matrix, 0, 20};
    struct segment_facts facts = {0};
    assert_int_equal(segment_encode(&coder, &part, &out, &facts), ERR_OK);
    CHECK_EQ("samples", facts.samples_n, 60 - 7);
    for (size_t bit = 0; bit < out.n * 8; bit++) {
        out.at[bit / 8] ^= (uint8_t)(1u << bit % 8);
        CHECK_EQ("flip", segment_open(buffer_bytes(&out), &segment), ERR_CORRUPT);
        out.at[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (size_t n = 0; n < out.n; n++) {
        CHECK_EQ("cut", segment_open((struct bytes){out.at, n}, &segment), ERR_CORRUPT);
    }
    CHECK_EQ("whole", segment_open(buffer_bytes(&out), &segment), ERR_OK);
    matrix_close(&matrix);
    buffer_close(&out);
    segment_coder_close(&coder);
}

/* Each request for memory of an append and a flush fails in turn: state as before. */
static void memory_may_run_out_anywhere(void **state)
{
    struct fixture f;
    fixture_open(&f, *state);
    append(&f, 0, 300, 10000);
    assert_int_equal(historian_flush(f.historian, 1, NULL, NULL), ERR_OK);
    append(&f, 200, 300, 10000);
    err e = ERR_MEMORY;
    size_t nth = 1;
    for (; e && nth < 1000; nth++) {
        memory_fail_at(nth);
        e = historian_flush(f.historian, 2, NULL, NULL);
        memory_fail_at(0);
        CHECK("memory", e == ERR_OK || e == ERR_MEMORY);
        CHECK_EQ("all there", raw_count(&f), 500);
    }
    CHECK("some failed", nth > 2);
    CHECK_EQ("checkpoint", historian_checkpoint(f.historian), 2);
    fixture_close(&f);
}

/* --- under keys --------------------------------------------------------------------- */

static struct database *database_of(struct fixture *f)
{
    struct database *database = NULL;
    assert_int_equal(database_open(f->path, &database), ERR_OK);
    return database;
}

static const struct statement segments_all = {
    "test.segments", "SELECT id, data FROM segment ORDER BY id"};
static const struct statement segment_set = {
    "test.segment_set", "UPDATE segment SET data = ?2 WHERE id = ?1"};

static size_t blobs_take(struct fixture *f, struct buffer *blobs, int64_t *ids, size_t n)
{
    struct database *database = database_of(f);
    struct query *query = NULL;
    size_t found = 0;
    assert_int_equal(query_open(database, &segments_all, &query), ERR_OK);
    while (query_row(query) && found < n) {
        ids[found] = query_i64(query, 0);
        buffer_open(&blobs[found], 1 << 20);
        buffer_put(&blobs[found++], query_bytes(query, 1));
    }
    assert_int_equal(query_close(query), ERR_OK);
    database_close(database);
    return found;
}

static void blob_set(struct fixture *f, int64_t id, struct bytes blob)
{
    struct database *database = database_of(f);
    struct query *query = NULL;
    assert_int_equal(query_open(database, &segment_set, &query), ERR_OK);
    query_bind_i64(query, id);
    query_bind_bytes(query, blob);
    assert_int_equal(query_run(query), ERR_OK);
    database_close(database);
}

/* Plain blobs of before are read beside those under keys; without the keys only they
 * are; a blob that stands in another's place, or has a flipped bit, is damage. */
static void blobs_are_under_keys_and_in_their_place(void **state)
{
    struct fixture f;
    struct buffer blobs[3];
    int64_t ids[3];
    uint64_t n = 0;
    fixture_open(&f, *state);
    struct seal *seal = f.seal;
    f.seal = NULL;
    historian_again(&f);
    append(&f, 0, 24, 3600000);
    assert_int_equal(historian_flush(f.historian, 1, NULL, NULL), ERR_OK);
    f.seal = seal;
    historian_again(&f);
    append(&f, 24, 48, 3600000);
    assert_int_equal(historian_flush(f.historian, 2, NULL, NULL), ERR_OK);
    CHECK_EQ("both", raw_count(&f), 72);
    assert_int_equal(blobs_take(&f, blobs, ids, 3), 3);
    CHECK("plain", blobs[0].at[4] == 1);
    CHECK("sealed", blobs[1].at[4] == 129 && blobs[2].at[4] == 129);

    struct history_range range = {1, 1, BEGIN_MS + DAY_MS, BEGIN_MS + 2 * DAY_MS};
    f.seal = NULL;
    historian_again(&f);
    CHECK_EQ("no keys", historian_raw(f.historian, &range, count_each, &n), ERR_DENIED);
    f.seal = seal;
    historian_again(&f);
    blob_set(&f, ids[1], buffer_bytes(&blobs[2]));
    CHECK_EQ("moved", historian_raw(f.historian, &range, count_each, &n), ERR_CORRUPT);
    for (size_t bit = 0; bit < blobs[1].n * 8; bit += 5) {
        blobs[1].at[bit / 8] ^= (uint8_t)(1u << bit % 8);
        blob_set(&f, ids[1], buffer_bytes(&blobs[1]));
        CHECK("flip", historian_raw(f.historian, &range, count_each, &n) != ERR_OK);
        blobs[1].at[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    blob_set(&f, ids[1], buffer_bytes(&blobs[1]));
    CHECK_EQ("all again", raw_count(&f), 72);
    for (size_t i = 0; i < 3; i++) buffer_close(&blobs[i]);
    fixture_close(&f);
}

#define KEYS(test) cmocka_unit_test_prestate(test, (void *)"under keys")
#define BOTH(test) cmocka_unit_test(test), KEYS(test)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(a_failed_flush_changes_nothing),
        BOTH(the_same_rows_again_change_nothing),
        BOTH(segments_stay_few),
        BOTH(a_damaged_segment_is_told_and_kept_apart),
        BOTH(damaged_summaries_are_done_without),
        BOTH(odd_questions_have_answers),
        cmocka_unit_test(every_flipped_bit_of_a_segment_is_found),
        BOTH(memory_may_run_out_anywhere),
        KEYS(blobs_are_under_keys_and_in_their_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
