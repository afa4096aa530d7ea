/* api_trend_csv.c - several points over a range as one table: a row a time, a column a
 * point.
 *
 * Raw samples are joined by their times: each point's samples are read into a list, and
 * the lists are merged.  Hours and days have one row each by themselves. */
#include "base/memory.h"
#include "base/text.h"
#include "model/quality.h"
#include "serve/api.h"
#include "serve/csv_out.h"
#include "serve/point_head.h"
#include "serve/points_query.h"
#include "serve/request.h"
#include "serve/server.h"

#include <math.h>
#include <string.h>

enum { TABLE_POINTS_MAX = 64, TABLE_SAMPLES_MAX = 4000000 };

struct cell {
    int64_t time_ms;
    double value;
};

struct column {
    struct history_range range;
    char head[POINT_HEAD_BYTES];
    size_t n, capacity, next;
    struct cell *cells;
};

struct table {
    size_t columns_n;
    size_t cells_n; /* of all columns */
    struct column columns[TABLE_POINTS_MAX];
};

struct filling {
    struct table *table;
    struct column *column;
};

static err add_cell(struct filling *filling, int64_t time_ms, double value)
{
    struct column *column = filling->column;
    if (++filling->table->cells_n > TABLE_SAMPLES_MAX) return ERR_FULL;
    if (column->n == column->capacity) {
        size_t capacity = column->capacity ? 2 * column->capacity : 256;
        struct cell *grown = memory_resize(column->cells, capacity, sizeof *grown);
        if (!grown) return ERR_MEMORY;
        column->cells = grown;
        column->capacity = capacity;
    }
    column->cells[column->n++] = (struct cell){time_ms, value};
    return ERR_OK;
}

static err add_samples(void *context, const struct history_sample *samples, size_t n)
{
    err e = ERR_OK;
    for (size_t i = 0; !e && i < n; i++) {
        bool there = quality_has_value(samples[i].quality);
        e = add_cell(context, samples[i].time_ms, there ? samples[i].value : NAN);
    }
    return e;
}

static err add_bucket(void *context, const struct history_bucket *bucket)
{
    return add_cell(context, bucket->start_ms, bucket->n ? bucket->mean : NAN);
}

static err fill(struct request *request, struct table *table, const char *step)
{
    struct historian *historian = request->server->historian;
    err e = ERR_OK;
    for (size_t i = 0; !e && i < table->columns_n; i++) {
        struct filling filling = {table, &table->columns[i]};
        const struct history_range *range = &table->columns[i].range;
        if (text_equal(step, "raw"))
            e = historian_raw(historian, range, add_samples, &filling);
        else
            e = historian_steps(historian, range,
                                text_equal(step, "hour") ? HISTORY_HOUR : HISTORY_DAY,
                                add_bucket, &filling);
    }
    return e;
}

/* The earliest time not yet written; INT64_MAX at the end. */
static int64_t next_time(const struct table *table)
{
    int64_t next_ms = INT64_MAX;
    for (size_t i = 0; i < table->columns_n; i++) {
        const struct column *column = &table->columns[i];
        if (column->next < column->n && column->cells[column->next].time_ms < next_ms)
            next_ms = column->cells[column->next].time_ms;
    }
    return next_ms;
}

static void put_rows(struct request *request, struct table *table)
{
    struct buffer *out = &request->out;
    for (int64_t at_ms = next_time(table); at_ms != INT64_MAX; at_ms = next_time(table)) {
        csv_times(out, request->server->calendar, at_ms);
        for (size_t i = 0; i < table->columns_n; i++) {
            struct column *column = &table->columns[i];
            bool here =
                column->next < column->n && column->cells[column->next].time_ms == at_ms;
            csv_number(out, here ? column->cells[column->next].value : NAN);
            column->next += here;
        }
        csv_row_end(out);
        if (out->broken) return;
    }
}

static void answer_table(struct request *request, struct table *table, const char *step,
                         bool english)
{
    struct buffer *out = &request->out;
    err e = fill(request, table, step);
    if (!e) {
        csv_bom(out);
        csv_text(out, english ? "local time" : "本地时间");
        csv_text(out, "UTC");
        for (size_t i = 0; i < table->columns_n; i++)
            csv_text(out, table->columns[i].head);
        csv_row_end(out);
        put_rows(request, table);
    }
    for (size_t i = 0; i < table->columns_n; i++) memory_free(table->columns[i].cells);
    if (e) {
        answer_err(request, e);
    } else {
        answer_csv(request, "trend.csv");
    }
}

static bool step_is_known(struct request *request, const char *step)
{
    if (text_equal(step, "raw") || text_equal(step, "hour") || text_equal(step, "day"))
        return true;
    answer_problem(request, PROBLEM_MALFORMED, "step 应为 raw、hour 或 day",
                   "step is raw, hour or day");
    return false;
}

void api_trend_csv(struct request *request)
{
    int64_t from_ms = 0, to_ms = 0;
    if (request_query_range(request, &from_ms, &to_ms)) return;
    const char *step = request_query(request, "step");
    if (!step) step = "raw";
    if (!step_is_known(request, step)) return;
    const char *language = request_query(request, "language");
    bool english = language ? text_equal(language, "en") : request->english;

    struct table *table = arena_new(&request->arena, 1, sizeof *table);
    if (!table) {
        answer_err(request, ERR_MEMORY);
        return;
    }
    struct catalog *catalog = server_catalog(request->server);
    struct points_query points;
    err e = points_query(request, catalog, TABLE_POINTS_MAX, true, &points);
    for (size_t i = 0; !e && i < points.n; i++) {
        const struct point *point = catalog_point(catalog, points.ids[i]);
        struct column *column = &table->columns[table->columns_n++];
        column->range = (struct history_range){point->device, point->id, from_ms, to_ms};
        point_head(catalog, point, english, column->head);
    }
    catalog_release(catalog);
    if (!e) answer_table(request, table, step, english);
}
