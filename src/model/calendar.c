/* calendar.c - civil time of a zone: offsets, days and months.  The zone's file is read
 * in calendar_tzif.c, the rule behind its table in calendar_rule.c.
 *
 * The clock on the wall is f(u) = u + offset(u).  All questions back ("when is this local
 * time?") are answered as the smallest u with f(u) >= local, which is exact for skipped
 * and doubled times alike; it is found by walking the few changes near by. */
#include "model/calendar.h"

#include "base/ensure.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/calendar_internal.h"

#include <string.h>

enum { HOUR_MS = 3600000, MINUTE_MS = 60000, SECOND_MS = 1000, ZONE_BYTES_MAX = 1 << 20 };

static const int64_t day_ms = INT64_C(86400000);
/* No clock is further from UTC than this (RFC 8536: -25 h .. +26 h). */
static const int64_t offset_ms_max = INT64_C(27) * 3600000;
/* Times are brought into +-100,000 years, so that nothing below can overflow. */
static const int64_t time_ms_max = INT64_C(3155760000000000);

static int64_t bounded(int64_t utc_ms)
{
    if (utc_ms > time_ms_max) return time_ms_max;
    return utc_ms < -time_ms_max ? -time_ms_max : utc_ms;
}

static int64_t floor_divide(int64_t a, int64_t b)
{
    int64_t q = a / b;
    return q * b > a ? q - 1 : q;
}

/* Days since 1970-01-01 of a proleptic Gregorian date, and back; the year is taken to
 * begin in March so that the leap day is its last (H. Hinnant, "chrono-compatible
 * low-level date algorithms"). */
