/* modbus_telegram_test.c - captured frames as telegrams: both sides of every exchange of
 * golden/modbus, and frames that are wrong. */
#include "base/text.h"
#include "check.h"
#include "wire/decode.h"

#include <jansson.h>
#include <string.h>

enum { FRAME_BYTES = 300, ARENA_BYTES = 1024 * 1024 };

static err decode_hex(const char *protocol, const char *hex, struct arena *arena,
                      struct telegram *t)
{
    static uint8_t bytes[FRAME_BYTES];
    size_t n = 0;
    const struct decoder *decoder = decoder_find(protocol);

    assert_non_null(decoder);
    assert_true(bytes_from_hex(hex, bytes, sizeof bytes, &n));
    return decoder->decode((struct bytes){bytes, n}, "", arena, t);
}

static void check_answer(const char *id, const json_t *expected, const struct telegram *t)
{
    const json_t *values = json_object_get(expected, "values"), *value;
    size_t i;

    CHECK_EQ(id, t->status_bits,
             json_integer_value(json_object_get(expected, "exception")));
    if (!strstr(t->kind, "read")) return;
    json_array_foreach(values, i, value)
    {
        double want =
            json_is_boolean(value) ? json_is_true(value) : json_number_value(value);
        if (t->values[i].number != want) fail_msg("%s: value %zu", id, i);
    }
}

static void check_pair(const json_t *vector)
{
    const char *id = json_string_value(json_object_get(vector, "id"));
    const char *transport = json_string_value(json_object_get(vector, "transport"));
    const char *protocol = text_equal(transport, "tcp") ? "modbus-tcp" : "modbus-rtu";
    const char *response = json_string_value(json_object_get(vector, "response"));
    const json_t *expected = json_object_get(vector, "expected");
    char unit[24];
    struct arena arena;
    struct telegram t;

    arena_open(&arena, ARENA_BYTES);
    (void)text_format(unit, sizeof unit, "%lld",
                      json_integer_value(json_object_get(expected, "unit")));
    const char *request = json_string_value(json_object_get(vector, "request"));
    CHECK_EQ(id, decode_hex(protocol, request, &arena, &t), ERR_OK);
    CHECK_TEXT(id, t.address, unit);
    if (response) {
        CHECK_EQ(id, decode_hex(protocol, response, &arena, &t), ERR_OK);
        CHECK_TEXT(id, t.address, unit);
        check_answer(id, expected, &t);
    }
    arena_close(&arena);
}

static void every_exchange(void **state)
{
    json_t *file = json_load_file(HEATNET_GOLDEN "/modbus/exchanges.json", 0, NULL);
    const json_t *vectors = json_object_get(file, "vectors");
    (void)state;
    assert_true(json_array_size(vectors) >= 20);
    for (size_t i = 0; i < json_array_size(vectors); i++)
        check_pair(json_array_get(vectors, i));
    json_decref(file);
}

static void wrong_frames_say_where(void **state)
{
    static const struct {
        const char *protocol, *hex;
        err want;
        size_t at;
    } rows[] = {
        {"modbus-rtu", "", ERR_SHORT, 0},
        {"modbus-rtu", "010300", ERR_SHORT, 3},
        {"modbus-rtu", "01030200 07F987", ERR_CHECK, 5},
        {"modbus-rtu", "0103 03000000 F58E", ERR_CHECK, 6},
        {"modbus-tcp", "0001 0000 0006 01", ERR_SHORT, 7},
        {"modbus-tcp", "0001 0001 0006 01 03 0000 0001", ERR_FRAME, 2},
        {"modbus-tcp", "0001 0000 0007 01 03 0000 0001", ERR_SHORT, 4},
        {"modbus-tcp", "0001 0000 0005 01 03 0000 0001", ERR_FRAME, 4},
        {"modbus-tcp", "0001 0000 0005 01 03 04 0001", ERR_FRAME, 8},
        {"modbus-tcp", "0001 0000 0006 01 05 0003 1234", ERR_FRAME, 10},
        {"modbus-tcp", "0001 0000 000A 01 10 0003 0001 03 123456", ERR_FRAME, 12},
        {"modbus-tcp", "0001 0000 0002 01 63", ERR_FRAME, 7},
        {"modbus-tcp", "0001 0000 0004 01 83 02 00", ERR_FRAME, 8},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct arena arena;
        struct telegram t;
        arena_open(&arena, ARENA_BYTES);
        err e = decode_hex(rows[i].protocol, rows[i].hex, &arena, &t);
        if (e != rows[i].want || t.at != rows[i].at || !t.why[0])
            fail_msg("%s: %s at %zu: %s", rows[i].hex, err_name(e), t.at, t.why);
        arena_close(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_exchange),
        cmocka_unit_test(wrong_frames_say_where),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
