/* calendar_internal.h - what a calendar is made of; for calendar*.c only. */
#ifndef HEATNET_MODEL_CALENDAR_INTERNAL_H
#define HEATNET_MODEL_CALENDAR_INTERNAL_H

#include "base/bytes.h"
#include "model/calendar.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* From `utc_ms` on, local clocks are `offset_ms` ahead of UTC. */
struct calendar_change {
    int64_t utc_ms, offset_ms;
};

/* When summer time begins or ends: the day of the year, and the local time on it. */
struct calendar_rule_day {
    enum { RULE_JULIAN, RULE_ZERO, RULE_WEEK } kind;

    int day;                   /* JULIAN: 1..365, 29 February not counted; ZERO: 0..365 */
    int month, week, week_day; /* WEEK: 1..12; 1..5, 5 = last; 0 = Sunday */
    int64_t time_ms;           /* after local midnight, -167 h .. 167 h */
};

/* The POSIX TZ text of a zone: "CET-1CEST,M3.5.0,M10.5.0/3". */
struct calendar_rule {
    int64_t standard_ms, summer_ms; /* offsets east of UTC */
    bool has_summer;
    struct calendar_rule_day begin, end;
};

struct calendar {
    struct calendar_change *changes; /* rising */
    size_t changes_n;
    int64_t first_offset_ms; /* before all changes */
    bool has_rule;           /* behind all changes */
    struct calendar_rule rule;
};

int64_t calendar_days_from_civil(int64_t year, int month, int64_t day);

/* ERR_FRAME when the text is not a POSIX TZ rule. */
MUST_USE err calendar_rule_read(struct bytes text, struct calendar_rule *rule);
int64_t calendar_rule_offset(const struct calendar_rule *rule, int64_t utc_ms);
/* The first change after `utc_ms`; false when the rule has none. */
bool calendar_rule_next(const struct calendar_rule *rule, int64_t utc_ms,
                        struct calendar_change *change);

#endif
