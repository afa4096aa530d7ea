/* rawlog_format.h - the bytes of the raw log, read and written without any I/O.
 *
 * All numbers are little-endian.  The pictures stand in rawlog.c and docs/storage.md. */
#ifndef HEATNET_STORE_RAWLOG_FORMAT_H
#define HEATNET_STORE_RAWLOG_FORMAT_H

#include "base/bytes.h"
#include "base/err.h"
#include "store/rawlog.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    RAWLOG_HEADER_BYTES = 80,
    RAWLOG_OPEN_HEAD_BYTES = 52,   /* of a record in an open file, before its body */
    RAWLOG_SEALED_HEAD_BYTES = 16, /* of a record in a block of a sealed file */
    RAWLOG_BODY_FIXED_BYTES = 32,
    RAWLOG_INDEX_BYTES = 80, /* of one block */
    RAWLOG_TRAILER_BYTES = 96,
    RAWLOG_MARK_BYTES = 56,
    RAWLOG_SIGN_BYTES = 32, /* between index and trailer of a file under a key */
    RAWLOG_BODY_BYTES_MAX = 64 * 1024 * 1024,
    RAWLOG_BLOCK_BYTES = 256 * 1024 /* a block is closed when it is larger */
};

enum rawlog_kind { RAWLOG_OPEN = 1, RAWLOG_SEALED = 2 };

struct rawlog_header {
    enum rawlog_kind kind;
    uint64_t first_number;
    uint32_t key;      /* of vault/seal.h, which seals its bodies or blocks; 0 = plain */
    int64_t before_ms; /* received time of the record before; 0 = there was none */
    uint8_t hash[RAWLOG_HASH_BYTES]; /* of the record before; zeros = there was none */
};

/* A record as it lies in a file; `body` and `hash` are views.  In an open file under a
 * key the body is sealed at first; rawlog_scan_next opens it. */
struct rawlog_slot {
    uint64_t number;
    uint32_t place;      /* within its commit group; open files only */
    const uint8_t *hash; /* open files only, NULL otherwise */
    struct bytes body;
    size_t file_bytes; /* with its head, as it lies there; open files only */
};

struct rawlog_block {
    uint64_t offset, first_number;
    int64_t first_ms, last_ms;
    uint32_t packed_bytes, plain_bytes, records;
    uint32_t crc;                    /* of the packed bytes */
    uint8_t hash[RAWLOG_HASH_BYTES]; /* of the last record */
};

struct rawlog_trailer {
    uint64_t first_number, last_number;
    int64_t first_ms, last_ms;
    uint64_t index_offset;
    uint32_t blocks, index_crc;
    bool is_signed;                  /* the signature stands before it */
    uint8_t hash[RAWLOG_HASH_BYTES]; /* of the last record */
};

struct rawlog_mark {
    uint64_t number; /* of the newest record known to be durable */
    uint8_t hash[RAWLOG_HASH_BYTES];
};

void rawlog_put_header(struct buffer *out, const struct rawlog_header *header);
/* ERR_SHORT, ERR_FRAME (not such a file), ERR_VERSION, ERR_CHECK. */
MUST_USE err rawlog_take_header(struct bytes in, struct rawlog_header *header);

/* The body of a record.  Lengths were checked by rawlog_append. */
void rawlog_put_body(struct buffer *out, const struct rawlog_record *record);
/* Texts are copied, `bytes` is a view of `body`; the number is the slot's.  ERR_FRAME. */
MUST_USE err rawlog_take_body(const struct rawlog_slot *slot,
                              struct rawlog_record *record);

/* Fill the head that was left open at `at` but for its CRC; then, when the body behind it
 * is complete, the CRC. */
void rawlog_head_open(uint8_t *at, uint64_t number, uint32_t place, const uint8_t *hash,
                      size_t body_bytes);
void rawlog_finish_open(uint8_t *at, size_t body_bytes);
/* What a sealed body is bound to: the head's bytes but for the CRC. */
struct bytes rawlog_head_place(const uint8_t *at);
void rawlog_put_sealed(struct buffer *out, const struct rawlog_slot *slot);
/* ERR_SHORT: more bytes are needed (for a head; or as many as `*need` says);
 * ERR_FRAME: an impossible length; ERR_CHECK.  `in` moves only on success. */
MUST_USE err rawlog_take_open(struct bytes *in, struct rawlog_slot *slot, size_t *need);
MUST_USE err rawlog_take_sealed(struct bytes *in, struct rawlog_slot *slot);

void rawlog_put_block(struct buffer *out, const struct rawlog_block *block);
MUST_USE err rawlog_take_block(struct bytes *in, struct rawlog_block *block);
void rawlog_put_trailer(struct buffer *out, const struct rawlog_trailer *trailer);
MUST_USE err rawlog_take_trailer(struct bytes in, struct rawlog_trailer *trailer);
void rawlog_put_mark(struct buffer *out, const struct rawlog_mark *mark);
MUST_USE err rawlog_take_mark(struct bytes in, struct rawlog_mark *mark);

#endif
