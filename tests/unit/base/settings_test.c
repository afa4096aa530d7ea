/* settings_test.c - files and arguments into one struct, and what is said about mistakes.
 */
#include "base/settings.h"

#include "base/bytes.h"
#include "base/ensure.h"
#include "base/file.h"
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct target {
    char data_folder[SETTING_TEXT_BYTES];
    uint32_t port;
    double speed;
    bool quiet;
};

static const struct setting table[] = {
    {"data-folder", "where everything is kept", SETTING_TEXT,
     offsetof(struct target, data_folder), 0, 0},
    {"port", "TCP port", SETTING_COUNT, offsetof(struct target, port), 1, 65535},
    {"speed", "times faster than life", SETTING_NUMBER, offsetof(struct target, speed),
     0.1, 1000},
    {"quiet", "no progress", SETTING_FLAG, offsetof(struct target, quiet), 0, 0},
};

static struct diag diag;

static err read_text(const char *text, struct target *target)
{
    char path[] = "/tmp/heatnet-settings-XXXXXX";
    int handle = mkstemp(path);
    assert_true(handle >= 0);
    close(handle);
    assert_int_equal(file_replace(path, bytes_of_text(text)), ERR_OK);
    *target = (struct target){.port = 8080};
    diag_clear(&diag);
    err e = settings_read_file(table, COUNT(table), path, target, &diag);
    assert_int_equal(file_remove(path), ERR_OK);
    return e;
}

static void a_good_file(void **state)
{
    (void)state;
    struct target target;
    assert_int_equal(read_text("# heatnet\n"
                               "data-folder = /var/lib/heat net # here\n"
                               "\n"
                               "  port=8081  \r\n"
                               "speed =\t2.5\n"
                               "quiet = yes",
                               &target),
                     ERR_OK);
    assert_string_equal(target.data_folder, "/var/lib/heat net");
    assert_int_equal(target.port, 8081);
    assert_true(target.speed > 2.4 && target.speed < 2.6);
    assert_true(target.quiet);
    assert_int_equal(read_text("", &target), ERR_OK);
    assert_int_equal(target.port, 8080); /* defaults stay */
}

static const struct {
    const char *text;
    size_t line;
    const char *field, *says;
} mistakes[] = {
    {"\nprot = 1",         2, "prot",        "the nearest is \"port\""                    },
    {"port = 0",           1, "port",        "\"0\" is not a whole number from 1 to 65535"},
    {"port = 65536",       1, "port",        "from 1 to 65535"                            },
    {"port = 80x",         1, "port",        "\"80x\" is not a whole number"              },
    {"port =",             1, "port",        "\"\" is not"                                },
    {"port = 99999999999", 1, "port",        "from 1 to 65535"                            },
    {"speed = nan",        1, "speed",       "\"nan\" is not a number from 0.1 to 1000"   },
    {"speed = 0.09",       1, "speed",       "from 0.1 to 1000"                           },
    {"quiet = maybe",      1, "quiet",       "write yes or no"                            },
    {"port = 1\nport = 2", 2, "port",        "given twice"                                },
    {"port 8080",          1, "",            "write \"key = value\""                      },
    {"data-folder = \x01", 1, "data-folder", "not UTF-8"                                  },
    {"datafolder = x",     1, "datafolder",  "\"data-folder\""                            },
    {"= x",                1, "",            "there is no such setting"                   },
};

static void mistakes_are_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(mistakes); i++) {
        struct target target;
        CHECK_EQ(mistakes[i].text, read_text(mistakes[i].text, &target), ERR_RANGE);
        CHECK_EQ(mistakes[i].text, diag.total, 1);
        CHECK_EQ(mistakes[i].text, diag.at[0].line, mistakes[i].line);
        CHECK_TEXT(mistakes[i].text, diag.at[0].field, mistakes[i].field);
        CHECK(diag.at[0].text, strstr(diag.at[0].text, mistakes[i].says) != NULL);
    }
    struct target target;
    char text[2048];
    memset(text, 'x', sizeof text);
    text[2047] = '\0';
    assert_int_equal(read_text(text, &target), ERR_RANGE);
    assert_int_equal(read_text("prot = 1\nspeed = x\n# fine\nquiet = 1\n", &target),
                     ERR_RANGE);
    assert_int_equal(diag.total, 3); /* all at once, not one by one */
    diag_clear(&diag);
    err e = settings_read_file(table, COUNT(table), "/nowhere", &target, &diag);
    assert_int_equal(e, ERR_UNKNOWN);
    assert_int_equal(diag.n, 1);
}

static const struct {
    const char *name;
    const char *words[8];
    err want;
    int used_n;
    uint32_t port;
    bool quiet;
} commands[] = {
    {"nothing",         {"p"},                              ERR_OK,    1, 8080, false},
    {"two words",       {"p", "--port", "1", "x"},          ERR_OK,    3, 1,    false},
    {"one word",        {"p", "--port=1", "x"},             ERR_OK,    2, 1,    false},
    {"bare flag",       {"p", "--quiet", "no"},             ERR_OK,    2, 8080, true },
    {"flag with value", {"p", "--quiet=no"},                ERR_OK,    2, 8080, false},
    {"end of options",  {"p", "--port=2", "--", "--quiet"}, ERR_OK,    3, 2,    false},
    {"command first",   {"p", "import", "--port=2"},        ERR_OK,    1, 8080, false},
    {"value missing",   {"p", "--port"},                    ERR_RANGE, 2, 8080, false},
    {"unknown",         {"p", "--prt=1", "--quiet"},        ERR_RANGE, 3, 8080, true },
    {"bad value",       {"p", "--port", "--quiet"},         ERR_RANGE, 3, 8080, false},
    {"empty option",    {"p", "--=1"},                      ERR_RANGE, 2, 8080, false},
};

static void argument_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(commands); i++) {
        char words[8][16];
        char *argv[9] = {NULL};
        int argc = 0;
        for (; argc < 8 && commands[i].words[argc]; argc++) {
            snprintf(words[argc], sizeof words[argc], "%s", commands[i].words[argc]);
            argv[argc] = words[argc];
        }
        struct target target = {.port = 8080};
        int used_n = -1;
        diag_clear(&diag);
        CHECK_EQ(commands[i].name,
                 settings_read_arguments(table, COUNT(table), argc, argv, &target,
                                         &used_n, &diag),
                 commands[i].want);
        CHECK_EQ(commands[i].name, used_n, commands[i].used_n);
        CHECK_EQ(commands[i].name, target.port, commands[i].port);
        CHECK_EQ(commands[i].name, target.quiet, commands[i].quiet);
        CHECK_EQ(commands[i].name, diag.total > 0, commands[i].want != ERR_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_file),
        cmocka_unit_test(mistakes_are_told),
        cmocka_unit_test(argument_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
