/* history_table.c - see history_table.h. */
#include "serve/history_table.h"

#include "ask/promql_lex.h"
#include "base/ensure.h"
#include "base/text.h"
#include "serve/point_head.h"
#include "serve/points_match.h"
#include "serve/server.h"

#include <math.h>
#include <string.h>

static const struct {
    const char *word, *zh;
} aggregates[] = {
#define HISTORY_WORD_ROW(name, word, zh) {word, zh},
    HISTORY_AGGREGATE_LIST(HISTORY_WORD_ROW)
#undef HISTORY_WORD_ROW
};

static const char *const fills[] = {[FILL_NONE] = "none",
                                    [FILL_NULL] = "null",
                                    [FILL_PREVIOUS] = "previous",
                                    [FILL_LINEAR] = "linear"};

const char *history_aggregate_word(enum history_aggregate aggregate, bool english)
{
    return english ? aggregates[aggregate].word : aggregates[aggregate].zh;
}

/* --- parameters -------------------------------------------------------------------- */

enum step_kind { STEP_FIXED, STEP_HOUR, STEP_DAY };

struct asking {
    struct request *request;
    struct history_table *table;
    enum step_kind step;
    int64_t from_ms, to_ms;
};

static err wrong(struct asking *asking, const char *zh, const char *en)
{
    answer_problem(asking->request, PROBLEM_MALFORMED, zh, en);
    return ERR_RANGE;
}

static err read_step(struct asking *asking)
{
    const char *text = request_query(asking->request, "step");
    if (!text) text = "1h";
    if (text_equal(text, "hour") || text_equal(text, "day")) {
        asking->step = text_equal(text, "hour") ? STEP_HOUR : STEP_DAY;
        return ERR_OK;
    }
    asking->step = STEP_FIXED;
    if (!promql_duration(text, strlen(text), &asking->table->step_ms) &&
        asking->table->step_ms > 0)
        return ERR_OK;
    return wrong(asking, "step 应为 hour、day 或 15m、1h30m 这样的时长",
                 "step is hour, day, or a duration as 15m, 1h30m");
}

static err read_aggregates(struct asking *asking)
{
    struct history_table *table = asking->table;
    const char *text = request_query(asking->request, "aggregate");
    for (text = text ? text : "mean"; *text;) {
        size_t n = strcspn(text, ","), i = 0;
        while (i < HISTORY_AGGREGATE_N && (strlen(aggregates[i].word) != n ||
                                           memcmp(aggregates[i].word, text, n) != 0))
            i++;
        if (i == HISTORY_AGGREGATE_N || table->aggregates_n == HISTORY_AGGREGATE_N)
            return wrong(
                asking,
                "aggregate 为 mean、min、max、sum、count、first、last、increase、bad "
                "中的若干，以逗号分隔",
                "aggregate is a list of mean, min, max, sum, count, first, last, "
                "increase, bad, with commas");
        table->aggregates[table->aggregates_n++] = (enum history_aggregate)i;
        text += n + (text[n] == ',');
    }
    return table->aggregates_n ? ERR_OK : wrong(asking, NULL, NULL);
}

static err read_fill(struct asking *asking)
{
    const char *text = request_query(asking->request, "fill");
    for (size_t i = 0; i < COUNT(fills); i++) {
        if (!text_equal(text ? text : "none", fills[i])) continue;
        asking->table->fill = (enum history_fill)i;
        return ERR_OK;
    }
    return wrong(asking, "fill 应为 none、null、previous 或 linear",
                 "fill is none, null, previous or linear");
}

/* --- the times ---------------------------------------------------------------------- */

/* Steps begin at whole multiples of themselves since 1970 (in UTC), or at `from`. */
static void align(struct asking *asking)
{
    const char *text = request_query(asking->request, "align");
    int64_t step_ms = asking->table->step_ms;
    const struct calendar *calendar = asking->request->server->calendar;
    if (asking->step == STEP_HOUR)
        asking->from_ms = calendar_hour_start(calendar, asking->from_ms);
    if (asking->step == STEP_DAY)
        asking->from_ms = calendar_day_start(calendar, asking->from_ms);
    if (asking->step != STEP_FIXED || (text && text_equal(text, "from"))) return;
    int64_t over_ms = asking->from_ms % step_ms;
    asking->from_ms -= over_ms < 0 ? over_ms + step_ms : over_ms;
}

