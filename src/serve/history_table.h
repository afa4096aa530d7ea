/* history_table.h - many points over a range as one table: the same times for all,
 * aggregated, aligned, gaps filled as asked.
 *
 *   values[(point * aggregates_n + aggregate) * rows_n + row], NaN = nothing there */
#ifndef HEATNET_SERVE_HISTORY_TABLE_H
#define HEATNET_SERVE_HISTORY_TABLE_H

#include "model/catalog.h"
#include "serve/request.h"
#include "store/historian.h"

enum {
    HISTORY_POINTS_MAX = 5000,
    HISTORY_NUMBERS_MAX = 2000000,
    HISTORY_HEAD_BYTES = 320
};

#define HISTORY_AGGREGATE_LIST(X)                                                        \
    X(HISTORY_MEAN, "mean", "平均")                                                      \
    X(HISTORY_MIN, "min", "最小")                                                        \
    X(HISTORY_MAX, "max", "最大")                                                        \
    X(HISTORY_SUM, "sum", "合计")                                                        \
    X(HISTORY_COUNT, "count", "个数")                                                    \
    X(HISTORY_FIRST, "first", "首值")                                                    \
    X(HISTORY_LAST, "last", "末值")                                                      \
    X(HISTORY_INCREASE, "increase", "增量")                                              \
    X(HISTORY_BAD, "bad", "坏值数")
#define HISTORY_ENUM_ROW(name, word, zh) name,

enum history_aggregate { HISTORY_AGGREGATE_LIST(HISTORY_ENUM_ROW) HISTORY_AGGREGATE_N };

#undef HISTORY_ENUM_ROW

enum history_fill { FILL_NONE, FILL_NULL, FILL_PREVIOUS, FILL_LINEAR };

struct history_table {
    size_t points_n, aggregates_n, rows_n;
    struct history_range *ranges;
    enum history_aggregate aggregates[HISTORY_AGGREGATE_N];
    enum history_fill fill;
    int64_t step_ms; /* 0 = local hours or days, which are not all as long */
    int64_t *times_ms;
    double *values;
    bool english;
    char (*heads)[HISTORY_HEAD_BYTES]; /* of each point: site or device, name, unit */
};

/* From the query: points or device, from, to, step, aggregate, fill, align.  Everything
 * is in the request's arena.  On error a problem has been answered. */
MUST_USE err history_table_read(struct request *request, struct history_table *table);
const char *history_aggregate_word(enum history_aggregate aggregate, bool english);

static inline const double *history_values(const struct history_table *table,
                                           size_t point, size_t aggregate)
{
    return table->values + (point * table->aggregates_n + aggregate) * table->rows_n;
}

#endif
