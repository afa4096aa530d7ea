/* api_values.c - newest values, asked once or streamed. */
#include "model/quality.h"
#include "serve/api.h"
#include "serve/js.h"
#include "serve/points_query.h"
#include "serve/push.h"
#include "serve/request.h"
#include "serve/server.h"

#include <math.h>

static void put_value(struct buffer *out, uint32_t point, const struct live_value *value)
{
    js_array(out);
    js_u64(out, point);
    js_double(out, quality_has_value(value->quality) ? value->value : NAN);
    js_u64(out, value->quality);
    js_i64_or_null(out, value->time_ms);
    js_i64_or_null(out, value->received_ms);
    js_array_end(out);
}

void api_values(struct request *request)
{
    struct server *server = request->server;
    struct catalog *catalog = server_catalog(server);
    struct points_query points;
    err e = points_query(request, catalog, CATALOG_POINTS_MAX, true, &points);
    catalog_release(catalog);
    if (e) return;
    struct buffer *out = &request->out;
    js_object(out);
    js_put_i64(out, "now_ms", server_now_ms(server));
    js_key(out, "values");
    js_array(out);
    for (size_t i = 0; i < points.n; i++) {
        struct live_value value = live_read(server->live, points.ids[i]);
        put_value(out, points.ids[i], &value);
    }
    js_array_end(out);
    js_object_end(out);
    answer_json(request, 200);
}

void api_live(struct request *request)
{
    struct server *server = request->server;
    int64_t alarms = 0;
    if (request_query_i64(request, "alarms", 0, 1, &alarms)) return;
    struct catalog *catalog = server_catalog(server);
    struct points_query points;
    err e = points_query(request, catalog, PUSH_POINTS_MAX, false, &points);
    catalog_release(catalog);
    if (e) return;
    struct push_wish wish = {points.ids, points.n, alarms != 0};
    e = push_subscribe(server->push, request, &wish);
    if (e == ERR_FULL) {
        answer_problem(request, PROBLEM_TOO_MANY, "实时连接太多",
                       "Too many live streams");
    } else if (e) {
        answer_err(request, e);
    } else {
        request->status = 200;
        request->content_type = "text/event-stream; charset=utf-8";
        answer_header(request, "Cache-Control", "no-cache");
        answer_header(request, "X-Accel-Buffering", "no");
    }
}
