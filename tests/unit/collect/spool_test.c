/* spool_test.c - nothing that was promised is lost, no sequence names two contents. */
#include "base/ensure.h"
#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "check.h"
#include "collect/spool.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FRAMES_MAX = 4096, PAYLOAD_BYTES_MAX = 2000, OPERATIONS_N = 100 };

struct fixture {
    char folder[64];
    struct clock clock;
    struct spool_options options;
    struct spool *spool;
    struct spool_batch batch;
};

static uint32_t next_random(uint32_t *random)
{
    *random = *random * 1664525U + 1013904223U;
    return *random >> 8;
}

/* The one payload of a sequence: length and bytes follow from identity and number. */
static struct bytes payload_of(uint64_t identity, uint64_t sequence,
                               uint8_t out[PAYLOAD_BYTES_MAX])
{
    uint32_t random = (uint32_t)(sequence * 2654435761U + identity);
    size_t n = 17 + next_random(&random) % 300;
    memcpy(out, &identity, 8);
    memcpy(out + 8, &sequence, 8);
    out[16] = (uint8_t)(n & 255);
    for (size_t i = 17; i < n; i++) out[i] = (uint8_t)next_random(&random);
    return (struct bytes){out, n};
}

static void setup(struct fixture *f)
{
    *f = (struct fixture){0};
    /* Memory where there is: thousands of syncs; durability is tested by what is written.
     */
    const char *root = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    (void)text_format(f->folder, sizeof f->folder, "%s/spool_test_XXXXXX", root);
    assert_non_null(mkdtemp(f->folder));
    clock_hand(&f->clock, 1000000000000);
    f->options = spool_options_default(f->folder);
    f->options.segment_bytes = 4096;
    f->options.save_ms = 0;
    buffer_open(&f->batch.bytes, SPOOL_BATCH_BYTES_MAX + 2 * SPOOL_PAYLOAD_BYTES_MAX);
}

static void reopen(struct fixture *f)
{
    assert_int_equal(spool_open(&f->options, &f->clock, &f->spool), ERR_OK);
}

static err remove_one(void *context, const char *name)
{
    char path[FILE_PATH_BYTES];
    assert_true(file_path(path, context, name));
    return file_remove(path);
}

static void empty_folder(struct fixture *f)
{
    assert_int_equal(folder_each(f->folder, remove_one, f->folder), ERR_OK);
}

static void teardown(struct fixture *f)
{
    spool_close(f->spool);
    buffer_close(&f->batch.bytes);
    empty_folder(f);
    assert_int_equal(rmdir(f->folder), 0);
}

static err append(struct fixture *f, uint64_t *sequence)
{
    uint8_t bytes[PAYLOAD_BYTES_MAX];
    *sequence = spool_next_sequence(f->spool);
    struct spool_record record = {*sequence, clock_utc_ms(&f->clock),
                                  payload_of(spool_identity(f->spool), *sequence, bytes)};
    return spool_append(f->spool, &record, 1);
}

static void append_n(struct fixture *f, size_t n)
{
    uint64_t sequence;
    for (size_t i = 0; i < n; i++) assert_int_equal(append(f, &sequence), ERR_OK);
}

/* The batch holds exactly the payloads that belong to its sequences. */
static void check_batch(struct fixture *f)
{
    struct bytes rest = buffer_bytes(&f->batch.bytes), got;
    uint8_t bytes[PAYLOAD_BYTES_MAX];

    for (size_t i = 0; i < f->batch.n; i++) {
        uint64_t identity;
        assert_true(rest.n >= 17);
        memcpy(&identity, rest.at, 8);
        struct bytes want = payload_of(identity, f->batch.sequences[i], bytes);
        assert_true(bytes_take(&rest, want.n, &got));
        assert_true(bytes_equal(got, want));
    }
    assert_int_equal(rest.n, 0);
}

