/* rawlog_read.c - cursors: from any number or time on, over open and sealed files alike.
 *
 * A cursor needs nothing of the writer but the folder: the mark says up to which record
 * it may read.  An open file may be sealed and removed beneath it; it then either still
 * holds the removed file, whose records are all there, or finds the sealed one when it
 * looks. */
#include "base/ensure.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "store/rawlog_files.h"
#include "store/rawlog_format.h"

#include <string.h>

enum { LOOKS_MAX = 100 }; /* a file may change its form while we look, but not for ever */

enum cursor_file { FILE_NONE, FILE_OPEN, FILE_SEALED };

struct rawlog_cursor {
    char folder[FILE_PATH_BYTES];
    struct seal *seal;
    uint64_t next;      /* number of the record to be read */
    int64_t from_ms;    /* records received before are passed over */
    bool marked;        /* the mark could be read: ... */
    uint64_t committed; /* ... this is it */

    enum cursor_file kind;
    uint64_t file_first;
    struct rawlog_scan scan; /* open file */
    struct file sealed;
    struct rawlog_lock lock;
    struct rawlog_trailer trailer;
    struct rawlog_block *blocks;
    uint32_t block_i; /* of the block in `plain`, when there is one */
    bool block_held;
    struct buffer plain;
    struct bytes rest; /* of `plain` */
};

static void file_leave(struct rawlog_cursor *c)
{
    if (c->kind == FILE_OPEN) rawlog_scan_close(&c->scan);
    if (c->kind == FILE_SEALED) file_close(&c->sealed);
    memory_free(c->blocks);
    c->blocks = NULL;
    c->block_held = false;
    c->kind = FILE_NONE;
}

void rawlog_read_close(struct rawlog_cursor *cursor)
{
    if (!cursor) return;
    file_leave(cursor);
    buffer_close(&cursor->plain);
    memory_free(cursor);
}

err rawlog_read_open(const char *folder, struct seal *seal, uint64_t from,
                     struct rawlog_cursor **cursor)
{
    ensure(folder != NULL);
    ensure(cursor != NULL);

    struct rawlog_cursor *c = memory_new(1, sizeof *c);
    if (!c) return ERR_MEMORY;
    buffer_open(&c->plain, RAWLOG_BLOCK_BYTES + 2 * (size_t)RAWLOG_BODY_BYTES_MAX);
    c->seal = seal;
    c->from_ms = INT64_MIN;
    c->next = from ? from : 1;
    if (!text_copy(c->folder, sizeof c->folder, folder)) {
        rawlog_read_close(c);
        return ERR_FULL;
    }
    *cursor = c;
    return ERR_OK;
}

/* --- finding files ------------------------------------------------------------------ */

static err sealed_enter(struct rawlog_cursor *c, uint64_t first)
{
    struct rawlog_header header;
    err e = rawlog_file_open(c->folder, first, RAWLOG_SEALED, &c->sealed);
    if (e) return e;
    c->kind = FILE_SEALED;
    e = rawlog_read_header(&c->sealed, RAWLOG_SEALED, first, &header);
    if (!e) e = rawlog_read_trailer(&c->sealed, &c->trailer);
    if (!e && c->trailer.first_number != first) e = ERR_CORRUPT;
    if (!e) e = rawlog_unlock(c->seal, &header, &c->lock);
    if (!e) e = rawlog_read_index(&c->sealed, &c->lock, &c->trailer, &c->blocks);
    if (e) file_leave(c);
    return e;
}

static err open_enter(struct rawlog_cursor *c, uint64_t first)
{
    struct file file = {.handle = -1};
    struct rawlog_header header;
    err e = rawlog_file_open(c->folder, first, RAWLOG_OPEN, &file);
    if (!e) e = rawlog_read_header(&file, RAWLOG_OPEN, first, &header);
    if (!e) e = rawlog_unlock(c->seal, &header, &c->lock);
    if (e) {
        file_close(&file);
        return e;
    }
    rawlog_scan_open(&c->scan, file);
    c->scan.lock = c->lock;
    c->kind = FILE_OPEN;
    return ERR_OK;
}

/* Enter the file that holds c->next (or the first one behind it, when keeping has removed
 * that).  ERR_SHORT: there is none yet.  ERR_UNKNOWN: it changed its form, look again. */
