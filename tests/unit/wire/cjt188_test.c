/* cjt188_test.c - every golden telegram of eight makers, in the dialect that is told and
 * in the one that is proposed; every truncation and every flipped bit of each; requests.
 */
#include "base/ensure.h"
#include "golden.h"
#include "wire/bcd.h"
#include "wire/cjt188.h"

#include <math.h>

enum { ARENA_BYTES = 1 << 20 };

/* The vectors' names that are not ours. */
static const char *our_name(const char *name)
{
    static const char *const names[][2] = {{"supply_temp", "supply_temperature"},
                                           {"return_temp", "return_temperature"},
                                           {"work_hours", "working_hours"}};
    for (size_t i = 0; i < COUNT(names); i++)
        if (text_equal(name, names[i][0])) return names[i][1];
    return name;
}

static const char *our_unit(const char *unit)
{
    static const char *const units[][2] = {
        {"m3", "m³"}, {"m3/h", "m³/h"}, {"degC", "°C"}};
    for (size_t i = 0; i < COUNT(units); i++)
        if (text_equal(unit, units[i][0])) return units[i][1];
    return unit;
}

static void check_number(const char *id, const struct telegram_value *got,
                         const json_t *want)
{
    const json_t *value = json_is_object(want) ? json_object_get(want, "value") : want;

    if (json_is_object(want))
        CHECK_TEXT(id, got->unit, our_unit(golden_text(want, "unit")));
    if (json_is_null(value)) {
        CHECK_EQ(id, got->kind, TELEGRAM_ABSENT);
        return;
    }
    CHECK_EQ(id, got->kind, TELEGRAM_NUMBER);
    if (fabs(got->number - json_number_value(value)) > 1e-9)
        fail_msg("%s: %s is %g, not %g", id, got->name, got->number,
                 json_number_value(value));
}

static const struct telegram_value *find(const char *id, const struct telegram *t,
                                         const char *name)
{
    const struct telegram_value *v = telegram_find(t, name, 0);
    if (!v) fail_msg("%s: there is no %s", id, name);
    return v;
}

static void check_fields(const char *id, const struct telegram *t, const json_t *expected)
{
    json_t *fields = json_object_get(expected, "fields");
    const char *name;
    json_t *want;

    CHECK_TEXT(id, find(id, t, "type")->text, golden_text(expected, "type"));
    CHECK_TEXT(id, find(id, t, "control")->text, golden_text(expected, "control"));
    CHECK_TEXT(id, find(id, t, "address_wire")->text,
               golden_text(expected, "address_wire"));
    CHECK_TEXT(id, find(id, t, "data_identifier_wire")->text,
               golden_text(expected, "di_wire"));
    json_object_foreach(fields, name, want)
    {
        const struct telegram_value *v = find(id, t, our_name(name));
        if (json_is_string(want))
            CHECK_TEXT(id, v->text, json_string_value(want));
        else
            check_number(id, v, want);
    }
}

static struct cjt188_dialect dialect_of(const json_t *vector)
{
    struct cjt188_dialect dialect;
    char why[200] = "";
    if (cjt188_dialect_parse(golden_text(vector, "dialect"), &dialect, why, sizeof why))
        fail_msg("%s", why);
    dialect.flow_decimals =
        (uint8_t)json_integer_value(json_object_get(vector, "flow_decimals"));
    return dialect;
}

static void heat_meters(void **state)
{
    (void)state;
    json_t *file = golden_load("cjt188/heat_read_answers.json"), *vector;
    struct arena arena;
    struct telegram t;
    uint8_t room[GOLDEN_BYTES_MAX];
    size_t i;

    arena_open(&arena, ARENA_BYTES);
    json_array_foreach(json_object_get(file, "vectors"), i, vector)
    {
        const char *id = golden_text(vector, "id");
        struct bytes in = golden_bytes(vector, room);
        struct cjt188_dialect dialect = dialect_of(vector);
        const json_t *expected = json_object_get(vector, "expected");
        CHECK_EQ(id, cjt188_decode(in, &dialect, &arena, &t), ERR_OK);
        check_fields(id, &t, expected);
        CHECK_EQ(id, cjt188_decode(in, NULL, &arena, &t), ERR_OK);
        check_fields(id, &t, expected);
        struct cjt188_frame frame;
        CHECK_EQ(id, cjt188_frame_find(in, &frame), ERR_OK);
        CHECK(id, cjt188_propose(&frame, &dialect));
    }
    assert_int_equal(i, 8);
    arena_close(&arena);
    json_decref(file);
}

