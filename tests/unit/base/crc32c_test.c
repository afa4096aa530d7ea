/* crc32c_test.c - published values, and the two ways against the polynomial, bit by bit.
 */
#include "base/crc32c.h"

#include "base/crc32c_table.h"
#include "base/ensure.h"
#include "check.h"

static uint32_t by_bits(struct bytes bytes)
{
    uint32_t crc = 0xFFFFFFFF;
    for (size_t i = 0; i < bytes.n; i++) {
        crc ^= bytes.at[i];
        for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78 : 0);
    }
    return ~crc;
}

/* RFC 3720 appendix B.4, in the order of its numbers as they are read; and the check
 * value. */
static void published_values(void **state)
{
    (void)state;
    uint8_t bytes[32] = {0};
    assert_true(crc32c((struct bytes){bytes, 32}) == 0x8A9136AA);
    memset(bytes, 0xFF, 32);
    assert_true(crc32c((struct bytes){bytes, 32}) == 0x62A8AB43);
    for (size_t i = 0; i < 32; i++) bytes[i] = (uint8_t)i;
    assert_true(crc32c((struct bytes){bytes, 32}) == 0x46DD794E);
    for (size_t i = 0; i < 32; i++) bytes[i] = (uint8_t)(31 - i);
    assert_true(crc32c((struct bytes){bytes, 32}) == 0x113FDB5C);
    assert_true(crc32c(bytes_of_text("123456789")) == 0xE3069283);
    assert_true(crc32c((struct bytes){NULL, 0}) == 0);
}

static void every_length_and_start(void **state)
{
    (void)state;
    uint8_t bytes[128];
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)(i * 167 + 13);
    for (size_t start = 0; start < 9; start++) {
        for (size_t n = 0; start + n <= sizeof bytes; n++) {
            struct bytes part = {bytes + start, n};
            uint32_t want = by_bits(part);
            assert_true(crc32c(part) == want);
            assert_true(crc32c_by_table(0, part) == want);
            struct bytes head = {part.at, n / 3}, tail = {part.at + n / 3, n - n / 3};
            assert_true(crc32c_more(crc32c(head), tail) == want);
            assert_true(crc32c_by_table(crc32c_by_table(0, head), tail) == want);
        }
    }
}

static void every_table_entry(void **state)
{
    (void)state;
    for (size_t k = 0; k < 8; k++) {
        for (size_t b = 0; b < 256; b++) {
            uint32_t crc = (uint32_t)b;
            for (size_t bit = 0; bit < 8 * (k + 1); bit++) {
                crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78 : 0);
            }
            assert_true(crc32c_table[k][b] == crc);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_values),
        cmocka_unit_test(every_length_and_start),
        cmocka_unit_test(every_table_entry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
