/* promql_number.h - numbers and times as Prometheus' API writes them. */
#ifndef HEATNET_ASK_PROMQL_NUMBER_H
#define HEATNET_ASK_PROMQL_NUMBER_H

#include "base/err.h"

#include <stdint.h>

enum { PROMQL_NUMBER_BYTES = 48 };

/* "95.25", "NaN", "+Inf"; below 1e-6 and from 1e21 on "1e-07", "1e+21". */
void promql_number(double value, char out[PROMQL_NUMBER_BYTES]);
/* Seconds with up to three decimals. */
void promql_time(int64_t time_ms, char out[PROMQL_NUMBER_BYTES]);
/* Seconds as a number, or RFC 3339.  ERR_TYPE. */
MUST_USE err promql_read_time(const char *text, int64_t *time_ms);
/* Seconds as a number, or "1h30m"; may be 0 or less.  ERR_TYPE. */
MUST_USE err promql_read_duration(const char *text, int64_t *ms);

#endif
