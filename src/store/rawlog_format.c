/* rawlog_format.c - see rawlog.c for the pictures. */
#include "store/rawlog_format.h"

#include "base/crc32c.h"
#include "base/ensure.h"
#include "base/text.h"

#include <string.h>

enum { VERSION_PLAIN = 1, VERSION_KEY = 2 };

static const char header_magic[8] = "HNRAWLOG";
static const char trailer_magic[8] = "HNSEALED";
static const char mark_magic[8] = "HNRAWMRK";

static struct bytes view(const void *at, size_t n)
{
    return (struct bytes){at, n};
}

static void put_i64(struct buffer *out, int64_t value)
{
    buffer_put_u64_le(out, (uint64_t)value);
}

static bool take_i64(struct bytes *in, int64_t *value)
{
    uint64_t bits;
    if (!bytes_take_u64_le(in, &bits)) return false;
    *value = (int64_t)bits;
    return true;
}

static bool take_hash(struct bytes *in, uint8_t hash[RAWLOG_HASH_BYTES])
{
    struct bytes taken;
    if (!bytes_take(in, RAWLOG_HASH_BYTES, &taken)) return false;
    memcpy(hash, taken.at, RAWLOG_HASH_BYTES);
    return true;
}

static void store_u32(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++) at[i] = (uint8_t)(value >> (8 * i));
}

static void store_u64(uint8_t *at, uint64_t value)
{
    for (int i = 0; i < 8; i++) at[i] = (uint8_t)(value >> (8 * i));
}

/* The fixed structures end with the CRC of all that stands before it in them. */
static void put_crc_since(struct buffer *out, size_t start)
{
    if (out->broken) return;
    buffer_put_u32_le(out, crc32c(view(out->at + start, out->n - start)));
}

/* Check magic and CRC of a fixed structure of `n` bytes; `in` then stands behind the
 * magic. */
static err open_fixed(struct bytes *in, size_t n, const char magic[8])
{
    if (in->n < n) return ERR_SHORT;
    in->n = n;
    if (memcmp(in->at, magic, 8) != 0) return ERR_FRAME;
    struct bytes tail = view(in->at + n - 4, 4);
    uint32_t crc = 0;
    bool fits = bytes_take_u32_le(&tail, &crc);
    ensure(fits);
    if (crc != crc32c(view(in->at, n - 4))) return ERR_CHECK;
    *in = view(in->at + 8, n - 12);
    return ERR_OK;
}

/* --- header, index, trailer, mark --------------------------------------------------- */

void rawlog_put_header(struct buffer *out, const struct rawlog_header *header)
{
    size_t start = out->n;
    buffer_put(out, view(header_magic, 8));
    buffer_put_u32_le(out, header->key ? VERSION_KEY : VERSION_PLAIN);
    buffer_put_u32_le(out, (uint32_t)header->kind);
    buffer_put_u64_le(out, header->first_number);
    put_i64(out, header->before_ms);
    buffer_put(out, view(header->hash, RAWLOG_HASH_BYTES));
    buffer_put_u32_le(out, header->key);
    for (int i = 0; i < 2; i++) buffer_put_u32_le(out, 0); /* room */
    put_crc_since(out, start);
}

err rawlog_take_header(struct bytes in, struct rawlog_header *header)
{
    err e = open_fixed(&in, RAWLOG_HEADER_BYTES, header_magic);
    if (e) return e;
    struct rawlog_header h = {0};
    uint32_t version = 0, kind = 0;
    bool fits = bytes_take_u32_le(&in, &version) && bytes_take_u32_le(&in, &kind) &&
                bytes_take_u64_le(&in, &h.first_number) && take_i64(&in, &h.before_ms) &&
                take_hash(&in, h.hash) && bytes_take_u32_le(&in, &h.key);
    ensure(fits);
    if (version != VERSION_PLAIN && version != VERSION_KEY) return ERR_VERSION;
    if ((version == VERSION_KEY) != (h.key != 0)) return ERR_FRAME;
    if (kind != RAWLOG_OPEN && kind != RAWLOG_SEALED) return ERR_FRAME;
    h.kind = (enum rawlog_kind)kind;
    *header = h;
    return ERR_OK;
}

void rawlog_put_block(struct buffer *out, const struct rawlog_block *block)
{
    buffer_put_u64_le(out, block->offset);
    buffer_put_u64_le(out, block->first_number);
    put_i64(out, block->first_ms);
    put_i64(out, block->last_ms);
    buffer_put_u32_le(out, block->packed_bytes);
    buffer_put_u32_le(out, block->plain_bytes);
    buffer_put_u32_le(out, block->records);
    buffer_put_u32_le(out, block->crc);
    buffer_put(out, view(block->hash, RAWLOG_HASH_BYTES));
}

