/* rawlog_open.c - see rawlog_open.h; the reasoning stands in rawlog.c. */
#include "store/rawlog_open.h"

#include "base/ensure.h"
#include "base/memory.h"
#include "base/text.h"
#include "store/rawlog_files.h"

#include <inttypes.h>
#include <string.h>

enum { REWRITE_BYTES = 1024 * 1024 };

struct recovery {
    const char *folder;
    struct seal *seal;
    struct rawlog_hasher *hasher;
    struct rawlog_recovered found;
    struct rawlog_mark mark; /* number 0 = not known */
    char *why;
};

static err damaged(struct recovery *r, uint64_t number, const char *what)
{
    (void)text_format(r->why, RAWLOG_WHY_BYTES, "record %" PRIu64 ": %s", number, what);
    return ERR_CORRUPT;
}

/* --- files a killed writer left behind ---------------------------------------------- */

static err leftover_remove(void *context, const char *name)
{
    const char *folder = context;
    size_t n = strlen(name);
    static const char suffix[] = ".sealing";
    if (n < sizeof suffix || !text_equal(name + n - (sizeof suffix - 1), suffix)) {
        return ERR_OK;
    }
    char path[FILE_PATH_BYTES];
    return file_path(path, folder, name) ? file_remove(path) : ERR_FULL;
}

/* Sealed but its source not yet removed: a whole sealed file wins, else the source. */
static err both_tidy(const char *folder, struct rawlog_entry *entry)
{
    struct file file = {.handle = -1};
    struct rawlog_header header;
    struct rawlog_trailer trailer;
    err e = rawlog_file_open(folder, entry->first, RAWLOG_SEALED, &file);
    if (!e) e = rawlog_read_header(&file, RAWLOG_SEALED, entry->first, &header);
    if (!e) e = rawlog_read_trailer(&file, &trailer);
    file_close(&file);
    if (e && e != ERR_CORRUPT) return e;

    char path[FILE_PATH_BYTES];
    bool whole = !e;
    e = rawlog_path(path, folder, entry->first, whole ? ".open" : ".sealed");
    if (!e) e = file_remove(path);
    entry->open = !whole;
    entry->sealed = whole;
    return e;
}

static err tidy(const char *folder, struct rawlog_list *list)
{
    char name[FILE_PATH_BYTES];
    bool fits = text_copy(name, sizeof name, folder);
    if (!fits) return ERR_FULL;
    err e = folder_each(folder, leftover_remove, name);
    for (size_t i = 0; !e && i < list->n; i++) {
        if (list->at[i].open && list->at[i].sealed) e = both_tidy(folder, &list->at[i]);
    }
    return e;
}

/* --- the end of the log ------------------------------------------------------------- */

static err sealed_end(struct recovery *r, uint64_t first)
{
    struct file file = {.handle = -1};
    struct rawlog_trailer trailer;
    err e = rawlog_file_open(r->folder, first, RAWLOG_SEALED, &file);
    if (!e) e = rawlog_read_trailer(&file, &trailer);
    file_close(&file);
    if (e == ERR_CORRUPT)
        return damaged(r, first, "the end of its sealed file is damaged");
    if (e) return e;
    r->found.last_number = trailer.last_number;
    r->found.last_ms = trailer.last_ms;
    memcpy(r->found.hash, trailer.hash, RAWLOG_HASH_BYTES);
    return ERR_OK;
}

static err header_take(struct recovery *r, uint64_t first, struct rawlog_scan *scan)
{
    struct rawlog_header header;
    err e = rawlog_read_header(&scan->file, RAWLOG_OPEN, first, &header);
    if (e == ERR_CORRUPT) return damaged(r, first, "the head of its file is damaged");
    if (!e) e = rawlog_unlock(r->seal, &header, &scan->lock);
    if (e == ERR_DENIED) {
        (void)text_copy(r->why, RAWLOG_WHY_BYTES, "it is under a key that is not here");
    }
    if (e) return e;
    r->found.key = header.key;
    bool chained = r->found.last_number == 0 ||
                   (r->found.last_number + 1 == first &&
                    memcmp(header.hash, r->found.hash, RAWLOG_HASH_BYTES) == 0);
    if (!chained) return damaged(r, first, "its file does not continue the one before");
    r->found.first_number = first;
    r->found.last_number = first - 1;
    r->found.last_ms = header.before_ms;
    memcpy(r->found.hash, header.hash, RAWLOG_HASH_BYTES);
    return ERR_OK;
}

