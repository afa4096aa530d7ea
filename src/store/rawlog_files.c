/* rawlog_files.c - names, the fixed parts of files, and blocks of sealed ones. */
#include "store/rawlog_files.h"

#include "base/crc32c.h"
#include "base/ensure.h"
#include "base/memory.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

enum { NUMBER_DIGITS = 12, BLOCKS_MAX = 1000000 };

/* --- names -------------------------------------------------------------------------- */

/* The number at the start of a name, 0 when it does not begin with one. */
static uint64_t number_of(const char *name, const char **suffix)
{
    uint64_t number = 0;
    size_t n = 0;
    for (; name[n] >= '0' && name[n] <= '9' && n < 19; n++) {
        number = number * 10 + (uint64_t)(name[n] - '0');
    }
    *suffix = name + n;
    return n >= NUMBER_DIGITS ? number : 0;
}

static err list_add(struct rawlog_list *list, uint64_t first)
{
    if (list->n == RAWLOG_FILES_MAX) return ERR_FULL;
    if (list->n == list->room) {
        size_t room = list->room ? list->room * 2 : 16;
        struct rawlog_entry *more = memory_resize(list->at, room, sizeof *more);
        if (!more) return ERR_MEMORY;
        list->at = more;
        list->room = room;
    }
    list->at[list->n++] = (struct rawlog_entry){.first = first};
    return ERR_OK;
}

static err list_take(void *context, const char *name)
{
    struct rawlog_list *list = context;
    const char *suffix;
    uint64_t first = number_of(name, &suffix);
    bool open = text_equal(suffix, ".open"), sealed = text_equal(suffix, ".sealed");
    if (first == 0 || (!open && !sealed)) return ERR_OK; /* lock, mark, *.sealing */

    /* Names come in order, so both forms of a file follow each other. */
    bool same = list->n > 0 && list->at[list->n - 1].first == first;
    err e = same ? ERR_OK : list_add(list, first);
    if (e) return e;
    struct rawlog_entry *entry = &list->at[list->n - 1];
    entry->open |= open;
    entry->sealed |= sealed;
    return ERR_OK;
}

static int entry_order(const void *a, const void *b)
{
    const struct rawlog_entry *left = a, *right = b;
    return (left->first > right->first) - (left->first < right->first);
}

err rawlog_list_open(const char *folder, struct rawlog_list *list)
{
    ensure(list != NULL);

    *list = (struct rawlog_list){0};
    err e = folder_each(folder, list_take, list);
    if (e == ERR_UNKNOWN) return ERR_OK;
    if (e) return e;
    /* More than 12 digits sort behind their number as text. */
    if (list->n > 1) qsort(list->at, list->n, sizeof *list->at, entry_order);
    return ERR_OK;
}

void rawlog_list_close(struct rawlog_list *list)
{
    memory_free(list->at);
    *list = (struct rawlog_list){0};
}

size_t rawlog_list_find(const struct rawlog_list *list, uint64_t number)
{
    size_t found = list->n;
    for (size_t i = 0; i < list->n && list->at[i].first <= number; i++) found = i;
    return found;
}

err rawlog_path(char out[FILE_PATH_BYTES], const char *folder, uint64_t first,
                const char *suffix)
{
    bool fits = text_format(out, FILE_PATH_BYTES, "%s/%0*" PRIu64 "%s", folder,
                            (int)NUMBER_DIGITS, first, suffix);
    return fits ? ERR_OK : ERR_FULL;
}

err rawlog_file_open(const char *folder, uint64_t first, enum rawlog_kind kind,
                     struct file *file)
{
    char path[FILE_PATH_BYTES];
    err e = rawlog_path(path, folder, first, kind == RAWLOG_OPEN ? ".open" : ".sealed");
    return e ? e : file_open_read(path, file);
}

/* --- fixed parts -------------------------------------------------------------------- */

/* Whatever is wrong with the bytes of a file of ours, it is damage. */
static err as_damage(err e)
{
    return e == ERR_SHORT || e == ERR_FRAME || e == ERR_CHECK ? ERR_CORRUPT : e;
}