err rawlog_take_block(struct bytes *in, struct rawlog_block *block)
{
    struct bytes rest = *in;
    struct rawlog_block b;
    bool fits = bytes_take_u64_le(&rest, &b.offset) &&
                bytes_take_u64_le(&rest, &b.first_number) &&
                take_i64(&rest, &b.first_ms) && take_i64(&rest, &b.last_ms) &&
                bytes_take_u32_le(&rest, &b.packed_bytes) &&
                bytes_take_u32_le(&rest, &b.plain_bytes) &&
                bytes_take_u32_le(&rest, &b.records) &&
                bytes_take_u32_le(&rest, &b.crc) && take_hash(&rest, b.hash);
    if (!fits) return ERR_SHORT;
    *block = b;
    *in = rest;
    return ERR_OK;
}

void rawlog_put_trailer(struct buffer *out, const struct rawlog_trailer *trailer)
{
    size_t start = out->n;
    buffer_put(out, view(trailer_magic, 8));
    buffer_put_u32_le(out, trailer->is_signed ? VERSION_KEY : VERSION_PLAIN);
    buffer_put_u64_le(out, trailer->first_number);
    buffer_put_u64_le(out, trailer->last_number);
    put_i64(out, trailer->first_ms);
    put_i64(out, trailer->last_ms);
    buffer_put_u64_le(out, trailer->index_offset);
    buffer_put_u32_le(out, trailer->blocks);
    buffer_put_u32_le(out, trailer->index_crc);
    buffer_put(out, view(trailer->hash, RAWLOG_HASH_BYTES));
    put_crc_since(out, start);
}

err rawlog_take_trailer(struct bytes in, struct rawlog_trailer *trailer)
{
    err e = open_fixed(&in, RAWLOG_TRAILER_BYTES, trailer_magic);
    if (e) return e;
    struct rawlog_trailer t;
    uint32_t version = 0;
    bool fits = bytes_take_u32_le(&in, &version) &&
                bytes_take_u64_le(&in, &t.first_number) &&
                bytes_take_u64_le(&in, &t.last_number) && take_i64(&in, &t.first_ms) &&
                take_i64(&in, &t.last_ms) && bytes_take_u64_le(&in, &t.index_offset) &&
                bytes_take_u32_le(&in, &t.blocks) &&
                bytes_take_u32_le(&in, &t.index_crc) && take_hash(&in, t.hash);
    ensure(fits);
    if (version != VERSION_PLAIN && version != VERSION_KEY) return ERR_VERSION;
    t.is_signed = version == VERSION_KEY;
    *trailer = t;
    return ERR_OK;
}

void rawlog_put_mark(struct buffer *out, const struct rawlog_mark *mark)
{
    size_t start = out->n;
    buffer_put(out, view(mark_magic, 8));
    buffer_put_u64_le(out, mark->number);
    buffer_put(out, view(mark->hash, RAWLOG_HASH_BYTES));
    buffer_put_u32_le(out, 0);
    put_crc_since(out, start);
}

err rawlog_take_mark(struct bytes in, struct rawlog_mark *mark)
{
    err e = open_fixed(&in, RAWLOG_MARK_BYTES, mark_magic);
    if (e) return e;
    struct rawlog_mark m;
    bool fits = bytes_take_u64_le(&in, &m.number) && take_hash(&in, m.hash);
    ensure(fits);
    *mark = m;
    return ERR_OK;
}

/* --- records ------------------------------------------------------------------------ */

void rawlog_put_body(struct buffer *out, const struct rawlog_record *record)
{
    struct bytes terminal = bytes_of_text(record->terminal);
    struct bytes why = bytes_of_text(record->why);
    ensure(terminal.n < CATALOG_CODE_BYTES);
    ensure(why.n < RAWLOG_WHY_BYTES);

    put_i64(out, record->received_ms);
    buffer_put_u64_le(out, record->spool);
    buffer_put_u64_le(out, record->sequence);
    buffer_put_u32_le(out, record->check_code);
    buffer_put_u8(out, (uint8_t)record->verdict);
    buffer_put_u8(out, (uint8_t)terminal.n);
    buffer_put_u8(out, (uint8_t)why.n);
    buffer_put_u8(out, 0);
    buffer_put(out, terminal);
    buffer_put(out, why);
    buffer_put(out, record->bytes);
}

