/* frame_test.c - the upload frame: out and in again, every cut, and against protobuf-c.
 */
#include "base/arena.h"
#include "base/crc32c.h"
#include "base/ensure.h"
#include "base/memory.h"
#include "base/text.h"
#include "check.h"
#include "model/quality.h"
#include "uplink.pb-c.h"
#include "wire/frame.h"

#include <math.h>

enum { ARENA_BYTES = 64 * 1024 * 1024, TIMES_N = 3, COLUMNS_N = 4 };

static int64_t times_ms[TIMES_N] = {1764054000000, 1764054010000, 1764054010000};
static uint32_t points[COLUMNS_N] = {11, 13, 12, 4000000000U};
static double values[COLUMNS_N * TIMES_N] = {
    45.1,
    45.2,
    -3.05, /* hundredths */
    1.0 / 3,
    -0.0,
    1e300, /* only as bit patterns */
    9007199254740991.0,
    NAN,
    7, /* the largest integer, an absent one */
    0,
    0,
    0,
};
static uint8_t qualities[COLUMNS_N * TIMES_N] = {0, 1, 128, 0, 0, 64, 0, 192, 0, 0, 0, 0};

static struct block sample_block(void)
{
    return (struct block){7, TIMES_N, COLUMNS_N, times_ms, points, values, qualities};
}

static struct frame sample_frame(struct block *block, struct device_status *status)
{
    *block = sample_block();
    *status = (struct device_status){
        7,  DEVICE_PARTIAL,          1764050000000, 1764054010000, 3, 1,
        42, "refused: 保持寄存器 17"};
    struct frame frame = {
        .terminal = "T1",
        .spool = 0x0123456789abcdef,
        .sequence = 300,
        .transmitted_ms = 1764054010500,
        .status_n = 1,
        .blocks_n = 1,
        .status = status,
        .blocks = block,
        .has_terminal_status = true,
        .terminal_status = {1764000000000, 5, 70000, 1, 2, 12345678, "0.1.0"},
    };
    return frame;
}

static uint64_t bits_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static void check_block(const struct block *a, const struct block *b)
{
    assert_int_equal(a->device, b->device);
    assert_int_equal(a->times_n, b->times_n);
    assert_int_equal(a->columns_n, b->columns_n);
    assert_memory_equal(a->times_ms, b->times_ms, a->times_n * sizeof *a->times_ms);
    assert_memory_equal(a->points, b->points, a->columns_n * sizeof *a->points);
    for (size_t i = 0; i < a->times_n * a->columns_n; i++) {
        assert_int_equal(a->qualities[i], b->qualities[i]);
        if (quality_has_value(a->qualities[i]))
            assert_true(bits_of(a->values[i]) == bits_of(b->values[i]));
        else
            assert_true(isnan(b->values[i]));
    }
}

static void check_status(const struct device_status *a, const struct device_status *b)
{
    assert_int_equal(a->device, b->device);
    assert_int_equal(a->state, b->state);
    assert_true(a->since_ms == b->since_ms && a->answered_ms == b->answered_ms);
    assert_int_equal(a->polls, b->polls);
    assert_int_equal(a->failures, b->failures);
    assert_int_equal(a->response_ms, b->response_ms);
    assert_string_equal(a->error, b->error);
}

static void check_frame(const struct frame *a, const struct frame *b)
{
    assert_string_equal(a->terminal, b->terminal);
    assert_true(a->spool == b->spool && a->sequence == b->sequence);
    assert_true(a->transmitted_ms == b->transmitted_ms);
    assert_int_equal(a->status_n, b->status_n);
    assert_int_equal(a->blocks_n, b->blocks_n);
    for (size_t i = 0; i < a->status_n; i++) check_status(&a->status[i], &b->status[i]);
    for (size_t i = 0; i < a->blocks_n; i++) check_block(&a->blocks[i], &b->blocks[i]);
    assert_int_equal(a->has_terminal_status, b->has_terminal_status);
    if (!a->has_terminal_status) return;
    const struct terminal_status *s = &a->terminal_status, *t = &b->terminal_status;
    assert_true(s->started_ms == t->started_ms && s->spool_frames == t->spool_frames);
    assert_true(s->spool_bytes == t->spool_bytes &&
                s->dropped_frames == t->dropped_frames);
    assert_true(s->missed_polls == t->missed_polls && s->memory_bytes == t->memory_bytes);
    assert_string_equal(s->version, t->version);
}

static struct bytes only_frame(struct bytes upload)
{
    struct bytes envelope, frame_bytes;
    uint32_t code;
    assert_int_equal(upload_next(&upload, &envelope, &frame_bytes, &code), ERR_OK);
    assert_int_equal(code, crc32c(frame_bytes));
    assert_int_equal(upload.n, 0);
    return frame_bytes;
}