err rawlog_read_header(const struct file *file, enum rawlog_kind kind, uint64_t first,
                       struct rawlog_header *header)
{
    uint8_t bytes[RAWLOG_HEADER_BYTES];
    struct rawlog_header h;
    err e = file_read_at(file, 0, bytes, sizeof bytes);
    if (!e) e = rawlog_take_header((struct bytes){bytes, sizeof bytes}, &h);
    if (!e && (h.kind != kind || h.first_number != first)) e = ERR_CORRUPT;
    if (!e) *header = h;
    return as_damage(e);
}

err rawlog_read_trailer(const struct file *file, struct rawlog_trailer *trailer)
{
    uint8_t bytes[RAWLOG_TRAILER_BYTES];
    struct rawlog_trailer t;
    uint64_t size = 0;
    err e = file_size(file, &size);
    if (!e && size < RAWLOG_HEADER_BYTES + RAWLOG_TRAILER_BYTES) e = ERR_CORRUPT;
    if (!e) e = file_read_at(file, size - sizeof bytes, bytes, sizeof bytes);
    if (!e) e = rawlog_take_trailer((struct bytes){bytes, sizeof bytes}, &t);
    if (e) return as_damage(e);

    uint64_t index_bytes = (uint64_t)t.blocks * RAWLOG_INDEX_BYTES;
    if (t.is_signed) index_bytes += RAWLOG_SIGN_BYTES;
    bool fits = t.blocks >= 1 && t.blocks <= BLOCKS_MAX && t.index_offset <= size &&
                t.index_offset + index_bytes + RAWLOG_TRAILER_BYTES == size &&
                t.first_number >= 1 && t.first_number <= t.last_number;
    if (!fits) return ERR_CORRUPT;
    *trailer = t;
    return ERR_OK;
}

/* Blocks follow each other without a gap, in bytes and in numbers. */
static bool index_is_sound(const struct rawlog_trailer *trailer,
                           const struct rawlog_block *blocks)
{
    uint64_t offset = RAWLOG_HEADER_BYTES, number = trailer->first_number;
    for (uint32_t i = 0; i < trailer->blocks; i++) {
        const struct rawlog_block *block = &blocks[i];
        if (block->offset != offset || block->first_number != number) return false;
        if (block->records == 0) return false;
        if (block->plain_bytes > RAWLOG_BLOCK_BYTES + RAWLOG_SEALED_HEAD_BYTES +
                                     (uint32_t)RAWLOG_BODY_BYTES_MAX) {
            return false;
        }
        offset += block->packed_bytes;
        number += block->records;
    }
    return offset == trailer->index_offset && number == trailer->last_number + 1;
}

static err index_take(const struct rawlog_trailer *trailer, struct bytes in,
                      struct rawlog_block *blocks)
{
    if (crc32c(in) != trailer->index_crc) return ERR_CORRUPT;
    for (uint32_t i = 0; i < trailer->blocks; i++) {
        err e = rawlog_take_block(&in, &blocks[i]);
        if (e) return as_damage(e);
    }
    return index_is_sound(trailer, blocks) ? ERR_OK : ERR_CORRUPT;
}

err rawlog_unlock(struct seal *seal, const struct rawlog_header *header,
                  struct rawlog_lock *lock)
{
    *lock = (struct rawlog_lock){seal, header->key, header->first_number};
    bool open = header->key == 0 || (seal && seal_knows(seal, header->key));
    return open ? ERR_OK : ERR_DENIED;
}

/* `end` is index, signature and trailer as they lie at the end of the file. */
static err sign_check(const struct file *file, const struct rawlog_lock *lock,
                      struct bytes end)
{
    uint8_t header[RAWLOG_HEADER_BYTES], sign[SEAL_SIGN_BYTES];
    err e = as_damage(file_read_at(file, 0, header, sizeof header));
    if (e) return e;
    struct bytes parts[3] = {{header, sizeof header}};
    struct bytes found = {NULL, 0};
    bool fits =
        bytes_take(&end, end.n - RAWLOG_SIGN_BYTES - RAWLOG_TRAILER_BYTES, &parts[1]) &&
        bytes_take(&end, RAWLOG_SIGN_BYTES, &found) &&
        bytes_take(&end, RAWLOG_TRAILER_BYTES, &parts[2]);
    ensure(fits);
    e = seal_sign(lock->seal, lock->key, parts, 3, sign);
    if (!e && memcmp(sign, found.at, sizeof sign) != 0) e = ERR_CORRUPT;
    return e;
}

