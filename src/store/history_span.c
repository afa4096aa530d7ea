/* history_span.c - see history_span.h. */
#include "store/history_span.h"

#include "model/quality.h"

#include <math.h>

bool span_add(struct history_span *span, int64_t time_ms, double value, unsigned quality)
{
    if (quality > UINT8_MAX || !quality_is_usable((uint8_t)quality) || isnan(value)) {
        span->bad_n++;
        return false;
    }
    if (span->n == 0) {
        uint64_t bad_n = span->bad_n;
        *span = (struct history_span){.n = 1,
                                      .bad_n = bad_n,
                                      .min = value,
                                      .max = value,
                                      .sum = value,
                                      .first = value,
                                      .last = value,
                                      .first_ms = time_ms,
                                      .last_ms = time_ms};
        return true;
    }
    int64_t held_ms = time_ms - span->last_ms;
    if (held_ms > SPAN_HOLD_MS) held_ms = SPAN_HOLD_MS;
    span->integral += span->last * (double)held_ms;
    span->weight_ms += held_ms;
    if (value > span->last) span->increase += value - span->last;
    if (value < span->min) span->min = value;
    if (value > span->max) span->max = value;
    span->sum += value;
    span->last = value;
    span->last_ms = time_ms;
    span->n++;
    return true;
}

void span_add_good(struct history_span *span, const int64_t *times_ms,
                   const double *values, size_t n)
{
    size_t i = 0;
    while (i < n && span->n == 0) {
        (void)span_add(span, times_ms[i], values[i], QUALITY_GOOD);
        i++;
    }
    struct history_span s = *span; /* what lies on the stack stays in registers */
    for (; i < n; i++) {
        double value = values[i];
        if (isnan(value)) {
            s.bad_n++;
            continue;
        }
        int64_t held_ms = times_ms[i] - s.last_ms;
        if (held_ms > SPAN_HOLD_MS) held_ms = SPAN_HOLD_MS;
        s.integral += s.last * (double)held_ms;
        s.weight_ms += held_ms;
        double rise = value > s.last ? value - s.last : 0;
        s.increase += rise;
        s.min = value < s.min ? value : s.min;
        s.max = value > s.max ? value : s.max;
        s.sum += value;
        s.last = value;
        s.last_ms = times_ms[i];
        s.n++;
    }
    *span = s;
}

void span_join(struct history_span *span, const struct history_span *next)
{
    if (next->n == 0) {
        span->bad_n += next->bad_n;
        return;
    }
    if (span->n == 0) {
        uint64_t bad_n = span->bad_n;
        *span = *next;
        span->bad_n += bad_n;
        return;
    }
    int64_t held_ms = next->first_ms - span->last_ms;
    if (held_ms > SPAN_HOLD_MS) held_ms = SPAN_HOLD_MS;
    span->integral += span->last * (double)held_ms + next->integral;
    span->weight_ms += held_ms + next->weight_ms;
    if (next->first > span->last) span->increase += next->first - span->last;
    span->increase += next->increase;
    if (next->min < span->min) span->min = next->min;
    if (next->max > span->max) span->max = next->max;
    span->sum += next->sum;
    span->last = next->last;
    span->last_ms = next->last_ms;
    span->n += next->n;
    span->bad_n += next->bad_n;
}

static double rounded(double value, double power)
{
    double scaled = value * power;
    if (!(fabs(scaled) < 4503599627370496.0)) return value; /* 2^52 */
    return rint(scaled) / power;
}

void span_round(struct history_span *span, int decimals)
{
    static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
    if (decimals < 0 || decimals >= (int)(sizeof powers / sizeof powers[0])) return;
    span->sum = rounded(span->sum, powers[decimals]);
    span->integral = rounded(span->integral, powers[decimals]);
    span->increase = rounded(span->increase, powers[decimals]);
}

double span_mean(const struct history_span *span, int64_t end_ms)
{
    if (span->n == 0) return NAN;
    int64_t held_ms = end_ms - span->last_ms;
    if (held_ms > SPAN_HOLD_MS) held_ms = SPAN_HOLD_MS;
    if (held_ms < 0) held_ms = 0;
    int64_t weight_ms = span->weight_ms + held_ms;
    if (weight_ms == 0) return span->sum / (double)span->n;
    return (span->integral + span->last * (double)held_ms) / (double)weight_ms;
}
