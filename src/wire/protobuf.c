/* protobuf.c - see protobuf.h. */
#include "wire/protobuf.h"

#include "base/ensure.h"

#include <string.h>

enum { VARINT_BYTES_MAX = 10, NUMBER_MAX = (1 << 29) - 1 };

static bool take_value(struct bytes *in, struct protobuf_field *field)
{
    uint32_t word;
    uint64_t n;
    const uint8_t *start = in->at;

    switch (field->type) {
    case PROTOBUF_VARINT:
        if (!bytes_take_varint(in, &field->value)) return false;
        field->bytes = (struct bytes){start, (size_t)(in->at - start)};
        return true;
    case PROTOBUF_FIXED64: return bytes_take_u64_le(in, &field->value);
    case PROTOBUF_FIXED32:
        if (!bytes_take_u32_le(in, &word)) return false;
        field->value = word;
        return true;
    case PROTOBUF_BYTES:
        if (!bytes_take_varint(in, &n) || n > in->n) return false;
        return bytes_take(in, (size_t)n, &field->bytes);
    }
    return false; /* 3, 4: groups; 6, 7: nothing */
}

bool protobuf_next(struct bytes *message, struct protobuf_field *field)
{
    ensure(message->n > 0);
    struct bytes rest = *message;
    struct protobuf_field found = {0};
    uint64_t key;

    if (!bytes_take_varint(&rest, &key)) return false;
    if (key >> 3 == 0 || key >> 3 > NUMBER_MAX) return false;
    found.number = (uint32_t)(key >> 3);
    found.type = (enum protobuf_type)(key & 7);
    if (!take_value(&rest, &found)) return false;
    *field = found;
    *message = rest;
    return true;
}

bool protobuf_packed_n(struct bytes packed, size_t *n)
{
    size_t ends = 0;
    for (size_t i = 0; i < packed.n; i++) ends += packed.at[i] < 0x80;
    *n = ends;
    return packed.n == 0 || packed.at[packed.n - 1] < 0x80;
}

static void put_key(struct buffer *out, uint32_t number, enum protobuf_type type)
{
    buffer_put_varint(out, (uint64_t)number << 3 | (uint64_t)type);
}

void protobuf_put_number(struct buffer *out, uint32_t number, uint64_t value)
{
    if (value == 0) return;
    put_key(out, number, PROTOBUF_VARINT);
    buffer_put_varint(out, value);
}

void protobuf_put_fixed64(struct buffer *out, uint32_t number, uint64_t value)
{
    if (value == 0) return;
    put_key(out, number, PROTOBUF_FIXED64);
    buffer_put_u64_le(out, value);
}

void protobuf_put_fixed32(struct buffer *out, uint32_t number, uint32_t value)
{
    if (value == 0) return;
    put_key(out, number, PROTOBUF_FIXED32);
    buffer_put_u32_le(out, value);
}

void protobuf_put_text(struct buffer *out, uint32_t number, const char *text)
{
    if (text[0] == '\0') return;
    put_key(out, number, PROTOBUF_BYTES);
    struct bytes bytes = bytes_of_text(text);
    buffer_put_varint(out, bytes.n);
    buffer_put(out, bytes);
}

size_t protobuf_begin(struct buffer *out, uint32_t number)
{
    put_key(out, number, PROTOBUF_BYTES);
    buffer_put_u8(out, 0); /* room for a length below 128; the end makes more */
    return out->n;
}

void protobuf_end(struct buffer *out, size_t begun)
{
    if (out->broken) return;
    ensure(begun > 0 && begun <= out->n);
    uint8_t length[VARINT_BYTES_MAX];
    size_t content_n = out->n - begun;
    size_t length_n = protobuf_write_varint(length, content_n);
    if (length_n > 1) {
        if (buffer_extend(out, length_n - 1) == NULL) return;
        memmove(out->at + begun + length_n - 1, out->at + begun, content_n);
    }
    memcpy(out->at + begun - 1, length, length_n);
}
