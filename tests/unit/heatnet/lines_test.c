/* lines_test.c - answers become lines, lines become sparklines. */
#include "heatnet/lines.h"

#include "check.h"

static json_t *parse(const char *text)
{
    json_error_t error;
    json_t *json = json_loads(text, 0, &error);
    if (!json) fail_msg("%s", error.text);
    return json;
}

static void both_kinds_of_answers_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text, *name;
        size_t n;
    } rows[] = {
        {"{\"data\":{\"result\":[{\"metric\":{\"__name__\":\"a\",\"b\":\"c\"},"
         "\"values\":[[1.5,\"2\"],[2.5,\"NaN\"],[3.5,\"-1e3\"],[4,5],[5]]}]}}",
         "a{b=\"c\"}", 2},
        {"{\"data\":{\"result\":[{\"metric\":{},\"values\":[]}]}}", "{}", 0},
        {"{\"series\":[{\"point\":1,\"name\":\"n\",\"rows\":[[1000,2],[2000,null],[3000,"
         "4.5],[4000,\"x\"]]}]}",
         "n", 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct lines lines;
        json_t *json = parse(rows[i].text);
        CHECK_EQ(rows[i].text, lines_read(json, &lines), ERR_OK);
        CHECK_EQ(rows[i].text, lines.n, 1);
        CHECK_TEXT(rows[i].text, lines.at[0].name, rows[i].name);
        CHECK_EQ(rows[i].text, lines.at[0].n, rows[i].n);
        if (rows[i].n) CHECK_EQ(rows[i].text, lines.at[0].times_ms[0] % 500, 0);
        lines_close(&lines);
        json_decref(json);
    }
    struct lines lines;
    json_t *other = parse("{\"data\":3}");
    assert_int_equal(lines_read(other, &lines), ERR_FRAME);
    json_decref(other);
}

static void a_sparkline_has_the_width_and_shows_gaps(void **state)
{
    (void)state;
    int64_t times_ms[] = {0, 10, 20, 30, 60, 70};
    double values[] = {0, 1, 2, 3, 7, 7};
    const struct line line = {.n = 6, .times_ms = times_ms, .values = values};
    const struct line flat = {.n = 1, .times_ms = times_ms, .values = values};
    const int64_t from_to_ms[2] = {0, 80};
    char out[SPARK_BYTES];
    line_spark(&line, from_to_ms, 8, out);
    assert_string_equal(out, "▁▂▃▄  ██");
    line_spark(&flat, from_to_ms, 2, out);
    assert_string_equal(out, "▄ ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_kinds_of_answers_are_read),
        cmocka_unit_test(a_sparkline_has_the_width_and_shows_gaps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
