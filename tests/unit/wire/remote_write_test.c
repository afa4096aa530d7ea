/* remote_write_test.c - bodies that Prometheus sent, every cut of them, and bombs. */
#include "wire/remote_write.h"

#include "base/text.h"
#include "check.h"
#include "wire/gzip.h"

#include <jansson.h>
#include <snappy-c.h>
#include <stdlib.h>

enum { ARENA_BYTES = 64 << 20 };

static json_t *load(void)
{
    char path[300];
    json_error_t error;
    assert_true(text_format(path, sizeof path, "%s/prometheus/remote_write.json",
                            HEATNET_GOLDEN));
    json_t *json = json_load_file(path, 0, &error);
    if (!json) fail_msg("%s:%d: %s", path, error.line, error.text);
    return json;
}

static size_t body_of(const json_t *vector, uint8_t *out, size_t out_n)
{
    size_t n = 0;
    assert_true(bytes_from_hex(json_string_value(json_object_get(vector, "body_hex")),
                               out, out_n, &n));
    return n;
}

static void check_series(const struct remote_series *series, const json_t *want)
{
    const json_t *labels = json_object_get(want, "labels");
    const json_t *samples = json_object_get(want, "samples");
    assert_int_equal(series->labels_n, json_object_size(labels));
    assert_int_equal(series->samples_n, json_array_size(samples));
    for (size_t i = 0; i < series->labels_n; i++)
        CHECK_TEXT(series->labels[i].name, series->labels[i].value,
                   json_string_value(json_object_get(labels, series->labels[i].name)));
    for (size_t i = 0; i < series->samples_n; i++) {
        const json_t *sample = json_array_get(samples, i);
        uint64_t bits;
        memcpy(&bits, &series->samples[i].value, sizeof bits);
        assert_int_equal(
            bits,
            strtoull(json_string_value(json_object_get(sample, "value_bits")), NULL, 16));
        assert_int_equal(series->samples[i].time_ms,
                         json_integer_value(json_object_get(sample, "timestamp_ms")));
    }
}

static void what_prometheus_sent_is_read(void **state)
{
    (void)state;
    json_t *json = load();
    const json_t *vectors = json_object_get(json, "vectors");
    assert_true(json_array_size(vectors) > 0);
    for (size_t v = 0; v < json_array_size(vectors); v++) {
        const json_t *vector = json_array_get(vectors, v);
        const json_t *want = json_object_get(vector, "expected_timeseries");
        uint8_t body[16384];
        struct bytes block = {body, body_of(vector, body, sizeof body)}, message;
        struct arena arena;
        struct remote_series series;
        char why[REMOTE_WRITE_WHY_BYTES];
        arena_open(&arena, ARENA_BYTES);
        assert_int_equal(remote_write_unpack(block, &arena, &message), ERR_OK);
        for (size_t i = 0; i < json_array_size(want); i++) {
            assert_int_equal(remote_write_next(&message, &arena, &series, why), ERR_OK);
            check_series(&series, json_array_get(want, i));
        }
        assert_int_equal(remote_write_next(&message, &arena, &series, why), ERR_SHORT);
        arena_close(&arena);
    }
    json_decref(json);
}

static void read_all(struct bytes message, struct arena *arena)
{
    struct remote_series series;
    char why[REMOTE_WRITE_WHY_BYTES];
    err e = ERR_OK;
    while (!e) e = remote_write_next(&message, arena, &series, why);
    assert_true(e == ERR_SHORT || (e == ERR_FRAME && why[0]));
}

static void every_cut_is_refused_or_read(void **state)
{
    (void)state;
    json_t *json = load();
    const json_t *vector = json_array_get(json_object_get(json, "vectors"), 0);
    uint8_t body[16384];
    size_t body_n = body_of(vector, body, sizeof body);
    struct arena whole;
    struct bytes message;
    arena_open(&whole, ARENA_BYTES);
    assert_int_equal(remote_write_unpack((struct bytes){body, body_n}, &whole, &message),
                     ERR_OK);
    for (size_t n = 0; n < message.n; n++) {
        struct arena arena;
        arena_open(&arena, ARENA_BYTES);
        uint8_t *copy = test_malloc(n + 1);
        memcpy(copy, message.at, n);
        read_all((struct bytes){copy, n}, &arena);
        test_free(copy);
        arena_close(&arena);
    }
    for (size_t n = 0; n < body_n; n++) {
        struct arena arena;
        struct bytes cut;
        arena_open(&arena, ARENA_BYTES);
        assert_int_equal(remote_write_unpack((struct bytes){body, n}, &arena, &cut),
                         ERR_FRAME);
        arena_close(&arena);
    }
    arena_close(&whole);
    json_decref(json);
}

/* A block that says it is 4 GiB, and a gzip of a gigabyte of zeros. */
static void bombs_take_no_memory(void **state)
{
    (void)state;
    static const uint8_t huge[] = {0xff, 0xff, 0xff, 0xff, 0x0f, 0x00};
    struct arena arena;
    struct bytes message;
    arena_open(&arena, ARENA_BYTES);
    assert_int_equal(
        remote_write_unpack((struct bytes){huge, sizeof huge}, &arena, &message),
        ERR_FULL);
    assert_int_equal(arena.used_bytes, 0);
    arena_close(&arena);

    struct buffer out;
    static const uint8_t none[] = {0x1f, 0x8b, 0x08};
    buffer_open(&out, 1000);
    assert_int_equal(gzip_unpack((struct bytes){none, sizeof none}, &out), ERR_FRAME);
    assert_int_equal(gzip_unpack((struct bytes){huge, sizeof huge}, &out), ERR_FRAME);
    assert_int_equal(gzip_unpack((struct bytes){0}, &out), ERR_FRAME);
    buffer_close(&out);
}

static void gzip_is_unpacked_to_its_limit(void **state)
{
    (void)state;
    /* printf 'cpu v=1\n' | gzip -n */
    static const char hex[] = "1f8b08000000000000034b2e285528b335e40200437c6f0908000000";
    uint8_t packed[64];
    size_t n = 0;
    struct buffer out;
    assert_true(bytes_from_hex(hex, packed, sizeof packed, &n));
    buffer_open(&out, 8);
    err e = gzip_unpack((struct bytes){packed, n}, &out);
    if (!e) assert_true(bytes_equal(buffer_bytes(&out), bytes_of_text("cpu v=1\n")));
    assert_int_equal(e, ERR_OK);
    buffer_close(&out);
    buffer_open(&out, 7);
    assert_int_equal(gzip_unpack((struct bytes){packed, n}, &out), ERR_FULL);
    buffer_close(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_prometheus_sent_is_read),
        cmocka_unit_test(every_cut_is_refused_or_read),
        cmocka_unit_test(bombs_take_no_memory),
        cmocka_unit_test(gzip_is_unpacked_to_its_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
