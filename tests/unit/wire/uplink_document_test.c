/* uplink_document_test.c - docs/uplink.md says what the code does.
 *
 * Reads the worked example and the check codes out of the document, and holds them
 * against the encoder, the decoder and crc32c. */
#include "base/arena.h"
#include "base/crc32c.h"
#include "base/ensure.h"
#include "base/file.h"
#include "base/text.h"
#include "check.h"
#include "wire/frame.h"

#include <math.h>

enum {
    DOCUMENT_BYTES_MAX = 1024 * 1024,
    HEX_BYTES_MAX = 4096,
    ARENA_BYTES = 1024 * 1024
};

static struct buffer document;

static int open_document(void **state)
{
    (void)state;
    buffer_open(&document, DOCUMENT_BYTES_MAX);
    err e = file_read_whole(HEATNET_GOLDEN "/../../docs/uplink.md", &document);
    buffer_put_u8(&document, 0);
    return e || document.broken ? -1 : 0;
}

static int close_document(void **state)
{
    (void)state;
    buffer_close(&document);
    return 0;
}

static const char *find(const char *words)
{
    const char *at = strstr((const char *)document.at, words);
    CHECK(words, at != NULL);
    return at + strlen(words);
}

/* The hex at the start of each line of the fenced text behind `fence`; what stands behind
 * two blanks is explanation. */
static size_t read_hex(const char *fence, uint8_t *out)
{
    const char *at = strchr(find(fence), '\n') + 1;
    size_t n = 0;
    while (strncmp(at, "```", 3) != 0) {
        char line[128];
        while (*at == ' ') at++;
        const char *end = strpbrk(at, "\n");
        const char *gap = strstr(at, "  ");
        if (gap == NULL || gap > end) gap = end;
        CHECK(fence, text_copy_n(line, sizeof line, at, (size_t)(gap - at)));
        size_t line_n = 0;
        CHECK(line, bytes_from_hex(line, out + n, HEX_BYTES_MAX - n, &line_n));
        n += line_n;
        at = end + 1;
    }
    return n;
}

static int64_t times_ms[3] = {1764054000000, 1764054010000, 1764054020000};
static uint32_t points[3] = {101, 102, 103};
static double values[9] = {45.1,  45.2,      44.95,     0.415, NAN,
                           0.416, 100.0 / 3, 100.0 / 3, 0.5};
static uint8_t qualities[9] = {0, 0, 0, 0, 192, 0, 0, 0, 65};

static void example_upload(void **state)
{
    (void)state;
    uint8_t raw[HEX_BYTES_MAX];
    size_t n = read_hex("```hex upload", raw);
    struct block block = {7, 3, 3, times_ms, points, values, qualities};
    struct device_status status = {7,  DEVICE_PARTIAL, 1764053990000, 1764054020000, 3, 1,
                                   42, "no answer"};
    struct frame frame = {
        .terminal = "T1",
        .spool = 0x0123456789abcdef,
        .sequence = 300,
        .transmitted_ms = 1764054020500,
        .status_n = 1,
        .blocks_n = 1,
        .status = &status,
        .blocks = &block,
        .has_terminal_status = true,
        .terminal_status = {1764000000000, 1, 221, 0, 0, 9437184, "maker 1.0"},
    };
    struct buffer made;
    buffer_open(&made, FRAME_BYTES_MAX);
    assert_int_equal(frame_encode(&frame, &made), ERR_OK);
    assert_int_equal(made.n, n);
    assert_memory_equal(made.at, raw, n);
    buffer_close(&made);
}

static void example_decodes(void **state)
{
    (void)state;
    uint8_t raw[HEX_BYTES_MAX];
    struct bytes in = {raw, read_hex("```hex upload", raw)}, envelope, inside;
    uint32_t code;
    struct arena arena;
    struct frame frame;
    char text[16];
    arena_open(&arena, ARENA_BYTES);
    assert_int_equal(upload_next(&in, &envelope, &inside, &code), ERR_OK);
    assert_int_equal(frame_decode(inside, &arena, &frame, NULL), ERR_OK);
    assert_true(frame.blocks[0].values[2] == 44.95);
    assert_true(frame.blocks[0].values[6] == 100.0 / 3);
    assert_true(isnan(frame.blocks[0].values[4]));
    assert_int_equal(frame.blocks[0].qualities[8], 65);
    (void)text_format(text, sizeof text, "`%08x`", code);
    find("the example's frame, 170 bytes | ");
    CHECK("its check code in the table", strstr((const char *)document.at, text) != NULL);
    assert_int_equal(inside.n, 170);
    arena_close(&arena);
}

static void example_answer(void **state)
{
    (void)state;
    uint8_t raw[HEX_BYTES_MAX];
    size_t n = read_hex("```hex answer", raw);
    struct verdict verdict = {300, UPLOAD_STORED, ""};
    struct answer answer = {1, &verdict, 1764054020612, 3};
    struct buffer made;
    buffer_open(&made, 4096);
    assert_int_equal(answer_encode(&answer, &made), ERR_OK);
    assert_int_equal(made.n, n);
    assert_memory_equal(made.at, raw, n);
    buffer_close(&made);
}

static void check_codes(void **state)
{
    (void)state;
    static const uint8_t zeros[32] = {0};
    uint8_t ones[32];
    memset(ones, 0xff, sizeof ones);

    const struct {
        const char *row;
        struct bytes bytes;
    } rows[] = {
        {"| (none) | `",      {zeros, 0}                },
        {"| `a` | `",         bytes_of_text("a")        },
        {"| `123456789` | `", bytes_of_text("123456789")},
        {"| `heatnet` | `",   bytes_of_text("heatnet")  },
        {"| 32 bytes 00 | `", {zeros, 32}               },
        {"| 32 bytes ff | `", {ones, 32}                },
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        char want[16], got[16];
        CHECK(rows[i].row, text_copy_n(want, sizeof want, find(rows[i].row), 8));
        (void)text_format(got, sizeof got, "%08x", crc32c(rows[i].bytes));
        CHECK_TEXT(rows[i].row, got, want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(example_upload),
        cmocka_unit_test(example_decodes),
        cmocka_unit_test(example_answer),
        cmocka_unit_test(check_codes),
    };
    return cmocka_run_group_tests(tests, open_document, close_document);
}