static void check_frame(const char *id, const json_t *vector, struct bytes in)
{
    struct cjt188_frame frame;
    uint8_t again[CJT188_FRAME_BYTES_MAX];
    char hex[2 * GOLDEN_BYTES_MAX + 1];
    struct bytes rest = in;
    size_t at = 0;

    CHECK_EQ(id, cjt188_frame_decode(&rest, &frame, &at), ERR_OK);
    CHECK_EQ(id, rest.n, 0);
    bcd_text((struct bytes){frame.address, CJT188_ADDRESS_N}, false, hex);
    CHECK_TEXT(id, hex, golden_text(vector, "address_wire"));
    bcd_text(frame.data, false, hex);
    CHECK_TEXT(id, hex, golden_text(vector, "data"));
    CHECK_EQ(id, frame.data.n, json_integer_value(json_object_get(vector, "length")));
    (void)text_format(hex, sizeof hex, "%02X", frame.type);
    CHECK_TEXT(id, hex, golden_text(vector, "type"));
    (void)text_format(hex, sizeof hex, "%02X", frame.control);
    CHECK_TEXT(id, hex, golden_text(vector, "control"));
    size_t n = cjt188_frame_encode(&frame, again);
    CHECK(id, in.n >= n && memcmp(in.at + in.n - n, again, n) == 0);
}

static void other_frames(void **state)
{
    (void)state;
    json_t *file = golden_load("cjt188/frames.json"), *vector;
    struct arena arena;
    struct telegram t;
    uint8_t room[GOLDEN_BYTES_MAX];
    size_t i, refused_n = 0;

    arena_open(&arena, ARENA_BYTES);
    json_array_foreach(json_object_get(file, "vectors"), i, vector)
    {
        const char *id = golden_text(vector, "id");
        struct bytes in = golden_bytes(vector, room);
        bool is_valid = json_is_true(json_object_get(vector, "valid"));
        err e = cjt188_decode(in, NULL, &arena, &t);
        CHECK_EQ(id, e, is_valid ? ERR_OK : ERR_CHECK);
        CHECK_EQ(id, t.why[0] == 0, is_valid);
        if (text_equal(id, "cold-water-answer")) {
            const struct telegram_value *v = telegram_find(&t, "current_volume", 0);
            assert_true(v && fabs(v->number - 1000.1) < 1e-9);
        }
        if (is_valid)
            check_frame(id, vector, in);
        else
            refused_n++;
    }
    assert_int_equal(refused_n, 1);
    arena_close(&arena);
    json_decref(file);
}

