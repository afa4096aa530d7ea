/* promql_range.c - see promql_range.h.  Source of each rule: Prometheus 2.42,
 * promql/functions.go. */
#include "ask/promql_range.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

/* Neumaier's compensated sum. */
void promql_add(double value, double *sum, double *rest)
{
    double next = *sum + value;
    if (isinf(next))
        *rest = 0;
    else if (fabs(*sum) >= fabs(value))
        *rest += (*sum - next) + value;
    else
        *rest += (value - next) + *sum;
    *sum = next;
}

static double last(const struct window *window)
{
    return window->at[window->n - 1].value;
}

/* --- counters ----------------------------------------------------------------------- */

/* A counter that starts at 0 cannot have begun before it was 0. */
static double to_zero(double to_start, double rise, double first, double sampled)
{
    if (!(rise > 0) || !(first >= 0)) return to_start;
    double zero = sampled * (first / rise);
    return zero < to_start ? zero : to_start;
}

/* The rise over the samples, carried on to the window's ends when these are near. */
static double extrapolated(const struct window *window, bool counter, bool per_second)
{
    if (window->n < 2) return promql_absent();
    const struct promql_sample *at = window->at;
    double rise = last(window) - at[0].value;
    for (size_t i = 1; counter && i < window->n; i++)
        if (at[i].value < at[i - 1].value) rise += at[i - 1].value;
    double to_start = (double)(at[0].time_ms - window->from_ms) / 1000;
    double to_end = (double)(window->to_ms - at[window->n - 1].time_ms) / 1000;
    double sampled = (double)(at[window->n - 1].time_ms - at[0].time_ms) / 1000;
    double between = sampled / (double)(window->n - 1);
    if (counter) to_start = to_zero(to_start, rise, at[0].value, sampled);
    double span = sampled;
    span += to_start < between * 1.1 ? to_start : between / 2;
    span += to_end < between * 1.1 ? to_end : between / 2;
    double factor = span / sampled;
    if (per_second) factor /= (double)(window->to_ms - window->from_ms) / 1000;
    return rise * factor;
}

double range_rate(const struct window *window)
{
    return extrapolated(window, true, true);
}

double range_increase(const struct window *window)
{
    return extrapolated(window, true, false);
}

double range_delta(const struct window *window)
{
    return extrapolated(window, false, false);
}

double range_irate(const struct window *window)
{
    if (window->n < 2) return promql_absent();
    const struct promql_sample *b = &window->at[window->n - 1], *a = b - 1;
    if (b->time_ms == a->time_ms) return promql_absent();
    double rise = b->value < a->value ? b->value : b->value - a->value;
    return rise / ((double)(b->time_ms - a->time_ms) / 1000);
}

double range_idelta(const struct window *window)
{
    if (window->n < 2) return promql_absent();
    return last(window) - window->at[window->n - 2].value;
}

double range_resets(const struct window *window)
{
    if (!window->n) return promql_absent();
    double n = 0;
    for (size_t i = 1; i < window->n; i++)
        n += window->at[i].value < window->at[i - 1].value;
    return n;
}

double range_changes(const struct window *window)
{
    if (!window->n) return promql_absent();
    double n = 0;
    for (size_t i = 1; i < window->n; i++) {
        double a = window->at[i - 1].value, b = window->at[i].value;
        n += a != b && !(isnan(a) && isnan(b));
    }
    return n;
}

/* --- statistics --------------------------------------------------------------------- */

double range_avg(const struct window *window)
{
    if (!window->n) return promql_absent();
    double mean = 0, rest = 0;
    for (size_t i = 0; i < window->n; i++) {
        double value = window->at[i].value, n = (double)(i + 1);
        bool same = isinf(value) && (mean > 0) == (value > 0);
        if (isinf(mean) && (same || isfinite(value))) continue;
        promql_add(value / n - mean / n, &mean, &rest);
    }
    return isinf(mean) ? mean : mean + rest;
}

double range_sum(const struct window *window)
{
    if (!window->n) return promql_absent();
    double sum = 0, rest = 0;
    for (size_t i = 0; i < window->n; i++) promql_add(window->at[i].value, &sum, &rest);
    return isinf(sum) ? sum : sum + rest;
}

double range_min(const struct window *window)
{
    if (!window->n) return promql_absent();
    double min = window->at[0].value;
    for (size_t i = 1; i < window->n; i++)
        if (window->at[i].value < min || isnan(min)) min = window->at[i].value;
    return min;
}

