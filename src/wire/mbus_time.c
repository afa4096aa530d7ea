/* mbus_time.c - the bit fields of mbus_time.h. */
#include "wire/mbus_time.h"

#include "base/text.h"

#include <stdint.h>

enum { EVERY_YEAR = 127, EVERY_MONTH = 15, EVERY_HOUR = 31, EVERY_MINUTE = 63 };

struct parts {
    unsigned year, month, day, hour, minute, second;
};

bool mbus_time_fits(size_t bytes_n)
{
    return bytes_n == 2 || bytes_n == 3 || bytes_n == 4 || bytes_n == 6;
}

/* Day and year's low bits, then month and year's high bits; `hundreds` counts from 1900
 * where the type has it, years without it before 81 are of this century. */
static void take_date(const uint8_t *at, unsigned hundreds, struct parts *p)
{
    p->day = at[0] & 31U;
    p->month = at[1] & 15U;
    p->year = (unsigned)(at[0] >> 5) | ((unsigned)(at[1] >> 4) << 3);
    if (p->year == EVERY_YEAR) return;
    p->year += hundreds ? 1900 + 100 * hundreds : p->year < 81 ? 2000 : 1900;
}

static bool date_is_possible(const struct parts *p)
{
    bool blank = p->day == 0 && p->month == 0;
    bool ones = p->day == 31 && p->month == EVERY_MONTH && p->year == EVERY_YEAR;
    if (blank || ones) return false;
    return p->month == EVERY_MONTH || (p->month >= 1 && p->month <= 12);
}

static bool time_is_possible(const struct parts *p)
{
    return (p->hour <= 24 || p->hour == EVERY_HOUR) &&
           (p->minute <= 59 || p->minute == EVERY_MINUTE) &&
           (p->second <= 59 || p->second == EVERY_MINUTE);
}

static bool put_two(char *out, size_t out_n, unsigned value, bool every)
{
    return every ? text_copy(out, out_n, "**") : text_format(out, out_n, "%02u", value);
}

static void date_text(const struct parts *p, char *out, size_t out_n)
{
    char year[8], month[4], day[4];

    if (p->year == EVERY_YEAR) (void)text_copy(year, sizeof year, "****");
    else (void)text_format(year, sizeof year, "%04u", p->year);
    (void)put_two(month, sizeof month, p->month, p->month == EVERY_MONTH);
    (void)put_two(day, sizeof day, p->day, p->day == 0);
    (void)text_format(out, out_n, "%s-%s-%s", year, month, day);
}

static void clock_text(const struct parts *p, char *out, size_t out_n)
{
    char hour[4], minute[4], second[4];

    (void)put_two(hour, sizeof hour, p->hour, p->hour == EVERY_HOUR);
    (void)put_two(minute, sizeof minute, p->minute, p->minute == EVERY_MINUTE);
    (void)put_two(second, sizeof second, p->second, p->second == EVERY_MINUTE);
    (void)text_format(out, out_n, "%s:%s:%s", hour, minute, second);
}

bool mbus_time_text(struct bytes data, char *out, size_t out_n)
{
    char date[16], clock[16];
    struct parts p = {0};
    bool invalid = false;

    out[0] = 0;
    const uint8_t *at = data.at;
    if (data.n == 2) {
        take_date(at, 0, &p);
    } else if (data.n == 4) {
        p.minute = at[0] & 63U;
        p.hour = at[1] & 31U;
        invalid = at[0] & 0x80;
        take_date(at + 2, (at[1] >> 5) & 3U, &p);
    } else {
        p.second = at[0] & 63U;
        p.minute = at[1] & 63U;
        p.hour = at[2] & 31U;
        invalid = at[1] & 0x80;
        if (data.n == 6) take_date(at + 3, 1, &p); /* type I counts from 2000 */
    }
    if (invalid || !time_is_possible(&p)) return false;
    if (data.n != 3 && !date_is_possible(&p)) return false;
    clock_text(&p, clock, sizeof clock);
    date_text(&p, date, sizeof date);
    if (data.n == 2) return text_copy(out, out_n, date);
    if (data.n == 3) return text_copy(out, out_n, clock);
    return text_format(out, out_n, "%sT%s", date, clock);
}
