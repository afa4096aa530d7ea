/* api_system.c - the server about itself. */
#include "base/file.h"
#include "serve/api.h"
#include "serve/apply.h"
#include "serve/js.h"
#include "serve/openapi.h"
#include "serve/push.h"
#include "serve/request.h"
#include "serve/server.h"
#include "serve/terminals.h"

#include <string.h>

static void put_catalog_counts(struct buffer *out, struct server *server)
{
    struct catalog *catalog = server_catalog(server);
    js_put_text(out, "time_zone", catalog_time_zone(catalog));
    js_put_u64(out, "points", catalog->points_n);
    js_put_u64(out, "devices", catalog->devices_n);
    js_put_u64(out, "terminals", catalog->terminals_n);
    catalog_release(catalog);
}

static void put_figures(struct buffer *out, struct server *server)
{
    struct terminals_total total = terminals_total(server->terminals);
    js_put_u64(out, "frames_stored", total.frames_stored);
    js_put_u64(out, "frames_rejected", total.frames_rejected);
    js_put_i64_or_null(out, "last_frame_ms", total.last_frame_ms);
    js_put_u64(out, "samples", apply_samples(server->apply));

    struct historian_figures history;
    historian_figures(server->historian, &history);
    js_put_u64(out, "history_bytes", history.segment_bytes);
    js_put_u64(out, "history_samples", history.samples + history.head_samples);
    js_put_u64(out, "raw_log_bytes", rawlog_bytes(server->rawlog));
    js_put_u64(out, "raw_log_last_number", rawlog_last_number(server->rawlog));

    uint64_t free_bytes = 0, size_bytes = 0;
    err e = disk_space(server->options.data_folder, &free_bytes, &size_bytes);
    js_put_u64(out, "disk_free_bytes", e ? 0 : free_bytes);
    js_put_u64(out, "disk_size_bytes", e ? 0 : size_bytes);
    js_put_u64(out, "memory_bytes", process_resident_bytes());
    js_put_u64(out, "subscribers", push_subscribers(server->push));
}

void api_status(struct request *request)
{
    struct server *server = request->server;
    struct buffer *out = &request->out;
    char text[HEALTH_TEXT_BYTES];
    enum health_state state = health_get(&server->health, text);
    js_object(out);
    js_put_text(out, "version", HEATNET_VERSION);
    js_put_i64(out, "started_ms", server->started_ms);
    js_put_i64(out, "now_ms", server_now_ms(server));
    js_put_text(out, "state", health_word(state));
    js_put_text(out, "state_text", text);
    put_catalog_counts(out, server);
    put_figures(out, server);
    js_object_end(out);
    answer_json(request, 200);
}

void api_health(struct request *request)
{
    char text[HEALTH_TEXT_BYTES];
    enum health_state state = health_get(&request->server->health, text);
    js_object(&request->out);
    js_put_text(&request->out, "state", health_word(state));
    js_put_text(&request->out, "text", text);
    js_object_end(&request->out);
    answer_json(request, state == HEALTH_OK ? 200 : 503);
}

void api_openapi(struct request *request)
{
    buffer_put(&request->out, openapi_document());
    answer_json(request, 200);
    answer_header(request, "Cache-Control", "no-cache");
}
