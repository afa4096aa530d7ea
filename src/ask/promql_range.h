/* promql_range.h - private: what functions make of the samples of a range. */
#ifndef HEATNET_ASK_PROMQL_RANGE_H
#define HEATNET_ASK_PROMQL_RANGE_H

#include "ask/promql_function.h"

/* Each: the value at one step, absent when the window has too few samples. */
double range_rate(const struct window *window);
double range_increase(const struct window *window);
double range_delta(const struct window *window);
double range_irate(const struct window *window);
double range_idelta(const struct window *window);
double range_avg(const struct window *window);
double range_sum(const struct window *window);
double range_min(const struct window *window);
double range_max(const struct window *window);
double range_count(const struct window *window);
double range_last(const struct window *window);
double range_present(const struct window *window);
double range_stdvar(const struct window *window);
double range_stddev(const struct window *window);
double range_quantile(const struct window *window);
double range_changes(const struct window *window);
double range_resets(const struct window *window);
double range_deriv(const struct window *window);
double range_predict(const struct window *window);
double range_holt_winters(const struct window *window);

#endif