/* Take and finish everything; `seen` counts each sequence. */
static size_t drain(struct fixture *f, uint8_t seen[FRAMES_MAX])
{
    size_t all = 0;
    for (int idle = 0; idle < 2;) {
        size_t n = 0;
        for (int lane = SPOOL_LIVE; lane <= SPOOL_BACKLOG; lane++) {
            n += spool_take(f->spool, (enum spool_lane)lane, 3000, 0, &f->batch);
            check_batch(f);
            for (size_t i = 0; i < f->batch.n; i++) {
                assert_true(f->batch.sequences[i] < FRAMES_MAX);
                seen[f->batch.sequences[i]]++;
                spool_done(f->spool, f->batch.sequences[i], false);
            }
            spool_batch_end(f->spool, &f->batch);
        }
        all += n;
        idle = n ? 0 : idle + 1;
    }
    return all;
}

static struct spool_counts counts(struct fixture *f)
{
    struct spool_counts c;
    spool_counts(f->spool, &c);
    return c;
}

/* --- order
 * ------------------------------------------------------------------------------- */

static void live_first_then_oldest(void **state)
{
    struct fixture f;
    uint8_t seen[FRAMES_MAX] = {0};
    (void)state;
    setup(&f);
    reopen(&f);
    append_n(&f, 30);
    /* The newest eight are live; the rest comes as backlog from the oldest on. */
    assert_int_equal(spool_take(f.spool, SPOOL_LIVE, SPOOL_BATCH_BYTES_MAX, 0, &f.batch),
                     8);
    assert_int_equal(f.batch.sequences[0], 23);
    assert_int_equal(f.batch.sequences[7], 30);
    check_batch(&f);
    spool_batch_end(f.spool, &f.batch);
    assert_int_equal(
        spool_take(f.spool, SPOOL_BACKLOG, SPOOL_BATCH_BYTES_MAX, 0, &f.batch), 22);
    for (size_t i = 0; i < 22; i++) assert_int_equal(f.batch.sequences[i], i + 1);
    check_batch(&f);
    /* Not done: the same again. */
    spool_done(f.spool, 2, false);
    spool_batch_end(f.spool, &f.batch);
    assert_int_equal(spool_take(f.spool, SPOOL_BACKLOG, 1, 0, &f.batch), 1);
    assert_int_equal(f.batch.sequences[0], 1);
    spool_batch_end(f.spool, &f.batch);
    assert_int_equal(counts(&f).frames, 29);
    assert_int_equal(drain(&f, seen), 29);
    for (size_t i = 1; i <= 30; i++) assert_int_equal(seen[i], i != 2);
    assert_int_equal(counts(&f).frames, 0);
    teardown(&f);
}

/* Acknowledgements in any order, reopening in between: a frame not done comes again, a
 * frame done before a clean end does not. */
static void acks_in_any_order(void **state)
{
    struct fixture f;
    uint32_t random = 5;
    static bool done[FRAMES_MAX];
    (void)state;
    setup(&f);
    reopen(&f);
    memset(done, 0, sizeof done);
    uint64_t last = 0;
    for (int round = 0; round < 300; round++) {
        size_t n = next_random(&random) % 8;
        for (size_t i = 0; i < n; i++) assert_int_equal(append(&f, &last), ERR_OK);
        enum spool_lane lane = next_random(&random) % 2 ? SPOOL_LIVE : SPOOL_BACKLOG;
        (void)spool_take(f.spool, lane, 1 + next_random(&random) % 4000, 0, &f.batch);
        check_batch(&f);
        for (size_t i = f.batch.n; i-- > 0;) {
            uint64_t sequence = f.batch.sequences[i];
            assert_false(done[sequence]);
            if (next_random(&random) % 3 == 0) continue;
            done[sequence] = true;
            spool_done(f.spool, sequence, false);
        }
        spool_batch_end(f.spool, &f.batch);
        if (next_random(&random) % 16 == 0) {
            spool_close(f.spool);
            reopen(&f);
        }
        uint64_t pending = 0;
        for (uint64_t i = 1; i <= last; i++) pending += !done[i];
        assert_int_equal(counts(&f).frames, pending);
    }
    uint8_t seen[FRAMES_MAX] = {0};
    (void)drain(&f, seen);
    for (uint64_t i = 1; i <= last; i++) assert_int_equal(seen[i], !done[i]);
    teardown(&f);
}

