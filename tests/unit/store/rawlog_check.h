/* rawlog_check.h - a raw log in a scratch folder, for the tests of it. */
#ifndef HEATNET_TEST_RAWLOG_CHECK_H
#define HEATNET_TEST_RAWLOG_CHECK_H

#include "store/rawlog.h"

#include "store/rawlog_files.h"
#include "store_check.h"

#include <errno.h>

#define HOUR_MS INT64_C(3600000)
#define BEGIN_MS INT64_C(1774569600000)

struct fixture {
    char folder[FILE_PATH_BYTES], log_folder[FILE_PATH_BYTES];
    struct rawlog_options options;
    struct rawlog *log;
    uint64_t torn_bytes;
    char why[RAWLOG_WHY_BYTES];
    struct seal *seal; /* NULL: the log is plain */
};

/* `keys` is the test's state: NULL for a plain log. */
static inline void fixture_open(struct fixture *f, const void *keys)
{
    *f = (struct fixture){0};
    scratch_make(f->folder);
    if (keys) f->seal = scratch_keys(f->folder);
    scratch_path(f->log_folder, f->folder, "log");
    f->options = (struct rawlog_options){.folder = f->log_folder,
                                         .seal = f->seal,
                                         .seal_bytes = 1 << 20,
                                         .seal_ms = 24 * HOUR_MS,
                                         .keep_ms = 400 * 24 * HOUR_MS,
                                         .keep_least_ms = 7 * 24 * HOUR_MS};
}

static inline err fixture_reopen(struct fixture *f)
{
    rawlog_close(f->log);
    f->log = NULL;
    return rawlog_open(&f->options, &f->log, &f->torn_bytes, f->why);
}

static inline void fixture_close(struct fixture *f)
{
    rawlog_close(f->log);
    seal_close(f->seal);
    scratch_remove(f->folder);
}

/* Record `number` is told by its number alone. */
static inline void record_make(struct rawlog_record *record, uint64_t number,
                               uint8_t *bytes, size_t bytes_n)
{
    *record = (struct rawlog_record){.received_ms = BEGIN_MS + (int64_t)number * 1000,
                                     .spool = 7,
                                     .sequence = number * 3,
                                     .check_code = (uint32_t)(number * 2654435761u),
                                     .verdict = number % 7 == 0 ? RAWLOG_DAMAGED
                                                                : RAWLOG_STORED};
    bool fits = text_format(record->terminal, sizeof record->terminal, "T%u",
                            (unsigned)(number % 5));
    if (record->verdict == RAWLOG_DAMAGED) {
        fits = fits && text_copy(record->why, sizeof record->why, "check code");
    }
    ensure(fits);
    size_t n = number % bytes_n;
    for (size_t i = 0; i < n; i++)
        bytes[i] = (uint8_t)(number * 31 + i * (1 + number % 3));
    record->bytes = (struct bytes){bytes, n};
}

static inline void append(struct fixture *f, uint64_t n)
{
    uint8_t bytes[997];
    struct rawlog_record record;
    for (uint64_t i = 0; i < n; i++) {
        uint64_t next = rawlog_last_number(f->log) + i + 1;
        record_make(&record, next, bytes, sizeof bytes);
        assert_int_equal(rawlog_append(f->log, &record), ERR_OK);
        assert_int_equal(record.number, next);
    }
}

static inline void append_commit(struct fixture *f, uint64_t n)
{
    uint64_t before = rawlog_last_number(f->log);
    append(f, n);
    assert_int_equal(rawlog_commit(f->log), ERR_OK);
    assert_int_equal(rawlog_last_number(f->log), before + n);
}

static inline void record_check(const struct rawlog_record *got, uint64_t number)
{
    uint8_t bytes[997];
    struct rawlog_record want;
    record_make(&want, number, bytes, sizeof bytes);
    CHECK_EQ("number", got->number, number);
    CHECK_EQ("received", got->received_ms, want.received_ms);
    CHECK_EQ("spool", got->spool, want.spool);
    CHECK_EQ("sequence", got->sequence, want.sequence);
    CHECK_EQ("check code", got->check_code, want.check_code);
    CHECK_EQ("verdict", got->verdict, want.verdict);
    CHECK_TEXT("terminal", got->terminal, want.terminal);
    CHECK_TEXT("why", got->why, want.why);
    CHECK("bytes", bytes_equal(got->bytes, want.bytes));
}

#endif