static err file_enter(struct rawlog_cursor *c, struct rawlog_record *record)
{
    struct rawlog_list list;
    err e = rawlog_list_open(c->folder, &list);
    size_t at = e ? 0 : rawlog_list_find(&list, c->next);
    if (!e && list.n == 0) e = ERR_SHORT;
    if (!e && at == list.n) { /* all begin later: keeping has removed ours */
        at = 0;
        c->next = list.at[0].first;
    }
    /* The cursor stands at the end of this very file: what follows is missing. */
    if (!e && list.at[at].first == c->file_first) {
        e = at + 1 < list.n && !list.at[at].open ? ERR_CORRUPT : ERR_SHORT;
    }
    if (!e) {
        struct rawlog_entry entry = list.at[at];
        e = entry.sealed ? sealed_enter(c, entry.first) : open_enter(c, entry.first);
        if (!e || e == ERR_CORRUPT) c->file_first = entry.first;
    }
    if (e == ERR_CORRUPT) { /* said once; on behind the file */
        record->number = c->next;
        c->next = at + 1 < list.n ? list.at[at + 1].first : c->committed + 1;
    }
    rawlog_list_close(&list);
    return e;
}

/* --- reading ------------------------------------------------------------------------ */

static bool may_read(struct rawlog_cursor *c)
{
    if (c->marked && c->next <= c->committed) return true;
    struct rawlog_mark mark;
    err e = rawlog_read_mark(c->folder, &mark);
    if (e) return !c->marked; /* no mark: whatever is whole counts */
    c->marked = true;
    c->committed = mark.number;
    return c->next <= c->committed;
}

/* Step over damage to the next whole record, when there is one. */
static err open_damage(struct rawlog_cursor *c, struct rawlog_record *record)
{
    record->number = c->next;
    struct rawlog_slot slot;
    uint64_t before = c->scan.offset;
    err e = rawlog_scan_skip(&c->scan, c->next, &slot);
    if (e == ERR_UNKNOWN && !c->marked) return ERR_SHORT; /* may be in the writing */
    if (e == ERR_OK) {
        /* It is taken with the next call. */
        c->scan.offset -= slot.file_bytes;
        c->next = slot.number;
    } else {
        c->scan.offset = before;
        c->next++;
    }
    return ERR_CORRUPT;
}

static err open_read(struct rawlog_cursor *c, struct rawlog_record *record)
{
    struct rawlog_slot slot;
    uint64_t left = 0;
    err e = rawlog_scan_next(&c->scan, &slot, &left);
    while (!e && slot.number < c->next) e = rawlog_scan_next(&c->scan, &slot, &left);
    if (!e && slot.number > c->next) { /* a hole: said once, then read on behind it */
        record->number = c->next;
        c->scan.offset -= slot.file_bytes;
        c->next = slot.number;
        return ERR_CORRUPT;
    }
    if (e == ERR_SHORT && left == 0) return ERR_SHORT;
    if (e == ERR_SHORT || e == ERR_FRAME || e == ERR_CHECK) return open_damage(c, record);
    if (e) return e;
    if (rawlog_take_body(&slot, record)) {
        record->number = c->next++;
        return ERR_CORRUPT;
    }
    c->next++;
    return ERR_OK;
}

/* The block that holds c->next; those before the wanted time are passed over. */
static bool block_find(struct rawlog_cursor *c)
{
    uint32_t i = c->block_held ? c->block_i : 0;
    for (; i < c->trailer.blocks; i++) {
        const struct rawlog_block *block = &c->blocks[i];
        if (block->first_number + block->records <= c->next) continue;
        if (block->last_ms < c->from_ms) continue;
        break;
    }
    if (i == c->trailer.blocks) return false;
    if (c->next < c->blocks[i].first_number) c->next = c->blocks[i].first_number;
    if (!c->block_held || c->block_i != i) c->rest.n = 0;
    c->block_held = c->block_held && c->block_i == i;
    c->block_i = i;
    return true;
}

