/* gzip.c - zlib behind gzip.h. */
#include "wire/gzip.h"

#include <limits.h>
#include <zlib.h>

enum { STEP_BYTES = 64 << 10, GZIP_ONLY = 16 };

static err inflate_all(z_stream *stream, struct buffer *out)
{
    int code = Z_OK;
    while (code == Z_OK) {
        size_t left = out->bytes_max - out->n;
        size_t room = left < STEP_BYTES ? left + 1 : STEP_BYTES;
        uint8_t piece[STEP_BYTES];
        stream->next_out = piece;
        stream->avail_out = (uInt)(room < STEP_BYTES ? room : STEP_BYTES);
        uInt had = stream->avail_out;
        code = inflate(stream, Z_NO_FLUSH);
        buffer_put(out, (struct bytes){piece, had - stream->avail_out});
        if (out->broken) return out->broken;
    }
    return code == Z_STREAM_END ? ERR_OK : code == Z_MEM_ERROR ? ERR_MEMORY : ERR_FRAME;
}

err gzip_unpack(struct bytes in, struct buffer *out)
{
    if (!in.n || in.n > UINT_MAX) return ERR_FRAME;
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)in.at, .avail_in = (uInt)in.n};
    if (inflateInit2(&stream, GZIP_ONLY + MAX_WBITS) != Z_OK) return ERR_MEMORY;
    err e = inflate_all(&stream, out);
    (void)inflateEnd(&stream);
    return e;
}
