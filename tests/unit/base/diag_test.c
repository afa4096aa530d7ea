/* diag_test.c - messages are kept up to the maximum, counted beyond it. */
#include "base/diag.h"

#include "base/text.h"
#include "check.h"

static void keeps_and_counts(void **state)
{
    (void)state;
    static struct diag diag;
    diag_clear(&diag);
    for (size_t i = 0; i < DIAG_N_MAX + 5; i++) {
        diag_add(&diag, i + 1, "supply", "%zu is too hot", i);
    }
    assert_int_equal(diag.n, DIAG_N_MAX);
    assert_int_equal(diag.total, DIAG_N_MAX + 5);
    assert_int_equal(diag.at[7].line, 8);
    assert_string_equal(diag.at[7].field, "supply");
    assert_string_equal(diag.at[7].text, "7 is too hot");

    diag_clear(&diag);
    assert_int_equal(diag.n, 0);
    assert_int_equal(diag.total, 0);
}

static void long_text_is_cut_at_a_character(void **state)
{
    (void)state;
    static struct diag diag;
    char text[1000] = "";
    for (size_t i = 0; i + 3 < sizeof text; i += 3) memcpy(text + i, "热", 3);
    text[999 - 3] = '\0';
    diag_clear(&diag);
    diag_add(&diag, 0, text, "%s", text);
    assert_int_equal(strlen(diag.at[0].field), 45); /* 15 whole characters */
    assert_int_equal(strlen(diag.at[0].text), 237);
    assert_true(text_is_clean(diag.at[0].text, 237));
}

static void null_is_allowed(void **state)
{
    (void)state;
    diag_add(NULL, 1, "field", "nobody reads %d", 1);
    static struct diag diag;
    diag_add(&diag, 0, NULL, "the whole");
    assert_string_equal(diag.at[0].field, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_and_counts),
        cmocka_unit_test(long_text_is_cut_at_a_character),
        cmocka_unit_test(null_is_allowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