double range_max(const struct window *window)
{
    if (!window->n) return promql_absent();
    double max = window->at[0].value;
    for (size_t i = 1; i < window->n; i++)
        if (window->at[i].value > max || isnan(max)) max = window->at[i].value;
    return max;
}

double range_count(const struct window *window)
{
    return window->n ? (double)window->n : promql_absent();
}

double range_last(const struct window *window)
{
    return window->n ? last(window) : promql_absent();
}

double range_present(const struct window *window)
{
    return window->n ? 1 : promql_absent();
}

/* Welford's way, compensated. */
double range_stdvar(const struct window *window)
{
    if (!window->n) return promql_absent();
    double mean = 0, mean_rest = 0, square = 0, square_rest = 0;
    for (size_t i = 0; i < window->n; i++) {
        double value = window->at[i].value;
        double delta = value - (mean + mean_rest);
        promql_add(delta / (double)(i + 1), &mean, &mean_rest);
        promql_add(delta * (value - (mean + mean_rest)), &square, &square_rest);
    }
    return (square + square_rest) / (double)window->n;
}

double range_stddev(const struct window *window)
{
    if (!window->n) return promql_absent();
    return sqrt(range_stdvar(window));
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    if (isnan(x)) return isnan(y) ? 0 : -1;
    if (isnan(y)) return 1;
    return (x > y) - (x < y);
}

double promql_quantile(double phi, double *values, size_t n)
{
    if (!n || isnan(phi)) return (double)NAN;
    if (phi < 0) return -(double)INFINITY;
    if (phi > 1) return (double)INFINITY;
    qsort(values, n, sizeof *values, by_value);
    double rank = phi * (double)(n - 1);
    size_t low = (size_t)floor(rank);
    size_t high = low + 1 < n ? low + 1 : n - 1;
    double weight = rank - floor(rank);
    return values[low] * (1 - weight) + values[high] * weight;
}

double range_quantile(const struct window *window)
{
    if (!window->n) return promql_absent();
    double *values = memory_new(window->n, sizeof *values);
    if (!values) return promql_absent();
    for (size_t i = 0; i < window->n; i++) values[i] = window->at[i].value;
    double quantile = promql_quantile(window->number[0], values, window->n);
    memory_free(values);
    return quantile;
}

/* --- lines -------------------------------------------------------------------------- */

/* Least squares: the slope per second, and the value at `zero_ms`. */
static void regress(const struct window *window, int64_t zero_ms, double *slope,
                    double *value)
{
    double x = 0, y = 0, xy = 0, xx = 0, cx = 0, cy = 0, cxy = 0, cxx = 0;
    double n = (double)window->n;
    bool constant = true;
    for (size_t i = 0; i < window->n; i++) {
        double at = (double)(window->at[i].time_ms - zero_ms) / 1000;
        double v = window->at[i].value;
        constant = constant && v == window->at[0].value;
        promql_add(at, &x, &cx);
        promql_add(v, &y, &cy);
        promql_add(at * v, &xy, &cxy);
        promql_add(at * at, &xx, &cxx);
    }
    if (constant) {
        *slope = isinf(window->at[0].value) ? (double)NAN : 0;
        *value = isinf(window->at[0].value) ? (double)NAN : window->at[0].value;
        return;
    }
    x += cx;
    y += cy;
    double cov = (xy + cxy) - x * y / n; /* n cov */
    double var = (xx + cxx) - x * x / n;
    *slope = cov / var;
    *value = y / n - *slope * x / n;
}

double range_deriv(const struct window *window)
{
    if (window->n < 2) return promql_absent();
    double slope, value;
    regress(window, window->at[0].time_ms, &slope, &value);
    return slope;
}

double range_predict(const struct window *window)
{
    if (window->n < 2) return promql_absent();
    double slope, value;
    regress(window, window->step_ms, &slope, &value);
    return slope * window->number[0] + value;
}

/* Double exponential smoothing: number[0] of the value, number[1] of the trend. */
double range_holt_winters(const struct window *window)
{
    if (window->n < 2) return promql_absent();
    double of_value = window->number[0], of_trend = window->number[1];
    double smooth = 0, before = window->at[0].value;
    double trend = window->at[1].value - window->at[0].value;
    double now = before;
    for (size_t i = 1; i < window->n; i++) {
        if (i > 1) trend = of_trend * (now - before) + (1 - of_trend) * trend;
        smooth = of_value * window->at[i].value + (1 - of_value) * (now + trend);
        before = now;
        now = smooth;
    }
    return now;
}
