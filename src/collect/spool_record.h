/* spool_record.h - the bytes of a spool segment; pure.
 *
 *   head     "HNSPOOL1"  identity u64  number u64  0 u32  crc u32             32 bytes
 *   record   "HSNR"  payload_n u32  sequence u64  closed_ms i64
 *            payload_crc u32  head_crc u32  payload ...                       32 bytes +
 * n
 *
 * Numbers are low byte first; the codes are CRC-32C of the bytes of the head before them,
 * and of the payload.  A reader that meets damage looks for the next head that fits its
 * code. */
#ifndef HEATNET_COLLECT_SPOOL_RECORD_H
#define HEATNET_COLLECT_SPOOL_RECORD_H

#include "base/bytes.h"
#include "base/err.h"

#include <stdint.h>

enum {
    SPOOL_HEAD_BYTES = 32,
    SPOOL_RECORD_HEAD_BYTES = 32,
    SPOOL_PAYLOAD_BYTES_MAX = 1024 * 1024
};

struct spool_record {
    uint64_t sequence;
    int64_t closed_ms; /* UTC */
    struct bytes payload;
};

void spool_head_put(struct buffer *out, uint64_t identity, uint64_t number);
/* ERR_SHORT, ERR_FRAME; `in` moves only on success. */
MUST_USE err spool_head_take(struct bytes *in, uint64_t *identity, uint64_t *number);

void spool_record_put(struct buffer *out, const struct spool_record *record);

/* The next record at or behind the start of `in`; *skipped_bytes did not belong to any.
 * ERR_OK: `in` stands behind it, the payload points into it.
 * ERR_CHECK: its head is right, its payload damaged or cut; sequence and closed_ms are
 * set and `in` stands behind what there is of it. ERR_SHORT: there is none; `in` is
 * empty. */
MUST_USE err spool_record_take(struct bytes *in, struct spool_record *record,
                               uint64_t *skipped_bytes);

#endif
