/* text_time.c - UTC milliseconds as RFC 3339 and back, in the proleptic Gregorian
 * calendar.
 *
 * Days are counted from 1970-01-01 with the year starting in March, so that the leap day
 * is the last of its year.  Source: H. Hinnant, "chrono-Compatible Low-Level Date
 * Algorithms". */
#include "base/ensure.h"
#include "base/text.h"

enum { DAY_MS = 86400000, ERA_DAYS = 146097, ERA_YEARS = 400 };

struct civil {
    int64_t year;
    int64_t month; /* 1..12 */
    int64_t day;   /* 1..31 */
};

/* Quotient rounded towards minus infinity. */
static int64_t floor_div(int64_t a, int64_t b)
{
    int64_t quotient = a / b;
    return a % b < 0 ? quotient - 1 : quotient;
}

static int64_t days_of(struct civil date)
{
    int64_t year = date.month <= 2 ? date.year - 1 : date.year;
    int64_t era = floor_div(year, ERA_YEARS);
    int64_t of_era = year - era * ERA_YEARS;
    int64_t march = date.month > 2 ? date.month - 3 : date.month + 9;
    int64_t of_year = (153 * march + 2) / 5 + date.day - 1;
    int64_t day = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    return era * ERA_DAYS + day - 719468; /* 0000-03-01 to 1970-01-01 */
}

static struct civil civil_of(int64_t days)
{
    int64_t shifted = days + 719468;
    int64_t era = floor_div(shifted, ERA_DAYS);
    int64_t day = shifted - era * ERA_DAYS;
    int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    int64_t of_year = day - (365 * year + year / 4 - year / 100);
    int64_t march = (5 * of_year + 2) / 153;
    int64_t month = march < 10 ? march + 3 : march - 9;
    return (struct civil){
        .year = year + era * ERA_YEARS + (month <= 2),
        .month = month,
        .day = of_year - (153 * march + 2) / 5 + 1,
    };
}

void text_from_time(int64_t utc_ms, char *out)
{
    ensure(out != NULL);

    int64_t days = floor_div(utc_ms, DAY_MS);
    int of_day = (int)((utc_ms % DAY_MS + DAY_MS) % DAY_MS);
    struct civil date = civil_of(days);
    bool fits = text_format(out, 32, "%04lld-%02d-%02dT%02d:%02d:%02d.%03dZ",
                            (long long)date.year, (int)date.month, (int)date.day,
                            of_day / 3600000, of_day / 60000 % 60, of_day / 1000 % 60,
                            of_day % 1000);
    ensure(fits); /* the furthest year of int64 milliseconds has nine digits */
}

/* Exactly `n` digits at *at, which moves behind them. */
static bool take_digits(const char **at, size_t n, int64_t *value)
{
    int64_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        char c = (*at)[i];
        if (c < '0' || c > '9') return false;
        sum = sum * 10 + (c - '0');
    }
    *at += n;
    *value = sum;
    return true;
}

static bool take_char(const char **at, char c)
{
    if (**at != c) return false;
    (*at)++;
    return true;
}

static int64_t month_days(int64_t year, int64_t month)
{
    static const int8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

static bool take_date(const char **at, int64_t *days)
{
    struct civil date;
    if (!take_digits(at, 4, &date.year) || !take_char(at, '-')) return false;
    if (!take_digits(at, 2, &date.month) || !take_char(at, '-')) return false;
    if (!take_digits(at, 2, &date.day)) return false;
    if (date.month < 1 || date.month > 12) return false;
    if (date.day < 1 || date.day > month_days(date.year, date.month)) return false;
    *days = days_of(date);
    return true;
}

/* .123 and any further digits, which are below our resolution; nothing is 0. */
static bool take_fraction(const char **at, int64_t *ms)
{
    *ms = 0;
    if (!take_char(at, '.')) return true;
    int64_t scale = 100, digit, n = 0;
    while (take_digits(at, 1, &digit)) {
        *ms += digit * scale;
        scale /= 10;
        n++;
    }
    return n > 0;
}

/* hh:mm:ss[.fraction]; second 60 is a leap second, which UTC milliseconds do not have and
 * which therefore is the first of the next minute. */
static bool take_clock(const char **at, int64_t *ms)
{
    int64_t hour, minute, second, fraction;
    if (!take_digits(at, 2, &hour) || !take_char(at, ':')) return false;
    if (!take_digits(at, 2, &minute) || !take_char(at, ':')) return false;
    if (!take_digits(at, 2, &second) || !take_fraction(at, &fraction)) return false;
    if (hour > 23 || minute > 59 || second > 60) return false;
    *ms = ((hour * 60 + minute) * 60 + second) * 1000 + fraction;
    return true;
}

/* Z, or +hh:mm, or -hh:mm: how far local time is before UTC. */
static bool take_offset(const char **at, int64_t *ms)
{
    *ms = 0;
    if (take_char(at, 'Z') || take_char(at, 'z')) return true;
    int64_t sign = **at == '-' ? -1 : 1;
    int64_t hour, minute;
    if (!take_char(at, '+') && !take_char(at, '-')) return false;
    if (!take_digits(at, 2, &hour) || !take_char(at, ':')) return false;
    if (!take_digits(at, 2, &minute) || hour > 23 || minute > 59) return false;
    *ms = sign * (hour * 60 + minute) * 60000;
    return true;
}

err text_to_time(const char *text, int64_t *utc_ms)
{
    ensure(text != NULL);
    ensure(utc_ms != NULL);

    if (text_to_i64(text, utc_ms) == ERR_OK) return ERR_OK; /* whole milliseconds */

    const char *at = text;
    int64_t days, clock_ms = 0, offset_ms = 0;
    if (!take_date(&at, &days)) return ERR_TYPE;
    if (*at != '\0') {
        if (!take_char(&at, 'T') && !take_char(&at, 't') && !take_char(&at, ' ')) {
            return ERR_TYPE;
        }
        if (!take_clock(&at, &clock_ms) || !take_offset(&at, &offset_ms)) return ERR_TYPE;
    }
    if (*at != '\0') return ERR_TYPE;
    *utc_ms = days * DAY_MS + clock_ms - offset_ms;
    return ERR_OK;
}
