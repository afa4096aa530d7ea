/* api_history.c - samples and trends as JSON. */
#include "base/ensure.h"
#include "model/quality.h"
#include "serve/api.h"
#include "serve/csv_out.h"
#include "serve/js.h"
#include "serve/points_query.h"
#include "serve/request.h"
#include "serve/server.h"

#include <math.h>

enum {
    TREND_POINTS_MAX = 32,
    TREND_BUCKETS_MAX = 4000,
    RAW_PER_BUCKET = 2, /* fewer samples than that a bucket: they are shown themselves */
    SAMPLES_USUAL = 100000,
    SAMPLES_MAX = 1000000
};

static void put_sample(struct buffer *out, const struct history_sample *sample)
{
    js_array(out);
    js_i64(out, sample->time_ms);
    js_double(out, quality_has_value(sample->quality) ? sample->value : NAN);
    js_u64(out, sample->quality);
    js_array_end(out);
}

/* --- samples ------------------------------------------------------------------------ */

struct sample_list {
    struct buffer *out;
    const struct calendar *calendar; /* CSV; NULL = JSON */
    size_t left_n;
    bool truncated;
};

static err list_samples(void *context, const struct history_sample *samples, size_t n)
{
    struct sample_list *list = context;
    for (size_t i = 0; i < n; i++) {
        if (!list->left_n) {
            list->truncated = true;
            return ERR_FULL; /* stops the asking */
        }
        list->left_n--;
        if (list->calendar)
            csv_sample(list->out, list->calendar, &samples[i]);
        else
            put_sample(list->out, &samples[i]);
    }
    return list->out->broken;
}

static void samples_json(struct request *request, const struct history_range *range,
                         size_t limit, const char *unit)
{
    struct buffer *out = &request->out;
    js_object(out);
    js_put_u64(out, "point", range->point);
    js_put_text(out, "unit", unit);
    js_key(out, "samples");
    js_array(out);
    struct sample_list list = {.out = out, .left_n = limit};
    err e = historian_raw(request->server->historian, range, list_samples, &list);
    js_array_end(out);
    js_put_bool(out, "truncated", list.truncated);
    js_object_end(out);
    if (e && !list.truncated) {
        answer_err(request, e);
    } else {
        answer_json(request, 200);
    }
}

static void samples_csv(struct request *request, const struct history_range *range,
                        size_t limit, const char *unit)
{
    struct buffer *out = &request->out;
    csv_bom(out);
    csv_text(out, request->english ? "local time" : "本地时间");
    csv_text(out, "UTC");
    csv_text_unit(out, request->english ? "value" : "值", unit);
    csv_text(out, request->english ? "quality" : "质量");
    csv_row_end(out);
    struct sample_list list = {
        .out = out, .calendar = request->server->calendar, .left_n = limit};
    err e = historian_raw(request->server->historian, range, list_samples, &list);
    if (e && !list.truncated) {
        answer_err(request, e);
    } else {
        answer_csv(request, "samples.csv");
    }
}

void api_samples(struct request *request)
{
    uint64_t id = 0;
    struct history_range range = {0};
    size_t limit = SAMPLES_USUAL;
    if (request_word_id(request, 0, &id)) return;
    if (request_query_range(request, &range.from_ms, &range.to_ms)) return;
    if (request_query_limit(request, SAMPLES_MAX, &limit)) return;

    struct catalog *catalog = server_catalog(request->server);
    const struct point *point =
        id <= UINT32_MAX ? catalog_point(catalog, (uint32_t)id) : NULL;
    const char *unit = "";
    if (point) {
        range.device = point->device;
        range.point = point->id;
        unit = quantity_unit(catalog_point_template(catalog, point)->quantity);
    }
    catalog_release(catalog);
    if (!point)
        answer_problem(request, PROBLEM_UNKNOWN, "没有这个测点", "No such point");
    else if (request_accepts(request, "text/csv"))
        samples_csv(request, &range, limit, unit);
    else
        samples_json(request, &range, limit, unit);
}

/* --- trend -------------------------------------------------------------------------- */

struct trend {
    size_t points_n, buckets_n;
    struct history_range ranges[TREND_POINTS_MAX];
    struct history_bucket *buckets; /* points_n x buckets_n */
};

static void put_columns(struct buffer *out, bool raw)
{
    static const char *const columns[2][6] = {
        {"time_ms", "min", "max", "mean", "n", "bad_n"}, {"time_ms", "value", "quality"}};
    js_key(out, "columns");
    js_array(out);
    for (size_t i = 0; i < COUNT(columns[0]) && columns[raw][i]; i++)
        js_text(out, columns[raw][i]);
    js_array_end(out);
}