static void round_trip(void **state)
{
    (void)state;
    struct block block;
    struct device_status status;
    struct frame frame = sample_frame(&block, &status), back, head;
    struct buffer upload;
    struct arena arena;
    char why[160];
    buffer_open(&upload, FRAME_BYTES_MAX);
    arena_open(&arena, ARENA_BYTES);
    assert_int_equal(frame_encode(&frame, &upload), ERR_OK);
    struct bytes bytes = only_frame(buffer_bytes(&upload));
    assert_int_equal(frame_decode(bytes, &arena, &back, why), ERR_OK);
    check_frame(&frame, &back);
    assert_int_equal(frame_decode_head(bytes, &head), ERR_OK);
    assert_string_equal(head.terminal, "T1");
    assert_int_equal(head.sequence, 300);
    assert_true(head.blocks == NULL && head.blocks_n == 0);
    arena_close(&arena);
    buffer_close(&upload);
}

/* A second reader, made from the .proto by other hands, finds the same. */
static void protobuf_c_reads_it(void **state)
{
    (void)state;
    struct block block;
    struct device_status status;
    struct frame frame = sample_frame(&block, &status);
    struct buffer out;
    buffer_open(&out, FRAME_BYTES_MAX);
    assert_int_equal(frame_encode(&frame, &out), ERR_OK);
    Heatnet__Uplink__V1__Upload *upload =
        heatnet__uplink__v1__upload__unpack(NULL, out.n, out.at);
    assert_non_null(upload);
    assert_int_equal(upload->n_envelopes, 1);
    ProtobufCBinaryData raw = upload->envelopes[0]->frame;
    assert_int_equal(upload->envelopes[0]->check_code,
                     crc32c((struct bytes){raw.data, raw.len}));
    Heatnet__Uplink__V1__Frame *f =
        heatnet__uplink__v1__frame__unpack(NULL, raw.len, raw.data);
    assert_non_null(f);
    assert_string_equal(f->terminal, "T1");
    assert_true(f->spool == frame.spool && f->sequence == 300 && f->version == 1);
    assert_int_equal(f->n_blocks, 1);
    Heatnet__Uplink__V1__Block *b = f->blocks[0];
    assert_int_equal(b->n_times, 3);
    assert_true(b->times[0] == times_ms[0] && b->times[1] == 10000 && b->times[2] == 0);
    assert_int_equal(b->scales[0], 2);
    assert_int_equal(b->scales[1], 64);
    assert_int_equal(b->scales[2], 0);
    assert_true(b->values[0] == 4510 && b->values[1] == 10 && b->values[2] == -4825);
    assert_true((uint64_t)b->values[5] == bits_of(1e300));
    assert_true(b->values[7] == 0); /* absent: the integer before */
    assert_string_equal(f->status[0]->error, status.error);
    assert_int_equal(f->terminal_status->memory_bytes, 12345678);

    /* Its packing is ours, byte for byte: our bytes are canonical. */
    assert_int_equal(heatnet__uplink__v1__frame__get_packed_size(f), raw.len);
    uint8_t *packed = memory_new(raw.len, 1);
    heatnet__uplink__v1__frame__pack(f, packed);
    assert_memory_equal(packed, raw.data, raw.len);
    memory_free(packed);
    heatnet__uplink__v1__frame__free_unpacked(f, NULL);
    heatnet__uplink__v1__upload__free_unpacked(upload, NULL);
    buffer_close(&out);
}

/* No cut of a frame is a frame with other content than its beginning, and none is fatal.
 */
static void every_cut(void **state)
{
    (void)state;
    struct block block;
    struct device_status status;
    struct frame frame = sample_frame(&block, &status), back;
    struct buffer upload;
    struct arena arena;
    buffer_open(&upload, FRAME_BYTES_MAX);
    arena_open(&arena, ARENA_BYTES);
    assert_int_equal(frame_encode(&frame, &upload), ERR_OK);
    struct bytes whole = buffer_bytes(&upload), bytes = only_frame(whole);
    for (size_t n = 0; n < bytes.n; n++) {
        uint8_t *copy = memory_new(n + 1, 1); /* so that a step too far is seen */
        memcpy(copy, bytes.at, n);
        char why[160];
        err e = frame_decode((struct bytes){copy, n}, &arena, &back, why);
        if (!e) assert_true(back.blocks_n == 0 || !back.has_terminal_status);
        if (e) assert_true(why[0] != '\0');
        memory_free(copy);
        arena_close(&arena);
    }
    for (size_t n = 1; n < whole.n; n++) {
        struct bytes cut = {whole.at, n}, envelope, inside;
        uint32_t code;
        assert_int_equal(upload_next(&cut, &envelope, &inside, &code), ERR_FRAME);
        assert_int_equal(cut.n, n);
    }
    buffer_close(&upload);
}

