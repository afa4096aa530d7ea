/* rawlog.h - the raw log 原始日志: every upload as received, in order, durable, chained.
 *
 * It is the write-ahead log of the server (a frame is acknowledged when rawlog_commit has
 * returned) and the audit's original log (clauses 5.1.4.2, 5.1.4.3, 5.7.5) at once.  The
 * file format is drawn in rawlog.c's head and docs/storage.md.
 *
 *   folder/ 000000000001.open      records appended, CRC-32C each, SHA-256 of the one
 * before 000000000001.sealed    the same records, zstd in blocks with an index; never
 * changed
 *
 * Records are numbered 1, 2, 3 ... over all files.  One thread appends; any number of
 * readers read at the same time through their own cursors, also from other processes. */
#ifndef HEATNET_STORE_RAWLOG_H
#define HEATNET_STORE_RAWLOG_H

#include "base/bytes.h"
#include "base/clock.h"
#include "base/err.h"
#include "model/catalog.h"
#include "vault/seal.h"

#include <stdint.h>

#define RAWLOG_VERDICT_LIST(X)                                                           \
    X(RAWLOG_STORED, "stored")       /* taken; to be applied */                          \
    X(RAWLOG_DUPLICATE, "duplicate") /* seen before; bytes not kept again */             \
    X(RAWLOG_DAMAGED, "damaged")     /* check code or form wrong; bytes kept */          \
    X(RAWLOG_REFUSED, "refused")     /* right form, but not allowed; bytes kept */
#define RAWLOG_ENUM_ROW(name, text) name,

enum rawlog_verdict { RAWLOG_VERDICT_LIST(RAWLOG_ENUM_ROW) RAWLOG_VERDICT_N };

#undef RAWLOG_ENUM_ROW

enum { RAWLOG_HASH_BYTES = 32, RAWLOG_WHY_BYTES = 120 };

struct rawlog_record {
    uint64_t number;     /* given by rawlog_append */
    int64_t received_ms; /* UTC, never falling within the log */
    char terminal[CATALOG_CODE_BYTES];
    uint64_t spool, sequence; /* 0 when they could not be read */
    uint32_t check_code;      /* as received */
    enum rawlog_verdict verdict;
    char why[RAWLOG_WHY_BYTES]; /* of a verdict other than stored */
    struct bytes bytes;         /* the envelope as received; view, see each function */
};

struct rawlog_options {
    const char *folder;
    uint64_t seal_bytes; /* a file is sealed when it is larger than this ... */
    int64_t seal_ms;     /* ... or its first record older */
    int64_t keep_ms;     /* sealed files younger than this are kept ... */
    uint64_t keep_bytes; /* ... oldest go when all are larger than this, but never younger
                            than 7 days (then ERR_SPACE is the caller's alarm) */
    int64_t keep_least_ms; /* 7 days; shorter only in tests */
    struct seal *seal;     /* keys for what is written, outliving the log; NULL: plain */
};

struct rawlog;

/* Open or create; a torn tail (records never committed) is cut off and counted in
 * *torn_bytes; damage before the tail is ERR_CORRUPT with the record's number in `why`.
 */
MUST_USE err rawlog_open(const struct rawlog_options *options, struct rawlog **log,
                         uint64_t *torn_bytes, char why[RAWLOG_WHY_BYTES]);
void rawlog_close(struct rawlog *log);

/* Buffer one record; its number is set.  Nothing is promised before rawlog_commit. */
MUST_USE err rawlog_append(struct rawlog *log, struct rawlog_record *record);
/* Write and fdatasync all appended records.  On any error nothing appended since the last
 * good commit is promised, the log takes no more (ERR_STATE) until it is reopened -
 * except after ERR_SPACE, when the file is cut back to the last good commit and the log
 * goes on. */
MUST_USE err rawlog_commit(struct rawlog *log);
/* Seal what is due, remove what is past keeping; call now and then, from the thread that
 * appends (cheap when nothing is due) - sealing itself runs in a thread of its own. */
MUST_USE err rawlog_maintain(struct rawlog *log, int64_t now_ms);

uint64_t rawlog_last_number(const struct rawlog *log);
uint64_t rawlog_bytes(struct rawlog *log); /* on disk */

/* Reading.  `seal` opens what is under a key and outlives the cursor; without it (NULL)
 * such a file is ERR_DENIED, plain ones can be read. */
struct rawlog_cursor;
/* From the first record with number >= `from` (and only committed ones). */
MUST_USE err rawlog_read_open(const char *folder, struct seal *seal, uint64_t from,
                              struct rawlog_cursor **cursor);
/* From the first record received at or after `received_ms`. */
MUST_USE err rawlog_read_open_time(const char *folder, struct seal *seal,
                                   int64_t received_ms, struct rawlog_cursor **cursor);
/* Next record; its bytes are a view until the next call.  ERR_SHORT: no more now (may be
 * called again later).  ERR_CORRUPT: this record is damaged (its number is set). */
MUST_USE err rawlog_read(struct rawlog_cursor *cursor, struct rawlog_record *record);
void rawlog_read_close(struct rawlog_cursor *cursor);

struct rawlog_report {
    uint64_t records, bytes, files;
    uint64_t first_bad; /* number of the first altered record, 0 = none */
    char what[RAWLOG_WHY_BYTES];
    uint8_t last_hash[RAWLOG_HASH_BYTES];
};

/* Check every CRC, hash, tag and signature, the order and the numbers.  ERR_CORRUPT when
 * first_bad; ERR_DENIED: a file is under a key that is not at hand, `what` says which. */
MUST_USE err rawlog_verify(const char *folder, struct seal *seal,
                           struct rawlog_report *report);

const char *rawlog_verdict_text(enum rawlog_verdict verdict);

#endif