err rawlog_read_index(const struct file *file, const struct rawlog_lock *lock,
                      const struct rawlog_trailer *trailer, struct rawlog_block **blocks)
{
    if (trailer->is_signed != (lock->key != 0)) return ERR_CORRUPT;
    size_t bytes = (size_t)trailer->blocks * RAWLOG_INDEX_BYTES;
    size_t end = bytes;
    if (lock->key) end += RAWLOG_SIGN_BYTES + RAWLOG_TRAILER_BYTES;
    struct rawlog_block *b = memory_new(trailer->blocks, sizeof *b);
    uint8_t *raw = memory_new(end, 1);
    err e = b && raw ? ERR_OK : ERR_MEMORY;
    if (!e) e = as_damage(file_read_at(file, trailer->index_offset, raw, end));
    if (!e && lock->key) e = sign_check(file, lock, (struct bytes){raw, end});
    if (!e) e = index_take(trailer, (struct bytes){raw, bytes}, b);
    memory_free(raw);
    if (e) {
        memory_free(b);
        return e;
    }
    *blocks = b;
    return ERR_OK;
}

struct bytes rawlog_block_place(const struct rawlog_lock *lock,
                                const struct rawlog_block *block, uint8_t out[24])
{
    const uint64_t parts[] = {lock->first, block->first_number,
                              (uint64_t)block->records << 32 | block->plain_bytes};
    for (size_t i = 0; i < 24; i++) out[i] = (uint8_t)(parts[i / 8] >> 8 * (i % 8));
    return (struct bytes){out, 24};
}

/* Open a sealed block in place. */
static err block_open(const struct rawlog_lock *lock, const struct rawlog_block *block,
                      struct bytes *packed, uint8_t *at)
{
    uint8_t place[24];
    if (lock->key == 0) return ERR_OK;
    err e = seal_open_block(lock->seal, lock->key, rawlog_block_place(lock, block, place),
                            *packed, at);
    if (e == ERR_SHORT || e == ERR_CHECK) return ERR_CORRUPT;
    *packed = (struct bytes){at, packed->n - SEAL_EXTRA_BYTES};
    return e;
}

static err block_unpack(struct bytes packed, const struct rawlog_block *block,
                        struct buffer *plain)
{
    buffer_clear(plain);
    uint8_t *to = buffer_extend(plain, block->plain_bytes);
    if (!to) return plain->broken;
    size_t n = ZSTD_decompress(to, block->plain_bytes, packed.at, packed.n);
    return n == block->plain_bytes ? ERR_OK : ERR_CORRUPT;
}

err rawlog_read_block(const struct file *file, const struct rawlog_lock *lock,
                      const struct rawlog_block *block, struct buffer *plain)
{
    uint8_t *packed = memory_new(block->packed_bytes, 1);
    if (!packed) return block->packed_bytes ? ERR_MEMORY : ERR_CORRUPT;
    err e = as_damage(file_read_at(file, block->offset, packed, block->packed_bytes));
    struct bytes found = {packed, block->packed_bytes};
    if (!e && crc32c(found) != block->crc) e = ERR_CORRUPT;
    if (!e) e = block_open(lock, block, &found, packed);
    if (!e) e = block_unpack(found, block, plain);
    memory_free(packed);
    return e;
}

err rawlog_read_mark(const char *folder, struct rawlog_mark *mark)
{
    char path[FILE_PATH_BYTES];
    if (!file_path(path, folder, "mark")) return ERR_FULL;
    struct file file;
    err e = file_open_read(path, &file);
    if (e) return e;
    uint8_t bytes[RAWLOG_MARK_BYTES];
    e = file_read_at(&file, 0, bytes, sizeof bytes);
    file_close(&file);
    if (e == ERR_SHORT) return ERR_UNKNOWN; /* made, but never written */
    if (!e) e = rawlog_take_mark((struct bytes){bytes, sizeof bytes}, mark);
    return as_damage(e);
}