/* Buckets without any sample are left out: the gap speaks for itself. */
static void put_bucket(struct buffer *out, const struct history_bucket *bucket)
{
    if (!bucket->n && !bucket->bad_n) return;
    js_array(out);
    js_i64(out, bucket->start_ms);
    js_double(out, bucket->n ? bucket->min : NAN);
    js_double(out, bucket->n ? bucket->max : NAN);
    js_about(out, bucket->n ? bucket->mean : NAN);
    js_u64(out, bucket->n);
    js_u64(out, bucket->bad_n);
    js_array_end(out);
}

static err put_raw_rows(void *context, const struct history_sample *samples, size_t n)
{
    struct buffer *out = context;
    for (size_t i = 0; i < n; i++) put_sample(out, &samples[i]);
    return out->broken;
}

static err put_series(struct request *request, const struct trend *trend, size_t i,
                      bool raw)
{
    struct buffer *out = &request->out;
    err e = ERR_OK;
    js_object(out);
    js_put_u64(out, "point", trend->ranges[i].point);
    put_columns(out, raw);
    js_key(out, "rows");
    js_array(out);
    if (raw) {
        e = historian_raw(request->server->historian, &trend->ranges[i], put_raw_rows,
                          out);
    } else {
        const struct history_bucket *buckets = trend->buckets + i * trend->buckets_n;
        for (size_t b = 0; b < trend->buckets_n; b++) put_bucket(out, &buckets[b]);
    }
    js_array_end(out);
    js_object_end(out);
    return e;
}

static err ask_buckets(struct request *request, struct trend *trend)
{
    trend->buckets = arena_new(&request->arena, trend->points_n * trend->buckets_n,
                               sizeof *trend->buckets);
    if (!trend->buckets) return ERR_MEMORY;
    err e = ERR_OK;
    for (size_t i = 0; !e && i < trend->points_n; i++)
        e = historian_buckets(request->server->historian, &trend->ranges[i],
                              trend->buckets + i * trend->buckets_n, trend->buckets_n);
    return e;
}

/* Does every series have few samples? */
static bool is_sparse(const struct trend *trend)
{
    for (size_t i = 0; i < trend->points_n; i++) {
        uint64_t n = 0;
        for (size_t b = 0; b < trend->buckets_n; b++) {
            const struct history_bucket *bucket =
                &trend->buckets[i * trend->buckets_n + b];
            n += bucket->n + bucket->bad_n;
        }
        if (n >= RAW_PER_BUCKET * trend->buckets_n) return false;
    }
    return true;
}

static void answer_trend(struct request *request, struct trend *trend)
{
    struct buffer *out = &request->out;
    err e = ask_buckets(request, trend);
    bool raw = !e && is_sparse(trend);
    js_object(out);
    js_put_i64(out, "from_ms", trend->ranges[0].from_ms);
    js_put_i64(out, "to_ms", trend->ranges[0].to_ms);
    js_put_bool(out, "raw", raw);
    js_key(out, "series");
    js_array(out);
    for (size_t i = 0; !e && i < trend->points_n; i++)
        e = put_series(request, trend, i, raw);
    js_array_end(out);
    js_object_end(out);
    if (e) {
        answer_err(request, e);
    } else {
        answer_json(request, 200);
    }
}

void api_trend(struct request *request)
{
    int64_t from_ms = 0, to_ms = 0, buckets = 1000;
    if (request_query_range(request, &from_ms, &to_ms)) return;
    if (request_query_i64(request, "buckets", 1, TREND_BUCKETS_MAX, &buckets)) return;

    struct trend trend = {.buckets_n = (size_t)buckets};
    struct catalog *catalog = server_catalog(request->server);
    struct points_query points;
    err e = points_query(request, catalog, TREND_POINTS_MAX, true, &points);
    for (size_t i = 0; !e && i < points.n; i++)
        trend.ranges[i] = (struct history_range){
            catalog_point(catalog, points.ids[i])->device, points.ids[i], from_ms, to_ms};
    catalog_release(catalog);
    if (e) return;
    trend.points_n = points.n;
    if (!points.n) {
        answer_problem(request, PROBLEM_MALFORMED, "缺少 points", "points is missing");
        return;
    }
    answer_trend(request, &trend);
}