static err too_many(struct asking *asking, double numbers)
{
    char zh[240], en[240];
    text_format(zh, sizeof zh,
                "一次最多 %d 个数，此次约 %.0f 个：请减少测点、缩短范围或加大 step",
                HISTORY_NUMBERS_MAX, numbers);
    text_format(en, sizeof en,
                "At most %d numbers at once, these would be about %.0f: ask for fewer "
                "points, a shorter range or a longer step",
                HISTORY_NUMBERS_MAX, numbers);
    answer_problem(asking->request, PROBLEM_RANGE, zh, en);
    return ERR_FULL;
}

/* Before any memory is taken for them. */
static err count_rows(struct asking *asking)
{
    struct history_table *table = asking->table;
    int64_t step_ms = asking->step == STEP_FIXED ? table->step_ms
                      : asking->step == STEP_HOUR ? 3600000
                                                  : 82800000; /* the shortest day */
    double rows = ceil((double)(asking->to_ms - asking->from_ms) / (double)step_ms);
    double numbers = rows * (double)table->points_n * (double)table->aggregates_n;
    if (numbers > HISTORY_NUMBERS_MAX) return too_many(asking, numbers);
    table->rows_n = (size_t)rows + (asking->step != STEP_FIXED);
    return ERR_OK;
}

/* --- the numbers -------------------------------------------------------------------- */

static double aggregate_of(const struct history_bucket *bucket,
                           enum history_aggregate aggregate)
{
    switch (aggregate) {
    case HISTORY_COUNT: return (double)bucket->n;
    case HISTORY_BAD: return (double)bucket->bad_n;
    case HISTORY_MEAN: return bucket->n ? bucket->mean : (double)NAN;
    case HISTORY_MIN: return bucket->n ? bucket->min : (double)NAN;
    case HISTORY_MAX: return bucket->n ? bucket->max : (double)NAN;
    case HISTORY_SUM: return bucket->n ? bucket->sum : (double)NAN;
    case HISTORY_FIRST: return bucket->n ? bucket->first : (double)NAN;
    case HISTORY_LAST: return bucket->n ? bucket->last : (double)NAN;
    case HISTORY_INCREASE: return bucket->n ? bucket->increase : (double)NAN;
    case HISTORY_AGGREGATE_N: break;
    }
    return (double)NAN;
}

struct column {
    struct history_table *table;
    size_t point, row, rows_max;
};

static err put_bucket(void *context, const struct history_bucket *bucket)
{
    struct column *column = context;
    struct history_table *table = column->table;
    if (column->row == column->rows_max) return ERR_OK;
    table->times_ms[column->row] = bucket->start_ms;
    for (size_t a = 0; a < table->aggregates_n; a++) {
        size_t at = (column->point * table->aggregates_n + a) * column->rows_max;
        table->values[at + column->row] = aggregate_of(bucket, table->aggregates[a]);
    }
    column->row++;
    return ERR_OK;
}

static err read_point(struct asking *asking, struct history_bucket *buckets,
                      struct column *column)
{
    struct historian *historian = asking->request->server->historian;
    const struct history_range *range = &asking->table->ranges[column->point];
    if (asking->step != STEP_FIXED)
        return historian_steps(historian, range,
                               asking->step == STEP_HOUR ? HISTORY_HOUR : HISTORY_DAY,
                               put_bucket, column);
    err e = historian_buckets(historian, range, buckets, column->rows_max);
    for (size_t i = 0; !e && i < column->rows_max; i++)
        e = put_bucket(column, &buckets[i]);
    return e;
}

/* Fewer calendar steps than thought: close the gaps between the columns. */
static void shrink(struct history_table *table, size_t rows_n)
{
    for (size_t c = 1; c < table->points_n * table->aggregates_n; c++)
        memmove(table->values + c * rows_n, table->values + c * table->rows_n,
                rows_n * sizeof *table->values);
    table->rows_n = rows_n;
}

