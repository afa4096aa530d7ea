/* nut_test.c - what upsd answered, and addresses. */
#include "wire/nut.h"

#include "base/ensure.h"
#include "base/text.h"
#include "check.h"

#include <jansson.h>

static const char *answer_to(const json_t *json, const char *request)
{
    const json_t *vector = json_array_get(json_object_get(json, "vectors"), 0);
    const json_t *exchange = json_object_get(vector, "exchange");
    for (size_t i = 0; i < json_array_size(exchange); i++) {
        const json_t *one = json_array_get(exchange, i);
        if (text_equal(json_string_value(json_object_get(one, "send")), request))
            return json_string_value(json_object_get(one, "recv"));
    }
    return "";
}

static void answers_of_upsd_are_read(void **state)
{
    (void)state;
    json_t *json = json_load_file(HEATNET_GOLDEN "/nut/transcripts.json", 0, NULL);
    struct bytes in = bytes_of_text(answer_to(json, "LIST VAR ups1"));
    struct nut_line line;
    size_t variables = 0, charges = 0;
    assert_int_equal(nut_next(&in, &line), ERR_OK);
    assert_int_equal(line.kind, NUT_BEGIN);
    for (;;) {
        assert_int_equal(nut_next(&in, &line), ERR_OK);
        if (line.kind == NUT_END) break;
        assert_int_equal(line.kind, NUT_VARIABLE);
        CHECK_TEXT("ups", line.ups, "ups1");
        variables++;
        if (!text_equal(line.name, "battery.charge")) continue;
        CHECK_TEXT("charge", line.value, "100");
        charges++;
    }
    assert_int_equal(variables, 23);
    assert_int_equal(charges, 1);
    assert_int_equal(nut_next(&in, &line), ERR_SHORT);
    in = bytes_of_text(answer_to(json, "GET VAR ups1 nosuch"));
    assert_int_equal(nut_next(&in, &line), ERR_OK);
    assert_int_equal(line.kind, NUT_ERROR);
    CHECK_TEXT("error", line.value, "VAR-NOT-SUPPORTED");
    json_decref(json);
}

static void lines_are_read_or_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        err want;
        const char *value;
    } rows[] = {
        {"VAR u n \"a \\\"b\\\" \\\\c\"\n", ERR_OK, "a \"b\" \\c"},
        {"VAR u n \"\"\r\n", ERR_OK, ""},
        {"VAR u n \"open\n", ERR_FRAME, ""},
        {"VAR u n\n", ERR_FRAME, ""},
        {"ERR\n", ERR_FRAME, ""},
        {"\n", ERR_OK, ""},
        {"VAR u n \"no end\"", ERR_SHORT, ""},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct bytes in = bytes_of_text(rows[i].text);
        struct nut_line line;
        CHECK_EQ(rows[i].text, nut_next(&in, &line), rows[i].want);
        if (rows[i].want == ERR_OK) CHECK_TEXT(rows[i].text, line.value, rows[i].value);
    }
    assert_true(nut_status_has("OB DISCHRG", "OB"));
    assert_false(nut_status_has("OB DISCHRG", "CHRG"));
    assert_false(nut_status_has("", "OL"));
}

static void addresses_are_checked(void **state)
{
    (void)state;
    static const struct {
        const char *what, *text;
        err want;
    } rows[] = {
        {"device", "h/ups1", ERR_OK},        {"device", "h:3493/ups1", ERR_OK},
        {"device", "[::1]:3493/u", ERR_OK},  {"device", "h", ERR_RANGE},
        {"device", "h:0/u", ERR_RANGE},      {"device", "h/", ERR_RANGE},
        {"device", "h/a b", ERR_RANGE},      {"device", "/u", ERR_RANGE},
        {"point", "battery.charge", ERR_OK}, {"point", "status OB", ERR_OK},
        {"point", "", ERR_RANGE},            {"point", "a\nSET", ERR_RANGE},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char why[120] = "";
        CHECK_EQ(rows[i].text,
                 nut_address_check("nut", rows[i].what, rows[i].text, why, sizeof why),
                 rows[i].want);
        CHECK_EQ(rows[i].text, why[0] != 0, rows[i].want != ERR_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_of_upsd_are_read),
        cmocka_unit_test(lines_are_read_or_refused),
        cmocka_unit_test(addresses_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
