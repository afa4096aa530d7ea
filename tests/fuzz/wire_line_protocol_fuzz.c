/* wire_line_protocol_fuzz.c - any bytes as line protocol.
 *
 * Property: an error says where; a point that was read is written and read again the
 * same. */
#include "base/ensure.h"
#include "base/text.h"
#include "wire/line_protocol.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARENA_BYTES = 64 << 20, OUT_BYTES = 4 << 20 };

static void check_same(const struct line_point *a, const struct line_point *b)
{
    ensure(text_equal(a->measurement, b->measurement));
    ensure(a->tags_n == b->tags_n && a->fields_n == b->fields_n);
    ensure(a->has_time == b->has_time && a->time == b->time);
    for (size_t i = 0; i < a->tags_n; i++)
        ensure(text_equal(a->tags[i].key, b->tags[i].key) &&
               text_equal(a->tags[i].value, b->tags[i].value));
    for (size_t i = 0; i < a->fields_n; i++) {
        const struct line_field *x = &a->fields[i], *y = &b->fields[i];
        ensure(text_equal(x->key, y->key) && x->type == y->type);
        ensure(x->integer == y->integer && bytes_equal(x->string, y->string));
        ensure(memcmp(&x->number, &y->number, sizeof x->number) == 0);
    }
}

static void write_and_read(const struct line_point *point, struct arena *arena)
{
    struct buffer out;
    struct line_reader reader;
    struct line_point again;
    char why[LINE_WHY_BYTES];
    buffer_open(&out, OUT_BYTES);
    if (!line_write(point, &out)) {
        line_reader_open(&reader, buffer_bytes(&out), arena);
        ensure(line_next(&reader, &again, why) == ERR_OK);
        check_same(point, &again);
        ensure(line_next(&reader, &again, why) == ERR_SHORT);
    }
    buffer_close(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct line_reader reader;
    struct line_point point;
    char why[LINE_WHY_BYTES];
    arena_open(&arena, ARENA_BYTES);
    line_reader_open(&reader, (struct bytes){data, size}, &arena);
    size_t left = size + 1;
    for (err e = ERR_OK; e != ERR_SHORT && e != ERR_MEMORY;) {
        e = line_next(&reader, &point, why);
        ensure(e == ERR_SHORT || reader.rest.n < left); /* it moves on */
        left = reader.rest.n;
        ensure((e == ERR_FRAME) == (why[0] != '\0'));
        if (!e) write_and_read(&point, &arena);
    }
    arena_close(&arena);
    return 0;
}
