/* calendar_test.c - against Python's zoneinfo (golden/calendar), and files that are
 * damaged. */
#include "base/bytes.h"
#include "base/ensure.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "check.h"
#include "model/calendar.h"

enum { FILE_BYTES_MAX = 4 * 1024 * 1024, CELL_BYTES = 64, ROWS_LEAST = 8000 };

static const int64_t day_ms = INT64_C(86400000);

static struct calendar *open_golden(const char *zone)
{
    char path[FILE_PATH_BYTES];
    struct buffer content;
    struct calendar *calendar = NULL;
    buffer_open(&content, FILE_BYTES_MAX);
    CHECK(zone,
          text_format(path, sizeof path, "%s/calendar/zones/%s", HEATNET_GOLDEN, zone));
    for (char *c = path + strlen(path) - strlen(zone); *c != '\0'; c++)
        if (*c == '/') *c = '.';
    CHECK_EQ(path, file_read_whole(path, &content), ERR_OK);
    CHECK_EQ(zone, calendar_open(buffer_bytes(&content), &calendar), ERR_OK);
    buffer_close(&content);
    return calendar;
}

/* --- the golden table ------------------------------------------------------------- */

struct row {
    char zone[CELL_BYTES], kind[CELL_BYTES], at[CELL_BYTES], value[CELL_BYTES];
};

static bool take_cell(struct bytes *in, char end, char out[CELL_BYTES])
{
    const uint8_t *stop = memchr(in->at, end, in->n);
    if (stop == NULL) return false;
    size_t n = (size_t)(stop - in->at);
    if (!text_copy_n(out, CELL_BYTES, (const char *)in->at, n)) return false;
    *in = (struct bytes){stop + 1, in->n - n - 1};
    return true;
}

static bool take_row(struct bytes *in, struct row *row)
{
    return take_cell(in, ',', row->zone) && take_cell(in, ',', row->kind) &&
           take_cell(in, ',', row->at) && take_cell(in, '\n', row->value);
}

static int64_t number(const char *text)
{
    int64_t value = 0;
    CHECK_EQ(text, text_to_i64(text, &value), ERR_OK);
    return value;
}

static int part(const char *text, size_t at, size_t n)
{
    int value = 0;
    for (size_t i = at; i < at + n && i < strlen(text); i++)
        value = value * 10 + text[i] - '0';
    return value;
}

static struct civil_time civil_of(const char *text)
{
    size_t n = strlen(text);
    struct civil_time civil = {
        .year = part(text, 0, 4), .month = part(text, 5, 2), .day = 1};
    if (n >= 10) civil.day = part(text, 8, 2);
    if (n >= 19) {
        civil.hour = part(text, 11, 2);
        civil.minute = part(text, 14, 2);
        civil.second = part(text, 17, 2);
    }
    return civil;
}

static void check_row(const struct calendar *c, const struct row *row)
{
    char name[3 * CELL_BYTES];
    (void)text_format(name, sizeof name, "%s %s %s", row->zone, row->kind, row->at);
    if (text_equal(row->kind, "offset")) {
        int64_t at = number(row->at) * 1000;
        CHECK_EQ(name, calendar_offset_ms(c, at), number(row->value) * 1000);
        CHECK_EQ(name, calendar_offset_ms(c, at + 999), number(row->value) * 1000);
    } else if (text_equal(row->kind, "civil")) {
        struct civil_time got = calendar_civil(c, number(row->at) * 1000 + 7);
        char text[CELL_BYTES];
        (void)text_format(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d", got.year,
                          got.month, got.day, got.hour, got.minute, got.second);
        CHECK_TEXT(name, text, row->value);
        CHECK_EQ(name, got.millisecond, 7);
    } else {
        int64_t want = number(row->value) * 1000;
        CHECK_EQ(name, calendar_utc(c, civil_of(row->at)), want);
        if (text_equal(row->kind, "month")) {
            CHECK_EQ(name, calendar_month_start(c, want), want);
            CHECK_EQ(name, calendar_month_next(c, want - 1), want);
        }
        if (text_equal(row->kind, "day")) {
            CHECK_EQ(name, calendar_day_start(c, want), want);
            CHECK_EQ(name, calendar_day_next(c, want - 1), want);
        }
    }
}

