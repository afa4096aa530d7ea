/* csv_out_test.c - rows for spreadsheets. */
#include "serve/csv_out.h"

#include "base/ensure.h"
#include "check.h"

#include <math.h>

static void cells(void **state)
{
    static const struct {
        const char *text, *cell;
    } rows[] = {
        {"plain", "\"plain\""},    {"", "\"\""},
        {"a,b", "\"a,b\""},        {"say \"so\"", "\"say \"\"so\"\"\""},
        {"=cmd()", "\"'=cmd()\""}, {"+1", "\"'+1\""},
        {"-1+1", "\"'-1+1\""},     {"@x", "\"'@x\""},
        {"\tx", "\"'\tx\""},       {"东升站", "\"东升站\""},
    };

    (void)state;
    struct buffer out;
    buffer_open(&out, 1 << 12);
    for (size_t i = 0; i < COUNT(rows); i++) {
        buffer_clear(&out);
        csv_text(&out, rows[i].text);
        buffer_put_u8(&out, 0);
        CHECK_TEXT(rows[i].text, (const char *)out.at, rows[i].cell);
    }
    buffer_close(&out);
}

static void a_file(void **state)
{
    (void)state;
    struct calendar *calendar = NULL;
    struct buffer out;
    assert_int_equal(calendar_open_zone("Asia/Shanghai", &calendar), ERR_OK);
    buffer_open(&out, 1 << 12);
    csv_bom(&out);
    csv_text_unit(&out, "supply", "°C");
    csv_text_unit(&out, "state", "");
    csv_row_end(&out);
    csv_times(&out, calendar, 1795590000250);
    csv_number(&out, 61.5);
    csv_number(&out, NAN);
    csv_row_end(&out);
    csv_times(&out, calendar, 0);
    csv_i64(&out, -3);
    csv_row_end(&out);
    buffer_put_u8(&out, 0);
    assert_string_equal((const char *)out.at,
                        "\xEF\xBB\xBF\"supply (°C)\",\"state\"\r\n"
                        "2026-11-25 15:00:00.250,2026-11-25T07:00:00.250Z,61.5,\"\"\r\n"
                        "\"\",\"\",-3\r\n");
    buffer_close(&out);
    calendar_close(calendar);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(cells), cmocka_unit_test(a_file)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
