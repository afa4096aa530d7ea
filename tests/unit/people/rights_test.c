/* rights_test.c - the whole table of roles and rights, spelled out a second time. */
#include "people/rights.h"

#include "base/ensure.h"
#include "check.h"

static const struct {
    enum right right;
    const char *word;
    bool none, user, operator, administrator;
} rows[] = {
    {RIGHT_NONE,        "none",        false, false, false, false},
    {RIGHT_OPEN,        "-",           true,  true,  true,  true },
    {RIGHT_SELF,        "self",        false, true,  true,  true },
    {RIGHT_WATCH,       "watch",       false, true,  true,  true },
    {RIGHT_ACKNOWLEDGE, "acknowledge", false, false, true,  true },
    {RIGHT_EXAMINE,     "examine",     false, false, true,  true },
    {RIGHT_CONFIGURE,   "configure",   false, false, false, true },
    {RIGHT_ADMINISTER,  "administer",  false, false, false, true },
    {RIGHT_HISTORY_READ, "history.read", false, true, true, true},
    {RIGHT_HISTORY_WRITE, "history.write", false, false, false, true},
    {RIGHT_METRICS, "metrics", false, false, true, true},
    {RIGHT_TERMINAL,    "terminal",    false, false, false, false},
};

static void every_role_has_its_rights_and_no_other(void **state)
{
    (void)state;
    assert_int_equal(COUNT(rows), RIGHT_N);
    for (size_t i = 0; i < COUNT(rows); i++) {
        CHECK_TEXT(rows[i].word, right_word(rows[i].right), rows[i].word);
        CHECK_EQ(rows[i].word, role_has(ROLE_NONE, rows[i].right), rows[i].none);
        CHECK_EQ(rows[i].word, role_has(ROLE_USER, rows[i].right), rows[i].user);
        CHECK_EQ(rows[i].word, role_has(ROLE_OPERATOR, rows[i].right), rows[i].operator);
        CHECK_EQ(rows[i].word, role_has(ROLE_ADMINISTRATOR, rows[i].right),
                 rows[i].administrator);
    }
    assert_false(role_has((enum role)99, RIGHT_OPEN));
    assert_false(role_has(ROLE_ADMINISTRATOR, (enum right)99));
    assert_false(role_has(ROLE_ADMINISTRATOR, RIGHT_N));
}

static void words_of_roles_read_back(void **state)
{
    (void)state;
    enum role role;
    for (int i = ROLE_USER; i < ROLE_N; i++) {
        assert_int_equal(role_from_word(role_word((enum role)i), &role), ERR_OK);
        assert_int_equal(role, i);
    }
    assert_int_equal(role_from_word("none", &role), ERR_UNKNOWN);
    assert_int_equal(role_from_word("", &role), ERR_UNKNOWN);
    assert_int_equal(role_from_word("Administrator", &role), ERR_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_role_has_its_rights_and_no_other),
        cmocka_unit_test(words_of_roles_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
