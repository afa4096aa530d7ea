/* line_protocol_test.c - InfluxData's own corpus, every cut of it, and there and back. */
#include "wire/line_protocol.h"

#include "base/file.h"
#include "base/text.h"
#include "check.h"

#include <jansson.h>
#include <math.h>

enum { ARENA_BYTES = 64 << 20 };

/* jansson has no unsigned integers: "uint": 18446744073709551615 becomes a real. */
static void make_real(char *text, struct buffer *out)
{
    static const char mark[] = "\"uint\":";
    for (char *at; (at = strstr(text, mark)) != NULL; text = at) {
        at += sizeof mark - 1;
        at += strspn(at, " \n0123456789");
        while (at[-1] == ' ' || at[-1] == '\n') at--;
        buffer_put(out, (struct bytes){(uint8_t *)text, (size_t)(at - text)});
        buffer_put_text(out, ".0");
    }
    buffer_put_text(out, text);
}

static json_t *load(const char *name)
{
    char path[300];
    json_error_t error;
    struct buffer file, text;
    buffer_open(&file, 4 << 20);
    buffer_open(&text, 4 << 20);
    assert_true(text_format(path, sizeof path, "%s/influx/%s", HEATNET_GOLDEN, name));
    assert_int_equal(file_read_whole(path, &file), ERR_OK);
    buffer_put_u8(&file, 0);
    make_real((char *)file.at, &text);
    json_t *json = json_loadb((const char *)text.at, text.n, JSON_ALLOW_NUL, &error);
    if (!json) fail_msg("%s:%d: %s", path, error.line, error.text);
    buffer_close(&file);
    buffer_close(&text);
    return json;
}

static int base64_digit(char c)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : -1;
}

/* A JSON text, or {"binary": base64}. */
static void put_text(const json_t *json, struct buffer *out)
{
    buffer_clear(out);
    if (json_is_string(json)) {
        buffer_put(out, (struct bytes){(const uint8_t *)json_string_value(json),
                                       json_string_length(json)});
        return;
    }
    const char *code = json_string_value(json_object_get(json, "binary"));
    unsigned bits = 0, bits_n = 0;
    for (int digit; (digit = base64_digit(*code)) >= 0; code++) {
        bits = bits << 6 | (unsigned)digit;
        bits_n += 6;
        if (bits_n < 8) continue;
        bits_n -= 8;
        buffer_put_u8(out, (uint8_t)(bits >> bits_n));
    }
}

static bool same_value(const struct line_field *field, const json_t *want)
{
    struct buffer text;
    const char *kind = json_object_iter_key(json_object_iter((json_t *)(uintptr_t)want));
    const json_t *value = json_object_get(want, kind);
    switch (field->type) {
    case LINE_FLOAT:
        return text_equal(kind, "float") && json_number_value(value) == field->number;
    case LINE_INTEGER:
        return text_equal(kind, "int") && json_integer_value(value) == field->integer;
    case LINE_UNSIGNED:
        return text_equal(kind, "uint") && json_number_value(value) == field->number;
    case LINE_BOOLEAN:
        return text_equal(kind, "bool") && json_is_true(value) == (field->integer == 1);
    case LINE_STRING:
        buffer_open(&text, 1 << 20);
        put_text(value, &text);
        bool same =
            text_equal(kind, "string") && bytes_equal(buffer_bytes(&text), field->string);
        buffer_close(&text);
        return same;
    }
    return false;
}

static bool same_text(const char *text, const json_t *want)
{
    return json_is_string(want) && text_equal(text, json_string_value(want));
}

