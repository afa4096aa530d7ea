/* password_rules_test.c - weak and good passwords, one row each. */
#include "people/password_rules.h"

#include "base/ensure.h"
#include "check.h"

static const struct {
    const char *password, *name;
    enum role role;
    const char *want; /* NULL = good */
} rows[] = {
    {"",                         "li",      ROLE_USER,          "too_short"   },
    {"kx9vtq2",                  "li",      ROLE_USER,          "too_short"   },
    {"kx9vtq2m",                 "li",      ROLE_USER,          NULL          },
    {"kx9vtq2ma",                "li",      ROLE_ADMINISTRATOR, "too_short"   },
    {"kx9vtq2ma7",               "li",      ROLE_ADMINISTRATOR, NULL          },
    {"东升站热水管",       "li",      ROLE_USER,          "too_short"   },
    {"东升站的热水管道", "li",      ROLE_USER,          NULL          },
    {"xxwangwei77q",             "wangwei", ROLE_USER,          "same_as_name"},
    {"xxWangWei77q",             "wangwei", ROLE_USER,          "same_as_name"},
    {"a-lime-tree",              "li",      ROLE_USER,          NULL          },
    {"12345678",                 "wang",    ROLE_USER,          "too_common"  },
    {"password",                 "wang",    ROLE_USER,          "too_common"  },
    {"Password1!",               "wang",    ROLE_ADMINISTRATOR, "too_common"  },
    {"2024heatnet!!",            "wang",    ROLE_USER,          "too_common"  },
    {"woaini1314",               "wang",    ROLE_USER,          "too_common"  },
    {"woaini20240101",           "wang",    ROLE_USER,          "too_common"  },
    {"aaaaaaaaaaaa",             "wang",    ROLE_USER,          "too_common"  },
    {"abababababab",             "wang",    ROLE_USER,          "too_common"  },
    {"cdefghijkl",               "wang",    ROLE_USER,          "too_common"  },
    {"lkjihgfedc",               "wang",    ROLE_USER,          "too_common"  },
    {"correct horse battery",    "wang",    ROLE_USER,          NULL          },
};

static void rows_get_their_verdict(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct account account = {.role = rows[i].role};
        memcpy(account.name, rows[i].name, strlen(rows[i].name));
        const char *fault = password_fault(rows[i].password, &account);
        CHECK_TEXT(rows[i].password, fault ? fault : "good",
                   rows[i].want ? rows[i].want : "good");
    }
}

static void too_long_ones_are_refused(void **state)
{
    (void)state;
    char text[ACCOUNT_PASSWORD_BYTES + 1];
    for (size_t i = 0; i < sizeof text; i++) text[i] = (char)('a' + i * 7 % 26);
    text[ACCOUNT_PASSWORD_BYTES] = '\0';
    struct account account = {.role = ROLE_USER, .name = "wang"};
    assert_string_equal(password_fault(text, &account), "too_long");
    text[ACCOUNT_PASSWORD_BYTES - 1] = '\0';
    assert_null(password_fault(text, &account));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_get_their_verdict),
        cmocka_unit_test(too_long_ones_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