static err block_enter(struct rawlog_cursor *c)
{
    if (c->block_held) return ERR_OK;
    err e = rawlog_read_block(&c->sealed, &c->lock, &c->blocks[c->block_i], &c->plain);
    if (e) return e;
    c->rest = buffer_bytes(&c->plain);
    c->block_held = true;
    return ERR_OK;
}

static err sealed_read(struct rawlog_cursor *c, struct rawlog_record *record)
{
    if (!block_find(c)) {
        c->next = c->trailer.last_number + 1;
        return ERR_SHORT;
    }
    struct rawlog_slot slot = {0};
    err e = block_enter(c);
    while (!e && slot.number < c->next) e = rawlog_take_sealed(&c->rest, &slot);
    if (!e && (slot.number != c->next || rawlog_take_body(&slot, record)))
        e = ERR_CORRUPT;
    if (e == ERR_CORRUPT || e == ERR_SHORT || e == ERR_FRAME || e == ERR_CHECK) {
        const struct rawlog_block *block = &c->blocks[c->block_i];
        record->number = c->next;
        c->next =
            block->first_number + block->records; /* the block is passed as a whole */
        c->block_held = false;
        return ERR_CORRUPT;
    }
    if (!e) c->next++;
    return e;
}

static err read_one(struct rawlog_cursor *c, struct rawlog_record *record)
{
    for (int looks = 0; looks < LOOKS_MAX; looks++) {
        err e = ERR_OK;
        if (c->kind == FILE_NONE) e = file_enter(c, record);
        if (e == ERR_UNKNOWN) continue;
        if (e) return e;
        e = c->kind == FILE_OPEN ? open_read(c, record) : sealed_read(c, record);
        if (e != ERR_SHORT) return e;
        /* The end of this file: on to the one behind it, when there is one. */
        if (c->kind == FILE_OPEN) {
            struct rawlog_list list;
            e = rawlog_list_open(c->folder, &list);
            size_t at = e ? 0 : rawlog_list_find(&list, c->next);
            bool moved = !e && at < list.n && list.at[at].first > c->file_first;
            rawlog_list_close(&list);
            if (e) return e;
            if (!moved) return ERR_SHORT;
        }
        file_leave(c);
    }
    return ERR_BUSY;
}

err rawlog_read(struct rawlog_cursor *cursor, struct rawlog_record *record)
{
    ensure(cursor != NULL);
    ensure(record != NULL);

    for (;;) {
        if (!may_read(cursor)) return ERR_SHORT;
        err e = read_one(cursor, record);
        if (e) return e;
        if (record->received_ms >= cursor->from_ms) return ERR_OK;
    }
}

/* --- by time ------------------------------------------------------------------------ */

/* When the file's first record was received; ERR_SHORT: it has none. */
static err first_ms(struct rawlog_cursor *c, const struct rawlog_entry *entry,
                    int64_t *ms)
{
    struct rawlog_record record;
    if (entry->sealed) {
        err e = sealed_enter(c, entry->first);
        if (!e) *ms = c->trailer.first_ms;
        return e;
    }
    struct rawlog_slot slot;
    uint64_t left = 0;
    err e = open_enter(c, entry->first);
    if (!e) e = rawlog_scan_next(&c->scan, &slot, &left);
    if (!e) e = rawlog_take_body(&slot, &record);
    if (!e) *ms = record.received_ms;
    return e;
}

err rawlog_read_open_time(const char *folder, struct seal *seal, int64_t received_ms,
                          struct rawlog_cursor **cursor)
{
    struct rawlog_cursor *c = NULL;
    err e = rawlog_read_open(folder, seal, 1, &c);
    if (e) return e;
    struct rawlog_list list;
    e = rawlog_list_open(folder, &list);
    /* The newest file that begins before the time; damaged or vanished ones are judged
     * when the reading comes to them. */
    size_t at = e ? 0 : list.n;
    int64_t ms = INT64_MAX;
    while (at > 0 && ms >= received_ms) {
        at--;
        if (first_ms(c, &list.at[at], &ms)) ms = INT64_MAX;
        file_leave(c);
    }
    if (!e && list.n > 0) c->next = list.at[at].first;
    rawlog_list_close(&list);
    if (e) {
        rawlog_read_close(c);
        return e;
    }
    c->from_ms = received_ms;
    *cursor = c;
    return ERR_OK;
}
