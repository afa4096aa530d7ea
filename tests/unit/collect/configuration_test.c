/* configuration_test.c - every way the server's JSON can be right or wrong. */
#include "base/ensure.h"
#include "base/memory.h"
#include "base/text.h"
#include "check.h"
#include "collect/configuration.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define POINT "{\"key\":\"k\",\"address\":\"holding 0 u16\",\"quantity\":\"temperature\"}"
#define TEMPLATE                                                                         \
    "{\"id\":5,\"code\":\"t\",\"protocol\":\"modbus-tcp\",\"points\":[" POINT "," POINT  \
    "]}"
#define DEVICE(id, cycle, template, points)                                              \
    "{\"id\":" id ",\"code\":\"d\",\"address\":\"h:502/1\",\"protocol\":\"modbus-tcp\"," \
    "\"cycle_ms\":" cycle ",\"template\":" template ",\"points\":" points "}"
#define ALL(version, devices, templates)                                                 \
    "{\"version\":" version ",\"terminal\":\"T1\",\"devices\":[" devices                 \
    "],\"templates\":[" templates "]}"

static const struct {
    const char *name, *json;
    err want;
    const char *field; /* that the first message names */
} rows[] = {
    {"right", ALL("3", DEVICE("7", "1000", "5", "[11,null]"), TEMPLATE), ERR_OK, ""},
    {"empty", ALL("1", "", ""), ERR_OK, ""},
    {"not JSON", "{", ERR_FRAME, ""},
    {"nothing", "", ERR_FRAME, ""},
    {"a list", "[]", ERR_RANGE, "version"},
    {"version 0", ALL("0", "", ""), ERR_RANGE, "version"},
    {"version is text", ALL("\"1\"", "", ""), ERR_RANGE, "version"},
    {"no such template", ALL("1", DEVICE("7", "1000", "6", "[1,2]"), TEMPLATE), ERR_RANGE,
     "devices[0].template"},
    {"too few points", ALL("1", DEVICE("7", "1000", "5", "[1]"), TEMPLATE), ERR_RANGE,
     "devices[0].points"},
    {"points are text", ALL("1", DEVICE("7", "1000", "5", "[1,\"2\"]"), TEMPLATE),
     ERR_RANGE, "devices[0].points"},
    {"point 0", ALL("1", DEVICE("7", "1000", "5", "[1,0]"), TEMPLATE), ERR_RANGE,
     "devices[0].points"},
    {"a point twice", ALL("1", DEVICE("7", "1000", "5", "[1,1]"), TEMPLATE), ERR_RANGE,
     "devices[0].points"},
    {"a device twice",
     ALL("1", DEVICE("7", "1000", "5", "[1,2]") "," DEVICE("7", "1000", "5", "[3,4]"),
         TEMPLATE),
     ERR_RANGE, "devices[1].id"},
    {"device 0", ALL("1", DEVICE("0", "1000", "5", "[1,2]"), TEMPLATE), ERR_RANGE,
     "devices[0].id"},
    {"too fast", ALL("1", DEVICE("7", "99", "5", "[1,2]"), TEMPLATE), ERR_RANGE,
     "devices[0].cycle_ms"},
    {"too slow", ALL("1", DEVICE("7", "86400001", "5", "[1,2]"), TEMPLATE), ERR_RANGE,
     "devices[0].cycle_ms"},
    {"a point without an address",
     ALL("1", "",
         "{\"id\":5,\"code\":\"t\",\"protocol\":\"p\",\"points\":[{\"key\":\"k\"}]}"),
     ERR_RANGE, "templates[0].points[0].address"},
    {"a quantity that is none",
     ALL("1", "",
         "{\"id\":5,\"code\":\"t\",\"protocol\":\"p\",\"points\":[{\"key\":\"k\","
         "\"address\":\"a\",\"quantity\":\"love\"}]}"),
     ERR_RANGE, "templates[0].points[0].quantity"},
    {"a limit that is text",
     ALL("1", "",
         "{\"id\":5,\"code\":\"t\",\"protocol\":\"p\",\"points\":[{\"key\":\"k\","
         "\"address\":\"a\",\"range_low\":\"1\"}]}"),
     ERR_RANGE, "templates[0].points[0].range_low"},
    {"a field twice", "{\"version\":1,\"version\":1}", ERR_FRAME, ""},
};

