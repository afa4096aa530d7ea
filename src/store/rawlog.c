/* rawlog.c - the writer of the raw log: append, group commit, rotation, opening after a
 * crash.
 *
 * A file (numbers little-endian; `crc` is CRC-32C of everything before it in its part, or
 * of everything behind it in a record):
 *
 *   header   80 | HNRAWLOG | version 4 | kind 4 | first number 8 | received_ms of the
 * record | before 8 | hash of the record before 32 | room 12 | crc 4 |
 *
 *   000000000001.open:    header record*
 *     record 52+n | crc 4 | n 4 | number 8 | place in its commit group 4 | hash 32 | body
 * n |
 *
 *   000000000001.sealed:  header block* index trailer
 *     block       zstd of records | crc 4 | n 4 | number 8 | body n |   (hash left out:
 * it follows from the chain) index    80 | offset 8 | first number 8 | first_ms 8 |
 * last_ms 8 | packed bytes 4 (a block)   | plain bytes 4 | records 4 | crc of packed 4 |
 * hash of its last record 32 | trailer  96 | HNSEALED | version 4 | first number 8 | last
 * number 8 | first_ms 8 | last_ms 8 | index offset 8 | blocks 4 | crc of index 4 | last
 * hash 32 | crc |
 *
 *   body  32+.. | received_ms 8 | spool 8 | sequence 8 | check code 4 | verdict 1
 *               | terminal length 1 | why length 1 | 0 | terminal | why | envelope as
 * received |
 *
 *   mark     56 | HNRAWMRK | number 8 | its hash 32 | 0 4 | crc 4 |
 *
 *   hash(i) = SHA-256( hash(i-1) | number 8 | body )
 *
 * Torn or damaged?  The mark is written (not synced) after each commit that fdatasync has
 * confirmed, so what it says is never more than the truth; at a clean close it is synced.
 * A record that cannot be read at opening is *damaged* (ERR_CORRUPT) when the mark names
 * it or a later one, or when a record behind it begins a commit group (place 0): a group
 * is written only after the one before it was durable.  Otherwise it is the *torn* tail
 * of a group that was never acknowledged and is cut off.  What remains open: damage to
 * the newest group after a power cut that also lost the mark's last seconds looks like a
 * torn tail.
 *
 * At opening, records behind the mark are written once more and synced: after a failed or
 * missing sync the page cache may show bytes that the disk does not have. */
#include "store/rawlog.h"

#include "base/ensure.h"
#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/thread.h"
#include "store/rawlog_files.h"
#include "store/rawlog_format.h"
#include "store/rawlog_hash.h"
#include "store/rawlog_open.h"
#include "store/rawlog_seal.h"

#include <string.h>

enum { PENDING_BYTES_MAX = 512 * 1024 * 1024, PENDING_BYTES_KEPT = 8 * 1024 * 1024 };

enum { MAINTAIN_MS = 600000, SEAL_RETRY_MS = 60000 };

/* Where the log stands: moved by append, and set back when a commit fails. */
struct position {
    uint64_t number; /* of the last record */
    int64_t received_ms;
    uint8_t hash[RAWLOG_HASH_BYTES];
};

struct rawlog {
    struct rawlog_options options;
    char folder[FILE_PATH_BYTES];
    struct file lock, file, mark;
    struct rawlog_hasher *hasher;
    struct buffer pending, small;
    uint32_t pending_n;
    bool broken;
    uint64_t file_first, file_bytes; /* the open file; durable bytes of it */
    uint32_t file_key;               /* its bodies are under; 0 = plain */
    int64_t file_first_ms;           /* its first record's; 0 = it has none */
    struct position durable, now;

    int64_t seal_after_ms, retain_after_ms; /* not before */
    uint64_t seal_behind;                   /* files up to this one cannot be sealed */
    err retained;                           /* what the last keeping said */
    struct thread sealer;
    uint64_t sealing;      /* the file's first number; 0 = none */
    struct lock seal_lock; /* for the two that follow */
    bool seal_done;
    err seal_result;
};

static const char *const verdict_texts[] = {
#define VERDICT_TEXT_ROW(name, text) text,
    RAWLOG_VERDICT_LIST(VERDICT_TEXT_ROW)
#undef VERDICT_TEXT_ROW
};

const char *rawlog_verdict_text(enum rawlog_verdict verdict)
{
    return (unsigned)verdict < COUNT(verdict_texts) ? verdict_texts[verdict] : "unknown";
}

/* --- open and close ----------------------------------------------------------------- */

