/* spool_crash_test.c - a disk that fails, a disk that is full, and kill -9. */
#include "base/ensure.h"
#include "collect/spool_fixture.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

enum { OPERATIONS_N = 100 };

/* --- failing disk ---------------------------------------------------------------- */

/* The k-th write, sync, cut or rename fails, for every k: what spool_append called
 * durable is there after a crash, the rest waits and becomes durable as soon as the disk
 * works again. */
static void kth_operation_fails(void **state)
{
    static const int faults[] = {EIO, ENOSPC};
    struct fixture f;
    (void)state;
    log_level_set(LOG_ERROR);
    setup(&f);
    size_t failures = 0;
    for (size_t i = 0; i < COUNT(faults) * OPERATIONS_N; i++) {
        uint8_t seen[FRAMES_MAX] = {0};
        uint64_t sequence = 0;
        bool failed = false;
        empty_folder(&f);
        reopen(&f);
        file_fail_at(1 + i / COUNT(faults), faults[i % COUNT(faults)]);
        for (int n = 0; n < 40; n++) failed = append(&f, &sequence) || failed;
        file_fail_at(0, 0);
        failures += failed;
        assert_int_equal(spool_maintain(f.spool), ERR_OK);
        struct spool_counts c = counts(&f);
        assert_int_equal(c.frames, 40);
        assert_int_equal(c.waiting_frames, 0);
        assert_int_equal(c.trouble, ERR_OK);
        spool_close(f.spool);
        reopen(&f);
        assert_int_equal(counts(&f).frames, 40);
        assert_int_equal(drain(&f, seen), 40);
        for (size_t n = 1; n <= 40; n++) assert_int_equal(seen[n], 1);
        spool_close(f.spool);
        f.spool = NULL;
    }
    /* All but the last few operations numbers were reached, or this test tests nothing.
     */
    assert_in_range(failures, 2 * 80, 2 * OPERATIONS_N);
    log_level_set(LOG_INFO);
    teardown(&f);
}

/* A disk that stays full: frames wait within their bound, the oldest go and are counted,
 * and all that waits is written when there is space. */
static void full_disk_for_long(void **state)
{
    struct fixture f;
    uint8_t seen[FRAMES_MAX] = {0};
    uint64_t sequence = 0;
    (void)state;
    log_level_set(LOG_ERROR);
    setup(&f);
    f.options.memory_bytes_max = 5000;
    reopen(&f);
    append_n(&f, 10);
    for (int i = 0; i < 100; i++) {
        file_fail_at(1, ENOSPC);
        assert_int_equal(append(&f, &sequence), ERR_SPACE);
        struct spool_counts c = counts(&f);
        assert_int_equal(c.trouble, ERR_SPACE);
        assert_in_range(c.waiting_frames, 1, 200);
    }
    file_fail_at(0, 0);
    struct spool_counts c = counts(&f);
    assert_int_equal(c.frames + c.dropped_frames, 110);
    assert_int_equal(spool_maintain(f.spool), ERR_OK);
    assert_int_equal(counts(&f).waiting_frames, 0);
    size_t got = drain(&f, seen);
    assert_int_equal(got, 110 - c.dropped_frames);
    for (size_t i = 1; i <= 10; i++) assert_int_equal(seen[i], 1);
    for (uint64_t i = 11 + c.dropped_frames; i <= 110; i++) assert_int_equal(seen[i], 1);
    log_level_set(LOG_INFO);
    teardown(&f);
}

/* --- kill -9 --------------------------------------------------------------------- */

static void say(int out, uint64_t sequence, bool sent)
{
    uint64_t said[2] = {sequence, sent};
    if (write(out, said, sizeof said) != sizeof said) _exit(4);
}

/* The server has a frame before the terminal knows that it is done. */
static void child_send(struct fixture *f, int out)
{
    (void)spool_take(f->spool, SPOOL_LIVE, 4000, 0, &f->batch);
    for (size_t i = 0; i < f->batch.n; i++) {
        say(out, f->batch.sequences[i], true);
        spool_done(f->spool, f->batch.sequences[i], false);
    }
    spool_batch_end(f->spool, &f->batch);
}

/* The child appends and sends (here: tells the parent) for ever. */
static void child_run(struct fixture *f, int out)
{
    reopen(f);
    for (;;) {
        uint64_t sequence = 0;
        if (append(f, &sequence)) _exit(3);
        say(out, sequence, false);
        if (sequence % 3 == 0) child_send(f, out);
        if (spool_maintain(f->spool)) _exit(5);
    }
}

/* What the child has said so far. */
struct heard {
    uint8_t promised[FRAMES_MAX], sent[FRAMES_MAX];
    uint64_t highest, lowest_new;
};

/* One more word of the child's; false when it says no more. */
static bool hear(int in, struct heard *heard)
{
    uint64_t said[2];
    if (read(in, said, sizeof said) != sizeof said) return false;
    assert_true(said[0] < FRAMES_MAX);
    if (said[1]) {
        heard->sent[said[0]] = 1;
        return true;
    }
    heard->promised[said[0]] = 1;
    if (said[0] < heard->lowest_new) heard->lowest_new = said[0];
    if (said[0] > heard->highest) heard->highest = said[0];
    return true;
}

/* Every other child is killed only after its first promise, however slow the machine is;
 * the others also while they open the spool. */
static void one_kill(struct fixture *f, int round, uint32_t *random, struct heard *heard)
{
    int ends[2], status = 0;
    uint64_t before = heard->highest;
    heard->lowest_new = UINT64_MAX;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) child_run(f, ends[1]);
    (void)close(ends[1]);
    if (round % 2 == 0) assert_true(hear(ends[0], heard));
    usleep(500 + next_random(random) % 12000);
    (void)kill(child, SIGKILL);
    while (hear(ends[0], heard)) {
    }
    (void)close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_true(heard->lowest_new > before); /* no number twice */
}

static void killed_at_any_moment(void **state)
{
    enum { ROUNDS = 40 };
    struct fixture f;
    static struct heard heard;
    uint32_t random = 11;
    (void)state;
    setup(&f);
    memset(&heard, 0, sizeof heard);
    int round = 0;
    for (; round < ROUNDS && heard.highest < FRAMES_MAX - 600; round++)
        one_kill(&f, round, &random, &heard);
    uint8_t seen[FRAMES_MAX] = {0};
    reopen(&f);
    (void)drain(&f, seen);
    for (uint64_t i = 1; i <= heard.highest; i++) {
        if (heard.promised[i] && !heard.sent[i]) assert_int_equal(seen[i], 1);
        assert_in_range(seen[i], 0, 1);
    }
    assert_int_equal(counts(&f).damaged_frames, 0);
    assert_true(heard.highest >= (uint64_t)round / 2);
    teardown(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kth_operation_fails),
        cmocka_unit_test(full_disk_for_long),
        cmocka_unit_test(killed_at_any_moment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