err rawlog_take_body(const struct rawlog_slot *slot, struct rawlog_record *record)
{
    struct rawlog_record r = {.number = slot->number};
    struct bytes in = slot->body, terminal, why;
    uint8_t verdict = 0, terminal_n = 0, why_n = 0, zero = 0;
    if (!take_i64(&in, &r.received_ms) || !bytes_take_u64_le(&in, &r.spool) ||
        !bytes_take_u64_le(&in, &r.sequence) || !bytes_take_u32_le(&in, &r.check_code) ||
        !bytes_take_u8(&in, &verdict) || !bytes_take_u8(&in, &terminal_n) ||
        !bytes_take_u8(&in, &why_n) || !bytes_take_u8(&in, &zero)) {
        return ERR_FRAME;
    }
    if (verdict >= RAWLOG_VERDICT_N || zero != 0) return ERR_FRAME;
    if (!bytes_take(&in, terminal_n, &terminal) || !bytes_take(&in, why_n, &why)) {
        return ERR_FRAME;
    }
    if (!text_copy_n(r.terminal, sizeof r.terminal, (const char *)terminal.at,
                     terminal.n) ||
        !text_copy_n(r.why, sizeof r.why, (const char *)why.at, why.n)) {
        return ERR_FRAME;
    }
    r.verdict = (enum rawlog_verdict)verdict;
    r.bytes = in;
    *record = r;
    return ERR_OK;
}

void rawlog_head_open(uint8_t *at, uint64_t number, uint32_t place, const uint8_t *hash,
                      size_t body_bytes)
{
    ensure(body_bytes <= RAWLOG_BODY_BYTES_MAX);

    store_u32(at + 4, (uint32_t)body_bytes);
    store_u64(at + 8, number);
    store_u32(at + 16, place);
    memcpy(at + 20, hash, RAWLOG_HASH_BYTES);
}

struct bytes rawlog_head_place(const uint8_t *at)
{
    return view(at + 4, RAWLOG_OPEN_HEAD_BYTES - 4);
}

void rawlog_finish_open(uint8_t *at, size_t body_bytes)
{
    store_u32(at, crc32c(view(at + 4, RAWLOG_OPEN_HEAD_BYTES - 4 + body_bytes)));
}

void rawlog_put_sealed(struct buffer *out, const struct rawlog_slot *slot)
{
    size_t start = out->n;
    buffer_put_u32_le(out, 0);
    buffer_put_u32_le(out, (uint32_t)slot->body.n);
    buffer_put_u64_le(out, slot->number);
    buffer_put(out, slot->body);
    if (out->broken) return;
    store_u32(out->at + start, crc32c(view(out->at + start + 4, out->n - start - 4)));
}

/* The part common to both heads; `in` is behind `head_bytes` on success. */
static err take_head(struct bytes *in, size_t head_bytes, uint32_t *crc,
                     uint32_t *body_bytes, uint64_t *number)
{
    if (in->n < head_bytes) return ERR_SHORT;
    bool fits = bytes_take_u32_le(in, crc) && bytes_take_u32_le(in, body_bytes) &&
                bytes_take_u64_le(in, number);
    ensure(fits);
    bool sane =
        *body_bytes >= RAWLOG_BODY_FIXED_BYTES && *body_bytes <= RAWLOG_BODY_BYTES_MAX;
    return sane ? ERR_OK : ERR_FRAME;
}

err rawlog_take_open(struct bytes *in, struct rawlog_slot *slot, size_t *need)
{
    struct bytes rest = *in;
    uint32_t crc = 0, body_bytes = 0;
    struct rawlog_slot s = {0};
    *need = RAWLOG_OPEN_HEAD_BYTES;
    err e = take_head(&rest, RAWLOG_OPEN_HEAD_BYTES, &crc, &body_bytes, &s.number);
    if (e) return e;
    struct bytes hash;
    bool fits =
        bytes_take_u32_le(&rest, &s.place) && bytes_take(&rest, RAWLOG_HASH_BYTES, &hash);
    ensure(fits);
    *need = RAWLOG_OPEN_HEAD_BYTES + (size_t)body_bytes;
    if (!bytes_take(&rest, body_bytes, &s.body)) return ERR_SHORT;
    if (crc != crc32c(view(in->at + 4, *need - 4))) return ERR_CHECK;
    s.hash = hash.at;
    s.file_bytes = *need;
    *slot = s;
    *in = rest;
    return ERR_OK;
}

err rawlog_take_sealed(struct bytes *in, struct rawlog_slot *slot)
{
    struct bytes rest = *in;
    uint32_t crc = 0, body_bytes = 0;
    struct rawlog_slot s = {0};
    err e = take_head(&rest, RAWLOG_SEALED_HEAD_BYTES, &crc, &body_bytes, &s.number);
    if (e) return e;
    if (!bytes_take(&rest, body_bytes, &s.body)) return ERR_SHORT;
    if (crc != crc32c(view(in->at + 4, RAWLOG_SEALED_HEAD_BYTES - 4 + s.body.n))) {
        return ERR_CHECK;
    }
    *slot = s;
    *in = rest;
    return ERR_OK;
}