static err lock_take_folder(struct rawlog *log)
{
    char path[FILE_PATH_BYTES];
    err e = folder_make(log->folder);
    if (!e && !file_path(path, log->folder, "lock")) e = ERR_FULL;
    return e ? e : file_lock(path, &log->lock);
}

static void mark_write(struct rawlog *log)
{
    struct rawlog_mark mark = {.number = log->durable.number};
    memcpy(mark.hash, log->durable.hash, RAWLOG_HASH_BYTES);
    buffer_clear(&log->small);
    rawlog_put_mark(&log->small, &mark);
    ensure(!log->small.broken);
    err e = file_write_at(&log->mark, 0, buffer_bytes(&log->small));
    /* The records are durable all the same; readers see them with the next mark. */
    if (e) log_event(LOG_WARNING, "rawlog", "mark_not_written", "class=%s", err_name(e));
}

static err mark_open(struct rawlog *log)
{
    char path[FILE_PATH_BYTES];
    if (!file_path(path, log->folder, "mark")) return ERR_FULL;
    err e = file_open_write(path, &log->mark);
    if (!e) mark_write(log);
    if (!e)
        e = file_sync(
            &log->mark); /* its bytes have a place now: later writes need none */
    return e ? e : folder_sync(log->folder);
}

/* A file with a header only, to follow the newest durable record: whole or not there. */
static err file_begin(struct rawlog *log, uint32_t key, struct file *file)
{
    struct rawlog_header header = {.kind = RAWLOG_OPEN,
                                   .key = key,
                                   .first_number = log->durable.number + 1,
                                   .before_ms = log->durable.received_ms};
    memcpy(header.hash, log->durable.hash, RAWLOG_HASH_BYTES);
    buffer_clear(&log->small);
    rawlog_put_header(&log->small, &header);
    ensure(!log->small.broken);

    char path[FILE_PATH_BYTES];
    err e = rawlog_path(path, log->folder, header.first_number, ".open");
    if (e) return e;
    e = file_replace(path, buffer_bytes(&log->small));
    if (!e) e = file_open_write(path, file);
    /* In its place but perhaps not durably: going on in the old file could leave both. */
    if (e && file_exists(path)) log->broken = true;
    return e;
}

static err file_new(struct rawlog *log)
{
    struct file fresh = {.handle = -1};
    uint32_t key = log->options.seal ? seal_key(log->options.seal) : 0;
    err e = file_begin(log, key, &fresh);
    if (e) return e;
    log->file_key = key;
    file_close(&log->file);
    log->file = fresh;
    log->file_first = log->durable.number + 1;
    log->file_bytes = RAWLOG_HEADER_BYTES;
    log->file_first_ms = 0;
    return ERR_OK;
}

/* Take over what rawlog_recover found. */
static err file_continue(struct rawlog *log, struct rawlog_recovered *found)
{
    log->durable =
        (struct position){.number = found->last_number, .received_ms = found->last_ms};
    memcpy(log->durable.hash, found->hash, RAWLOG_HASH_BYTES);
    log->now = log->durable;
    if (found->file.handle < 0) return file_new(log);
    log->file = found->file;
    log->file_key = found->key;
    if (found->key == 0 && log->options.seal) return file_new(log); /* no more in plain */
    log->file_first = found->first_number;
    log->file_bytes = found->file_bytes;
    log->file_first_ms = found->first_ms;
    return ERR_OK;
}

err rawlog_open(const struct rawlog_options *options, struct rawlog **log,
                uint64_t *torn_bytes, char why[RAWLOG_WHY_BYTES])
{
    ensure(options != NULL && log != NULL && torn_bytes != NULL && why != NULL);

    why[0] = '\0';
    struct rawlog *l = memory_new(1, sizeof *l);
    if (!l) return ERR_MEMORY;
    l->options = *options;
    l->options.folder = l->folder;
    l->lock.handle = l->file.handle = l->mark.handle = -1;
    buffer_open(&l->pending, PENDING_BYTES_MAX);
    buffer_open(&l->small, RAWLOG_HEADER_BYTES);
    lock_open(&l->seal_lock);

    struct rawlog_recovered found = {.file = {.handle = -1}};
    err e = text_copy(l->folder, sizeof l->folder, options->folder) ? ERR_OK : ERR_FULL;
    if (!e) e = lock_take_folder(l);
    if (!e) e = rawlog_hasher_open(&l->hasher);
    if (!e) e = rawlog_recover(l->folder, l->options.seal, l->hasher, &found, why);
    if (!e) e = file_continue(l, &found);
    if (!e) e = mark_open(l);
    if (e) {
        l->broken = true;
        rawlog_close(l);
        return e;
    }
    *torn_bytes = found.torn_bytes;
    *log = l;
    return ERR_OK;
}

