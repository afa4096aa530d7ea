/* calendar_rule.c - POSIX TZ texts: "CST-8", "CET-1CEST,M3.5.0,M10.5.0/3",
 * "<+1030>-10:30...".
 *
 * Source: POSIX.1-2017, section 8.3, with RFC 8536's hours of -167 .. 167. */
#include "base/ensure.h"
#include "model/calendar_internal.h"

enum { RULE_HOURS_MAX = 167, OFFSET_HOURS_MAX = 24 };

static const int64_t day_ms = INT64_C(86400000);

/* --- reading ---------------------------------------------------------------------- */

static bool take_char(struct bytes *in, char c)
{
    if (in->n == 0 || in->at[0] != (uint8_t)c) return false;
    in->at++;
    in->n--;
    return true;
}

static bool take_number(struct bytes *in, int most, int *number)
{
    int value = 0, digits = 0;
    while (in->n > 0 && in->at[0] >= '0' && in->at[0] <= '9' && digits < 4) {
        value = value * 10 + (in->at[0] - '0');
        in->at++;
        in->n--;
        digits++;
    }
    if (digits == 0 || value > most) return false;
    *number = value;
    return true;
}

static bool is_letter(uint8_t c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* "CET" or "<+0330>"; the name itself is not kept. */
static bool skip_name(struct bytes *in)
{
    size_t n = 0;
    bool quoted = take_char(in, '<');
    while (in->n > 0 && (quoted ? in->at[0] != '>' : is_letter(in->at[0]))) {
        in->at++;
        in->n--;
        n++;
    }
    return n >= 3 && (!quoted || take_char(in, '>'));
}

/* [+-]hh[:mm[:ss]] */
static bool take_time(struct bytes *in, int hours_max, int64_t *ms)
{
    int hours = 0, minutes = 0, seconds = 0;
    bool minus = take_char(in, '-');
    if (!minus) (void)take_char(in, '+');
    if (!take_number(in, hours_max, &hours)) return false;
    if (take_char(in, ':') && !take_number(in, 59, &minutes)) return false;
    if (take_char(in, ':') && !take_number(in, 59, &seconds)) return false;
    int64_t value = ((int64_t)hours * 3600 + (int64_t)minutes * 60 + seconds) * 1000;
    *ms = minus ? -value : value;
    return true;
}

static bool take_day(struct bytes *in, struct calendar_rule_day *day)
{
    if (take_char(in, 'M')) {
        day->kind = RULE_WEEK;
        if (!take_number(in, 12, &day->month) || day->month < 1) return false;
        if (!take_char(in, '.') || !take_number(in, 5, &day->week) || day->week < 1)
            return false;
        if (!take_char(in, '.') || !take_number(in, 6, &day->week_day)) return false;
    } else if (take_char(in, 'J')) {
        day->kind = RULE_JULIAN;
        if (!take_number(in, 365, &day->day) || day->day < 1) return false;
    } else {
        day->kind = RULE_ZERO;
        if (!take_number(in, 365, &day->day)) return false;
    }
    day->time_ms = INT64_C(2) * 3600000; /* the standard's default: 02:00 */
    return !take_char(in, '/') || take_time(in, RULE_HOURS_MAX, &day->time_ms);
}

err calendar_rule_read(struct bytes in, struct calendar_rule *rule)
{
    ensure(rule != NULL);
    struct calendar_rule found = {0};
    if (!skip_name(&in) || !take_time(&in, OFFSET_HOURS_MAX, &found.standard_ms))
        return ERR_FRAME;
    found.standard_ms = -found.standard_ms; /* POSIX counts west */
    if (in.n > 0) {
        found.has_summer = true;
        found.summer_ms = found.standard_ms + 3600000;
        if (!skip_name(&in)) return ERR_FRAME;
        if (in.n > 0 && in.at[0] != ',') {
            if (!take_time(&in, OFFSET_HOURS_MAX, &found.summer_ms)) return ERR_FRAME;
            found.summer_ms = -found.summer_ms;
        }
        if (!take_char(&in, ',') || !take_day(&in, &found.begin)) return ERR_FRAME;
        if (!take_char(&in, ',') || !take_day(&in, &found.end)) return ERR_FRAME;
    }
    if (in.n > 0) return ERR_FRAME;
    *rule = found;
    return ERR_OK;
}

/* --- applying --------------------------------------------------------------------- */

static bool is_leap(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* The day as days since 1970. */
static int64_t day_in_year(const struct calendar_rule_day *day, int64_t year)
{
    int64_t new_year = calendar_days_from_civil(year, 1, 1);
    switch (day->kind) {
    case RULE_JULIAN: return new_year + day->day - 1 + (is_leap(year) && day->day >= 60);
    case RULE_ZERO: return new_year + day->day;
    case RULE_WEEK: break;
    }
    int64_t first = calendar_days_from_civil(year, day->month, 1);
    int64_t after = day->month == 12 ? calendar_days_from_civil(year + 1, 1, 1)
                                     : calendar_days_from_civil(year, day->month + 1, 1);
    int64_t week_day = ((first + 4) % 7 + 7) % 7; /* 1970-01-01 was a Thursday */
    int64_t found =
        first + (day->week_day - week_day + 7) % 7 + (int64_t)(day->week - 1) * 7;
    return found >= after ? found - 7 : found; /* the 5th may not be: the last is meant */
}

/* The two changes of a year, in their order. */
static void changes_of_year(const struct calendar_rule *rule, int64_t year,
                            struct calendar_change changes[2])
{
    struct calendar_change begin = {day_in_year(&rule->begin, year) * day_ms +
                                        rule->begin.time_ms - rule->standard_ms,
                                    rule->summer_ms};
    struct calendar_change end = {day_in_year(&rule->end, year) * day_ms +
                                      rule->end.time_ms - rule->summer_ms,
                                  rule->standard_ms};
    bool begin_first = begin.utc_ms <= end.utc_ms;
    changes[0] = begin_first ? begin : end;
    changes[1] = begin_first ? end : begin;
}

static int64_t year_near(int64_t utc_ms)
{
    return 1970 +
           utc_ms / INT64_C(31556952000); /* may be one beside; callers look around */
}

int64_t calendar_rule_offset(const struct calendar_rule *rule, int64_t utc_ms)
{
    if (!rule->has_summer) return rule->standard_ms;
    int64_t near = year_near(utc_ms), offset = rule->standard_ms;
    for (int64_t year = near - 2; year <= near + 2; year++) {
        struct calendar_change changes[2];
        changes_of_year(rule, year, changes);
        for (int i = 0; i < 2; i++)
            if (changes[i].utc_ms <= utc_ms) offset = changes[i].offset_ms;
    }
    return offset;
}

bool calendar_rule_next(const struct calendar_rule *rule, int64_t utc_ms,
                        struct calendar_change *change)
{
    if (!rule->has_summer) return false;
    int64_t near = year_near(utc_ms);
    for (int64_t year = near - 2; year <= near + 3; year++) {
        struct calendar_change changes[2];
        changes_of_year(rule, year, changes);
        for (int i = 0; i < 2; i++) {
            if (changes[i].utc_ms <= utc_ms) continue;
            change->utc_ms =
                changes[i].utc_ms; /* two may fall together: the later holds */
            change->offset_ms = calendar_rule_offset(rule, changes[i].utc_ms);
            return true;
        }
    }
    return false;
}