/* --- bounds
 * ------------------------------------------------------------------------------ */

static void oldest_go_when_full(void **state)
{
    struct fixture f;
    uint8_t seen[FRAMES_MAX] = {0};
    (void)state;
    setup(&f);
    f.options.bytes_max = 20000;
    reopen(&f);
    append_n(&f, 500);
    assert_int_equal(spool_maintain(f.spool), ERR_OK);
    struct spool_counts c = counts(&f);
    assert_true(c.bytes <= 20000);
    assert_true(c.dropped_frames > 300);
    assert_int_equal(c.frames + c.dropped_frames, 500);
    assert_int_equal(drain(&f, seen), 500 - c.dropped_frames);
    for (size_t i = 1; i <= 500; i++) assert_int_equal(seen[i], i > c.dropped_frames);
    spool_close(f.spool);
    reopen(&f);
    assert_int_equal(counts(&f).dropped_frames, c.dropped_frames);
    assert_int_equal(spool_next_sequence(f.spool), 501);
    teardown(&f);
}

static void done_frames_are_kept_for_their_days(void **state)
{
    struct fixture f;
    uint8_t seen[FRAMES_MAX] = {0};
    int64_t start;
    (void)state;
    setup(&f);
    start = clock_utc_ms(&f.clock);
    reopen(&f);
    append_n(&f, 100);
    (void)drain(&f, seen);
    uint64_t bytes = counts(&f).bytes;
    clock_set(&f.clock, start + f.options.keep_ms - 1);
    assert_int_equal(spool_maintain(f.spool), ERR_OK);
    assert_int_equal(counts(&f).bytes, bytes);
    clock_set(&f.clock, start + f.options.keep_ms + 1);
    assert_int_equal(spool_maintain(f.spool), ERR_OK);
    assert_true(counts(&f).bytes < f.options.segment_bytes + 1000);
    assert_int_equal(counts(&f).dropped_frames, 0);
    teardown(&f);
}

static void one_process_only(void **state)
{
    struct fixture f;
    struct spool *other = NULL;
    (void)state;
    setup(&f);
    reopen(&f);
    assert_int_equal(spool_open(&f.options, &f.clock, &other), ERR_BUSY);
    assert_null(other);
    teardown(&f);
}

/* --- damage
 * ------------------------------------------------------------------------------ */

static void path_of(const struct fixture *f, const char *name, char path[FILE_PATH_BYTES])
{
    assert_true(file_path(path, f->folder, name));
}

static void read_file(const struct fixture *f, const char *name, struct buffer *out)
{
    char path[FILE_PATH_BYTES];
    path_of(f, name, path);
    buffer_open(out, 1 << 20);
    assert_int_equal(file_read_whole(path, out), ERR_OK);
}

static void write_file(const struct fixture *f, const char *name, struct bytes bytes)
{
    char path[FILE_PATH_BYTES];
    struct file file;
    path_of(f, name, path);
    assert_int_equal(file_open_write(path, &file), ERR_OK);
    assert_int_equal(file_cut(&file, 0), ERR_OK);
    assert_int_equal(file_write_at(&file, 0, bytes), ERR_OK);
    file_close(&file);
}

/* A spool with 8 frames in its segment as a crash would leave it (no clean end). */
static void make_eight(struct fixture *f, struct buffer *segment, struct buffer *saved)
{
    reopen(f);
    append_n(f, 8);
    read_file(f, "state", saved); /* before the clean end */
    spool_close(f->spool);
    f->spool = NULL;
    read_file(f, "00000001.spool", segment);
}

