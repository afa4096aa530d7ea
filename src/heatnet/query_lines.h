/* query_lines.h - private to heatnet query: sparklines and plots. */
#ifndef HEATNET_HEATNET_QUERY_LINES_H
#define HEATNET_HEATNET_QUERY_LINES_H

#include "heatnet/client.h"
#include "heatnet/lines.h"
#include "model/calendar.h"

struct query_lines {
    const char *expression; /* PromQL; NULL: the point */
    int64_t point;
    int64_t from_to_ms[2];
    const char *plot; /* file; NULL = none */
    const struct calendar *calendar;
};

/* Ask, print a sparkline a series, and write the plot.  The program's exit code. */
int query_lines(struct client *client, const struct query_lines *wanted);

#endif
