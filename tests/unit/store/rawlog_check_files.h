/* rawlog_check_files.h - reading, verifying and damaging the log of rawlog_check.h. */
#ifndef HEATNET_TEST_RAWLOG_CHECK_FILES_H
#define HEATNET_TEST_RAWLOG_CHECK_FILES_H

#include "rawlog_check.h"

/* Reads `from` .. `to` and then no more. */
static inline void read_check(struct fixture *f, uint64_t from, uint64_t to)
{
    struct rawlog_cursor *cursor = NULL;
    struct rawlog_record record;
    assert_int_equal(rawlog_read_open(f->log_folder, f->seal, from, &cursor), ERR_OK);
    for (uint64_t i = from; i <= to; i++) {
        CHECK_EQ("read", rawlog_read(cursor, &record), ERR_OK);
        record_check(&record, i);
    }
    CHECK_EQ("read end", rawlog_read(cursor, &record), ERR_SHORT);
    rawlog_read_close(cursor);
}

static inline void verify_check(struct fixture *f, uint64_t records)
{
    struct rawlog_report report;
    err e = rawlog_verify(f->log_folder, f->seal, &report);
    if (e)
        print_error("verify: record %llu: %s\n", (unsigned long long)report.first_bad,
                    report.what);
    CHECK_EQ("verify", e, ERR_OK);
    CHECK_EQ("verified", report.records, records);
}

/* Rotate and wait for the sealing. */
static inline void seal(struct fixture *f)
{
    int64_t now_ms = BEGIN_MS + 1000 * HOUR_MS;
    struct rawlog_list list;
    bool open = true;
    for (int i = 0; i < 5000 && open; i++) {
        CHECK_EQ("maintain", rawlog_maintain(f->log, now_ms), ERR_OK);
        assert_int_equal(rawlog_list_open(f->log_folder, &list), ERR_OK);
        open = false;
        for (size_t at = 0; at + 1 < list.n; at++) open |= list.at[at].open;
        rawlog_list_close(&list);
        if (open) usleep(1000);
    }
    assert_false(open);
}

/* --- what goes in comes out --------------------------------------------------------- */

static inline void file_of(struct fixture *f, uint64_t first, const char *suffix,
                    char path[FILE_PATH_BYTES])
{
    assert_int_equal(rawlog_path(path, f->log_folder, first, suffix), ERR_OK);
}

static inline struct buffer file_take(const char *path)
{
    struct buffer content;
    buffer_open(&content, 1 << 26);
    assert_int_equal(file_read_whole(path, &content), ERR_OK);
    return content;
}

static inline void file_put(const char *path, struct bytes content)
{
    FILE *file = fopen(path, "wb");
    ensure(file != NULL);
    size_t put = fwrite(content.at, 1, content.n, file);
    ensure(put == content.n);
    ensure(fclose(file) == 0);
}

#endif
