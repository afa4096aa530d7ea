/* show.h - numbers, times and amounts for a person at a terminal. */
#ifndef HEATNET_HEATNET_SHOW_H
#define HEATNET_HEATNET_SHOW_H

#include "base/err.h"
#include "model/calendar.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

enum { SHOW_BYTES = 64 };

/* "2026-11-25 14:05:09.250" in the calendar's zone (NULL: UTC); "-" for 0. */
void show_time(const struct calendar *calendar, int64_t utc_ms, char out[SHOW_BYTES]);
void show_bytes(uint64_t bytes, char out[SHOW_BYTES]);
/* "now", "-24h", "-30m", "-7d", RFC 3339, a date, or ms.  ERR_TYPE. */
MUST_USE err show_time_read(const char *text, int64_t now_ms, int64_t *utc_ms);

/* Members of a JSON object; 0 and "" when they are missing or null. */
int64_t show_i64(const json_t *object, const char *name);
const char *show_text(const json_t *object, const char *name);

#endif
