/* rawlog_seal.c - sealing runs in a thread of its own, on files that nobody writes any
 * more. */
#include "store/rawlog_seal.h"

#include "base/crc32c.h"
#include "base/ensure.h"
#include "base/file.h"
#include "base/memory.h"
#include "store/rawlog_files.h"
#include "store/rawlog_format.h"
#include "store/rawlog_hash.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <zstd.h>

enum { LEVEL = 6, INDEX_BYTES_MAX = 80 * 1000000 };

struct sealing {
    struct rawlog_scan scan;
    struct file out;
    uint64_t out_bytes;
    struct rawlog_lock lock; /* of what is written */
    uint8_t header[RAWLOG_HEADER_BYTES];
    struct buffer plain, packed, index;
    struct rawlog_block block; /* being filled */
    struct rawlog_trailer trailer;
    struct rawlog_hasher *hasher;
    ZSTD_CCtx *zstd;
};

static err write_out(struct sealing *s, struct bytes bytes)
{
    err e = file_write_at(&s->out, s->out_bytes, bytes);
    if (!e) s->out_bytes += bytes.n;
    return e;
}

static err block_pack(struct sealing *s)
{
    buffer_clear(&s->packed);
    size_t room = ZSTD_compressBound(s->plain.n);
    size_t skip = s->lock.key ? SEAL_NONCE_BYTES : 0;
    uint8_t *to = buffer_extend(&s->packed, room + SEAL_EXTRA_BYTES);
    if (!to) return s->packed.broken;
    size_t n =
        ZSTD_compressCCtx(s->zstd, to + skip, room, s->plain.at, s->plain.n, LEVEL);
    if (ZSTD_isError(n)) return ERR_MEMORY;
    s->block.plain_bytes = (uint32_t)s->plain.n;
    s->packed.n = n;
    if (s->lock.key == 0) return ERR_OK;
    s->packed.n += SEAL_EXTRA_BYTES;
    uint8_t place[24];
    return seal_close_block(s->lock.seal, s->lock.key,
                            rawlog_block_place(&s->lock, &s->block, place), to, n);
}

static err block_close(struct sealing *s)
{
    if (s->block.records == 0) return ERR_OK;
    err e = block_pack(s);
    if (e) return e;
    struct rawlog_block *block = &s->block;
    block->offset = s->out_bytes;
    block->packed_bytes = (uint32_t)s->packed.n;
    block->crc = crc32c(buffer_bytes(&s->packed));
    memcpy(block->hash, s->trailer.hash, RAWLOG_HASH_BYTES);
    rawlog_put_block(&s->index, block);
    e = s->index.broken;
    if (!e) e = write_out(s, buffer_bytes(&s->packed));
    s->trailer.blocks++;
    buffer_clear(&s->plain);
    s->block = (struct rawlog_block){0};
    return e;
}

static err record_take(struct sealing *s, const struct rawlog_slot *slot)
{
    struct rawlog_record record;
    err e = rawlog_take_body(slot, &record);
    if (e || slot->number != s->trailer.last_number + 1) return ERR_CORRUPT;
    rawlog_hash(s->hasher, s->trailer.hash, slot->number, slot->body, s->trailer.hash);
    if (memcmp(s->trailer.hash, slot->hash, RAWLOG_HASH_BYTES) != 0) return ERR_CORRUPT;

    if (s->block.records == 0) {
        s->block.first_number = slot->number;
        s->block.first_ms = record.received_ms;
    }
    if (s->trailer.last_number + 1 == s->trailer.first_number) {
        s->trailer.first_ms = record.received_ms;
    }
    rawlog_put_sealed(&s->plain, slot);
    if (s->plain.broken) return s->plain.broken;
    s->block.records++;
    s->block.last_ms = record.received_ms;
    s->trailer.last_number = slot->number;
    s->trailer.last_ms = record.received_ms;
    return s->plain.n >= RAWLOG_BLOCK_BYTES ? block_close(s) : ERR_OK;
}

static err records_copy(struct sealing *s)
{
    uint64_t left = 0;
    struct rawlog_slot slot;
    err e = rawlog_scan_next(&s->scan, &slot, &left);
    while (!e) {
        e = record_take(s, &slot);
        if (!e) e = rawlog_scan_next(&s->scan, &slot, &left);
    }
    if (e == ERR_FRAME || e == ERR_CHECK || left > 0) return ERR_CORRUPT;
    return e == ERR_SHORT ? block_close(s) : e;
}

static err trailer_write(struct sealing *s)
{
    if (s->trailer.blocks == 0) return ERR_STATE; /* no record: nothing to seal */
    s->trailer.index_offset = s->out_bytes;
    s->trailer.index_crc = crc32c(buffer_bytes(&s->index));
    size_t index_bytes = s->index.n;
    uint8_t *sign = NULL;
    if (s->lock.key) sign = buffer_extend(&s->index, RAWLOG_SIGN_BYTES);
    rawlog_put_trailer(&s->index, &s->trailer);
    err e = s->index.broken;
    if (!e && sign) {
        uint8_t *at = s->index.at;
        const struct bytes parts[] = {
            {s->header, RAWLOG_HEADER_BYTES},
            {at, index_bytes},
            {at + index_bytes + RAWLOG_SIGN_BYTES, RAWLOG_TRAILER_BYTES}};
        e = seal_sign(s->lock.seal, s->lock.key, parts, COUNT(parts), at + index_bytes);
    }
    if (!e) e = write_out(s, buffer_bytes(&s->index));
    return e ? e : file_sync(&s->out);
}

