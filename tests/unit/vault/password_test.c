/* password_test.c - argon2id hashes, made-up passwords, wiping. */
#include "vault/password.h"

#include "base/ensure.h"
#include "check.h"

#include <string.h>

static void a_hash_fits_its_password_only(void **state)
{
    (void)state;
    char hash[PASSWORD_HASH_BYTES], again[PASSWORD_HASH_BYTES];
    assert_int_equal(password_hash("kaltes Wasser", hash), ERR_OK);
    assert_int_equal(password_hash("kaltes Wasser", again), ERR_OK);
    assert_string_not_equal(hash, again); /* salted */
    assert_int_equal(strncmp(hash, "$argon2id$v=19$m=65536,t=3,p=1$", 31), 0);
    assert_true(password_fits("kaltes Wasser", hash));
    assert_false(password_fits("kaltes wasser", hash));
    assert_false(password_fits("", hash));
}

static void nothing_fits_no_hash(void **state)
{
    (void)state;
    const char *none = password_no_hash();
    assert_true(strlen(none) < PASSWORD_HASH_BYTES);
    assert_int_equal(strncmp(none, "$argon2id$v=19$m=65536,t=3,p=1$", 31), 0);
    assert_false(password_fits("", none));
    assert_false(password_fits("not a hash", "plain"));
}

static void made_passwords_are_readable_and_differ(void **state)
{
    (void)state;
    char first[32], second[32];
    for (int i = 0; i < 200; i++) {
        assert_int_equal(password_make(first, sizeof first), ERR_OK);
        assert_int_equal(password_make(second, sizeof second), ERR_OK);
        assert_string_not_equal(first, second);
        assert_int_equal(strlen(first), 19);
        assert_int_equal(strspn(first, "abcdefghijkmnpqrstuvwxyz23456789-"), 19);
        assert_true(first[4] == '-' && first[9] == '-' && first[14] == '-');
    }
}

static void wiping_leaves_zeros(void **state)
{
    (void)state;
    char secret[] = "secret", zeros[sizeof secret] = {0};
    secret_wipe(secret, sizeof secret);
    assert_memory_equal(secret, zeros, sizeof secret);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hash_fits_its_password_only),
        cmocka_unit_test(nothing_fits_no_hash),
        cmocka_unit_test(made_passwords_are_readable_and_differ),
        cmocka_unit_test(wiping_leaves_zeros),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
