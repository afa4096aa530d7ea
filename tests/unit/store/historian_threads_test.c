/* historian_threads_test.c - one thread appends and flushes while others ask: each answer
 * is a whole prefix of what was appended, and nothing races (run under TSan). */
#include "store/historian.h"

#include "base/thread.h"
#include "store_check.h"

enum { ASKERS_N = 3, ROWS_N = 1500, ANSWERS_MIN = 30 };

#define BEGIN_MS INT64_C(1774569600000)
#define STEP_MS 60000

struct shared {
    struct historian *historian;
    struct lock lock;
    uint64_t appended; /* rows; under the lock */
    bool done;
    unsigned answers;
    bool failed;
};

static uint64_t appended(struct shared *s, bool *done)
{
    lock_take(&s->lock);
    uint64_t n = s->appended;
    *done = s->done;
    lock_give(&s->lock);
    return n;
}

struct prefix {
    uint64_t n;
    bool right;
};

static err prefix_each(void *context, const struct history_sample *samples, size_t n)
{
    struct prefix *prefix = context;
    for (size_t i = 0; i < n; i++, prefix->n++) {
        prefix->right &= samples[i].time_ms == BEGIN_MS + (int64_t)prefix->n * STEP_MS;
        prefix->right &= samples[i].value == (double)prefix->n;
    }
    return ERR_OK;
}

static bool ask(struct shared *s, uint64_t least)
{
    struct history_range range = {1, 1, BEGIN_MS, BEGIN_MS + (int64_t)ROWS_N * STEP_MS};
    struct prefix prefix = {0, true};
    if (historian_raw(s->historian, &range, prefix_each, &prefix)) return false;
    struct history_bucket bucket;
    if (historian_buckets(s->historian, &range, &bucket, 1)) return false;
    struct historian_figures figures;
    historian_figures(s->historian, &figures);
    return prefix.right && prefix.n >= least && bucket.n >= prefix.n;
}

static void *ask_run(void *context)
{
    struct shared *s = context;
    bool done = false, good = true;
    unsigned answers = 0;
    while (!done && good) {
        uint64_t least = appended(s, &done);
        good = ask(s, least);
        answers++;
    }
    lock_take(&s->lock);
    s->answers += answers;
    s->failed |= !good;
    lock_give(&s->lock);
    return NULL;
}

static void append_all(struct shared *s)
{
    for (uint64_t row = 0; row < ROWS_N; row++) {
        int64_t times[] = {BEGIN_MS + (int64_t)row * STEP_MS};
        uint32_t points[] = {1, 2, 3};
        double values[] = {(double)row, 1, 2};
        uint8_t qualities[] = {0, 0, 0};
        struct block block = {1, 1, 3, times, points, values, qualities};
        assert_int_equal(historian_append(s->historian, &block), ERR_OK);
        lock_take(&s->lock);
        s->appended = row + 1;
        lock_give(&s->lock);
        if (row % 20 == 19) {
            assert_int_equal(historian_flush(s->historian, row, NULL, NULL), ERR_OK);
        }
    }
}

static void askers_never_miss_what_was_appended(void **state)
{
    (void)state;
    char folder[FILE_PATH_BYTES], path[FILE_PATH_BYTES];
    scratch_make(folder);
    scratch_path(path, folder, "history.db");
    struct calendar *calendar = NULL;
    assert_int_equal(calendar_open_zone("Asia/Shanghai", &calendar), ERR_OK);
    struct shared s = {0};
    lock_open(&s.lock);
    struct historian_options options = {.database_path = path,
                                        .calendar = calendar,
                                        .head_bytes_max = 1 << 20,
                                        .head_span_ms = INT64_MAX};
    assert_int_equal(historian_open(&options, &s.historian), ERR_OK);
    struct thread askers[ASKERS_N] = {0};
    for (int i = 0; i < ASKERS_N; i++) {
        assert_int_equal(thread_start(&askers[i], "ask", ask_run, &s), ERR_OK);
    }
    append_all(&s);
    lock_take(&s.lock);
    s.done = true;
    lock_give(&s.lock);
    for (int i = 0; i < ASKERS_N; i++) thread_join(&askers[i]);
    assert_false(s.failed);
    CHECK("answers", s.answers >= ASKERS_N);
    historian_close(s.historian);
    lock_close(&s.lock);
    calendar_close(calendar);
    scratch_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(askers_never_miss_what_was_appended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
