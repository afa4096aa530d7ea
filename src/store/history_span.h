/* history_span.h - what a span of time held, so defined that spans can be put together:
 * summing up samples one by one, or spans of samples in order of time, gives the same.
 *
 * Only usable samples (quality < 128, not NaN) count.  A value is held until the next
 * usable sample, at most SPAN_HOLD_MS. */
#ifndef HEATNET_STORE_HISTORY_SPAN_H
#define HEATNET_STORE_HISTORY_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SPAN_HOLD_MS = 2 * 60 * 60 * 1000 };

struct history_span {
    uint64_t n, bad_n;
    double min, max, sum, first, last;
    int64_t first_ms, last_ms;
    double integral;   /* unit * ms, from the first to the last sample */
    int64_t weight_ms; /* the time that the integral covers */
    double increase;   /* sum of rises from sample to sample */
};

/* The next sample; false: not usable (counted as bad). */
bool span_add(struct history_span *span, int64_t time_ms, double value, unsigned quality);
/* The next samples, all of good quality: as span_add one by one. */
void span_add_good(struct history_span *span, const int64_t *times_ms,
                   const double *values, size_t n);
/* The span that follows in time. */
void span_join(struct history_span *span, const struct history_span *next);
/* Round what was summed to the decimals that all values have: sums of decimals are
 * decimals, so this takes away what floating point added, and the order of adding with
 * it. */
void span_round(struct history_span *span, int decimals);
/* Time-weighted mean, the last value held until `end_ms`; NaN when n == 0. */
double span_mean(const struct history_span *span, int64_t end_ms);

#endif
