/* uplink_door.c - what terminals may ask; see uplink_door.h and docs/uplink.md. */
#include "serve/uplink_door.h"

#include "base/text.h"
#include "serve/api.h"
#include "serve/js.h"
#include "serve/lane.h"
#include "serve/receive.h"
#include "serve/request.h"
#include "serve/server.h"

/* --- frames ------------------------------------------------------------------------- */

/* From the receive thread: everything of this upload is decided. */
static void frames_done(struct upload *upload, void *context)
{
    struct request *request = context;
    if (upload->malformed && !upload->items[0].later) {
        answer_problem(request, PROBLEM_MALFORMED, "不是 Upload 报文",
                       "The body is not an Upload");
    } else if (upload->malformed || upload->answer.broken) {
        answer_problem(request, PROBLEM_BUSY, NULL, NULL);
    } else {
        buffer_close(&request->out);
        request->out = upload->answer;
        upload->answer = (struct buffer){0};
        answer_out(request, "application/x-protobuf");
    }
    request_resume(request);
}

static void answer_overload(struct request *request, err e)
{
    if (e == ERR_FULL)
        answer_problem(request, PROBLEM_TOO_LARGE, "报文太多", "Too many envelopes");
    else if (e == ERR_CLOSED)
        answer_problem(request, PROBLEM_STOPPING, NULL, NULL);
    else
        answer_problem(request, PROBLEM_BUSY, NULL, NULL);
}

static err read_upload(struct request *request, struct upload *upload)
{
    struct server *server = request->server;
    if (!receive_admit(server->receive, upload)) return ERR_BUSY;
    upload->received_ms = server_now_ms(server);
    struct catalog *catalog = server_catalog(server);
    err e = upload_read(upload, catalog);
    catalog_release(catalog);
    return e;
}

void uplink_frames(struct request *request)
{
    struct server *server = request->server;
    struct upload *upload = NULL;
    err e =
        receive_upload(server->receive, &request->body, request->peer->terminal, &upload);
    if (!e) e = read_upload(request, upload);
    if (e) {
        receive_free(server->receive, upload);
        answer_overload(request, e);
        return;
    }
    upload->done = frames_done;
    upload->context = request;
    request_suspend(request); /* before it can be resumed */
    e = receive_put(server->receive, upload);
    if (!e) return;
    receive_free(server->receive, upload);
    answer_overload(request, e == ERR_FULL ? ERR_BUSY : e);
    request_resume(request);
}

/* --- configuration ------------------------------------------------------------------ */

static void put_point(struct buffer *out, const struct template_point *point)
{
    js_object(out);
    js_put_text(out, "key", point->key);
    js_put_text(out, "address", point->address);
    js_put_double(out, "factor", point->factor);
    js_put_double(out, "offset", point->offset);
    js_put_text(out, "quantity", quantity_word(point->quantity));
    js_put_double(out, "range_low", point->range_low);
    js_put_double(out, "range_high", point->range_high);
    js_put_double(out, "rate_high", point->rate_high);
    js_put_double(out, "frozen_s", point->frozen_s);
    js_put_text(out, "rules", point->rules);
    js_object_end(out);
}

static void put_template(struct buffer *out, const struct catalog *catalog,
                         const struct template *template)
{
    js_object(out);
    js_put_u64(out, "id", template->id);
    js_put_text(out, "code", template->code);
    js_put_text(out, "protocol", template->protocol);
    js_key(out, "points");
    js_array(out);
    for (uint32_t i = 0; i < template->point_n; i++)
        put_point(out, &catalog->template_points[template->point_first + i]);
    js_array_end(out);
    js_object_end(out);
}

static void put_device(struct buffer *out, const struct catalog *catalog,
                       const struct device *device, const struct template *template)
{
    uint32_t next = device->point_first;
    uint32_t end = device->point_first + device->point_n;
    js_object(out);
    js_put_u64(out, "id", device->id);
    js_put_text(out, "code", device->code);
    js_put_text(out, "address", device->address);
    js_put_text(out, "protocol", template->protocol);
    js_put_u64(out, "cycle_ms", device->cycle_ms);
    js_put_u64(out, "template", template->id);
    js_key(out, "points");
    js_array(out);
    for (uint32_t i = 0; i < template->point_n; i++) {
        bool there = next < end &&
                     catalog->points[next].template_point == template->point_first + i;
        if (there) {
            js_u64(out, catalog->points[next++].id);
        } else {
            js_null(out);
        }
    }
    js_array_end(out);
    js_object_end(out);
}

static bool is_used(const struct catalog *catalog, uint32_t template_id,
                    uint32_t terminal)
{
    for (size_t i = 0; i < catalog->devices_n; i++)
        if (catalog->devices[i].terminal == terminal &&
            catalog->devices[i].template_id == template_id)
            return true;
    return false;
}

static void put_configuration(struct buffer *out, const struct catalog *catalog,
                              const struct terminal *terminal)
{
    js_object(out);
    js_put_u64(out, "version", catalog->version);
    js_put_text(out, "terminal", terminal->code);
    js_key(out, "devices");
    js_array(out);
    for (size_t i = 0; i < catalog->devices_n; i++) {
        const struct device *device = &catalog->devices[i];
        if (device->terminal != terminal->id) continue;
        put_device(out, catalog, device, catalog_template(catalog, device->template_id));
    }
    js_array_end(out);
    js_key(out, "templates");
    js_array(out);
    for (size_t i = 0; i < catalog->templates_n; i++)
        if (is_used(catalog, catalog->templates[i].id, terminal->id))
            put_template(out, catalog, &catalog->templates[i]);
    js_array_end(out);
    js_object_end(out);
}

void uplink_configuration(struct request *request)
{
    struct catalog *catalog = server_catalog(request->server);
    const struct terminal *terminal =
        catalog_terminal_by_code(catalog, request->peer->terminal);
    char tag[32];
    text_format(tag, sizeof tag, "\"%llu\"", (unsigned long long)catalog->version);
    const char *known = request_header(request, "If-None-Match");
    bool same = terminal && known && text_equal(known, tag);
    if (terminal && !same) put_configuration(&request->out, catalog, terminal);
    catalog_release(catalog);
    if (!terminal) {
        answer_problem(request, PROBLEM_UNKNOWN, NULL, NULL);
        return;
    }
    if (same) {
        answer_empty(request, 304);
    } else {
        answer_json(request, 200);
    }
    answer_header_format(request, "ETag", "%s", tag);
}
