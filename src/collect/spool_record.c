/* spool_record.c - put and take of heads and records; see the header. */
#include "collect/spool_record.h"

#include "base/crc32c.h"
#include "base/ensure.h"

#include <string.h>

static const char head_magic[] = "HNSPOOL1";
static const uint8_t record_magic[4] = {'H', 'S', 'N', 'R'};

enum { CRC_BYTES = 4 };

static void put_crc(struct buffer *out, size_t from)
{
    if (out->broken) return;
    buffer_put_u32_le(out, crc32c((struct bytes){out->at + from, out->n - from}));
}

void spool_head_put(struct buffer *out, uint64_t identity, uint64_t number)
{
    size_t from = out->n;

    buffer_put_text(out, head_magic);
    buffer_put_u64_le(out, identity);
    buffer_put_u64_le(out, number);
    buffer_put_u32_le(out, 0);
    put_crc(out, from);
}

/* True when the last four bytes of `head` are the code of those before. */
static bool code_fits(struct bytes head)
{
    struct bytes body = {head.at, head.n - CRC_BYTES};
    struct bytes tail = {head.at + body.n, CRC_BYTES};
    uint32_t code = 0;

    return bytes_take_u32_le(&tail, &code) && code == crc32c(body);
}

err spool_head_take(struct bytes *in, uint64_t *identity, uint64_t *number)
{
    struct bytes rest = *in, head, magic;

    if (!bytes_take(&rest, SPOOL_HEAD_BYTES, &head)) return ERR_SHORT;
    if (!code_fits(head)) return ERR_FRAME;
    if (!bytes_take(&head, sizeof head_magic - 1, &magic)) return ERR_FRAME;
    if (!bytes_equal(magic, bytes_of_text(head_magic))) return ERR_FRAME;
    if (!bytes_take_u64_le(&head, identity)) return ERR_FRAME;
    if (!bytes_take_u64_le(&head, number)) return ERR_FRAME;
    *in = rest;
    return ERR_OK;
}

void spool_record_put(struct buffer *out, const struct spool_record *record)
{
    ensure(record->payload.n <= SPOOL_PAYLOAD_BYTES_MAX);
    size_t from = out->n;

    buffer_put(out, (struct bytes){record_magic, sizeof record_magic});
    buffer_put_u32_le(out, (uint32_t)record->payload.n);
    buffer_put_u64_le(out, record->sequence);
    buffer_put_u64_le(out, (uint64_t)record->closed_ms);
    buffer_put_u32_le(out, crc32c(record->payload));
    put_crc(out, from);
    buffer_put(out, record->payload);
}

struct record_head {
    uint32_t payload_n, payload_code;
};

static bool head_take(struct bytes in, struct record_head *head,
                      struct spool_record *record)
{
    struct bytes bytes, magic;
    uint64_t closed = 0;

    if (!bytes_take(&in, SPOOL_RECORD_HEAD_BYTES, &bytes)) return false;
    if (memcmp(bytes.at, record_magic, sizeof record_magic) != 0) return false;
    if (!code_fits(bytes)) return false;
    bool whole = bytes_take(&bytes, sizeof record_magic, &magic) &&
                 bytes_take_u32_le(&bytes, &head->payload_n) &&
                 bytes_take_u64_le(&bytes, &record->sequence) &&
                 bytes_take_u64_le(&bytes, &closed) &&
                 bytes_take_u32_le(&bytes, &head->payload_code);
    record->closed_ms = (int64_t)closed;
    return whole && head->payload_n <= SPOOL_PAYLOAD_BYTES_MAX;
}

err spool_record_take(struct bytes *in, struct spool_record *record,
                      uint64_t *skipped_bytes)
{
    ensure(in && record && skipped_bytes);

    struct record_head head = {0};
    struct bytes rest = *in;
    uint64_t skipped = 0;

    while (rest.n > 0 && !head_take(rest, &head, record)) {
        rest.at++;
        rest.n--;
        skipped++;
    }
    *skipped_bytes = skipped;
    *in = rest;
    if (rest.n == 0) return ERR_SHORT;
    in->at += SPOOL_RECORD_HEAD_BYTES;
    in->n -= SPOOL_RECORD_HEAD_BYTES;
    if (in->n < head.payload_n) {
        *in = (struct bytes){in->at + in->n, 0};
        return ERR_CHECK;
    }
    (void)bytes_take(in, head.payload_n, &record->payload);
    return crc32c(record->payload) == head.payload_code ? ERR_OK : ERR_CHECK;
}
