/* js_test.c - the JSON writer, read back by a library of another maker. */
#include "serve/js.h"

#include "base/ensure.h"
#include "check.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

static json_t *read_back(struct buffer *out)
{
    json_error_t error;
    assert_int_equal(out->broken, ERR_OK);
    json_t *json = json_loadb((const char *)out->at, out->n, JSON_DECODE_ANY, &error);
    if (!json) fail_msg("%s: %.*s", error.text, (int)out->n, (const char *)out->at);
    return json;
}

static void doubles_come_back_the_same(void **state)
{
    static const double rows[] = {
        0,
        -0.0,
        1,
        -1,
        0.5,
        61.5,
        0.001,
        0.1 + 0.2,
        1.0 / 3,
        1e-300,
        1e300,
        123456789.125,
        -40.05,
        1e12,
        1e15 + 0.5,
        0.0005,
        99999999999.999,
        5e-324,
        2.2250738585072014e-308,
    };
    (void)state;
    struct buffer out;
    buffer_open(&out, 1 << 16);
    for (size_t i = 0; i < COUNT(rows); i++) {
        buffer_clear(&out);
        js_double(&out, rows[i]);
        json_t *json = read_back(&out);
        double back = json_number_value(json);
        if (memcmp(&back, &rows[i], sizeof back) != 0 && !(rows[i] == 0 && back == 0))
            fail_msg("%.17g came back as %.17g", rows[i], back);
        json_decref(json);
    }
    buffer_close(&out);
}

/* Many doubles of the kind meters have, and any bit patterns. */
static void any_double_comes_back(void **state)
{
    (void)state;
    struct buffer out;
    uint64_t random = 12345;
    buffer_open(&out, 1 << 16);
    for (int i = 0; i < 20000; i++) {
        random = random * 6364136223846793005U + 1442695040888963407U;
        double value, back;
        memcpy(&value, &random, sizeof value);
        if (i % 2) value = (double)(int64_t)(random >> 40) / 1000.0;
        if (!isfinite(value)) continue;
        buffer_clear(&out);
        js_double(&out, value);
        json_t *json = read_back(&out);
        back = json_is_integer(json) ? (double)json_integer_value(json)
                                     : json_real_value(json);
        if (back != value) fail_msg("%.17g came back as %.17g", value, back);
        json_decref(json);
    }
    buffer_close(&out);
}

static void what_is_not_finite_is_null(void **state)
{
    static const double rows[] = {NAN, INFINITY, -INFINITY};
    (void)state;
    struct buffer out;
    buffer_open(&out, 1 << 10);
    for (size_t i = 0; i < COUNT(rows); i++) {
        buffer_clear(&out);
        js_double(&out, rows[i]);
        js_about(&out, rows[i]);
        buffer_put_u8(&out, 0);
        assert_string_equal((const char *)out.at, "null,null");
    }
    buffer_close(&out);
}

static void texts_come_back_the_same(void **state)
{
    static const char *const rows[] = {
        "",          "plain",        "\"quoted\" \\ back", "line\nfeed\ttab\rreturn",
        "东升站 °C", "\x01\x1f\x7f", "</script>",          "{[:,",
    };
    (void)state;
    struct buffer out;
    buffer_open(&out, 1 << 16);
    js_array(&out);
    for (size_t i = 0; i < COUNT(rows); i++) js_text(&out, rows[i]);
    js_text(&out, NULL);
    js_array_end(&out);
    json_t *json = read_back(&out);
    assert_int_equal(json_array_size(json), COUNT(rows) + 1);
    for (size_t i = 0; i < COUNT(rows); i++)
        CHECK_TEXT(rows[i], json_string_value(json_array_get(json, i)), rows[i]);
    assert_true(json_is_null(json_array_get(json, COUNT(rows))));
    json_decref(json);
    buffer_close(&out);
}

static void commas_stand_where_they_must(void **state)
{
    (void)state;
    struct buffer out;
    buffer_open(&out, 1 << 10);
    js_object(&out);
    js_key(&out, "a");
    js_array(&out);
    js_array_end(&out);
    js_put_i64(&out, "b", INT64_MIN);
    js_put_u64(&out, "c", UINT64_MAX);
    js_put_bool(&out, "d", true);
    js_put_i64_or_null(&out, "e", 0);
    js_key(&out, "f");
    js_object(&out);
    js_put_text(&out, "g", ":");
    js_put_text(&out, "h", "x");
    js_object_end(&out);
    js_object_end(&out);
    buffer_put_u8(&out, 0);
    assert_string_equal((const char *)out.at,
                        "{\"a\":[],\"b\":-9223372036854775808,\"c\":18446744073709551615,"
                        "\"d\":true,\"e\":null,\"f\":{\"g\":\":\",\"h\":\"x\"}}");
    buffer_close(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(doubles_come_back_the_same),
        cmocka_unit_test(any_double_comes_back),
        cmocka_unit_test(what_is_not_finite_is_null),
        cmocka_unit_test(texts_come_back_the_same),
        cmocka_unit_test(commas_stand_where_they_must),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