static void check_point(const char *id, const struct line_point *point,
                        const json_t *want)
{
    const json_t *tags = json_object_get(want, "tags"),
                 *fields = json_object_get(want, "fields");
    CHECK(id, same_text(point->measurement, json_object_get(want, "name")));
    CHECK_EQ(id, point->tags_n, json_array_size(tags));
    CHECK_EQ(id, point->fields_n, json_array_size(fields));
    for (size_t i = 0; i < point->tags_n; i++) {
        const json_t *tag = json_array_get(tags, i);
        CHECK(id, same_text(point->tags[i].key, json_object_get(tag, "key")));
        CHECK(id, same_text(point->tags[i].value, json_object_get(tag, "value")));
    }
    for (size_t i = 0; i < point->fields_n; i++) {
        const json_t *field = json_array_get(fields, i);
        CHECK(id, same_text(point->fields[i].key, json_object_get(field, "key")));
        CHECK(id, same_value(&point->fields[i], json_object_get(field, "value")));
    }
}

static int64_t unit_of(const char *precision)
{
    if (text_equal(precision, "1s")) return 1000000000;
    if (text_equal(precision, "1ms")) return 1000000;
    return text_equal(precision, "1ns") ? 1 : 1000;
}

static void check_decode(const json_t *vector)
{
    const char *id = json_string_value(json_object_get(vector, "id"));
    const json_t *expected = json_object_get(vector, "expected");
    const json_t *result = json_object_get(expected, "result");
    int64_t unit = unit_of(json_string_value(json_object_get(vector, "precision")));
    struct buffer text;
    struct arena arena;
    struct line_reader reader;
    struct line_point point;
    char why[LINE_WHY_BYTES];
    buffer_open(&text, 1 << 20);
    arena_open(&arena, ARENA_BYTES);
    put_text(json_object_get(vector, "text"), &text);
    line_reader_open(&reader, buffer_bytes(&text), &arena);
    size_t n = 0, wrong = 0;
    for (err e = line_next(&reader, &point, why); e != ERR_SHORT;
         e = line_next(&reader, &point, why)) {
        CHECK(id, e == ERR_OK || e == ERR_FRAME);
        CHECK_EQ(id, why[0] != '\0', e != ERR_OK);
        wrong += e != ERR_OK;
        if (e || !result) continue;
        const json_t *want = json_array_get(result, n++);
        CHECK(id, want != NULL);
        check_point(id, &point, want);
        if (point.has_time)
            CHECK_EQ(id, point.time * unit,
                     json_integer_value(json_object_get(want, "time")));
    }
    CHECK_EQ(id, wrong > 0, result == NULL);
    if (result) CHECK_EQ(id, n, json_array_size(result));
    arena_close(&arena);
    buffer_close(&text);
}

static void the_corpus_is_read_as_its_makers_read_it(void **state)
{
    (void)state;
    json_t *json = load("line_protocol_decode.json");
    const json_t *vectors = json_object_get(json, "vectors");
    assert_int_equal(json_array_size(vectors), 468);
    for (size_t i = 0; i < json_array_size(vectors); i++)
        check_decode(json_array_get(vectors, i));
    json_decref(json);
}

/* --- writing ------------------------------------------------------------------------ */

static void take_field(const json_t *want, struct line_field *field)
{
    const json_t *value = json_object_get(want, "value");
    const char *kind = json_object_iter_key(json_object_iter((json_t *)(uintptr_t)value));
    const json_t *of = json_object_get(value, kind);
    *field = (struct line_field){.key = json_string_value(json_object_get(want, "key"))};
    field->number = json_number_value(of);
    field->integer = json_is_boolean(of) ? json_is_true(of) : json_integer_value(of);
    field->type = text_equal(kind, "float")  ? LINE_FLOAT
                  : text_equal(kind, "int")  ? LINE_INTEGER
                  : text_equal(kind, "uint") ? LINE_UNSIGNED
                  : text_equal(kind, "bool") ? LINE_BOOLEAN
                                             : LINE_STRING;
    if (json_is_string(of))
        field->string = (struct bytes){(const uint8_t *)json_string_value(of),
                                       json_string_length(of)};
}

