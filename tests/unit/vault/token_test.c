/* token_test.c - SHA-256 against FIPS 180-4 examples, tokens, comparing. */
#include "vault/token.h"

#include "base/ensure.h"
#include "check.h"

#include <string.h>

/* Laid out by hand: the tool would pad every row to the longest. */
/* clang-format off */
static const struct {
    const char *text, *hex;
} rows[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
};

/* clang-format on */

static void sha256_gives_the_published_values(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint8_t hash[32];
        char hex[65];
        sha256(bytes_of_text(rows[i].text), hash);
        bytes_to_hex((struct bytes){hash, sizeof hash}, hex);
        assert_string_equal(hex, rows[i].hex);
    }
    uint8_t hash[32];
    sha256((struct bytes){NULL, 0}, hash);
    assert_int_equal(hash[0], 0xe3);
}

static void tokens_are_64_hex_digits_and_differ(void **state)
{
    (void)state;
    char first[65], second[65];
    token_make(first);
    token_make(second);
    assert_int_equal(strspn(first, "0123456789abcdef"), 64);
    assert_int_equal(strlen(first), 64);
    assert_string_not_equal(first, second);
    assert_true(random_u64() != random_u64());
}

static void equal_looks_at_every_byte(void **state)
{
    (void)state;
    uint8_t a[32] = {0}, b[32] = {0};
    assert_true(secret_equal(a, b, sizeof a));
    for (size_t i = 0; i < sizeof a; i++) {
        b[i] = 1;
        assert_false(secret_equal(a, b, sizeof a));
        b[i] = 0;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_gives_the_published_values),
        cmocka_unit_test(tokens_are_64_hex_digits_and_differ),
        cmocka_unit_test(equal_looks_at_every_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