/* Cut anywhere it needs more; with any one bit flipped it is refused. */
static void damage_one(const char *id, struct bytes in, struct arena *arena)
{
    uint8_t room[GOLDEN_BYTES_MAX];
    struct telegram t;
    struct cjt188_frame frame;

    for (size_t n = 0; n < in.n; n++)
        CHECK_EQ(id, cjt188_decode((struct bytes){in.at, n}, NULL, arena, &t), ERR_SHORT);
    size_t start = 0;
    while (in.at[start] == 0xFE) start++;
    memcpy(room, in.at, in.n);
    for (size_t bit = 8 * start; bit < 8 * in.n; bit++) {
        room[bit / 8] ^= (uint8_t)(1u << bit % 8);
        CHECK(id, cjt188_decode((struct bytes){room, in.n}, NULL, arena, &t) != ERR_OK);
        CHECK(id, cjt188_frame_find((struct bytes){room, in.n}, &frame) != ERR_OK);
        room[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    CHECK_EQ(id, cjt188_frame_find(in, &frame), ERR_OK);
}

static void damaged(void **state)
{
    (void)state;
    json_t *file = golden_load("cjt188/heat_read_answers.json"), *vector;
    struct arena arena;
    uint8_t room[GOLDEN_BYTES_MAX];
    size_t i;

    json_array_foreach(json_object_get(file, "vectors"), i, vector)
    {
        arena_open(&arena, ARENA_BYTES);
        damage_one(golden_text(vector, "id"), golden_bytes(vector, room), &arena);
        arena_close(&arena);
    }
    json_decref(file);
}

static const struct {
    const char *name, *hex, *kind, *value;
    double number; /* NAN = `text` counts */
    const char *text, *status;
} rows[] = {
    {"monthly heat, unit last", "6820 11223344556677 81 08 20D1 01 78563412 05 CS 16",
     "read_answer", "stored_heat", 123456.78, "", ""},
    {"monthly heat in 100 GJ", "6820 11223344556677 81 08 D120 01 01000000 13 CS 16",
     "read_answer", "stored_heat", 1, "", ""},
    {"an error answer", "6820 11223344556677 C1 03 07 0400 CS 16", "read_error",
     "sequence", 7, "", "battery_low"},
    {"a valve that hangs", "6810 11223344556677 84 05 17A0 07 0300 CS 16", "write_answer",
     "valve", 3, "", "valve_fault"},
    {"a valve closed", "6810 11223344556677 84 05 A017 07 0108 CS 16", "write_answer",
     "status", 0x0801, "", "valve_closed maker_0008"},
    {"close, please", "6810 11223344556677 04 04 A017 07 99 CS 16", "write_request",
     "valve_command", NAN, "close", ""},
    {"settlement day", "6820 11223344556677 81 04 0381 01 15 CS 16", "read_answer",
     "settlement_day", 15, "", ""},
    {"address", "6820 11223344556677 83 03 0A81 01 CS 16", "read_address_answer",
     "address_wire", NAN, "11223344556677", ""},
    {"a unit that is none", "6820 11223344556677 81 08 20D1 01 78563412 77 CS 16",
     "read_answer", "stored", NAN, "7856341277", ""},
    {"no digits", "6820 11223344556677 81 08 20D1 01 785634A2 05 CS 16", "read_answer",
     "stored_heat", NAN, "785634A205", ""},
    {"the maker's own", "6820 11223344556677 A1 05 610A 00 4CD5 CS 16", "maker_answer",
     "data", NAN, "4CD5", ""},
    {"2018 time", "6820 11223344556677 81 0A 7F90 01 30240908011320 CS 16", "read_answer",
     "meter_time", NAN, "2013-01-08T09:24:30", ""},
};

/* "CS" stands for the right sum. */
static struct bytes with_sum(const char *hex, uint8_t *room)
{
    char text[GOLDEN_BYTES_MAX];
    size_t n = 0;
    assert_true(text_copy(text, sizeof text, hex));
    memcpy(strstr(text, "CS"), "00", 2);
    assert_true(bytes_from_hex(text, room, GOLDEN_BYTES_MAX, &n));
    room[n - 2] = bcd_sum((struct bytes){room, n - 2});
    return (struct bytes){room, n};
}

static void single_telegrams(void **state)
{
    (void)state;
    struct arena arena;
    struct telegram t;
    uint8_t room[GOLDEN_BYTES_MAX];

    arena_open(&arena, ARENA_BYTES);
    for (size_t i = 0; i < COUNT(rows); i++) {
        CHECK_EQ(rows[i].name,
                 cjt188_decode(with_sum(rows[i].hex, room), NULL, &arena, &t), ERR_OK);
        CHECK_TEXT(rows[i].name, t.kind, rows[i].kind);
        CHECK_TEXT(rows[i].name, t.status, rows[i].status);
        const struct telegram_value *v = NULL;
        for (size_t k = 0; k < t.values_n && !v; k++)
            if (text_equal(t.values[k].name, rows[i].value)) v = &t.values[k];
        CHECK(rows[i].name, v != NULL);
        if (isnan(rows[i].number))
            CHECK_TEXT(rows[i].name, v->text, rows[i].text);
        else
            CHECK(rows[i].name, v->number == rows[i].number);
    }
    arena_close(&arena);
}

/* What a request builder makes is what the makers print. */
static void requests(void **state)
{
    (void)state;
    struct cjt188_request read = {.type = 0x20, .control = CJT188_READ, .sequence = 0x12,
                                  .di = CJT188_DI_READING};
    uint8_t out[CJT188_FRAME_BYTES_MAX + 2], want[64];
    static const uint8_t open[] = {0x55};
    size_t n = 0;

    assert_int_equal(cjt188_address("11110059493675", false, read.address), ERR_OK);
    assert_true(bytes_from_hex("FEFE68207536495900111101031F9012BC16", want, 64, &n));
    assert_int_equal(cjt188_request_encode(&read, out), n);
    assert_memory_equal(out, want, n);

    struct cjt188_request valve = {.type = 0x10, .control = CJT188_WRITE, .sequence = 1,
                                   .di = CJT188_DI_VALVE, .di_high_first = true,
                                   .values = {open, 1}};
    assert_int_equal(cjt188_address("01131219000000", true, valve.address), ERR_OK);
    assert_true(bytes_from_hex("FEFE6810011312190000000404A0170155CC16", want, 64, &n));
    assert_int_equal(cjt188_request_encode(&valve, out), n);
    assert_memory_equal(out, want, n);
}

/* Whole numbers, their decimals in the power's place: .4321 and .654321, low first. */
static void fractions(void **state)
{
    (void)state;
    static const char hex[] =
        "6820 11223344556677 81 2E 1F90 01 10000000 05 56341200 05 2143 214365 20130000 "
        "35"
        "78560000 2C 125577 104477 341200 30240908011320 0000 CS 16";
    struct arena arena;
    struct telegram t;
    uint8_t room[GOLDEN_BYTES_MAX];

    arena_open(&arena, ARENA_BYTES);
    assert_int_equal(cjt188_decode(with_sum(hex, room), NULL, &arena, &t), ERR_OK);
    assert_string_equal(t.dialect, "std+power-fraction");
    const struct telegram_value *heat = find("heat", &t, "current_heat");
    assert_true(fabs(heat->number - 123456.4321) < 1e-9);
    assert_true(fabs(find("volume", &t, "volume")->number - 5678.654321) < 1e-9);
    assert_true(fabs(find("supply", &t, "supply_temperature")->number - 55.12) < 1e-9);
    assert_true(fabs(find("settled", &t, "settlement_heat")->number - 10) < 1e-9);
    assert_true(fabs(find("flow", &t, "flow")->number - 0.132) < 1e-9);
    assert_null(telegram_find(&t, "power", 0));
    arena_close(&arena);
}

static void addresses(void **state)
{
    (void)state;
    uint8_t address[CJT188_ADDRESS_N];
    static const uint8_t low[] = {0x78, 0x56, 0x34, 0x12, 0, 0, 0};
    static const uint8_t high[] = {0xFF, 0xFF, 0xF1, 0x40, 0x39, 0x03, 0x18};

    assert_int_equal(cjt188_address("12345678", false, address), ERR_OK);
    assert_memory_equal(address, low, sizeof low);
    assert_int_equal(cjt188_address("FFFFF140390318", true, address), ERR_OK);
    assert_memory_equal(address, high, sizeof high);
    assert_int_equal(cjt188_address("", false, address), ERR_RANGE);
    assert_int_equal(cjt188_address("123456789012345", false, address), ERR_RANGE);
    assert_int_equal(cjt188_address("12B4", false, address), ERR_RANGE);
}

static void dialects(void **state)
{
    (void)state;
    struct cjt188_dialect d;
    char text[CJT188_DIALECT_BYTES], why[200] = "";

    assert_int_equal(cjt188_dialect_parse("UNIT-FIRST+plus33,flow3", &d, why, 200),
                     ERR_OK);
    assert_true(d.unit_first && d.plus_33 && !d.high_first && d.flow_decimals == 3);
    cjt188_dialect_text(&d, text);
    assert_string_equal(text, "unit-first+plus33+flow3");
    assert_int_equal(cjt188_dialect_parse("BE", &d, why, 200), ERR_OK);
    assert_true(d.high_first && !d.unit_first);
    assert_int_equal(cjt188_dialect_parse("std+klingon", &d, why, 200), ERR_RANGE);
    assert_non_null(strstr(why, "\"klingon\" is no dialect"));
    assert_int_equal(cjt188_dialect_parse("", &d, why, 200), ERR_RANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heat_meters), cmocka_unit_test(other_frames),
        cmocka_unit_test(damaged),     cmocka_unit_test(single_telegrams),
        cmocka_unit_test(requests),    cmocka_unit_test(addresses),
        cmocka_unit_test(dialects),    cmocka_unit_test(fractions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
