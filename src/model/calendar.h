/* calendar.h - local hours, days and months of a time zone, exact over summer time.
 *
 * Zones are read from the system's TZif files (RFC 8536, version 2+); days are as long as
 * the zone makes them (23, 24, 25 h).  Pure after opening. */
#ifndef HEATNET_MODEL_CALENDAR_H
#define HEATNET_MODEL_CALENDAR_H

#include "base/bytes.h"
#include "base/err.h"

#include <stdint.h>

struct calendar;

struct civil_time {
    int year;  /* 2026 */
    int month; /* 1..12 */
    int day;   /* 1..31 */
    int hour, minute, second, millisecond;
};

/* From the bytes of a TZif file.  ERR_FRAME when they are not one.  Times beyond its
 * table follow its footer rule (POSIX TZ string). */
MUST_USE err calendar_open(struct bytes tzif, struct calendar **calendar);
/* The zone by name from the system's /usr/share/zoneinfo; ERR_UNKNOWN: there is none. */
MUST_USE err calendar_open_zone(const char *name, struct calendar **calendar);
void calendar_close(struct calendar *calendar);

/* Offset of local time from UTC at that instant, in ms east. */
int64_t calendar_offset_ms(const struct calendar *calendar, int64_t utc_ms);
struct civil_time calendar_civil(const struct calendar *calendar, int64_t utc_ms);
/* The first instant at or after which local clocks show it (a skipped time: the instant
 * of the jump; a doubled one: its first). */
int64_t calendar_utc(const struct calendar *calendar, struct civil_time civil);

/* Start of the local hour, day or month that holds `utc_ms`, and of the one after it. */
int64_t calendar_hour_start(const struct calendar *calendar, int64_t utc_ms);
int64_t calendar_day_start(const struct calendar *calendar, int64_t utc_ms);
int64_t calendar_day_next(const struct calendar *calendar, int64_t utc_ms);
int64_t calendar_month_start(const struct calendar *calendar, int64_t utc_ms);
int64_t calendar_month_next(const struct calendar *calendar, int64_t utc_ms);

#endif
