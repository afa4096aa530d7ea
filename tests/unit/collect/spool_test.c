/* spool_test.c - order, bounds, and damage: nothing that was promised is lost, no
 * sequence names two contents. */
#include "base/ensure.h"
#include "collect/spool_fixture.h"

/* --- order ----------------------------------------------------------------------- */

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

/* --- bounds ---------------------------------------------------------------------- */

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

/* --- damage ---------------------------------------------------------------------- */

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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