void rawlog_close(struct rawlog *log)
{
    if (!log) return;
    thread_join(&log->sealer);
    if (!log->broken && log->mark.handle >= 0) {
        err e = file_sync(&log->mark);
        if (e)
            log_event(LOG_WARNING, "rawlog", "mark_not_synced", "class=%s", err_name(e));
    }
    file_close(&log->mark);
    file_close(&log->file);
    file_close(&log->lock);
    rawlog_hasher_close(log->hasher);
    buffer_close(&log->pending);
    buffer_close(&log->small);
    lock_close(&log->seal_lock);
    memory_free(log);
}

/* --- append and commit -------------------------------------------------------------- */

static bool record_fits(const struct rawlog_record *record)
{
    return record->verdict < RAWLOG_VERDICT_N &&
           memchr(record->terminal, 0, sizeof record->terminal) != NULL &&
           memchr(record->why, 0, sizeof record->why) != NULL &&
           record->bytes.n <= RAWLOG_BODY_BYTES_MAX - 1024;
}

/* The record at the end of `pending`, its body under the file's key. */
static err pending_put(struct rawlog *log, const struct rawlog_record *record,
                       uint8_t hash[RAWLOG_HASH_BYTES])
{
    struct buffer *out = &log->pending;
    size_t start = out->n, before = log->file_key ? SEAL_NONCE_BYTES : 0;
    size_t behind = log->file_key ? SEAL_TAG_BYTES : 0;
    size_t body_at = start + RAWLOG_OPEN_HEAD_BYTES + before;
    if (!buffer_extend(out, RAWLOG_OPEN_HEAD_BYTES + before)) return out->broken;
    rawlog_put_body(out, record);
    if (!out->broken && behind) buffer_extend(out, behind);
    if (out->broken) return out->broken;

    uint8_t *at = out->at + start;
    struct bytes body = {out->at + body_at, out->n - body_at - behind};
    size_t file_n = before + body.n + behind;
    rawlog_hash(log->hasher, log->now.hash, record->number, body, hash);
    rawlog_head_open(at, record->number, log->pending_n, hash, file_n);
    err e = ERR_OK;
    if (log->file_key) {
        e = seal_close_block(log->options.seal, log->file_key, rawlog_head_place(at),
                             at + RAWLOG_OPEN_HEAD_BYTES, body.n);
    }
    if (!e) rawlog_finish_open(at, file_n);
    return e;
}

err rawlog_append(struct rawlog *log, struct rawlog_record *record)
{
    ensure(log != NULL);
    ensure(record != NULL);

    if (log->broken) return ERR_STATE;
    if (!record_fits(record)) return ERR_RANGE;
    struct rawlog_record r = *record;
    r.number = log->now.number + 1;
    if (r.received_ms < log->now.received_ms) r.received_ms = log->now.received_ms;
    if (r.verdict == RAWLOG_DUPLICATE) r.bytes.n = 0;

    size_t start = log->pending.n;
    uint8_t hash[RAWLOG_HASH_BYTES];
    err e = pending_put(log, &r, hash);
    if (e) {
        log->pending.n = start;
        log->pending.broken = ERR_OK;
        return e;
    }
    log->pending_n++;
    memcpy(log->now.hash, hash, RAWLOG_HASH_BYTES);
    log->now.number = record->number = r.number;
    log->now.received_ms = record->received_ms = r.received_ms;
    return ERR_OK;
}

static void pending_drop(struct rawlog *log)
{
    bool large = log->pending.capacity > PENDING_BYTES_KEPT;
    if (large) {
        buffer_close(&log->pending);
        buffer_open(&log->pending, PENDING_BYTES_MAX);
    } else {
        buffer_clear(&log->pending);
    }
    log->pending_n = 0;
}

/* Back to the last good commit, so that nothing unacknowledged is ever read as if it
 * were. */
static err cut_back(struct rawlog *log)
{
    log->now = log->durable;
    pending_drop(log);
    return file_cut(&log->file, log->file_bytes);
}

err rawlog_commit(struct rawlog *log)
{
    ensure(log != NULL);

    if (log->broken) return ERR_STATE;
    if (log->pending_n == 0) return ERR_OK;
    err e = file_write_at(&log->file, log->file_bytes, buffer_bytes(&log->pending));
    if (e == ERR_SPACE || e == ERR_FULL) { /* full disk, or the file's largest size */
        log->broken = cut_back(log) != ERR_OK;
        return log->broken ? ERR_IO : ERR_SPACE;
    }
    if (!e && file_sync(&log->file))
        e = ERR_IO; /* never tried again: a second sync lies */
    if (e) {
        (void)cut_back(log);
        log->broken = true;
        return e;
    }
    log->file_bytes += log->pending.n;
    if (log->file_first_ms == 0) log->file_first_ms = log->now.received_ms;
    log->durable = log->now;
    pending_drop(log);
    mark_write(log);
    return ERR_OK;
}

