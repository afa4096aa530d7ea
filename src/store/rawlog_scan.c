/* rawlog_scan.c - the walk over the records of an open file, and over damage in it.
 *
 * The file is read through a window.  A record that cannot be taken is looked at once
 * more with a fresh window, because the writer may have been in the middle of it. */
#include "base/ensure.h"
#include "base/memory.h"
#include "store/rawlog_files.h"

#include <string.h>

enum { WINDOW_BYTES = 256 * 1024 };

void rawlog_scan_open(struct rawlog_scan *scan, struct file file)
{
    *scan = (struct rawlog_scan){.file = file, .offset = RAWLOG_HEADER_BYTES};
    buffer_open(&scan->window,
                RAWLOG_BODY_BYTES_MAX + RAWLOG_OPEN_HEAD_BYTES + WINDOW_BYTES);
    buffer_open(&scan->plain, RAWLOG_BODY_BYTES_MAX);
}

void rawlog_scan_close(struct rawlog_scan *scan)
{
    file_close(&scan->file);
    buffer_close(&scan->window);
    buffer_close(&scan->plain);
}

/* The window's bytes from the offset on. */
static struct bytes window_rest(const struct rawlog_scan *scan)
{
    uint64_t start = scan->window_offset, end = start + scan->window.n;
    if (scan->offset < start || scan->offset >= end) return (struct bytes){NULL, 0};
    size_t skip = (size_t)(scan->offset - start);
    return (struct bytes){scan->window.at + skip, scan->window.n - skip};
}

/* Fill the window with at least `need` bytes from the offset, or what the file has. */
static err window_fill(struct rawlog_scan *scan, size_t need)
{
    uint64_t size = 0;
    err e = file_size(&scan->file, &size);
    if (e) return e;
    uint64_t left = size > scan->offset ? size - scan->offset : 0;
    size_t n = need > WINDOW_BYTES ? need : WINDOW_BYTES;
    if (n > left) n = (size_t)left;
    buffer_clear(&scan->window);
    scan->window_offset = scan->offset;
    uint8_t *to = buffer_extend(&scan->window, n);
    if (!to) return scan->window.broken;
    e = file_read_at(&scan->file, scan->offset, to, n);
    if (e) buffer_clear(&scan->window);
    return e;
}

/* A body under a key, opened into the plain buffer. */
static err body_open(struct rawlog_scan *scan, struct rawlog_slot *slot)
{
    if (scan->lock.key == 0) return ERR_OK;
    if (slot->body.n < SEAL_EXTRA_BYTES + RAWLOG_BODY_FIXED_BYTES) return ERR_FRAME;
    size_t n = slot->body.n - SEAL_EXTRA_BYTES;
    buffer_clear(&scan->plain);
    uint8_t *to = buffer_extend(&scan->plain, n);
    if (!to) return scan->plain.broken;
    struct bytes place = rawlog_head_place(slot->body.at - RAWLOG_OPEN_HEAD_BYTES);
    err e = seal_open_block(scan->lock.seal, scan->lock.key, place, slot->body, to);
    slot->body = buffer_bytes(&scan->plain);
    return e;
}

/* Take from the window, filling it as often as the record asks for more. */
static err take(struct rawlog_scan *scan, struct rawlog_slot *slot)
{
    struct bytes rest = window_rest(scan);
    size_t need = 0, had = rest.n;
    err e = rawlog_take_open(&rest, slot, &need);
    while (e == ERR_SHORT) {
        err filled = window_fill(scan, need);
        if (filled) return filled;
        rest = window_rest(scan);
        if (rest.n <= had && rest.n < need) return ERR_SHORT;
        had = rest.n;
        e = rawlog_take_open(&rest, slot, &need);
    }
    if (!e) e = body_open(scan, slot);
    if (!e) scan->offset = scan->window_offset + (uint64_t)(rest.at - scan->window.at);
    return e;
}

err rawlog_scan_next(struct rawlog_scan *scan, struct rawlog_slot *slot, uint64_t *left)
{
    ensure(scan != NULL);

    *left = 0;
    err e = take(scan, slot);
    if (e == ERR_FRAME || e == ERR_CHECK || e == ERR_SHORT) {
        buffer_clear(&scan->window);
        e = take(scan, slot);
    }
    if (e == ERR_SHORT) *left = window_rest(scan).n;
    return e;
}

/* Cheap look at a possible head, so that the CRC is computed for few places only: numbers
 * rise by one a record, and a record has at least a head and a fixed body. */
static bool plausible(const uint8_t *at, uint64_t number, uint64_t distance)
{
    uint32_t body_bytes;
    uint64_t found;
    struct bytes head = {at + 4, 12};
    bool fits = bytes_take_u32_le(&head, &body_bytes) && bytes_take_u64_le(&head, &found);
    ensure(fits);
    uint64_t most =
        number + 1 + distance / (RAWLOG_OPEN_HEAD_BYTES + RAWLOG_BODY_FIXED_BYTES);
    return found > number && found <= most && body_bytes >= RAWLOG_BODY_FIXED_BYTES &&
           body_bytes <= RAWLOG_BODY_BYTES_MAX;
}

/* Look for a record within the window.  ERR_UNKNOWN: none begins in it, or the look
 * at one moved the window; the offset is where to go on. */
static err window_search(struct rawlog_scan *scan, uint64_t number, uint64_t start,
                         struct rawlog_slot *slot)
{
    uint64_t base = scan->window_offset;
    size_t n = scan->window.n - RAWLOG_OPEN_HEAD_BYTES + 1;
    for (size_t i = 0; i < n; i++) {
        if (!plausible(scan->window.at + i, number, base + i - start)) continue;
        scan->offset = base + i;
        err e = take(scan, slot);
        if (e != ERR_FRAME && e != ERR_CHECK && e != ERR_SHORT) return e;
        n = scan->window_offset == base ? n : 0;
    }
    scan->offset = n ? base + n : scan->offset + 1;
    return ERR_UNKNOWN;
}

err rawlog_scan_skip(struct rawlog_scan *scan, uint64_t number, struct rawlog_slot *slot)
{
    uint64_t start = scan->offset;
    scan->offset++;
    err e = window_fill(scan, WINDOW_BYTES);
    while (!e && scan->window.n >= RAWLOG_OPEN_HEAD_BYTES) {
        e = window_search(scan, number, start, slot);
        if (e != ERR_UNKNOWN) return e;
        e = window_fill(scan, WINDOW_BYTES);
    }
    scan->offset = start;
    return e ? e : ERR_UNKNOWN;
}
