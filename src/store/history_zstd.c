/* history_zstd.c - see history_zstd.h. */
#include "store/history_zstd.h"

#include <zstd.h>

enum { LEVEL = 3 };

static err frame_put(struct segment_coder *coder, struct bytes plain, struct buffer *out)
{
    if (!coder->pack) coder->pack = ZSTD_createCCtx();
    if (!coder->pack) return ERR_MEMORY;
    size_t start = out->n, room = ZSTD_compressBound(plain.n);
    uint8_t *to = buffer_extend(out, room);
    if (!to) return out->broken;
    ZSTD_CCtx *context = coder->pack;
    size_t n = ZSTD_compressCCtx(context, to, room, plain.at, plain.n, LEVEL);
    if (ZSTD_isError(n)) return ERR_MEMORY;
    out->n = start + n;
    return ERR_OK;
}

err history_pack(struct segment_coder *coder, struct bytes plain, size_t pack_min,
                 struct buffer *out, bool *packed)
{
    *packed = false;
    size_t start = out->n;
    if (plain.n >= pack_min) {
        buffer_put_varint(out, plain.n);
        err e = frame_put(coder, plain, out);
        if (e) return e;
        *packed = out->n - start < plain.n;
    }
    if (!*packed) {
        if (!out->broken) out->n = start;
        buffer_put(out, plain);
    }
    return out->broken;
}

err history_unpack(struct segment_coder *coder, struct bytes packed, struct buffer *plain)
{
    uint64_t n;
    if (!bytes_take_varint(&packed, &n) || n > SEGMENT_BYTES_MAX) return ERR_CORRUPT;
    if (ZSTD_getFrameContentSize(packed.at, packed.n) != n) return ERR_CORRUPT;
    if (!coder->unpack) coder->unpack = ZSTD_createDCtx();
    if (!coder->unpack) return ERR_MEMORY;
    buffer_clear(plain);
    uint8_t *to = buffer_extend(plain, (size_t)n);
    if (!to) return plain->broken;
    ZSTD_DCtx *context = coder->unpack;
    size_t got = ZSTD_decompressDCtx(context, to, (size_t)n, packed.at, packed.n);
    return got == n ? ERR_OK : ERR_CORRUPT;
}

void history_zstd_close(struct segment_coder *coder)
{
    ZSTD_freeCCtx(coder->pack);
    ZSTD_freeDCtx(coder->unpack);
    coder->pack = coder->unpack = NULL;
}