/* --- maintain ----------------------------------------------------------------------- */

static bool seal_is_due(const struct rawlog *log, int64_t now_ms)
{
    if (log->file_first_ms == 0 || log->pending_n > 0 || log->broken) return false;
    return log->file_bytes > log->options.seal_bytes ||
           now_ms - log->file_first_ms >= log->options.seal_ms;
}

static void *seal_run(void *context)
{
    struct rawlog *log = context;
    err e = rawlog_seal(log->folder, log->options.seal, log->sealing);
    lock_take(&log->seal_lock);
    log->seal_result = e;
    log->seal_done = true;
    lock_give(&log->seal_lock);
    return NULL;
}

/* Collect a finished sealing; false while one is running. */
static bool seal_settle(struct rawlog *log, int64_t now_ms, err *result)
{
    if (log->sealing == 0) return true;
    lock_take(&log->seal_lock);
    bool done = log->seal_done;
    *result = log->seal_result;
    lock_give(&log->seal_lock);
    if (!done) {
        *result = ERR_OK;
        return false;
    }
    thread_join(&log->sealer);
    log->sealer = (struct thread){0};
    if (*result) log->seal_after_ms = now_ms + SEAL_RETRY_MS;
    if (*result == ERR_CORRUPT) log->seal_behind = log->sealing; /* kept as evidence */
    log->sealing = 0;
    log->retain_after_ms = now_ms;
    return true;
}

/* The oldest open file that is not the one being written. */
static err seal_next(struct rawlog *log, uint64_t *first)
{
    struct rawlog_list list;
    err e = rawlog_list_open(log->folder, &list);
    *first = 0;
    for (size_t i = 0; !e && *first == 0 && i < list.n; i++) {
        bool due = list.at[i].open && list.at[i].first != log->file_first &&
                   list.at[i].first > log->seal_behind;
        if (due) *first = list.at[i].first;
    }
    rawlog_list_close(&list);
    return e;
}

static err seal_start(struct rawlog *log, int64_t now_ms)
{
    if (now_ms < log->seal_after_ms) return ERR_OK;
    uint64_t first = 0;
    err e = seal_next(log, &first);
    if (e) return e;
    if (first == 0) {
        log->seal_after_ms = now_ms + MAINTAIN_MS;
        return ERR_OK;
    }
    log->sealing = first;
    log->seal_done = false;
    e = thread_start(&log->sealer, "rawlog-seal", seal_run, log);
    if (e) log->sealing = 0;
    return e;
}

err rawlog_maintain(struct rawlog *log, int64_t now_ms)
{
    ensure(log != NULL);

    err e = ERR_OK;
    if (seal_is_due(log, now_ms)) {
        if (log->options.seal) e = seal_turn(log->options.seal, now_ms, false);
        if (!e) e = file_new(log);
        if (!e) log->seal_after_ms = now_ms;
    }
    err sealed = ERR_OK;
    if (!seal_settle(log, now_ms, &sealed)) return e;
    if (!e) e = sealed;
    if (now_ms >= log->retain_after_ms) {
        log->retain_after_ms = now_ms + MAINTAIN_MS;
        log->retained = rawlog_retain(&log->options, now_ms);
    }
    if (!e) e = seal_start(log, now_ms);
    return e ? e : log->retained;
}

uint64_t rawlog_last_number(const struct rawlog *log)
{
    return log->durable.number;
}

static err bytes_add(void *context, const struct file *file)
{
    uint64_t bytes = 0;
    err e = file_size(file, &bytes);
    if (!e) *(uint64_t *)context += bytes;
    return e;
}

uint64_t rawlog_bytes(struct rawlog *log)
{
    uint64_t total = 0;
    struct rawlog_list list;
    err e = rawlog_list_open(log->folder, &list);
    for (size_t i = 0; !e && i < list.n; i++) {
        enum rawlog_kind kind = list.at[i].sealed ? RAWLOG_SEALED : RAWLOG_OPEN;
        struct file file = {.handle = -1};
        /* A file sealed or removed meanwhile is left out of this look. */
        if (rawlog_file_open(log->folder, list.at[i].first, kind, &file)) continue;
        e = bytes_add(&total, &file);
        file_close(&file);
    }
    rawlog_list_close(&list);
    return total;
}
