/* spool_state.c - the small file beside the segments.
 *
 *   "HNSTATE1" identity u64, then varints: reserved, dropped, refused, damaged, intervals
 * n, n x (first minus the last before, length - 1), then CRC-32C u32 of all before. */
#include "base/crc32c.h"
#include "base/ensure.h"
#include "collect/spool_internal.h"

#define STATE_MAGIC "HNSTATE1"

enum { STATE_BYTES_MAX = 2 * 1024 * 1024, MAGIC_BYTES = 8, CRC_BYTES = 4 };

static void put(const struct spool *s, uint64_t reserved, struct buffer *out)
{
    uint64_t before = 0;

    buffer_put_text(out, STATE_MAGIC);
    buffer_put_u64_le(out, s->identity);
    buffer_put_varint(out, reserved);
    buffer_put_varint(out, s->dropped_n);
    buffer_put_varint(out, s->refused_n);
    buffer_put_varint(out, s->damaged_n);
    buffer_put_varint(out, s->done.n);
    for (size_t i = 0; i < s->done.n; i++) {
        buffer_put_varint(out, s->done.at[i].first - before);
        buffer_put_varint(out, s->done.at[i].last - s->done.at[i].first);
        before = s->done.at[i].last;
    }
    if (!out->broken) buffer_put_u32_le(out, crc32c(buffer_bytes(out)));
}

err spool_state_save(struct spool *s, bool closing)
{
    char path[FILE_PATH_BYTES];
    struct buffer out;

    if (!file_path(path, s->folder, "state")) return ERR_RANGE;
    buffer_open(&out, STATE_BYTES_MAX);
    lock_take(&s->lock);
    uint64_t reserved = s->next_sequence + (closing ? 0 : SPOOL_RESERVE_N);
    put(s, reserved, &out);
    s->done_changed = false;
    lock_give(&s->lock);
    err e = out.broken;
    if (!e) e = file_replace(path, buffer_bytes(&out));
    buffer_close(&out);
    if (!e) {
        s->reserved = reserved;
        return ERR_OK;
    }
    lock_take(&s->lock);
    s->done_changed = true;
    lock_give(&s->lock);
    return e;
}

static bool take_done(struct spool *s, struct bytes *in)
{
    uint64_t n = 0, at = 0, gap = 0, more = 0;

    if (!bytes_take_varint(in, &n) || n > INTERVALS_MAX) return false;
    for (uint64_t i = 0; i < n; i++) {
        if (!bytes_take_varint(in, &gap) || !bytes_take_varint(in, &more)) return false;
        if (gap > UINT64_MAX / 4 || more > UINT64_MAX / 4 || at > UINT64_MAX / 4)
            return false;
        if (intervals_add(&s->done, at + gap, at + gap + more)) return false;
        at += gap + more;
    }
    return in->n == 0;
}

static bool take(struct spool *s, struct bytes in)
{
    struct bytes magic, body = {in.at, in.n - CRC_BYTES},
                        tail = {in.at + body.n, CRC_BYTES};
    uint32_t code = 0;

    if (!bytes_take_u32_le(&tail, &code) || code != crc32c(body)) return false;
    if (!bytes_take(&body, MAGIC_BYTES, &magic)) return false;
    if (!bytes_equal(magic, bytes_of_text(STATE_MAGIC))) return false;
    return bytes_take_u64_le(&body, &s->identity) &&
           bytes_take_varint(&body, &s->reserved) &&
           bytes_take_varint(&body, &s->dropped_n) &&
           bytes_take_varint(&body, &s->refused_n) &&
           bytes_take_varint(&body, &s->damaged_n) && take_done(s, &body);
}

err spool_state_load(struct spool *s)
{
    char path[FILE_PATH_BYTES];
    struct buffer in;

    if (!file_path(path, s->folder, "state")) return ERR_RANGE;
    buffer_open(&in, STATE_BYTES_MAX);
    err e = file_read_whole(path, &in);
    if (!e && (in.n < MAGIC_BYTES + CRC_BYTES || !take(s, buffer_bytes(&in))))
        e = ERR_CORRUPT;
    buffer_close(&in);
    return e;
}
