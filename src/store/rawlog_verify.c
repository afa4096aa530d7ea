/* rawlog_verify.c - every byte of the raw log is looked at: CRCs, the hash chain,
 * numbers, times, the index, and the mark.  May run beside the writer. */
#include "base/clock.h"
#include "base/ensure.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "store/rawlog_files.h"
#include "store/rawlog_format.h"
#include "store/rawlog_hash.h"

#include <string.h>

enum { TRIES_MAX = 5, TRY_MS = 50 };

struct verify {
    const char *folder;
    struct seal *seal;
    struct rawlog_lock lock; /* of the file at hand */
    struct rawlog_report *report;
    struct rawlog_hasher *hasher;
    struct rawlog_mark mark;
    uint64_t next; /* number expected; 0 = the log's first file is still to come */
    int64_t last_ms;
    uint8_t hash[RAWLOG_HASH_BYTES];
    struct buffer plain;
};

static err bad(struct verify *v, uint64_t number, const char *what)
{
    v->report->first_bad = number;
    (void)text_copy(v->report->what, sizeof v->report->what, what);
    return ERR_CORRUPT;
}

static err header_check(struct verify *v, const struct file *file, enum rawlog_kind kind,
                        uint64_t first)
{
    struct rawlog_header header;
    err e = rawlog_read_header(file, kind, first, &header);
    if (e == ERR_CORRUPT) return bad(v, first, "the head of its file is altered");
    if (!e) e = rawlog_unlock(v->seal, &header, &v->lock);
    if (e == ERR_DENIED)
        text_format(v->report->what, sizeof v->report->what,
                    "record %llu: its file is under key %u, which is not at hand",
                    (unsigned long long)first, (unsigned)header.key);
    if (e) return e;
    if (v->next == 0) { /* what was before has been removed: its hash is taken on trust */
        v->next = first;
        v->last_ms = header.before_ms;
        memcpy(v->hash, header.hash, RAWLOG_HASH_BYTES);
    }
    if (v->next != first) return bad(v, v->next, "is missing");
    if (memcmp(header.hash, v->hash, RAWLOG_HASH_BYTES) != 0 ||
        header.before_ms != v->last_ms) {
        return bad(v, first, "its file does not continue the one before");
    }
    return ERR_OK;
}

static err record_check(struct verify *v, const struct rawlog_slot *slot)
{
    struct rawlog_record record;
    if (slot->number != v->next) return bad(v, v->next, "is missing");
    if (rawlog_take_body(slot, &record)) return bad(v, v->next, "has no sound form");
    if (record.received_ms < v->last_ms) return bad(v, v->next, "its time falls");
    rawlog_hash(v->hasher, v->hash, slot->number, slot->body, v->hash);
    if (slot->hash && memcmp(v->hash, slot->hash, RAWLOG_HASH_BYTES) != 0) {
        return bad(v, v->next, "its hash does not fit");
    }
    v->last_ms = record.received_ms;
    v->next++;
    v->report->records++;
    return ERR_OK;
}

/* --- open files --------------------------------------------------------------------- */

static err open_walk(struct verify *v, struct rawlog_scan *scan, bool newest)
{
    struct clock clock;
    clock_machine(&clock);
    struct rawlog_slot slot;
    uint64_t left = 0;
    int tries = 0;
    for (;;) {
        err e = rawlog_scan_next(scan, &slot, &left);
        if (!e) e = record_check(v, &slot);
        if (!e) {
            tries = 0;
            continue;
        }
        if (e == ERR_SHORT && left == 0) return ERR_OK;
        if (e != ERR_SHORT && e != ERR_FRAME && e != ERR_CHECK) return e;
        if (!newest || v->next <= v->mark.number) return bad(v, v->next, "is altered");
        /* Behind the mark the writer may be in the middle of a commit. */
        if (++tries > TRIES_MAX) break;
        clock_sleep_until(&clock, clock_mono_ms(&clock) + TRY_MS);
    }
    uint64_t expected = v->next;
    bool last = rawlog_scan_skip(scan, expected, &slot) == ERR_UNKNOWN;
    return bad(v, expected,
               last ? "is altered, or torn and was never acknowledged" : "is altered");
}

static err open_verify(struct verify *v, struct file file, uint64_t first, bool newest)
{
    struct rawlog_scan scan;
    rawlog_scan_open(&scan, file);
    err e = header_check(v, &file, RAWLOG_OPEN, first);
    scan.lock = v->lock;
    if (!e) e = open_walk(v, &scan, newest);
    rawlog_scan_close(&scan);
    return e;
}

/* --- sealed files ------------------------------------------------------------------- */

static err block_verify(struct verify *v, const struct file *file,
                        const struct rawlog_block *block)
{
    err e = rawlog_read_block(file, &v->lock, block, &v->plain);
    if (e == ERR_CORRUPT) return bad(v, v->next, "its block is altered");
    if (e) return e;
    struct bytes rest = buffer_bytes(&v->plain);
    int64_t block_first_ms = v->last_ms;
    for (uint32_t i = 0; !e && i < block->records; i++) {
        struct rawlog_slot slot;
        if (rawlog_take_sealed(&rest, &slot)) return bad(v, v->next, "is altered");
        e = record_check(v, &slot);
        if (i == 0) block_first_ms = v->last_ms;
    }
    if (e) return e;
    bool fits = rest.n == 0 && memcmp(block->hash, v->hash, RAWLOG_HASH_BYTES) == 0 &&
                block->first_ms == block_first_ms && block->last_ms == v->last_ms;
    return fits ? ERR_OK
                : bad(v, block->first_number, "its block does not fit the index");
}