/* The last `n` bytes never reached the disk: frames that are there come, the others do
 * not, and their numbers may be used again only if nobody can have seen them. */
static void every_truncation(void **state)
{
    struct fixture f;
    struct buffer segment, saved;
    (void)state;
    setup(&f);
    make_eight(&f, &segment, &saved);
    for (size_t n = 0; n <= segment.n; n++) {
        uint8_t seen[FRAMES_MAX] = {0};
        uint64_t sequence = 0;
        empty_folder(&f);
        write_file(&f, "state", buffer_bytes(&saved));
        write_file(&f, "00000001.spool", (struct bytes){segment.at, n});
        reopen(&f);
        size_t got = drain(&f, seen);
        for (size_t i = 1; i <= 8; i++) assert_int_equal(seen[i], i <= got);
        assert_int_equal(counts(&f).damaged_frames, 0);
        assert_int_equal(counts(&f).frames, 0);
        assert_int_equal(append(&f, &sequence), ERR_OK);
        assert_true(sequence > got);
        assert_int_equal(drain(&f, seen), 1);
        spool_close(f.spool);
        f.spool = NULL;
        if (n == segment.n) assert_int_equal(got, 8);
    }
    buffer_close(&segment);
    buffer_close(&saved);
    teardown(&f);
}

/* Any flipped bit (here: every eleventh) costs at most the frame it is in, never passes
 * as content, and no number that may have been sent is given again. */
