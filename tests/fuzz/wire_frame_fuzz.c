/* wire_frame_fuzz.c - any bytes as an upload, a frame and an answer.
 *
 * Property: what decodes encodes again, and decodes to the same once more, byte for byte
 * in its second encoding; every envelope found in an upload is itself an upload of one.
 */
#include "base/arena.h"
#include "base/ensure.h"
#include "wire/frame.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARENA_BYTES = 256 * 1024 * 1024, BUFFER_BYTES = 64 * 1024 * 1024 };

/* Encode, take the only frame out, decode. */
static void there_and_back(const struct frame *frame, struct buffer *out,
                           struct arena *arena, struct frame *back)
{
    struct bytes envelope, inside;
    uint32_t code;
    ensure(frame_encode(frame, out) == ERR_OK);
    struct bytes upload = buffer_bytes(out);
    ensure(upload_next(&upload, &envelope, &inside, &code) == ERR_OK);
    ensure(upload.n == 0 && envelope.n == out->n);
    ensure(frame_decode(inside, arena, back, NULL) == ERR_OK);
}

static void try_frame(struct bytes bytes)
{
    struct arena arena;
    struct frame frame, second, third;
    char why[160] = "";
    arena_open(&arena, ARENA_BYTES);
    err e = frame_decode(bytes, &arena, &frame, why);
    ensure((e == ERR_OK) == (why[0] == '\0'));
    if (!e) {
        struct buffer a, b;
        buffer_open(&a, BUFFER_BYTES);
        buffer_open(&b, BUFFER_BYTES);
        there_and_back(&frame, &a, &arena, &second);
        there_and_back(&second, &b, &arena, &third);
        ensure(bytes_equal(buffer_bytes(&a), buffer_bytes(&b)));
        ensure(frame_decode_head(bytes, &second) == ERR_OK);
        ensure(second.sequence == frame.sequence && second.spool == frame.spool);
        buffer_close(&a);
        buffer_close(&b);
    }
    arena_close(&arena);
}

static void try_upload(struct bytes upload)
{
    struct bytes envelope, inside;
    uint32_t code;
    for (;;) {
        err e = upload_next(&upload, &envelope, &inside, &code);
        if (e != ERR_OK && e != ERR_CHECK) break;
        struct bytes again = envelope, whole, same;
        ensure(upload_next(&again, &whole, &same, &code) == e);
        ensure(again.n == 0 && bytes_equal(inside, same));
        try_frame(inside);
    }
}

static void try_answer(struct bytes bytes)
{
    struct arena arena;
    struct answer answer, back;
    arena_open(&arena, ARENA_BYTES);
    if (!answer_decode(bytes, &arena, &answer)) {
        struct buffer out;
        buffer_open(&out, BUFFER_BYTES);
        ensure(answer_encode(&answer, &out) == ERR_OK);
        ensure(answer_decode(buffer_bytes(&out), &arena, &back) == ERR_OK);
        ensure(back.verdicts_n == answer.verdicts_n);
        ensure(back.server_ms == answer.server_ms);
        buffer_close(&out);
    }
    arena_close(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes bytes = {data, size};
    try_upload(bytes);
    try_frame(bytes);
    try_answer(bytes);
    return 0;
}