static void golden_table(void **state)
{
    (void)state;
    struct buffer content;
    struct calendar *calendar = NULL;
    struct row row, before = {0};
    size_t rows_n = 0;
    buffer_open(&content, FILE_BYTES_MAX);
    assert_int_equal(file_read_whole(HEATNET_GOLDEN "/calendar/zones.csv", &content),
                     ERR_OK);
    struct bytes in = buffer_bytes(&content);
    assert_true(take_row(&in, &row)); /* the names of the columns */
    for (; take_row(&in, &row); rows_n++) {
        if (!text_equal(row.zone, before.zone)) {
            calendar_close(calendar);
            calendar = open_golden(row.zone);
        }
        check_row(calendar, &row);
        before = row;
    }
    assert_int_equal(in.n, 0);
    assert_true(rows_n > ROWS_LEAST);
    calendar_close(calendar);
    buffer_close(&content);
}

/* Hours and days cover time without gap or overlap, also where clocks jump. */
static void days_are_a_partition(void **state)
{
    (void)state;
    static const char *const zones[] = {"Europe/Berlin", "America/St_Johns",
                                        "America/Havana", "Australia/Lord_Howe",
                                        "Pacific/Apia"};
    for (size_t z = 0; z < COUNT(zones); z++) {
        struct calendar *c = open_golden(zones[z]);
        int64_t at = calendar_day_start(c, INT64_C(1262304000000)); /* 2010 */
        for (int day = 0; day < 1000; day++) {
            int64_t next = calendar_day_next(c, at);
            CHECK(zones[z], next > at && next - at <= 25 * day_ms / 24);
            CHECK_EQ(zones[z], calendar_day_start(c, at), at);
            CHECK_EQ(zones[z], calendar_day_start(c, next - 1), at);
            CHECK_EQ(zones[z], calendar_day_next(c, next - 1), next);
            for (int64_t t = at; t < next; t += 1700000) {
                int64_t hour = calendar_hour_start(c, t);
                CHECK(zones[z], hour <= t && t - hour < 3600000 && hour >= at);
                CHECK_EQ(zones[z], calendar_hour_start(c, hour), hour);
            }
            at = next;
        }
        calendar_close(c);
    }
}

static void lengths_of_days(void **state)
{
    (void)state;

    static const struct {
        const char *zone;
        int year, month, day, hours;
    } rows[] = {
        {"Europe/Berlin",    2026, 3,  29, 23},
        {"Europe/Berlin",    2026, 10, 25, 25},
        {"Europe/Berlin",    2026, 10, 26, 24},
        {"Europe/Berlin",    2090, 3,  26, 23},
        {"Asia/Shanghai",    2026, 3,  29, 24},
        {"America/New_York", 2050, 11, 6,  25},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct calendar *c = open_golden(rows[i].zone);
        struct civil_time noon = {rows[i].year, rows[i].month, rows[i].day, 12, 0, 0, 0};
        int64_t at = calendar_utc(c, noon);
        int64_t length = calendar_day_next(c, at) - calendar_day_start(c, at);
        CHECK_EQ(rows[i].zone, length, rows[i].hours * INT64_C(3600000));
        calendar_close(c);
    }
}

/* --- files ------------------------------------------------------------------------ */

static void zones_by_name(void **state)
{
    (void)state;

    static const struct {
        const char *name;
        err want;
    } rows[] = {
        {"Asia/Shanghai",       ERR_OK     },
        {"",                    ERR_UNKNOWN},
        {"Asia/Nowhere",        ERR_UNKNOWN},
        {"../../../etc/passwd", ERR_UNKNOWN},
        {"/etc/localtime",      ERR_UNKNOWN},
        {"Asia",                ERR_UNKNOWN},
        {"zone.tab",            ERR_UNKNOWN},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct calendar *c = NULL;
        CHECK_EQ(rows[i].name, calendar_open_zone(rows[i].name, &c), rows[i].want);
        CHECK_EQ(rows[i].name, c != NULL, rows[i].want == ERR_OK);
        calendar_close(c);
    }
}

static void every_cut(void **state)
{
    (void)state;
    struct buffer content;
    buffer_open(&content, FILE_BYTES_MAX);
    assert_int_equal(
        file_read_whole(HEATNET_GOLDEN "/calendar/zones/Europe.Berlin", &content),
        ERR_OK);
    for (size_t n = 0; n < content.n; n++) {
        uint8_t *copy = memory_new(n + 1, 1);
        struct calendar *c = NULL;
        memcpy(copy, content.at, n);
        assert_int_equal(calendar_open((struct bytes){copy, n}, &c), ERR_FRAME);
        assert_null(c);
        memory_free(copy);
    }
    memory_fail_at(1);
    struct calendar *c = NULL;
    assert_int_equal(calendar_open(buffer_bytes(&content), &c), ERR_MEMORY);
    memory_fail_at(2);
    assert_int_equal(calendar_open(buffer_bytes(&content), &c), ERR_MEMORY);
    memory_fail_at(0);
    buffer_close(&content);
}