static void check_encode(const json_t *vector)
{
    const char *id = json_string_value(json_object_get(vector, "id"));
    const json_t *from = json_object_get(vector, "point");
    const json_t *tags = json_object_get(from, "tags"),
                 *fields = json_object_get(from, "fields");
    const char *result =
        json_string_value(json_object_get(json_object_get(vector, "expected"), "result"));
    struct line_tag tag[LINE_TAGS_MAX];
    struct line_field field[LINE_FIELDS_MAX];
    struct line_point point = {
        .measurement = json_string_value(json_object_get(from, "name")),
        .tags_n = json_array_size(tags),
        .fields_n = json_array_size(fields),
        .tags = tag,
        .fields = field,
        .has_time = true,
        .time = json_integer_value(json_object_get(from, "time")) /
                unit_of(json_string_value(json_object_get(vector, "precision")))};
    for (size_t i = 0; i < point.tags_n; i++) {
        const json_t *want = json_array_get(tags, i);
        tag[i] = (struct line_tag){json_string_value(json_object_get(want, "key")),
                                   json_string_value(json_object_get(want, "value"))};
    }
    for (size_t i = 0; i < point.fields_n; i++)
        take_field(json_array_get(fields, i), &field[i]);
    struct buffer out;
    buffer_open(&out, 1 << 20);
    err e = line_write(&point, &out);
    CHECK_EQ(id, e == ERR_OK, result != NULL);
    buffer_put_u8(&out, 0);
    if (result) CHECK_TEXT(id, (const char *)out.at, result);
    buffer_close(&out);
}

static void the_corpus_is_written_as_its_makers_write_it(void **state)
{
    (void)state;
    json_t *json = load("line_protocol_encode.json");
    const json_t *vectors = json_object_get(json, "vectors");
    assert_int_equal(json_array_size(vectors), 74);
    for (size_t i = 0; i < json_array_size(vectors); i++)
        check_encode(json_array_get(vectors, i));
    json_decref(json);
}

/* --- cuts and errors ---------------------------------------------------------------- */

static void every_cut_is_read_or_refused(void **state)
{
    (void)state;
    static const char text[] = "a\\ b,t=1,u=x\\,y f=1.5,g=-2i,h=3u,s=\"q\\\"\",b=T 123 \n"
                               "# no\n\nlast v=1\r\n";
    for (size_t n = 0; n < sizeof text; n++) {
        struct arena arena;
        struct line_reader reader;
        struct line_point point;
        char why[LINE_WHY_BYTES];
        uint8_t *copy = n ? test_malloc(n) : NULL; /* the sanitizer sees its end */
        if (n) memcpy(copy, text, n);
        arena_open(&arena, ARENA_BYTES);
        line_reader_open(&reader, (struct bytes){copy, n}, &arena);
        size_t lines = 0;
        while (line_next(&reader, &point, why) != ERR_SHORT) lines++;
        CHECK(text, lines <= 2);
        arena_close(&arena);
        if (n) test_free(copy);
    }
}

static void an_error_says_the_line_and_the_rest_is_read(void **state)
{
    (void)state;
    static const char text[] = "a v=1\nb v=x\nc v=2";
    struct arena arena;
    struct line_reader reader;
    struct line_point point;
    char why[LINE_WHY_BYTES];
    arena_open(&arena, ARENA_BYTES);
    line_reader_open(&reader, bytes_of_text(text), &arena);
    assert_int_equal(line_next(&reader, &point, why), ERR_OK);
    assert_int_equal(line_next(&reader, &point, why), ERR_FRAME);
    assert_string_equal(why, "at line 2:5: field value has unrecognized type");
    assert_true(bytes_equal(point.line, bytes_of_text("b v=x")));
    assert_int_equal(line_next(&reader, &point, why), ERR_OK);
    assert_string_equal(point.measurement, "c");
    assert_int_equal(line_next(&reader, &point, why), ERR_SHORT);
    arena_close(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_corpus_is_read_as_its_makers_read_it),
        cmocka_unit_test(the_corpus_is_written_as_its_makers_write_it),
        cmocka_unit_test(every_cut_is_read_or_refused),
        cmocka_unit_test(an_error_says_the_line_and_the_rest_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
