/* modbus_tcp_test.c - every way an answer can be right or wrong, one row each, and every
 * truncation of every row. */
#include "base/ensure.h"
#include "check.h"
#include "wire/modbus_tcp.h"

static const struct {
    const char *name;
    enum modbus_table table;
    unsigned count;
    const char *hex;
    err want;
    unsigned value; /* exception, or the first value */
} rows[] = {
    {"registers", MODBUS_HOLDING, 2, "0007 0000 0007 11 03 04 42BE 8000", ERR_OK, 0x42BE},
    {"input registers", MODBUS_INPUT, 1, "0007 0000 0005 11 04 02 FFFE", ERR_OK, 0xFFFE},
    {"bits", MODBUS_COIL, 9, "0007 0000 0005 11 01 02 FE01", ERR_OK, 0},
    {"discrete", MODBUS_DISCRETE, 1, "0007 0000 0004 11 02 01 01", ERR_OK, 1},
    {"another unit", MODBUS_HOLDING, 1, "0007 0000 0005 FF 03 02 0001", ERR_OK, 1},
    {"exception", MODBUS_HOLDING, 1, "0007 0000 0003 11 83 02", ERR_REFUSED, 2},
    {"exception 0", MODBUS_HOLDING, 1, "0007 0000 0003 11 83 00", ERR_FRAME, 0},
    {"long exception", MODBUS_HOLDING, 1, "0007 0000 0004 11 83 02 00", ERR_FRAME, 0},
    {"another's exception", MODBUS_HOLDING, 1, "0007 0000 0003 11 84 02", ERR_FRAME, 0},
    {"older transaction", MODBUS_HOLDING, 1, "0006 0000 0005 11 03 02 0001", ERR_FRAME,
     0},
    {"not Modbus", MODBUS_HOLDING, 1, "0007 0001 0005 11 03 02 0001", ERR_FRAME, 0},
    {"other function", MODBUS_HOLDING, 1, "0007 0000 0005 11 04 02 0001", ERR_FRAME, 0},
    {"too few", MODBUS_HOLDING, 2, "0007 0000 0005 11 03 02 0001", ERR_FRAME, 0},
    {"too many", MODBUS_HOLDING, 1, "0007 0000 0007 11 03 04 0001 0002", ERR_FRAME, 0},
    {"count lies", MODBUS_HOLDING, 1, "0007 0000 0005 11 03 04 0001", ERR_FRAME, 0},
    {"length too small", MODBUS_HOLDING, 1, "0007 0000 0002 11 03", ERR_FRAME, 0},
    {"length too large", MODBUS_HOLDING, 1, "0007 0000 00FF 11 03 02 0001", ERR_FRAME, 0},
    {"something behind", MODBUS_HOLDING, 1, "0007 0000 0005 11 03 02 0001 00", ERR_FRAME,
     0},
};

enum { BYTES_MAX = 64 };

static struct modbus_ask ask_of(size_t i)
{
    return (struct modbus_ask){.unit = 0x11,
                               .function = modbus_read_function(rows[i].table),
                               .count = (uint16_t)rows[i].count};
}

static void decodes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct modbus_ask ask = ask_of(i);
        uint8_t bytes[BYTES_MAX], exception = 0;
        uint16_t values[16] = {0};
        struct bytes data = {0};
        size_t n = 0;
        assert_true(bytes_from_hex(rows[i].hex, bytes, sizeof bytes, &n));
        err e = modbus_tcp_decode(&ask, 7, (struct bytes){bytes, n}, &data, &exception);
        CHECK_EQ(rows[i].name, e, rows[i].want);
        if (e == ERR_REFUSED) CHECK_EQ(rows[i].name, exception, rows[i].value);
        if (e) continue;
        if (modbus_is_bits(ask.function))
            modbus_take_bits(data, ask.count, values);
        else
            modbus_take_registers(data, ask.count, values);
        CHECK_EQ(rows[i].name, values[0], rows[i].value);
    }
}

/* Cut anywhere, a right answer needs more bytes and is never taken. */
static void every_truncation(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct modbus_ask ask = ask_of(i);
        uint8_t bytes[BYTES_MAX], exception = 0;
        struct bytes data;
        size_t n = 0;
        if (rows[i].want == ERR_FRAME) continue;
        assert_true(bytes_from_hex(rows[i].hex, bytes, sizeof bytes, &n));
        for (size_t cut = 0; cut < n; cut++)
            CHECK_EQ(
                rows[i].name,
                modbus_tcp_decode(&ask, 7, (struct bytes){bytes, cut}, &data, &exception),
                ERR_SHORT);
    }
}

static void bits_stand_lowest_first(void **state)
{
    static const uint8_t bytes[] = {0xFE, 0x01};
    uint16_t bits[9];
    (void)state;
    modbus_take_bits((struct bytes){bytes, 2}, 9, bits);
    for (size_t i = 0; i < 9; i++) assert_int_equal(bits[i], i > 0);
}

static void encodes(void **state)
{
    static const uint8_t want[] = {0x12, 0x34, 0, 0, 0, 6, 9, 4, 0xAB, 0xCD, 0, 125};
    struct modbus_ask ask = {9, MODBUS_READ_INPUT, 0xABCD, 125, NULL};
    uint8_t got[MODBUS_TCP_BYTES_MAX];
    (void)state;
    assert_int_equal(modbus_tcp_encode(&ask, 0x1234, got), sizeof want);
    assert_memory_equal(got, want, sizeof want);
}

static void exceptions_have_texts(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 256; i++) assert_non_null(modbus_exception_text((uint8_t)i));
    assert_string_equal(modbus_exception_text(2), "exception 2: illegal address");
    assert_string_equal(modbus_exception_text(200), "exception");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decodes),
        cmocka_unit_test(every_truncation),
        cmocka_unit_test(bits_stand_lowest_first),
        cmocka_unit_test(encodes),
        cmocka_unit_test(exceptions_have_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