/* The rule behind the table, read and wrong: the file is Etc/UTC's with another footer.
 */
static const struct {
    const char *rule;
    err want;
    int64_t january_s, july_s; /* offsets in 2026 */
} footers[] = {
    {"UTC0",                                 ERR_OK,    0,      0     },
    {"CST-8",                                ERR_OK,    28800,  28800 },
    {"CET-1CEST,M3.5.0,M10.5.0/3",           ERR_OK,    3600,   7200  },
    {"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", ERR_OK,    39600,  37800 },
    {"EST5EDT,J60,300/2:30:01",              ERR_OK,    -18000, -14400},
    {"IST-2IDT,M3.4.4/26,M10.5.0",           ERR_OK,    7200,   10800 },
    {"XXX3EDT4,0/0,J365/23",                 ERR_OK,    -14400, -14400}, /* summer for ever */
    {"CET",                                  ERR_FRAME, 0,      0     },
    {"CE-1",                                 ERR_FRAME, 0,      0     },
    {"CET-25",                               ERR_FRAME, 0,      0     },
    {"CET-1CEST",                            ERR_FRAME, 0,      0     },
    {"CET-1CEST,M3.5.0",                     ERR_FRAME, 0,      0     },
    {"CET-1CEST,M13.5.0,M10.5.0",            ERR_FRAME, 0,      0     },
    {"CET-1CEST,M3.6.0,M10.5.0",             ERR_FRAME, 0,      0     },
    {"CET-1CEST,M3.5.7,M10.5.0",             ERR_FRAME, 0,      0     },
    {"CET-1CEST,J0,J100",                    ERR_FRAME, 0,      0     },
    {"CET-1CEST,M3.5.0,M10.5.0/168",         ERR_FRAME, 0,      0     },
    {"CET-1CEST,M3.5.0,M10.5.0x",            ERR_FRAME, 0,      0     },
    {"<CET-1",                               ERR_FRAME, 0,      0     },
};

static void footer_rules(void **state)
{
    (void)state;
    struct buffer content, made;
    buffer_open(&content, FILE_BYTES_MAX);
    buffer_open(&made, FILE_BYTES_MAX);
    assert_int_equal(file_read_whole(HEATNET_GOLDEN "/calendar/zones/Etc.UTC", &content),
                     ERR_OK);
    size_t head_n = content.n - strlen("\nUTC0\n");
    for (size_t i = 0; i < COUNT(footers); i++) {
        struct calendar *c = NULL;
        buffer_clear(&made);
        buffer_put(&made, (struct bytes){content.at, head_n});
        buffer_format(&made, "\n%s\n", footers[i].rule);
        err e = calendar_open(buffer_bytes(&made), &c);
        CHECK_EQ(footers[i].rule, e, footers[i].want);
        if (e) continue;
        CHECK_EQ(footers[i].rule, calendar_offset_ms(c, INT64_C(1768435200000)),
                 footers[i].january_s * 1000);
        CHECK_EQ(footers[i].rule, calendar_offset_ms(c, INT64_C(1784073600000)),
                 footers[i].july_s * 1000);
        calendar_close(c);
    }
    buffer_close(&made);
    buffer_close(&content);
}

/* Any instant gets an answer. */
static void extreme_times(void **state)
{
    (void)state;
    struct calendar *c = open_golden("Europe/Berlin");
    static const int64_t times[] = {INT64_MIN, INT64_MIN + 1, -1,
                                    0,         INT64_MAX - 1, INT64_MAX};
    for (size_t i = 0; i < COUNT(times); i++) {
        (void)calendar_civil(c, times[i]);
        (void)calendar_hour_start(c, times[i]);
        (void)calendar_day_next(c, times[i]);
        (void)calendar_month_next(c, times[i]);
    }
    assert_int_equal(calendar_civil(c, -1).year, 1970); /* already 00:59:59 there */
    calendar_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_table),    cmocka_unit_test(days_are_a_partition),
        cmocka_unit_test(lengths_of_days), cmocka_unit_test(zones_by_name),
        cmocka_unit_test(every_cut),       cmocka_unit_test(footer_rules),
        cmocka_unit_test(extreme_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