static void reads_or_says_where(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct configuration *c = NULL;
        struct diag diag = {0};
        CHECK_EQ(rows[i].name,
                 configuration_parse(bytes_of_text(rows[i].json), &c, &diag),
                 rows[i].want);
        CHECK_EQ(rows[i].name, c != NULL, rows[i].want == ERR_OK);
        CHECK_EQ(rows[i].name, diag.n > 0, rows[i].want != ERR_OK);
        if (diag.n) CHECK_TEXT(rows[i].name, diag.at[0].field, rows[i].field);
        configuration_close(c);
    }
}

static void fills_every_field(void **state)
{
    static const char json[] =
        "{\"version\":9,\"terminal\":\"T1\",\"devices\":[{\"id\":7,\"code\":\"D\","
        "\"address\":"
        "\"h:502/"
        "1\",\"protocol\":\"modbus-tcp\",\"cycle_ms\":1000,\"template\":5,\"points\":"
        "[null,12]}],\"templates\":[{\"id\":5,\"code\":\"t\",\"protocol\":\"p\","
        "\"points\":["
        "{\"key\":\"a\",\"address\":\"x\",\"factor\":0.1,\"offset\":-40,\"quantity\":"
        "\"pressure\",\"range_low\":0,\"range_high\":1.6,\"rate_high\":0.5,\"frozen_s\":"
        "600},"
        "{\"key\":\"b\",\"address\":\"y\",\"factor\":null,\"range_low\":null}]}]}";
    struct configuration *c = NULL;
    (void)state;
    assert_int_equal(configuration_parse(bytes_of_text(json), &c, NULL), ERR_OK);
    const struct configuration_point *a = &c->templates[0].points[0], *b = a + 1;
    CHECK("a", fabs(a->factor - 0.1) <= 0 && fabs(a->offset + 40) <= 0);
    CHECK("a", fabs(a->range_high - 1.6) <= 0 && fabs(a->rate_high - 0.5) <= 0);
    CHECK("a", fabs(a->frozen_s - 600) <= 0);
    assert_int_equal(a->quantity, QUANTITY_PRESSURE);
    CHECK("b", fabs(b->factor - 1) <= 0 && fabs(b->offset) <= 0 && isnan(b->range_low));
    CHECK("b", isnan(b->range_high) && fabs(b->frozen_s) <= 0);
    assert_int_equal(c->version, 9);
    assert_int_equal(c->devices[0].points[0], 0);
    assert_int_equal(c->devices[0].points[1], 12);
    assert_ptr_equal(c->devices[0].template, &c->templates[0]);
    configuration_close(c);
}

/* Every prefix of a right text is an error, never a crash. */
static void every_truncation(void **state)
{
    const char *json = rows[0].json;
    (void)state;
    for (size_t n = 0; n < strlen(json); n++) {
        struct configuration *c = NULL;
        struct bytes part = {(const uint8_t *)json, n};
        assert_int_equal(configuration_parse(part, &c, NULL), ERR_FRAME);
    }
}

static void every_allocation_may_fail(void **state)
{
    err e = ERR_MEMORY;
    (void)state;
    for (size_t k = 1; e; k++) {
        struct configuration *c = NULL;
        memory_fail_at(k);
        e = configuration_parse(bytes_of_text(rows[0].json), &c, NULL);
        memory_fail_at(0);
        assert_true(e == ERR_OK || e == ERR_MEMORY);
        configuration_close(c);
        assert_true(k < 50);
    }
}

static void is_kept_on_disk(void **state)
{
    char folder[] = "/tmp/configuration_test_XXXXXX", path[80];
    struct configuration *c = NULL;
    (void)state;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(configuration_load(folder, &c, NULL), ERR_UNKNOWN);
    assert_int_equal(configuration_save(folder, bytes_of_text(rows[0].json)), ERR_OK);
    assert_int_equal(configuration_load(folder, &c, NULL), ERR_OK);
    assert_int_equal(c->version, 3);
    configuration_close(c);
    assert_true(text_format(path, sizeof path, "%s/configuration.json", folder));
    assert_int_equal(remove(path), 0);
    assert_int_equal(remove(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_or_says_where),
        cmocka_unit_test(fills_every_field),
        cmocka_unit_test(every_truncation),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(is_kept_on_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
