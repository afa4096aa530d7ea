/* spool_fixture.h - a spool in a folder of its own, and frames whose bytes follow from
 * their sequence, so that every taken frame can be checked. */
#ifndef HEATNET_TESTS_SPOOL_FIXTURE_H
#define HEATNET_TESTS_SPOOL_FIXTURE_H

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "check.h"
#include "collect/spool.h"

#include <stdlib.h>
#include <unistd.h>

enum { FRAMES_MAX = 4096, PAYLOAD_BYTES_MAX = 2000 };

struct fixture {
    char folder[64];
    struct clock clock;
    struct spool_options options;
    struct spool *spool;
    struct spool_batch batch;
};

static inline uint32_t next_random(uint32_t *random)
{
    *random = *random * 1664525U + 1013904223U;
    return *random >> 8;
}

/* The one payload of a sequence: length and bytes follow from identity and number. */
static inline struct bytes payload_of(uint64_t identity, uint64_t sequence,
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

static inline void setup(struct fixture *f)
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

static inline void reopen(struct fixture *f)
{
    assert_int_equal(spool_open(&f->options, &f->clock, &f->spool), ERR_OK);
}

static inline err remove_one(void *context, const char *name)
{
    char path[FILE_PATH_BYTES];
    assert_true(file_path(path, context, name));
    return file_remove(path);
}

static inline void empty_folder(struct fixture *f)
{
    assert_int_equal(folder_each(f->folder, remove_one, f->folder), ERR_OK);
}

static inline void teardown(struct fixture *f)
{
    spool_close(f->spool);
    buffer_close(&f->batch.bytes);
    empty_folder(f);
    assert_int_equal(rmdir(f->folder), 0);
}

static inline err append(struct fixture *f, uint64_t *sequence)
{
    uint8_t bytes[PAYLOAD_BYTES_MAX];
    *sequence = spool_next_sequence(f->spool);
    struct spool_record record = {*sequence, clock_utc_ms(&f->clock),
                                  payload_of(spool_identity(f->spool), *sequence, bytes)};
    return spool_append(f->spool, &record, 1);
}

static inline void append_n(struct fixture *f, size_t n)
{
    uint64_t sequence;
    for (size_t i = 0; i < n; i++) assert_int_equal(append(f, &sequence), ERR_OK);
}

/* The batch holds exactly the payloads that belong to its sequences. */
static inline void check_batch(struct fixture *f)
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
static inline size_t drain(struct fixture *f, uint8_t seen[FRAMES_MAX])
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

static inline struct spool_counts counts(struct fixture *f)
{
    struct spool_counts c;
    spool_counts(f->spool, &c);
    return c;
}

#endif
