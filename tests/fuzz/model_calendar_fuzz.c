/* model_calendar_fuzz.c - any bytes as a time zone file.
 *
 * Property: whatever opens answers for any instant; the hour, day and month that hold an
 * instant begin at or before it, and local time leads back to no later instant. */
#include "base/ensure.h"
#include "model/calendar.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_time(const struct calendar *calendar, int64_t utc_ms)
{
    ensure(calendar_hour_start(calendar, utc_ms) <= utc_ms);
    ensure(calendar_utc(calendar, calendar_civil(calendar, utc_ms)) <= utc_ms);
    (void)calendar_day_start(calendar, utc_ms);
    (void)calendar_day_next(calendar, utc_ms);
    (void)calendar_month_start(calendar, utc_ms);
    (void)calendar_month_next(calendar, utc_ms);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct calendar *calendar = NULL;
    int64_t utc_ms = 0;
    if (calendar_open((struct bytes){data, size}, &calendar)) return 0;
    for (int64_t year = -60; year < 130; year++)
        try_time(calendar, year * INT64_C(31556952000) + 12345678);
    if (size >= sizeof utc_ms)
        memcpy(&utc_ms, data + size - sizeof utc_ms, sizeof utc_ms);
    try_time(calendar, utc_ms % INT64_C(100000000000000)); /* some 3,000 years around */
    calendar_close(calendar);
    return 0;
}
