/* cycles_test.c - what completeness may expect when cycles change. */
#include "store/cycles.h"

#include "base/ensure.h"
#include "base/text.h"
#include "check.h"
#include "store/schema.h"

#include <stdlib.h>
#include <unistd.h>

enum { HOUR = 3600000 };

static char folder[] = "/tmp/heatnet-cycles-XXXXXX";

static int folder_open(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int folder_close(void **state)
{
    (void)state;
    char path[64];
    for (const char *const *end = (const char *const[]){"", "-wal", "-shm", NULL}; *end;
         end++) {
        assert_true(text_format(path, sizeof path, "%s/database%s", folder, *end));
        unlink(path);
    }
    return rmdir(folder);
}

/* An empty database; the one of the test before is gone. */
static struct database *open_empty(void)
{
    struct database *database = NULL;
    char path[64];
    assert_true(text_format(path, sizeof path, "%s/database", folder));
    unlink(path);
    assert_int_equal(database_open(path, &database), ERR_OK);
    assert_int_equal(store_migrate(database), ERR_OK);
    return database;
}

static void note(struct database *database, uint32_t first_ms, uint32_t second_ms,
                 int64_t now_ms)
{
    struct device devices[] = {
        {.id = 3, .cycle_ms = first_ms},
        {.id = 7, .cycle_ms = second_ms},
    };
    struct catalog catalog = {.devices_n = 2, .devices = devices};
    assert_int_equal(cycles_note(database, &catalog, now_ms), ERR_OK);
}

/* Device 3: 60 s, from 10 h on 10 s; device 7: always 900 s. */
static const struct {
    const char *name;
    uint32_t device;
    int64_t from_ms, to_ms;
    uint64_t want;
} rows[] = {
    {"before its first note",       3, 1 * HOUR,      2 * HOUR,      60   },
    {"first cycle",                 3, 6 * HOUR,      7 * HOUR,      60   },
    {"over the change",             3, 9 * HOUR,      11 * HOUR,     420  },
    {"change in mid-hour",          3, 10 * HOUR - 1, 10 * HOUR + 1, 1    },
    {"second cycle",                3, 20 * HOUR,     21 * HOUR,     360  },
    {"end not counted",             3, 20 * HOUR,     20 * HOUR,     0    },
    {"one instant on the grid",     3, 20 * HOUR,     20 * HOUR + 1, 1    },
    {"one instant off the grid",    3, 20 * HOUR + 1, 20 * HOUR + 9, 0    },
    {"other device",                7, 0,             24 * HOUR,     96   },
    {"the wrong way round",         7, 24 * HOUR,     0,             0    },
    {"never noted",                 9, 0,             24 * HOUR,     0    },
};

static void expected_over_changes(void **state)
{
    (void)state;
    struct database *database = open_empty();
    note(database, 60000, 900000, 5 * HOUR);
    note(database, 60000, 900000, 6 * HOUR); /* nothing changed: no row */
    note(database, 10000, 900000, 10 * HOUR);
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint64_t got = 999;
        CHECK_EQ(rows[i].name,
                 cycles_expected(database, rows[i].device, rows[i].from_ms, rows[i].to_ms,
                                 &got),
                 ERR_OK);
        CHECK_EQ(rows[i].name, got, rows[i].want);
    }
    database_close(database);
}

static void cycle_at_an_instant(void **state)
{
    (void)state;
    struct database *database = open_empty();
    note(database, 60000, 900000, 5 * HOUR);
    note(database, 10000, 900000, 10 * HOUR);
    uint32_t cycle_ms = 0;
    assert_int_equal(cycles_at(database, 3, 0, &cycle_ms), ERR_OK);
    assert_int_equal(cycle_ms, 60000);
    assert_int_equal(cycles_at(database, 3, 10 * HOUR, &cycle_ms), ERR_OK);
    assert_int_equal(cycle_ms, 10000);
    assert_int_equal(cycles_at(database, 4, 0, &cycle_ms), ERR_UNKNOWN);
    database_close(database);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expected_over_changes),
        cmocka_unit_test(cycle_at_an_instant),
    };
    return cmocka_run_group_tests(tests, folder_open, folder_close);
}
