/* dlt645_test.c - every golden telegram, single identifiers of each group, blocks,
 * errors, every truncation and every flipped bit; requests. */
#include "base/ensure.h"
#include "golden.h"
#include "wire/bcd.h"
#include "wire/dlt645.h"

#include <math.h>

enum { ARENA_BYTES = 4 << 20 };

/* The one value that is not about the telegram itself. */
static const struct telegram_value *the_value(const struct telegram *t)
{
    for (size_t i = 0; i < t->values_n; i++)
        if (!text_equal(t->values[i].name, "control") &&
            !text_equal(t->values[i].name, "data_identifier"))
            return &t->values[i];
    return NULL;
}

static void check_value(const char *id, const struct telegram *t, const json_t *expected)
{
    const json_t *want = json_object_get(expected, "value");
    const struct telegram_value *v = the_value(t);

    if (!want) return;
    CHECK(id, v != NULL);
    if (json_is_string(want)) {
        CHECK_TEXT(id, v->text, json_string_value(want));
        return;
    }
    CHECK_EQ(id, v->kind, TELEGRAM_NUMBER);
    CHECK(id, fabs(v->number - json_number_value(want)) < 1e-9);
    CHECK_TEXT(id, v->unit, golden_text(expected, "unit"));
    CHECK_TEXT(id, v->name, "forward_active_energy");
}

static void check_frame(const char *id, struct bytes in, const json_t *expected)
{
    struct dlt645_frame frame;
    struct bytes rest = in;
    uint8_t again[DLT645_FRAME_BYTES_MAX];
    char hex[2 * GOLDEN_BYTES_MAX + 1];
    size_t at = 0;

    CHECK_EQ(id, dlt645_frame_decode(&rest, &frame, &at), ERR_OK);
    bcd_text((struct bytes){frame.data, frame.data_n}, false, hex);
    CHECK_TEXT(id, hex, golden_text(expected, "data_minus33"));
    CHECK_EQ(id, frame.data_n, json_integer_value(json_object_get(expected, "length")));
    size_t n = dlt645_frame_encode(&frame, again);
    CHECK(id, n <= in.n && memcmp(in.at + in.n - n, again, n) == 0);
}

static void golden(void **state)
{
    (void)state;
    json_t *file = golden_load("dlt645/frames.json"), *vector;
    struct arena arena;
    struct telegram t;
    uint8_t room[GOLDEN_BYTES_MAX];
    size_t i;

    arena_open(&arena, ARENA_BYTES);
    json_array_foreach(json_object_get(file, "vectors"), i, vector)
    {
        const char *id = golden_text(vector, "id");
        const json_t *expected = json_object_get(vector, "expected");
        struct bytes in = golden_bytes(vector, room);
        CHECK_EQ(id, dlt645_decode(in, &arena, &t), ERR_OK);
        CHECK_TEXT(id, t.address, golden_text(expected, "address"));
        CHECK_TEXT(id, telegram_find(&t, "control", 0)->text,
                   golden_text(expected, "control"));
        CHECK_TEXT(id, telegram_find(&t, "data_identifier", 0)->text,
                   golden_text(expected, "di"));
        check_frame(id, in, expected);
        check_value(id, &t, expected);
    }
    assert_int_equal(i, 9);
    arena_close(&arena);
    json_decref(file);
}

static const struct {
    const char *name, *data; /* without +33H */
    uint8_t control;
    const char *value;
    uint64_t storage;
    uint32_t tariff;
    double number; /* NAN = `text` counts */
    const char *text;
} rows[] = {
    {"voltages", "00FF0102 3412 0122 9923", 0x91, "voltage_a", 0, 0, 123.4, ""},
    {"third of them", "00FF0102 3412 0122 9923", 0x91, "voltage_c", 0, 0, 239.9, ""},
    {"currents with sign", "00FF0202 000180 563402 000000", 0x91, "current_a", 0, 0, -0.1,
     ""},
    {"second of them", "00FF0202 000180 563402 000000", 0x91, "current_b", 0, 0, 23.456,
     ""},
    {"active powers", "00FF0302 563412 563492 000000 010000", 0x91, "active_power", 0, 0,
     12.3456, ""},
    {"backwards", "00FF0302 563412 563492 000000 010000", 0x91, "active_power_a", 0, 0,
     -12.3456, ""},
    {"total power", "00000302 563412", 0x91, "active_power", 0, 0, 12.3456, ""},
    {"power factor", "00000602 9909", 0x91, "power_factor", 0, 0, 0.999, ""},
    {"frequency", "02008002 0150", 0x91, "frequency", 0, 0, 50.01, ""},
    {"energy of tariff 2, last month", "01020100 78563412", 0x91, "forward_active_energy",
     1, 2, 123456.78, ""},
    {"tariffs", "00FF0100 78563412 01000000 02000000", 0x91, "forward_active_energy", 0,
     0, 123456.78, ""},
    {"reverse energy", "00000200 78563412", 0x91, "reverse_active_energy", 0, 0,
     123456.78, ""},
    {"combined energy below zero", "00000000 78563492", 0x91, "combined_active_energy", 0,
     0, -123456.78, ""},
    {"reactive energy of phase B", "00002D00 01000000", 0x91,
     "reactive_quadrant_1_energy_b", 0, 0, 0.01, ""},
    {"demand", "00000101 563412 5908230126", 0x91, "forward_active_maximum_demand", 0, 0,
     12.3456, ""},
    {"its time", "00000101 563412 5908230126", 0x91, "forward_active_maximum_demand_time",
     0, 0, NAN, "2026-01-23T08:59:00"},
    {"date", "01010004 05230126", 0x91, "meter_date", 0, 0, NAN, "2026-01-23"},
    {"clock", "02010004 595823", 0x91, "meter_clock", 0, 0, NAN, "23:58:59"},
    {"address", "785634129078", 0x93, "address", 0, 0, NAN, "789012345678"},
    {"status word", "01050004 0400", 0x91, "status_word_1", 0, 0, 4, ""},
    {"not there", "00000100 FFFFFFFF", 0x91, "forward_active_energy", 0, 0, NAN, ""},
    {"no digits", "00000100 7A563412", 0x91, "forward_active_energy", 0, 0, NAN,
     "7A563412"},
    {"too short", "00000100 563412", 0x91, "data", 0, 0, NAN, "563412"},
    {"not known", "00001103 563412", 0x91, "data", 0, 0, NAN, "563412"},
    {"refused", "02", 0xD1, "error", 0, 0, NAN, "no_such_data"},
    {"refused twice", "06", 0xD1, "error", 0, 0, NAN, "no_such_data not_authorised"},
    {"model", "0B040004 20202034322D5A5444", 0x91, "data", 0, 0, NAN,
     "20202034322D5A5444"},
    {"model that fits", "0B040004 2020202034322D5A5444", 0x91, "meter_model", 0, 0, NAN,
     "DTZ-24"},
    {"freeze", "01010005 78563412", 0x91, "forward_active_energy", 1, 0, 123456.78, ""},
    {"the next piece", "00FF0100 78563412 01", 0xB2, "sequence", 0, 0, 1, ""},
};