/* A flipped bit anywhere in an envelope is seen by the check code or the form. */
static void every_flipped_bit(void **state)
{
    (void)state;
    struct block block;
    struct device_status status;
    struct frame frame = sample_frame(&block, &status);
    struct buffer upload;
    buffer_open(&upload, FRAME_BYTES_MAX);
    assert_int_equal(frame_encode(&frame, &upload), ERR_OK);
    struct bytes bytes = only_frame(buffer_bytes(&upload));
    size_t first = (size_t)(bytes.at - upload.at);
    for (size_t bit = 0; bit < bytes.n * 8; bit++) {
        struct bytes in = buffer_bytes(&upload), envelope, inside;
        uint32_t code;
        upload.at[first + bit / 8] ^= (uint8_t)(1U << bit % 8);
        assert_int_equal(upload_next(&in, &envelope, &inside, &code), ERR_CHECK);
        assert_int_equal(in.n, 0);
        upload.at[first + bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    buffer_close(&upload);
}

/* Frames back to back are one upload; what is not known is passed over. */
static void several_envelopes(void **state)
{
    (void)state;
    struct block block;
    struct device_status status;
    struct frame frame = sample_frame(&block, &status), head;
    struct buffer upload;
    buffer_open(&upload, FRAME_BYTES_MAX);
    for (frame.sequence = 1; frame.sequence <= 3; frame.sequence++) {
        assert_int_equal(frame_encode(&frame, &upload), ERR_OK);
        buffer_put(&upload,
                   (struct bytes){(const uint8_t *)"\x7a\x03xyz", 5}); /* field 15 */
    }
    struct bytes in = buffer_bytes(&upload), envelope, inside;
    uint32_t code;
    for (uint64_t n = 1; n <= 3; n++) {
        assert_int_equal(upload_next(&in, &envelope, &inside, &code), ERR_OK);
        assert_int_equal(frame_decode_head(inside, &head), ERR_OK);
        assert_true(head.sequence == n);
        struct bytes again = only_frame(envelope); /* an envelope is an upload of one */
        assert_true(bytes_equal(again, inside));
    }
    assert_int_equal(upload_next(&in, &envelope, &inside, &code), ERR_SHORT);
    buffer_close(&upload);
}

/* A maximum reached leaves the buffer as it was, wherever it is reached. */
static void full_buffers(void **state)
{
    (void)state;
    struct block block;
    struct device_status status;
    struct frame frame = sample_frame(&block, &status);
    struct buffer upload;
    buffer_open(&upload, FRAME_BYTES_MAX);
    assert_int_equal(frame_encode(&frame, &upload), ERR_OK);
    size_t need = upload.n;
    buffer_close(&upload);
    for (size_t most = 1; most < need + 3; most++) {
        buffer_open(&upload, most + 3);
        buffer_put_text(&upload, "abc");
        err e = frame_encode(&frame, &upload);
        assert_int_equal(e, most < need ? ERR_FULL : ERR_OK);
        assert_int_equal(upload.n, most < need ? 3 : need + 3);
        buffer_close(&upload);
    }
}

static void out_of_memory(void **state)
{
    (void)state;
    struct block block;
    struct device_status status;
    struct frame frame = sample_frame(&block, &status), back;
    struct buffer upload;
    buffer_open(&upload, FRAME_BYTES_MAX);
    assert_int_equal(frame_encode(&frame, &upload), ERR_OK);
    struct bytes bytes = only_frame(buffer_bytes(&upload));
    for (size_t most = 0;; most += 16) {
        struct arena arena;
        char why[160];
        arena_open(&arena, most);
        err e = frame_decode(bytes, &arena, &back, why);
        if (!e) check_frame(&frame, &back);
        arena_close(&arena);
        if (!e) break;
        assert_int_equal(e, ERR_MEMORY);
        assert_true(most < 1024 * 1024);
    }
    buffer_close(&upload);
}

/* What must not be sent is not written either. */
static void what_is_not_encoded(void **state)
{
    (void)state;
    struct block block;
    struct device_status status;
    struct frame frame = sample_frame(&block, &status);
    struct buffer out;
    buffer_open(&out, FRAME_BYTES_MAX);
    int64_t falling_ms[TIMES_N] = {2, 1, 3};
    block.times_ms = falling_ms;
    assert_int_equal(frame_encode(&frame, &out), ERR_RANGE);
    block = sample_block();
    block.times_n = 0;
    assert_int_equal(frame_encode(&frame, &out), ERR_RANGE);
    block = sample_block();
    frame.sequence = 0;
    assert_int_equal(frame_encode(&frame, &out), ERR_RANGE);
    assert_int_equal(out.n, 0);
    buffer_close(&out);
}

/* Lists may come number by number (packed = false) and in pieces. */
static void lists_in_pieces(void **state)
{
    (void)state;
    static const char *const hex =
        "08 01 12 02 54 31 20 01 3a 1f"
        "08 09"                      /* device 9 */
        "10 02 12 01 14"             /* times: 1, then 10 more, a number and a list */
        "18 05 18 06"                /* points 5, 6 */
        "22 00 22 01 00 20 01"       /* scales 0, 1 */
        "2a 02 02 04 28 06 2a 01 08" /* values 1 +2, 3 +4 */
        "32 02 03 01";               /* three hand-set */
    uint8_t raw[128];
    size_t n;
    assert_true(bytes_from_hex(hex, raw, sizeof raw, &n));
    raw[9] = (uint8_t)(n - 10);
    struct arena arena;
    struct frame frame;
    char why[160];
    arena_open(&arena, ARENA_BYTES);
    assert_int_equal(frame_decode((struct bytes){raw, n}, &arena, &frame, why), ERR_OK);
    const struct block *b = &frame.blocks[0];
    assert_true(b->times_ms[0] == 1 && b->times_ms[1] == 11);
    assert_true(b->points[0] == 5 && b->points[1] == 6);
    assert_true(b->values[0] == 1 && b->values[1] == 3);
    assert_true(b->values[2] == 0.3 && b->values[3] == 0.7);
    assert_true(b->qualities[2] == 1 && b->qualities[3] == 0);
    arena_close(&arena);
}

/* A frame from a stranger may say that infinity is good; nobody behind us hears that. */
static void not_finite_is_absent(void **state)
{
    (void)state;
    int64_t time = 1;
    uint32_t point = 2;
    double value = INFINITY;
    uint8_t quality = 0;
    struct block block = {1, 1, 1, &time, &point, &value, &quality};
    struct frame frame = {.terminal = "T",
                          .sequence = 1,
                          .blocks_n = 1,
                          .blocks = &block},
                 back;
    struct buffer out;
    struct arena arena;
    buffer_open(&out, FRAME_BYTES_MAX);
    arena_open(&arena, ARENA_BYTES);
    assert_int_equal(frame_encode(&frame, &out), ERR_OK);
    assert_int_equal(frame_decode(only_frame(buffer_bytes(&out)), &arena, &back, NULL),
                     ERR_OK);
    assert_int_equal(back.blocks[0].qualities[0], QUALITY_NOT_A_NUMBER);
    assert_true(isnan(back.blocks[0].values[0]));
    arena_close(&arena);
    buffer_close(&out);
}

static void answers(void **state)
{
    (void)state;
    struct verdict verdicts[2] = {
        {7, UPLOAD_STORED,  ""                     },
        {8, UPLOAD_REFUSED, "设备 9 不属于 T1"}
    };
    struct answer answer = {2, verdicts, 1764054000000, 12}, back;
    struct buffer out;
    struct arena arena;
    buffer_open(&out, 4096);
    arena_open(&arena, ARENA_BYTES);
    assert_int_equal(answer_encode(&answer, &out), ERR_OK);
    assert_int_equal(answer_decode(buffer_bytes(&out), &arena, &back), ERR_OK);
    assert_int_equal(back.verdicts_n, 2);
    assert_true(back.server_ms == answer.server_ms && back.configuration == 12);
    assert_int_equal(back.verdicts[1].result, UPLOAD_REFUSED);
    assert_string_equal(back.verdicts[1].text, verdicts[1].text);
    for (size_t n = 0; n < out.n; n++) /* cuts: an error, or fewer fields */
        (void)!answer_decode((struct bytes){out.at, n}, &arena, &back);
    Heatnet__Uplink__V1__Answer *a =
        heatnet__uplink__v1__answer__unpack(NULL, out.n, out.at);
    assert_non_null(a);
    assert_int_equal(a->n_verdicts, 2);
    assert_int_equal(a->verdicts[0]->result, HEATNET__UPLINK__V1__RESULT__RESULT_STORED);
    assert_string_equal(a->verdicts[1]->text, verdicts[1].text);
    heatnet__uplink__v1__answer__free_unpacked(a, NULL);
    arena_close(&arena);
    buffer_close(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip),        cmocka_unit_test(protobuf_c_reads_it),
        cmocka_unit_test(every_cut),         cmocka_unit_test(every_flipped_bit),
        cmocka_unit_test(several_envelopes), cmocka_unit_test(full_buffers),
        cmocka_unit_test(out_of_memory),     cmocka_unit_test(what_is_not_encoded),
        cmocka_unit_test(lists_in_pieces),   cmocka_unit_test(not_finite_is_absent),
        cmocka_unit_test(answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