int64_t calendar_days_from_civil(int64_t year, int month, int64_t day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = floor_divide(y, 400);
    int64_t year_of_era = y - era * 400;                         /* 0..399 */
    int64_t march_month = month > 2 ? month - 3 : month + 9;     /* 0..11 */
    int64_t day_of_year = (153 * march_month + 2) / 5 + day - 1; /* 0..365 */
    int64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static void civil_from_days(int64_t days, struct civil_time *civil)
{
    int64_t z = days + 719468;
    int64_t era = floor_divide(z, 146097);
    int64_t day_of_era = z - era * 146097; /* 0..146096 */
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t march_month = (5 * day_of_year + 2) / 153;
    civil->day = (int)(day_of_year - (153 * march_month + 2) / 5 + 1);
    civil->month = (int)(march_month < 10 ? march_month + 3 : march_month - 9);
    civil->year = (int)(year_of_era + era * 400 + (civil->month <= 2));
}

/* --- offsets and changes ---------------------------------------------------------- */

/* How many changes of the table are at or before `utc_ms`. */
static size_t changes_until(const struct calendar *calendar, int64_t utc_ms)
{
    size_t low = 0, high = calendar->changes_n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (calendar->changes[middle].utc_ms <= utc_ms)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool follows_rule(const struct calendar *calendar, size_t before_n)
{
    return calendar->has_rule && before_n == calendar->changes_n;
}

int64_t calendar_offset_ms(const struct calendar *calendar, int64_t utc_ms)
{
    ensure(calendar != NULL);
    utc_ms = bounded(utc_ms);
    size_t n = changes_until(calendar, utc_ms);
    if (follows_rule(calendar, n)) return calendar_rule_offset(&calendar->rule, utc_ms);
    return n == 0 ? calendar->first_offset_ms : calendar->changes[n - 1].offset_ms;
}

/* The first change after `utc_ms`; false when there is none. */
static bool next_change(const struct calendar *calendar, int64_t utc_ms,
                        struct calendar_change *change)
{
    size_t n = changes_until(calendar, utc_ms);
    if (n < calendar->changes_n) {
        *change = calendar->changes[n];
        return true;
    }
    return calendar->has_rule && calendar_rule_next(&calendar->rule, utc_ms, change);
}

/* The smallest u with u + offset(u) >= local. */
static int64_t first_at(const struct calendar *calendar, int64_t local_ms)
{
    int64_t from = local_ms - offset_ms_max;
    int64_t offset = calendar_offset_ms(calendar, from);
    struct calendar_change change;
    while (next_change(calendar, from, &change) &&
           change.utc_ms <= local_ms + offset_ms_max) {
        int64_t found = local_ms - offset;
        if (found < from) return from; /* skipped: the clock jumped over it at `from` */
        if (found < change.utc_ms) return found;
        from = change.utc_ms;
        offset = change.offset_ms;
    }
    return local_ms - offset < from ? from : local_ms - offset;
}

/* --- civil time ------------------------------------------------------------------- */

struct civil_time calendar_civil(const struct calendar *calendar, int64_t utc_ms)
{
    utc_ms = bounded(utc_ms);
    int64_t local = utc_ms + calendar_offset_ms(calendar, utc_ms);
    int64_t days = floor_divide(local, day_ms);
    int rest = (int)(local - days * day_ms);
    struct civil_time civil = {0};
    civil_from_days(days, &civil);
    civil.hour = rest / HOUR_MS;
    civil.minute = rest / MINUTE_MS % 60;
    civil.second = rest / SECOND_MS % 60;
    civil.millisecond = rest % SECOND_MS;
    return civil;
}

int64_t calendar_utc(const struct calendar *calendar, struct civil_time civil)
{
    int64_t months =
        (int64_t)civil.year * 12 + civil.month - 1; /* month 13 is next year's 1 */
    int64_t year = floor_divide(months, 12);
    int64_t days =
        calendar_days_from_civil(year, (int)(months - year * 12) + 1, civil.day);
    int64_t local = days * day_ms + (int64_t)civil.hour * HOUR_MS +
                    (int64_t)civil.minute * MINUTE_MS +
                    (int64_t)civil.second * SECOND_MS + civil.millisecond;
    return first_at(calendar, bounded(local));
}

int64_t calendar_hour_start(const struct calendar *calendar, int64_t utc_ms)
{
    utc_ms = bounded(utc_ms);
    int64_t offset = calendar_offset_ms(calendar, utc_ms);
    int64_t start = floor_divide(utc_ms + offset, HOUR_MS) * HOUR_MS - offset;
    struct calendar_change
        change; /* an hour does not reach over a change of the clocks */
    int64_t from = start;
    while (next_change(calendar, from, &change) && change.utc_ms <= utc_ms)
        from = change.utc_ms;
    return from;
}

static int64_t midnight(const struct calendar *calendar, struct civil_time date, int days)
{
    struct civil_time at = {
        .year = date.year, .month = date.month, .day = date.day + days};
    return calendar_utc(calendar, at);
}

/* The local date whose day holds `utc_ms`.  It is the one on the wall, but for clocks
 * that are set back over midnight: then the new day has begun, and stays, at the first
 * midnight. */
static struct civil_time date_of(const struct calendar *calendar, int64_t utc_ms)
{
    struct civil_time date = calendar_civil(calendar, utc_ms);
    if (midnight(calendar, date, 1) <= utc_ms) date.day++;
    return date;
}

int64_t calendar_day_start(const struct calendar *calendar, int64_t utc_ms)
{
    return midnight(calendar, date_of(calendar, bounded(utc_ms)), 0);
}

int64_t calendar_day_next(const struct calendar *calendar, int64_t utc_ms)
{
    struct civil_time date = date_of(calendar, bounded(utc_ms));
    int64_t start = midnight(calendar, date, 0);
    int64_t next = midnight(calendar, date, 1);
    return next > start ? next
                        : midnight(calendar, date, 2); /* a day that was left out */
}

/* The month, +n, that holds `utc_ms`. */
static int64_t month_at(const struct calendar *calendar, int64_t utc_ms, int n)
{
    struct civil_time date = calendar_civil(calendar, utc_ms);
    struct civil_time next = {.year = date.year, .month = date.month + 1, .day = 1};
    if (calendar_utc(calendar, next) <= utc_ms) n++;
    struct civil_time at = {.year = date.year, .month = date.month + n, .day = 1};
    return calendar_utc(calendar, at);
}

int64_t calendar_month_start(const struct calendar *calendar, int64_t utc_ms)
{
    return month_at(calendar, bounded(utc_ms), 0);
}

int64_t calendar_month_next(const struct calendar *calendar, int64_t utc_ms)
{
    return month_at(calendar, bounded(utc_ms), 1);
}

/* --- life ------------------------------------------------------------------------- */

/* Zone names are paths below the zone folder; nothing may lead out of it. */
static bool name_is_valid(const char *name)
{
    if (name[0] == '\0' || name[0] == '/' || strstr(name, "..") != NULL) return false;
    for (const char *c = name; *c != '\0'; c++) {
        bool letter = (*c >= 'A' && *c <= 'Z') || (*c >= 'a' && *c <= 'z');
        bool digit = *c >= '0' && *c <= '9';
        if (!letter && !digit && strchr("_+-/", *c) == NULL) return false;
    }
    return true;
}

err calendar_open_zone(const char *name, struct calendar **calendar)
{
    ensure(name != NULL);
    ensure(calendar != NULL);
    char path[FILE_PATH_BYTES];
    if (!name_is_valid(name)) return ERR_UNKNOWN;
    if (!file_path(path, "/usr/share/zoneinfo", name)) return ERR_UNKNOWN;

    struct buffer content;
    buffer_open(&content, ZONE_BYTES_MAX);
    err e = file_read_whole(path, &content);
    if (!e) e = calendar_open(buffer_bytes(&content), calendar);
    buffer_close(&content);
    return e == ERR_MEMORY || e == ERR_FRAME || e == ERR_OK ? e : ERR_UNKNOWN;
}

void calendar_close(struct calendar *calendar)
{
    if (calendar == NULL) return;
    memory_free(calendar->changes);
    memory_free(calendar);
}