static struct bytes framed(size_t i, uint8_t *room)
{
    struct dlt645_frame frame = {{1, 0, 0, 0, 0, 0}, rows[i].control, 0, {0}, 0};
    size_t n = 0;
    assert_true(bytes_from_hex(rows[i].data, frame.data, sizeof frame.data, &n));
    frame.data_n = (uint8_t)n;
    return (struct bytes){room, dlt645_frame_encode(&frame, room)};
}

static const struct telegram_value *find(const struct telegram *t, size_t i)
{
    for (size_t k = 0; k < t->values_n; k++)
        if (text_equal(t->values[k].name, rows[i].value) &&
            t->values[k].storage == rows[i].storage &&
            t->values[k].tariff == rows[i].tariff)
            return &t->values[k];
    return NULL;
}

static void identifiers(void **state)
{
    (void)state;
    struct arena arena;
    struct telegram t;
    uint8_t room[DLT645_FRAME_BYTES_MAX];

    arena_open(&arena, ARENA_BYTES);
    for (size_t i = 0; i < COUNT(rows); i++) {
        CHECK_EQ(rows[i].name, dlt645_decode(framed(i, room), &arena, &t), ERR_OK);
        CHECK_EQ(rows[i].name, t.more_follows, rows[i].control == 0xB2);
        const struct telegram_value *v = find(&t, i);
        CHECK(rows[i].name, v != NULL);
        if (isnan(rows[i].number))
            CHECK_TEXT(rows[i].name, v->text, rows[i].text);
        else
            CHECK(rows[i].name, fabs(v->number - rows[i].number) < 1e-9);
    }
    arena_close(&arena);
}

static void damaged(void **state)
{
    (void)state;
    struct arena arena;
    struct telegram t;
    uint8_t room[DLT645_FRAME_BYTES_MAX];

    arena_open(&arena, ARENA_BYTES);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct bytes in = framed(i, room);
        for (size_t n = 0; n < in.n; n++)
            CHECK_EQ(rows[i].name,
                     dlt645_decode((struct bytes){room, n}, &arena, &t), ERR_SHORT);
        for (size_t bit = 0; bit < 8 * in.n; bit++) {
            room[bit / 8] ^= (uint8_t)(1u << bit % 8);
            CHECK(rows[i].name, dlt645_decode(in, &arena, &t) != ERR_OK);
            room[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
    }
    arena_close(&arena);
}

static void requests(void **state)
{
    (void)state;
    struct dlt645_request read = {.control = DLT645_READ, .di = 0x00010000};
    uint8_t out[DLT645_FRAME_BYTES_MAX + 4], want[64];
    size_t n = 0;

    assert_int_equal(dlt645_address("161", read.address), ERR_OK);
    assert_true(bytes_from_hex("FEFEFEFE68610100000000681104333334331416", want, 64, &n));
    assert_int_equal(dlt645_request_encode(&read, out), n);
    assert_memory_equal(out, want, n);

    read.di = 0x04000402;
    assert_int_equal(dlt645_address("AAAAAAAAAAAA", read.address), ERR_OK);
    assert_true(bytes_from_hex("FEFEFEFE68AAAAAAAAAAAA68110435373337B716", want, 64, &n));
    assert_int_equal(dlt645_request_encode(&read, out), n);
    assert_memory_equal(out, want, n);
    assert_int_equal(dlt645_address("1234567890123", read.address), ERR_RANGE);
    assert_int_equal(dlt645_address("12F", read.address), ERR_RANGE);
}

static void the_time_for_all(void **state)
{
    (void)state;
    struct dlt645_time time = {2026, 1, 23, 8, 59, 7};
    uint8_t out[DLT645_FRAME_BYTES_MAX + 4];
    struct arena arena;
    struct telegram t;

    arena_open(&arena, ARENA_BYTES);
    size_t n = dlt645_broadcast_time(&time, out);
    assert_int_equal(dlt645_decode((struct bytes){out, n}, &arena, &t), ERR_OK);
    assert_string_equal(t.address, "999999999999");
    assert_string_equal(telegram_find(&t, "meter_time", 0)->text, "2026-01-23T08:59:07");
    arena_close(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden),   cmocka_unit_test(identifiers),
        cmocka_unit_test(damaged),  cmocka_unit_test(requests),
        cmocka_unit_test(the_time_for_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