/* Cut what follows the last whole record, unless it proves to have been committed. */
static err tail_judge(struct recovery *r, struct rawlog_scan *scan)
{
    uint64_t bad = r->found.last_number + 1, size = 0;
    if (r->mark.number >= bad)
        return damaged(r, bad, "was committed and is damaged or gone");
    err e = file_size(&scan->file, &size);
    if (e || size == scan->offset) return e;

    uint64_t end = scan->offset;
    struct rawlog_slot slot;
    uint64_t left = 0;
    e = rawlog_scan_skip(scan, bad, &slot);
    while (!e && slot.place != 0) e = rawlog_scan_next(scan, &slot, &left);
    if (!e) return damaged(r, bad, "is damaged, later commits are whole");
    if (e != ERR_UNKNOWN && e != ERR_SHORT && e != ERR_FRAME && e != ERR_CHECK) return e;
    r->found.torn_bytes += size - end;
    scan->offset = end;
    return file_cut(&scan->file, end);
}

/* Walk to the end; *unsure is the offset behind the marked record. */
static err records_walk(struct recovery *r, struct rawlog_scan *scan, uint64_t *unsure)
{
    uint64_t left = 0;
    struct rawlog_slot slot;
    struct rawlog_record record;
    err e = ERR_OK;
    while (!e) {
        e = rawlog_scan_next(scan, &slot, &left);
        if (e) break;
        uint64_t number = r->found.last_number + 1;
        rawlog_hash(r->hasher, r->found.hash, number, slot.body, r->found.hash);
        bool right = slot.number == number &&
                     rawlog_take_body(&slot, &record) == ERR_OK &&
                     memcmp(r->found.hash, slot.hash, RAWLOG_HASH_BYTES) == 0;
        if (!right) return damaged(r, number, "does not continue the chain");
        if (r->found.first_ms == 0) r->found.first_ms = record.received_ms;
        r->found.last_number = number;
        r->found.last_ms = record.received_ms;
        if (number <= r->mark.number) *unsure = scan->offset;
    }
    bool end = e == ERR_SHORT || e == ERR_FRAME || e == ERR_CHECK;
    return end ? ERR_OK : e;
}

/* See rawlog.c: what the page cache shows is written and synced once more. */
static err make_durable(struct file *file, uint64_t from, uint64_t end)
{
    uint8_t *bytes = memory_new(REWRITE_BYTES, 1);
    if (!bytes) return ERR_MEMORY;
    err e = ERR_OK;
    while (!e && from < end) {
        size_t n = end - from < REWRITE_BYTES ? (size_t)(end - from) : REWRITE_BYTES;
        e = file_read_at(file, from, bytes, n);
        if (!e) e = file_write_at(file, from, (struct bytes){bytes, n});
        from += n;
    }
    memory_free(bytes);
    return e ? e : file_sync(file);
}

static err open_end(struct recovery *r, uint64_t first)
{
    char path[FILE_PATH_BYTES];
    struct rawlog_scan scan;
    rawlog_scan_open(&scan, (struct file){.handle = -1});
    uint64_t unsure = RAWLOG_HEADER_BYTES;
    err e = rawlog_path(path, r->folder, first, ".open");
    if (!e) e = file_open_write(path, &scan.file);
    if (!e) e = header_take(r, first, &scan);
    if (!e) e = records_walk(r, &scan, &unsure);
    uint64_t end = scan.offset;
    if (!e) e = tail_judge(r, &scan);
    if (!e) e = make_durable(&scan.file, unsure, end);
    if (!e) {
        r->found.file = scan.file;
        r->found.file_bytes = end;
        scan.file.handle = -1;
    }
    rawlog_scan_close(&scan);
    return e;
}

/* The newest file decides; the one before it vouches for its first hash when it is
 * sealed. */
static err end_find(struct recovery *r, const struct rawlog_list *list)
{
    if (list->n == 0) return ERR_OK;
    const struct rawlog_entry *last = &list->at[list->n - 1];
    if (last->sealed) return sealed_end(r, last->first);
    err e = ERR_OK;
    const struct rawlog_entry *before = list->n > 1 ? last - 1 : NULL;
    if (before && before->sealed) e = sealed_end(r, before->first);
    return e ? e : open_end(r, last->first);
}

static err end_check(struct recovery *r)
{
    if (r->mark.number <= r->found.last_number) return ERR_OK;
    return damaged(r, r->found.last_number + 1, "was committed and is gone");
}

err rawlog_recover(const char *folder, struct seal *seal, struct rawlog_hasher *hasher,
                   struct rawlog_recovered *found, char why[RAWLOG_WHY_BYTES])
{
    struct recovery r = {.folder = folder, .seal = seal, .hasher = hasher, .why = why};
    r.found.file.handle = -1;
    err e = rawlog_read_mark(folder, &r.mark);
    if (e == ERR_UNKNOWN ||
        e == ERR_CORRUPT) { /* then only the records themselves tell */
        r.mark = (struct rawlog_mark){0};
        e = ERR_OK;
    }
    struct rawlog_list list = {0};
    if (!e) e = rawlog_list_open(folder, &list);
    if (!e) e = tidy(folder, &list);
    if (!e) e = end_find(&r, &list);
    rawlog_list_close(&list);
    if (!e) e = end_check(&r);
    if (e) {
        file_close(&r.found.file);
        return e;
    }
    *found = r.found;
    return ERR_OK;
}
