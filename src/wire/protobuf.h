/* protobuf.h - the protobuf wire format: fields out of bytes, fields into a buffer.
 *
 * Pure and without allocation.  heatnet reads and writes its few messages by hand,
 * because a generated unpacker allocates for each field and widens each number before we
 * see it; the generated code (protobuf-c) stands beside it in the tests as the second
 * opinion. Source: protobuf.dev, "Encoding".  Groups (wire types 3, 4) are not in proto3:
 * refused. */
#ifndef HEATNET_WIRE_PROTOBUF_H
#define HEATNET_WIRE_PROTOBUF_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stdint.h>

enum protobuf_type {
    PROTOBUF_VARINT = 0,
    PROTOBUF_FIXED64 = 1,
    PROTOBUF_BYTES = 2,
    PROTOBUF_FIXED32 = 5
};

struct protobuf_field {
    uint32_t number; /* 1 .. 2^29 - 1 */
    enum protobuf_type type;
    uint64_t value;     /* varint and fixed */
    struct bytes bytes; /* bytes: the content; varint: its raw bytes */
};

/* Take the next field of `message`, which must not be empty.  False, and `message` is
 * untouched, when it is cut short or not protobuf. */
bool protobuf_next(struct bytes *message, struct protobuf_field *field);

/* How many varints a packed field holds; false when its last one is cut. */
bool protobuf_packed_n(struct bytes packed, size_t *n);

/* The next varint at `*at`, which moves behind it.  The caller knows that it ends inside
 * the memory (protobuf_packed_n).  False: longer than 10 bytes.  Bits above 64 are
 * dropped. */
static inline bool protobuf_varint(const uint8_t **at, uint64_t *value)
{
    const uint8_t *p = *at;
    uint64_t v = *p & 0x7f;
    for (unsigned shift = 7; *p++ >= 0x80; shift += 7) {
        if (shift == 70) return false;
        v |= (uint64_t)(*p & 0x7f) << shift;
    }
    *at = p;
    *value = v;
    return true;
}

static inline uint64_t protobuf_unzigzag(uint64_t v)
{
    return (v >> 1) ^ (0 - (v & 1));
}

static inline uint64_t protobuf_zigzag(uint64_t v)
{
    return (v << 1) ^ (0 - (v >> 63));
}

/* Write `value` at `out` (10 bytes of room); returns how many bytes it took. */
static inline size_t protobuf_write_varint(uint8_t *out, uint64_t value)
{
    size_t n = 0;
    for (; value >= 0x80; value >>= 7) out[n++] = (uint8_t)(value | 0x80);
    out[n++] = (uint8_t)value;
    return n;
}

/* Append a field; a zero or an empty text is left out, as proto3 does. */
void protobuf_put_number(struct buffer *out, uint32_t number, uint64_t value);
void protobuf_put_fixed64(struct buffer *out, uint32_t number, uint64_t value);
void protobuf_put_fixed32(struct buffer *out, uint32_t number, uint32_t value);
void protobuf_put_text(struct buffer *out, uint32_t number, const char *text);

/* A field of bytes whose length is known at its end: begin, append the content, end with
 * what begin gave. */
size_t protobuf_begin(struct buffer *out, uint32_t number);
void protobuf_end(struct buffer *out, size_t begun);

#endif
