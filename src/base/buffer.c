/* buffer.c - the growing half of bytes.h: doubles up to its maximum, and remembers the
 * first append that failed. */
#include "base/bytes.h"
#include "base/ensure.h"
#include "base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { FIRST_BYTES = 64 };

void buffer_open(struct buffer *buffer, size_t bytes_max)
{
    ensure(buffer != NULL);

    *buffer = (struct buffer){.bytes_max = bytes_max};
}

void buffer_close(struct buffer *buffer)
{
    ensure(buffer != NULL);

    memory_free(buffer->at);
    *buffer = (struct buffer){.bytes_max = buffer->bytes_max};
}

void buffer_clear(struct buffer *buffer)
{
    ensure(buffer != NULL);

    buffer->n = 0;
    buffer->broken = ERR_OK;
}

struct bytes buffer_bytes(const struct buffer *buffer)
{
    ensure(buffer != NULL);
    return (struct bytes){buffer->at, buffer->n};
}

/* Make room for `more` bytes; false, and remembered, when that is not possible. */
static bool reserve(struct buffer *buffer, size_t more)
{
    ensure(buffer != NULL);
    ensure(buffer->n <= buffer->capacity);
    ensure(buffer->n <= buffer->bytes_max);

    if (buffer->broken) return false;
    if (more > buffer->bytes_max - buffer->n) {
        buffer->broken = ERR_FULL;
        return false;
    }
    size_t need = buffer->n + more;
    if (need <= buffer->capacity) return true;

    size_t capacity = buffer->capacity ? buffer->capacity : FIRST_BYTES;
    while (capacity < need && capacity <= buffer->bytes_max / 2) capacity *= 2;
    if (capacity < need || capacity > buffer->bytes_max) capacity = buffer->bytes_max;
    uint8_t *at = memory_resize(buffer->at, capacity, 1);
    if (!at) {
        buffer->broken = ERR_MEMORY;
        return false;
    }
    buffer->at = at;
    buffer->capacity = capacity;
    return true;
}

uint8_t *buffer_extend(struct buffer *buffer, size_t n)
{
    if (!reserve(buffer, n)) return NULL;
    /* NULL means broken, so that even no bytes need an address. */
    if (!buffer->at && !reserve(buffer, 1)) return NULL;
    uint8_t *at = buffer->at + buffer->n;
    buffer->n += n;
    return at;
}

void buffer_put(struct buffer *buffer, struct bytes bytes)
{
    if (bytes.n == 0 || !reserve(buffer, bytes.n)) return;
    memcpy(buffer->at + buffer->n, bytes.at, bytes.n);
    buffer->n += bytes.n;
}

void buffer_put_u8(struct buffer *buffer, uint8_t value)
{
    if (!reserve(buffer, 1)) return;
    buffer->at[buffer->n++] = value;
}

static void put_le(struct buffer *buffer, uint64_t value, size_t n)
{
    if (!reserve(buffer, n)) return;
    for (size_t i = 0; i < n; i++) buffer->at[buffer->n++] = (uint8_t)(value >> (8 * i));
}

void buffer_put_u32_le(struct buffer *buffer, uint32_t value)
{
    put_le(buffer, value, sizeof value);
}

void buffer_put_u64_le(struct buffer *buffer, uint64_t value)
{
    put_le(buffer, value, sizeof value);
}

void buffer_put_varint(struct buffer *buffer, uint64_t value)
{
    uint8_t bytes[10];
    size_t n = 0;
    while (value >= 0x80) {
        bytes[n++] = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    bytes[n++] = (uint8_t)value;
    buffer_put(buffer, (struct bytes){bytes, n});
}

void buffer_put_varint_i64(struct buffer *buffer, int64_t value)
{
    uint64_t sign = value < 0 ? UINT64_MAX : 0;
    buffer_put_varint(buffer, (uint64_t)value << 1 ^ sign);
}

void buffer_put_text(struct buffer *buffer, const char *text)
{
    buffer_put(buffer, bytes_of_text(text));
}

void buffer_format(struct buffer *buffer, const char *format, ...)
{
    ensure(format != NULL);

    /* Printed beside the buffer first: printf ends with a NUL that is no content, and
     * an append that fails must change nothing. */
    va_list list, again;
    va_start(list, format);
    va_copy(again, list);
    char small[256];
    int n = vsnprintf(small, sizeof small, format, list);
    va_end(list);
    ensure(n >= 0);

    if ((size_t)n < sizeof small) {
        buffer_put(buffer, (struct bytes){(const uint8_t *)small, (size_t)n});
    } else {
        char *large = memory_new((size_t)n + 1, 1);
        if (large) {
            vsnprintf(large, (size_t)n + 1, format, again);
            buffer_put(buffer, (struct bytes){(const uint8_t *)large, (size_t)n});
            memory_free(large);
        } else if (!buffer->broken) {
            buffer->broken = ERR_MEMORY;
        }
    }
    va_end(again);
}
