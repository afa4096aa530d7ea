/* snmp_trap_test.c - traps that other agents sent, and every cut of them. */
#include "wire/snmp_trap.h"

#include "base/ensure.h"
#include "check.h"

#include <jansson.h>

enum { ARENA_BYTES = 1 << 20, MESSAGE_BYTES = 512 };

static void check_head(const char *row, const struct report *report, const json_t *want)
{
    static const char *const names[] = {"version", "community", "uptime", "trap",
                                        "enterprise", "agent", "generic", "specific",
                                        "user", "level", "engine_id"};
    for (size_t i = 0; i < COUNT(names); i++) {
        const json_t *value = json_object_get(want, names[i]);
        const struct report_value *v = report_find(report, names[i], true);
        if (!value) continue;
        if (!v) { /* the encrypted part has it */
            CHECK_TEXT(row, report->kind, "encrypted");
            continue;
        }
        if (json_is_string(value)) CHECK_TEXT(row, v->text, json_string_value(value));
        if (json_is_integer(value)) CHECK(row, v->number == json_number_value(value));
    }
}

static void check_varbinds(const char *row, const struct report *report,
                           const json_t *want)
{
    for (size_t i = 0; i < json_array_size(want); i++) {
        const json_t *one = json_array_get(want, i), *value = json_array_get(one, 2);
        const struct report_value *v =
            report_find(report, json_string_value(json_array_get(one, 0)), false);
        assert_non_null(v);
        if (json_is_string(value)) CHECK_TEXT(row, v->text, json_string_value(value));
        if (json_is_integer(value)) CHECK(row, v->number == json_number_value(value));
    }
}

static void check_cuts(struct bytes whole)
{
    for (size_t n = 0; n < whole.n; n++) {
        struct arena arena;
        struct report report;
        uint8_t *cut = test_malloc(n + 1);
        memcpy(cut, whole.at, n);
        arena_open(&arena, ARENA_BYTES);
        assert_int_equal(snmp_trap_decode((struct bytes){cut, n}, &arena, &report),
                         ERR_FRAME);
        assert_true(report.why[0] && report.at <= n);
        arena_close(&arena);
        test_free(cut);
    }
}

static void traps_of_others_are_read(void **state)
{
    (void)state;
    json_t *json = json_load_file(HEATNET_GOLDEN "/snmp/traps.json", 0, NULL);
    const json_t *vectors = json_object_get(json, "vectors");
    assert_true(json_array_size(vectors) > 0);
    for (size_t i = 0; i < json_array_size(vectors); i++) {
        const json_t *vector = json_array_get(vectors, i);
        const json_t *want = json_object_get(vector, "expected");
        const char *row = json_string_value(json_object_get(vector, "id"));
        uint8_t bytes[MESSAGE_BYTES];
        struct arena arena;
        struct report report;
        size_t n;
        assert_true(bytes_from_hex(json_string_value(json_object_get(vector, "hex")),
                                   bytes, sizeof bytes, &n));
        arena_open(&arena, ARENA_BYTES);
        CHECK_EQ(row, snmp_trap_decode((struct bytes){bytes, n}, &arena, &report),
                 ERR_OK);
        check_head(row, &report, want);
        check_varbinds(row, &report, json_object_get(want, "varbinds"));
        arena_close(&arena);
        check_cuts((struct bytes){bytes, n});
    }
    json_decref(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(traps_of_others_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