static err read_numbers(struct asking *asking)
{
    struct history_table *table = asking->table;
    struct arena *arena = &asking->request->arena;
    size_t columns_n = table->points_n * table->aggregates_n;
    struct history_bucket *buckets = arena_new(arena, table->rows_n, sizeof *buckets);
    table->times_ms = arena_new(arena, table->rows_n, sizeof *table->times_ms);
    table->values = arena_new(arena, columns_n * table->rows_n, sizeof *table->values);
    if (!buckets || !table->times_ms || !table->values) return ERR_MEMORY;
    size_t rows_n = 0;
    err e = ERR_OK;
    for (size_t p = 0; !e && p < table->points_n; p++) {
        struct column column = {table, p, 0, table->rows_n};
        e = read_point(asking, buckets, &column);
        rows_n = column.row;
    }
    if (!e && rows_n < table->rows_n) shrink(table, rows_n);
    return e;
}

/* --- gaps --------------------------------------------------------------------------- */

static void fill_line(double *values, const int64_t *times_ms, size_t from, size_t to)
{
    double rise = values[to] - values[from];
    double span = (double)(times_ms[to] - times_ms[from]);
    for (size_t i = from + 1; i < to; i++)
        values[i] = values[from] + rise * (double)(times_ms[i] - times_ms[from]) / span;
}

static void fill_column(const struct history_table *table, double *values)
{
    size_t known = table->rows_n; /* none yet */
    for (size_t i = 0; i < table->rows_n; i++) {
        if (isnan(values[i])) {
            if (table->fill == FILL_PREVIOUS && known < i) values[i] = values[known];
            continue;
        }
        if (table->fill == FILL_LINEAR && known < i)
            fill_line(values, table->times_ms, known, i);
        known = i;
    }
}

static err take_points(struct asking *asking)
{
    struct history_table *table = asking->table;
    struct request *request = asking->request;
    struct catalog *catalog = server_catalog(request->server);
    struct points_query points;
    err e = points_match(request, catalog, HISTORY_POINTS_MAX, false, &points);
    table->ranges =
        e ? NULL : arena_new(&request->arena, points.n + 1, sizeof *table->ranges);
    table->heads =
        e ? NULL : arena_new(&request->arena, points.n + 1, sizeof *table->heads);
    if (!e && (!table->ranges || !table->heads)) {
        e = ERR_MEMORY;
        answer_err(request, e);
    }
    for (size_t i = 0; !e && i < points.n; i++) {
        const struct point *point = catalog_point(catalog, points.ids[i]);
        table->ranges[i] =
            (struct history_range){.device = point->device, .point = point->id};
        point_head(catalog, point, table->english, table->heads[i]);
    }
    if (!e) table->points_n = points.n;
    catalog_release(catalog);
    return e;
}

static void set_ranges(struct asking *asking)
{
    struct history_table *table = asking->table;
    int64_t end_ms = asking->to_ms;
    if (asking->step == STEP_FIXED)
        end_ms = asking->from_ms + (int64_t)table->rows_n * table->step_ms;
    for (size_t i = 0; i < table->points_n; i++) {
        table->ranges[i].from_ms = asking->from_ms;
        table->ranges[i].to_ms = end_ms;
    }
}

err history_table_read(struct request *request, struct history_table *table)
{
    *table = (struct history_table){.english = request->english};
    const char *language = request_query(request, "language");
    if (language) table->english = text_equal(language, "en");
    struct asking asking = {.request = request, .table = table};
    err e = request_query_range(request, &asking.from_ms, &asking.to_ms);
    if (!e) e = read_step(&asking);
    if (!e) e = read_aggregates(&asking);
    if (!e) e = read_fill(&asking);
    if (!e) e = take_points(&asking);
    if (e) return e;
    align(&asking);
    e = count_rows(&asking);
    if (e) return e;
    set_ranges(&asking);
    e = read_numbers(&asking);
    if (e) {
        answer_err(request, e);
        return e;
    }
    if (table->fill != FILL_PREVIOUS && table->fill != FILL_LINEAR) return ERR_OK;
    for (size_t c = 0; c < table->points_n * table->aggregates_n; c++)
        fill_column(table, table->values + c * table->rows_n);
    return ERR_OK;
}