static void every_flipped_bit(void **state)
{
    struct fixture f;
    struct buffer segment, saved;
    (void)state;
    setup(&f);
    make_eight(&f, &segment, &saved);
    for (size_t bit = 0; bit < 8 * segment.n; bit += 11) {
        uint8_t seen[FRAMES_MAX] = {0};
        segment.at[bit / 8] ^= (uint8_t)(1U << bit % 8);
        empty_folder(&f);
        write_file(&f, "state", buffer_bytes(&saved));
        write_file(&f, "00000001.spool", buffer_bytes(&segment));
        reopen(&f);
        size_t got = drain(&f, seen);
        assert_in_range(got, bit / 8 < SPOOL_HEAD_BYTES ? 8 : 7, 8);
        for (size_t i = 1; i <= 8; i++) assert_in_range(seen[i], 0, 1);
        assert_int_equal(counts(&f).frames, 0);
        assert_true(spool_next_sequence(f.spool) > 8);
        spool_close(f.spool);
        f.spool = NULL;
        segment.at[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    buffer_close(&segment);
    buffer_close(&saved);
    teardown(&f);
}

/* Damage while running: the backlog reader passes over it and counts it. */
static void damage_under_the_reader(void **state)
{
    struct fixture f;
    struct buffer segment;
    uint8_t seen[FRAMES_MAX] = {0};
    (void)state;
    setup(&f);
    f.options.segment_bytes = 1 << 20;
    reopen(&f);
    append_n(&f, 40);
    read_file(&f, "00000001.spool", &segment);
    for (size_t i = 0; i < 100; i++) segment.at[1500 + i] ^= 0x55;
    write_file(&f, "00000001.spool", buffer_bytes(&segment));
    size_t got = drain(&f, seen);
    assert_in_range(got, 37, 39);
    assert_int_equal(counts(&f).damaged_frames, 40 - got);
    assert_int_equal(counts(&f).frames, 0);
    buffer_close(&segment);
    teardown(&f);
}

static void damaged_state_makes_a_new_spool(void **state)
{
    struct fixture f;
    struct buffer saved;
    uint8_t seen[FRAMES_MAX] = {0};
    (void)state;
    setup(&f);
    reopen(&f);
    append_n(&f, 20);
    uint64_t identity = spool_identity(f.spool);
    spool_close(f.spool);
    read_file(&f, "state", &saved);
    for (size_t i = 0; i < saved.n; i++) {
        saved.at[i] ^= 0x10;
        write_file(&f, "state", buffer_bytes(&saved));
        saved.at[i] ^= 0x10;
        reopen(&f);
        assert_true(spool_identity(f.spool) != identity);
        assert_int_equal(counts(&f).frames, 20);
        assert_int_equal(spool_next_sequence(f.spool), 21);
        spool_done(f.spool, 21, true); /* never appended */
        if (i + 1 < saved.n) spool_close(f.spool);
    }
    assert_int_equal(drain(&f, seen), 20);
    buffer_close(&saved);
    teardown(&f);
}

/* --- failing disk
 * ------------------------------------------------------------------------ */

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

/* --- kill -9
 * ----------------------------------------------------------------------------- */

/* The child appends and sends (here: tells the parent) for ever. */
static void child_run(struct fixture *f, int out)
{
    reopen(f);
    for (;;) {
        uint64_t sequence = 0;
        if (append(f, &sequence)) _exit(3);
        uint64_t said[2] = {sequence, 0};
        if (write(out, said, sizeof said) != sizeof said) _exit(4);
        if (sequence % 3 == 0) {
            (void)spool_take(f->spool, SPOOL_LIVE, 4000, 0, &f->batch);
            for (size_t i = 0; i < f->batch.n; i++) {
                /* The server has it before the terminal knows. */
                uint64_t sent[2] = {f->batch.sequences[i], 1};
                if (write(out, sent, sizeof sent) != sizeof sent) _exit(4);
                spool_done(f->spool, f->batch.sequences[i], false);
            }
            spool_batch_end(f->spool, &f->batch);
        }
        if (spool_maintain(f->spool)) _exit(5);
    }
}

static void killed_at_any_moment(void **state)
{
    struct fixture f;
    static uint8_t promised[FRAMES_MAX], sent[FRAMES_MAX];
    uint32_t random = 11;
    uint64_t highest = 0;
    (void)state;
    setup(&f);
    memset(promised, 0, sizeof promised);
    memset(sent, 0, sizeof sent);
    for (int round = 0; round < 40 && highest < FRAMES_MAX - 600; round++) {
        int ends[2];
        uint64_t said[2], lowest_new = UINT64_MAX;
        assert_int_equal(pipe(ends), 0);
        pid_t child = fork();
        if (child == 0) child_run(&f, ends[1]);
        (void)close(ends[1]);
        usleep(500 + next_random(&random) % 12000);
        (void)kill(child, SIGKILL);
        uint64_t before = highest;
        while (read(ends[0], said, sizeof said) == sizeof said) {
            assert_true(said[0] < FRAMES_MAX);
            if (said[1]) {
                sent[said[0]] = 1;
                continue;
            }
            promised[said[0]] = 1;
            if (said[0] < lowest_new) lowest_new = said[0];
            if (said[0] > highest) highest = said[0];
        }
        (void)close(ends[0]);
        int status = 0;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status));
        assert_true(lowest_new > before); /* no number twice */
    }
    uint8_t seen[FRAMES_MAX] = {0};
    reopen(&f);
    (void)drain(&f, seen);
    for (uint64_t i = 1; i <= highest; i++) {
        if (promised[i] && !sent[i]) assert_int_equal(seen[i], 1);
        assert_in_range(seen[i], 0, 1);
    }
    assert_int_equal(counts(&f).damaged_frames, 0);
    assert_true(highest > 40);
    teardown(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(live_first_then_oldest),
        cmocka_unit_test(acks_in_any_order),
        cmocka_unit_test(oldest_go_when_full),
        cmocka_unit_test(done_frames_are_kept_for_their_days),
        cmocka_unit_test(one_process_only),
        cmocka_unit_test(every_truncation),
        cmocka_unit_test(every_flipped_bit),
        cmocka_unit_test(damage_under_the_reader),
        cmocka_unit_test(damaged_state_makes_a_new_spool),
        cmocka_unit_test(kth_operation_fails),
        cmocka_unit_test(full_disk_for_long),
        cmocka_unit_test(killed_at_any_moment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
