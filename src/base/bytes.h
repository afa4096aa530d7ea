/* bytes.h - views of bytes, and cursors over them.
 *
 * `struct bytes` points into memory somebody else owns and is itself a cursor: taking
 * from it moves its start.  `struct buffer` is memory that grows up to a maximum given at
 * birth. */
#ifndef HEATNET_BASE_BYTES_H
#define HEATNET_BASE_BYTES_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
    const uint8_t *at;
    size_t n;
};

/* The text's bytes without its final NUL. */
struct bytes bytes_of_text(const char *text);
bool bytes_equal(struct bytes a, struct bytes b);

/* Take the first `n` bytes of `in`: false, and nothing changed, when there are fewer. */
bool bytes_take(struct bytes *in, size_t n, struct bytes *taken);

/* Take one number (le = low byte first, be = high byte first); false when too short. */
bool bytes_take_u8(struct bytes *in, uint8_t *value);
bool bytes_take_u16_le(struct bytes *in, uint16_t *value);
bool bytes_take_u32_le(struct bytes *in, uint32_t *value);
bool bytes_take_u64_le(struct bytes *in, uint64_t *value);
bool bytes_take_u16_be(struct bytes *in, uint16_t *value);
bool bytes_take_u32_be(struct bytes *in, uint32_t *value);

/* LEB128 varint of at most 10 bytes, as in protobuf; false when cut or too long.
 * The i64 form is zigzag coded. */
bool bytes_take_varint(struct bytes *in, uint64_t *value);
bool bytes_take_varint_i64(struct bytes *in, int64_t *value);

/* A growing buffer.  A failed append (ERR_FULL at the maximum, ERR_MEMORY) changes
 * nothing and is remembered in `broken`, so that a row of appends may be checked once at
 * the end. */
struct buffer {
    uint8_t *at;
    size_t n;
    size_t capacity;
    size_t bytes_max;
    err broken;
};

void buffer_open(struct buffer *buffer, size_t bytes_max);
void buffer_close(struct buffer *buffer);
/* Forget the content and `broken`, keep the memory. */
void buffer_clear(struct buffer *buffer);
struct bytes buffer_bytes(const struct buffer *buffer);

void buffer_put(struct buffer *buffer, struct bytes bytes);
void buffer_put_u8(struct buffer *buffer, uint8_t value);
void buffer_put_u32_le(struct buffer *buffer, uint32_t value);
void buffer_put_u64_le(struct buffer *buffer, uint64_t value);
void buffer_put_varint(struct buffer *buffer, uint64_t value);
void buffer_put_varint_i64(struct buffer *buffer, int64_t value);
void buffer_put_text(struct buffer *buffer, const char *text);
void buffer_format(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* `n` more bytes, not initialised, to be filled by the caller; NULL when broken.  The
 * pointer holds until the next append. */
uint8_t *buffer_extend(struct buffer *buffer, size_t n);

/* Hex with or without blanks into at most `out_n` bytes; false when not hex or too
 * long. */
bool bytes_from_hex(const char *hex, uint8_t *out, size_t out_n, size_t *n);
/* Lower-case hex with a final NUL; `out` has room for 2 * in.n + 1. */
void bytes_to_hex(struct bytes in, char *out);

#endif