static err blocks_verify(struct verify *v, const struct file *file,
                         const struct rawlog_trailer *trailer)
{
    struct rawlog_block *blocks = NULL;
    err e = rawlog_read_index(file, &v->lock, trailer, &blocks);
    if (e == ERR_CORRUPT)
        return bad(v, trailer->first_number, "the index or the signature is altered");
    if (e) return e;
    bool times = blocks[0].first_ms == trailer->first_ms;
    for (uint32_t i = 0; !e && i < trailer->blocks; i++) {
        e = block_verify(v, file, &blocks[i]);
    }
    memory_free(blocks);
    if (e) return e;
    bool fits = times && v->next == trailer->last_number + 1 &&
                trailer->last_ms == v->last_ms &&
                memcmp(trailer->hash, v->hash, RAWLOG_HASH_BYTES) == 0;
    return fits ? ERR_OK
                : bad(v, trailer->last_number, "the end of its file does not fit");
}

static err sealed_verify(struct verify *v, const struct file *file, uint64_t first)
{
    struct rawlog_trailer trailer;
    err e = header_check(v, file, RAWLOG_SEALED, first);
    if (e) return e;
    e = rawlog_read_trailer(file, &trailer);
    if (!e && trailer.first_number != first) e = ERR_CORRUPT;
    if (e == ERR_CORRUPT) return bad(v, first, "the end of its file is altered");
    return e ? e : blocks_verify(v, file, &trailer);
}

/* --- the whole ---------------------------------------------------------------------- */

static err file_verify(struct verify *v, uint64_t first, bool newest)
{
    struct file file = {.handle = -1};
    uint64_t bytes = 0;
    bool sealed = true;
    err e = rawlog_file_open(v->folder, first, RAWLOG_SEALED, &file);
    if (e == ERR_UNKNOWN) {
        sealed = false;
        e = rawlog_file_open(v->folder, first, RAWLOG_OPEN, &file);
    }
    if (e == ERR_UNKNOWN) { /* sealed between the two looks */
        sealed = true;
        e = rawlog_file_open(v->folder, first, RAWLOG_SEALED, &file);
    }
    /* Gone altogether: removed by keeping, as long as nothing was read yet. */
    if (e == ERR_UNKNOWN && v->next == 0) return ERR_OK;
    if (!e) e = file_size(&file, &bytes);
    if (e) {
        file_close(&file);
        return e;
    }
    v->report->files++;
    v->report->bytes += bytes;
    if (!sealed) return open_verify(v, file, first, newest); /* which closes it */
    e = sealed_verify(v, &file, first);
    file_close(&file);
    return e;
}

/* What the writer has confirmed must be there.  The mark is read before the files, so
 * that a writer that goes on meanwhile does no harm. */
static err mark_read(struct verify *v, struct rawlog_mark *mark)
{
    struct clock clock;
    clock_machine(&clock);
    err e = rawlog_read_mark(v->folder, mark);
    for (int i = 0; e == ERR_CORRUPT && i < TRIES_MAX; i++) { /* just being written? */
        clock_sleep_until(&clock, clock_mono_ms(&clock) + TRY_MS);
        e = rawlog_read_mark(v->folder, mark);
    }
    if (e == ERR_UNKNOWN) { /* a copy without it */
        *mark = (struct rawlog_mark){0};
        return ERR_OK;
    }
    return e;
}

static err verify_all(struct verify *v)
{
    err marked = mark_read(v, &v->mark);
    if (marked && marked != ERR_CORRUPT) return marked;
    if (marked) v->mark.number = 0;
    struct rawlog_list list;
    err e = rawlog_list_open(v->folder, &list);
    for (size_t i = 0; !e && i < list.n; i++) {
        e = file_verify(v, list.at[i].first, i + 1 == list.n);
    }
    rawlog_list_close(&list);
    if (e) return e;

    uint64_t last = v->next ? v->next - 1 : 0;
    memcpy(v->report->last_hash, v->hash, RAWLOG_HASH_BYTES);
    if (marked) return bad(v, last ? last : 1, "the mark file is altered");
    if (v->mark.number > last) return bad(v, last + 1, "was acknowledged and is missing");
    bool same =
        v->mark.number != last || memcmp(v->mark.hash, v->hash, RAWLOG_HASH_BYTES) == 0;
    return same ? ERR_OK : bad(v, last, "the mark tells another hash");
}

err rawlog_verify(const char *folder, struct seal *seal, struct rawlog_report *report)
{
    ensure(folder != NULL);
    ensure(report != NULL);

    *report = (struct rawlog_report){0};
    struct verify v = {.folder = folder, .seal = seal, .report = report};
    buffer_open(&v.plain, RAWLOG_BLOCK_BYTES + 2 * (size_t)RAWLOG_BODY_BYTES_MAX);
    err e = rawlog_hasher_open(&v.hasher);
    if (!e) e = verify_all(&v);
    rawlog_hasher_close(v.hasher);
    buffer_close(&v.plain);
    return e;
}
