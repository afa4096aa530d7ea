/* bytes_test.c - cursors check before they move; buffers grow, stop at their maximum and
 * remember; what is put is what is taken. */
#include "base/bytes.h"

#include "base/ensure.h"
#include "base/memory.h"
#include "check.h"

static void take_checks_before_it_moves(void **state)
{
    (void)state;
    const uint8_t raw[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    struct bytes in = {raw, sizeof raw}, taken = {NULL, 77};
    assert_false(bytes_take(&in, 10, &taken));
    assert_int_equal(in.n, 9);
    assert_ptr_equal(in.at, raw);
    assert_int_equal(taken.n, 77);
    assert_true(bytes_take(&in, 9, &taken));
    assert_int_equal(in.n, 0);
    assert_int_equal(taken.n, 9);
    assert_true(bytes_take(&in, 0, &taken));

    struct bytes nothing = {NULL, 0};
    assert_true(bytes_take(&nothing, 0, &taken));
    uint8_t byte;
    assert_false(bytes_take_u8(&nothing, &byte));
    assert_true(bytes_equal(nothing, taken));
}

static void numbers_in_both_orders(void **state)
{
    (void)state;
    const uint8_t raw[] = {1, 2, 3, 4, 5, 6, 7, 8};
    struct bytes in;
    uint8_t u8;
    uint16_t u16;
    uint32_t u32;
    uint64_t u64;

    in = (struct bytes){raw, 8};
    assert_true(bytes_take_u8(&in, &u8) && u8 == 1);
    assert_true(bytes_take_u16_le(&in, &u16) && u16 == 0x0302);
    assert_true(bytes_take_u32_le(&in, &u32) && u32 == 0x07060504);
    assert_false(bytes_take_u16_be(&in, &u16));
    assert_int_equal(in.n, 1);
    in = (struct bytes){raw, 8};
    assert_true(bytes_take_u64_le(&in, &u64) && u64 == 0x0807060504030201);
    in = (struct bytes){raw, 8};
    assert_true(bytes_take_u16_be(&in, &u16) && u16 == 0x0102);
    assert_true(bytes_take_u32_be(&in, &u32) && u32 == 0x03040506);
    in = (struct bytes){raw, 7};
    assert_false(bytes_take_u64_le(&in, &u64));
    in = (struct bytes){raw, 3};
    assert_false(bytes_take_u32_le(&in, &u32));
    assert_false(bytes_take_u32_be(&in, &u32));
    assert_int_equal(in.n, 3);
}

static const struct {
    const char *name, *hex;
    bool ok;
    uint64_t want;
    size_t left_n;
} varints[] = {
    {"zero",           "00",                               true,  0,          0},
    {"largest of one", "7F",                               true,  127,        0},
    {"two bytes",      "80 01",                            true,  128,        0},
    {"more behind",    "AC 02 FF",                         true,  300,        1},
    {"largest of all", "FF FF FF FF FF FF FF FF FF 01",    true,  UINT64_MAX, 0},
    {"65 bits",        "FF FF FF FF FF FF FF FF FF 02",    false, 0,          0},
    {"never ends",     "80 80 80 80 80 80 80 80 80 80",    false, 0,          0},
    {"eleven bytes",   "80 80 80 80 80 80 80 80 80 80 00", false, 0,          0},
    {"cut",            "80",                               false, 0,          0},
    {"empty",          "",                                 false, 0,          0},
};

static void varint_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(varints); i++) {
        uint8_t raw[16];
        size_t n;
        CHECK(varints[i].name, bytes_from_hex(varints[i].hex, raw, sizeof raw, &n));
        struct bytes in = {raw, n};
        uint64_t value = 42;
        CHECK_EQ(varints[i].name, bytes_take_varint(&in, &value), varints[i].ok);
        CHECK_EQ(varints[i].name, value, varints[i].ok ? varints[i].want : 42);
        CHECK_EQ(varints[i].name, in.n, varints[i].ok ? varints[i].left_n : n);
        for (size_t cut = 0; varints[i].ok && cut < n - varints[i].left_n; cut++) {
            in = (struct bytes){raw, cut};
            CHECK_EQ(varints[i].name, bytes_take_varint(&in, &value), false);
        }
    }
}

static void varint_round_trip(void **state)
{
    (void)state;
    struct buffer buffer;
    buffer_open(&buffer, 64);
    for (int bit = 0; bit < 64; bit++) {
        for (int off = -1; off <= 1; off++) {
            uint64_t value = (UINT64_C(1) << bit) + (uint64_t)off;
            int64_t signed_value = (int64_t)value;
            buffer_clear(&buffer);
            buffer_put_varint(&buffer, value);
            buffer_put_varint_i64(&buffer, signed_value);
            struct bytes in = buffer_bytes(&buffer);
            uint64_t got;
            int64_t signed_got;
            assert_true(bytes_take_varint(&in, &got));
            assert_true(bytes_take_varint_i64(&in, &signed_got));
            assert_true(got == value && signed_got == signed_value);
            assert_int_equal(in.n, 0);
        }
    }
    buffer_clear(&buffer);
    buffer_put_varint_i64(&buffer, -1);
    assert_int_equal(buffer.at[0], 1);
    buffer_close(&buffer);
}