static err header_copy(struct sealing *s, uint64_t first)
{
    struct rawlog_header header;
    err e = rawlog_read_header(&s->scan.file, RAWLOG_OPEN, first, &header);
    if (e) return e;
    s->trailer.first_number = first;
    s->trailer.last_number = first - 1;
    memcpy(s->trailer.hash, header.hash, RAWLOG_HASH_BYTES);
    e = rawlog_unlock(s->lock.seal, &header, &s->scan.lock);
    if (e) return e;
    header.kind = RAWLOG_SEALED;
    header.key = s->lock.key;
    rawlog_put_header(&s->packed, &header);
    if (s->packed.broken) return s->packed.broken;
    memcpy(s->header, s->packed.at, RAWLOG_HEADER_BYTES);
    return write_out(s, buffer_bytes(&s->packed));
}

static err sealing_open(struct sealing *s, const char *folder, uint64_t first,
                        const char *out_path)
{
    enum { BYTES_MAX = RAWLOG_BLOCK_BYTES + 2 * RAWLOG_BODY_BYTES_MAX };

    *s = (struct sealing){.out = {.handle = -1}};
    rawlog_scan_open(&s->scan, (struct file){.handle = -1});
    buffer_open(&s->plain, BYTES_MAX);
    buffer_open(&s->packed, BYTES_MAX);
    buffer_open(&s->index, INDEX_BYTES_MAX);
    err e = rawlog_file_open(folder, first, RAWLOG_OPEN, &s->scan.file);
    if (!e) e = file_open_write(out_path, &s->out);
    if (!e) e = file_cut(&s->out, 0);
    if (!e) e = rawlog_hasher_open(&s->hasher);
    if (!e) s->zstd = ZSTD_createCCtx();
    if (!e && !s->zstd) e = ERR_MEMORY;
    return e;
}

static void sealing_close(struct sealing *s)
{
    ZSTD_freeCCtx(s->zstd);
    rawlog_hasher_close(s->hasher);
    file_close(&s->out);
    buffer_close(&s->plain);
    buffer_close(&s->packed);
    buffer_close(&s->index);
    rawlog_scan_close(&s->scan);
}

err rawlog_seal(const char *folder, struct seal *seal, uint64_t first)
{
    char sealing_path[FILE_PATH_BYTES], sealed_path[FILE_PATH_BYTES];
    char open_path[FILE_PATH_BYTES];
    err e = rawlog_path(sealing_path, folder, first, ".sealing");
    if (!e) e = rawlog_path(sealed_path, folder, first, ".sealed");
    if (!e) e = rawlog_path(open_path, folder, first, ".open");
    if (e) return e;

    struct sealing s;
    e = sealing_open(&s, folder, first, sealing_path);
    s.lock = (struct rawlog_lock){seal, seal ? seal_key(seal) : 0, first};
    s.trailer.is_signed = s.lock.key != 0;
    if (!e) e = header_copy(&s, first);
    if (!e) e = records_copy(&s);
    if (!e) e = trailer_write(&s);
    sealing_close(&s);
    if (!e && rename(sealing_path, sealed_path) != 0) e = err_from_errno(errno);
    if (!e) e = folder_sync(folder);
    if (!e) return file_remove(open_path);
    if (file_exists(sealing_path)) {
        err left_over = file_remove(sealing_path);
        (void)left_over; /* opening removes it again */
    }
    return e;
}

/* --- keeping ------------------------------------------------------------------------ */

static err sealed_figures(const char *folder, uint64_t first, int64_t *last_ms,
                          uint64_t *bytes)
{
    struct file file = {.handle = -1};
    struct rawlog_trailer trailer = {0};
    err e = rawlog_file_open(folder, first, RAWLOG_SEALED, &file);
    if (!e) e = rawlog_read_trailer(&file, &trailer);
    if (!e) e = file_size(&file, bytes);
    if (!e) *last_ms = trailer.last_ms;
    file_close(&file);
    return e;
}

static err sealed_bytes(const char *folder, const struct rawlog_list *list,
                        uint64_t *total)
{
    err e = ERR_OK;
    *total = 0;
    for (size_t i = 0; !e && i < list->n; i++) {
        struct file file = {.handle = -1};
        uint64_t bytes = 0;
        if (!list->at[i].sealed) continue;
        e = rawlog_file_open(folder, list->at[i].first, RAWLOG_SEALED, &file);
        if (!e) e = file_size(&file, &bytes);
        file_close(&file);
        *total += bytes;
    }
    return e;
}

static err sealed_remove(const char *folder, uint64_t first)
{
    char path[FILE_PATH_BYTES];
    err e = rawlog_path(path, folder, first, ".sealed");
    return e ? e : file_remove(path);
}

err rawlog_retain(const struct rawlog_options *options, int64_t now_ms)
{
    struct rawlog_list list;
    uint64_t total = 0;
    err e = rawlog_list_open(options->folder, &list);
    if (!e) e = sealed_bytes(options->folder, &list, &total);
    /* From the oldest on, and never past a file that is not sealed or the newest. */
    for (size_t i = 0; !e && i + 1 < list.n && list.at[i].sealed && !list.at[i].open;
         i++) {
        int64_t last_ms = 0;
        uint64_t bytes = 0;
        e = sealed_figures(options->folder, list.at[i].first, &last_ms, &bytes);
        if (e) break;
        int64_t age_ms = now_ms - last_ms;
        bool too_old = options->keep_ms > 0 && age_ms > options->keep_ms;
        bool too_much = options->keep_bytes > 0 && total > options->keep_bytes;
        if ((!too_old && !too_much) || age_ms <= options->keep_least_ms) break;
        e = sealed_remove(options->folder, list.at[i].first);
        if (!e) total -= bytes;
    }
    rawlog_list_close(&list);
    if (!e && options->keep_bytes > 0 && total > options->keep_bytes) e = ERR_SPACE;
    return e;
}