static void buffer_grows_to_its_maximum(void **state)
{
    (void)state;
    struct buffer buffer;
    buffer_open(&buffer, 1000);
    for (size_t i = 0; i < 1000; i++) buffer_put_u8(&buffer, (uint8_t)i);
    assert_int_equal(buffer.broken, ERR_OK);
    assert_int_equal(buffer.n, 1000);
    assert_true(buffer.capacity <= 1000);
    for (size_t i = 0; i < 1000; i++) assert_int_equal(buffer.at[i], (uint8_t)i);

    buffer_put_u32_le(&buffer, 7);
    assert_int_equal(buffer.broken, ERR_FULL);
    assert_int_equal(buffer.n, 1000);
    assert_null(buffer_extend(&buffer, 0));
    buffer_clear(&buffer);
    assert_int_equal(buffer.broken, ERR_OK);
    buffer_put_u32_le(&buffer, 0x01020304);
    buffer_put_u64_le(&buffer, 0x05060708);
    const uint8_t want[] = {4, 3, 2, 1, 8, 7, 6, 5, 0, 0, 0, 0};
    assert_true(bytes_equal(buffer_bytes(&buffer), (struct bytes){want, sizeof want}));
    buffer_close(&buffer);
    assert_null(buffer.at);
}

static void a_broken_buffer_stays_as_it_was(void **state)
{
    (void)state;
    struct buffer buffer;
    buffer_open(&buffer, 4);
    buffer_put_text(&buffer, "abc");
    buffer_put_text(&buffer, "de"); /* does not fit */
    buffer_put_text(&buffer, "d");  /* would, but it is broken */
    assert_int_equal(buffer.broken, ERR_FULL);
    assert_int_equal(buffer.n, 3);
    buffer_close(&buffer);

    buffer_open(&buffer, 4096);
    memory_fail_at(1);
    buffer_put_text(&buffer, "abc");
    assert_int_equal(buffer.broken, ERR_MEMORY);
    assert_int_equal(buffer.n, 0);
    buffer_clear(&buffer);
    buffer_put_text(&buffer, "abc");
    memory_fail_at(1);
    assert_null(buffer_extend(&buffer, 2000));
    assert_int_equal(buffer.broken, ERR_MEMORY);
    assert_memory_equal(buffer.at, "abc", 3);
    memory_fail_at(0);
    buffer_close(&buffer);
}

static void format_short_and_long(void **state)
{
    (void)state;
    struct buffer buffer;
    buffer_open(&buffer, 2000);
    buffer_format(&buffer, "%d-%s;", 12, "x");
    assert_memory_equal(buffer.at, "12-x;", 5);
    buffer_format(&buffer, "%0*d", 255, 7);
    buffer_format(&buffer, "%0*d", 256, 7);
    buffer_format(&buffer, "%0*d", 1400, 7);
    assert_int_equal(buffer.n, 5 + 255 + 256 + 1400);
    assert_int_equal(buffer.at[buffer.n - 1], '7');
    buffer_format(&buffer, "%0*d", 300, 7);
    assert_int_equal(buffer.broken, ERR_FULL);
    assert_int_equal(buffer.n, 5 + 255 + 256 + 1400);
    buffer_clear(&buffer);
    memory_fail_at(1);
    buffer_format(&buffer, "%0*d", 300, 7);
    assert_int_equal(buffer.broken, ERR_MEMORY);
    buffer_close(&buffer);
}

static void extend_gives_room(void **state)
{
    (void)state;
    struct buffer buffer;
    buffer_open(&buffer, 100);
    assert_non_null(buffer_extend(&buffer, 0));
    uint8_t *at = buffer_extend(&buffer, 100);
    assert_non_null(at);
    memset(at, 9, 100);
    assert_null(buffer_extend(&buffer, 1));
    buffer_close(&buffer);
}

static const struct {
    const char *name, *hex;
    size_t room;
    bool ok;
    size_t n;
} hexes[] = {
    {"none",        "",           4, true,  0},
    {"pairs",       "0aFF",       4, true,  2},
    {"blanks",      " 0a  FF ",   4, true,  2},
    {"half a byte", "0aF",        4, false, 0},
    {"split byte",  "0 a",        4, false, 0},
    {"not hex",     "0g",         4, false, 0},
    {"just fits",   "01020304",   4, true,  4},
    {"too long",    "0102030405", 4, false, 0},
};

static void hex_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(hexes); i++) {
        uint8_t out[8];
        size_t n = 0;
        bool ok = bytes_from_hex(hexes[i].hex, out, hexes[i].room, &n);
        CHECK_EQ(hexes[i].name, ok, hexes[i].ok);
        CHECK_EQ(hexes[i].name, n, hexes[i].n);
    }
    char text[7];
    bytes_to_hex((struct bytes){(const uint8_t *)"\x00\x9f\xab", 3}, text);
    assert_string_equal(text, "009fab");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(take_checks_before_it_moves),
        cmocka_unit_test(numbers_in_both_orders),
        cmocka_unit_test(varint_rows),
        cmocka_unit_test(varint_round_trip),
        cmocka_unit_test(buffer_grows_to_its_maximum),
        cmocka_unit_test(a_broken_buffer_stays_as_it_was),
        cmocka_unit_test(format_short_and_long),
        cmocka_unit_test(extend_gives_room),
        cmocka_unit_test(hex_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
