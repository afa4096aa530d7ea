/* api_terminals.c - terminals, the states of their devices, and letting them in. */
#include "base/log.h"
#include "base/text.h"
#include "serve/api.h"
#include "serve/js.h"
#include "serve/request.h"
#include "serve/server.h"
#include "serve/terminals.h"
#include "serve/watchdog.h"
#include "store/catalog_records.h"
#include "vault/certificate.h"
#include "vault/password.h"

static const char *device_state_word(enum device_state state)
{
    static const char *const words[] = {"unknown", "online", "partial", "offline"};
    return words[state];
}

static void put_device(struct buffer *out, struct server *server, uint32_t id,
                       bool connected)
{
    struct terminal_device device = terminals_device(server->terminals, id);
    bool heard = device.state != DEVICE_STATE_NONE;
    js_object(out);
    js_put_u64(out, "id", id);
    js_put_text(out, "state",
                device_state_word(connected ? device.state : DEVICE_STATE_NONE));
    js_put_i64_or_null(out, "since_ms", device.since_ms);
    js_put_i64_or_null(out, "answered_ms", device.answered_ms);
    js_key(out, "response_ms");
    if (heard) {
        js_u64(out, device.response_ms);
    } else {
        js_null(out);
    }
    js_put_text(out, "error", device.error);
    js_object_end(out);
}

static void put_number(struct buffer *out, const char *name, bool there, uint64_t value)
{
    js_key(out, name);
    if (there) {
        js_u64(out, value);
    } else {
        js_null(out);
    }
}

static uint64_t missing(struct server *server, const struct terminal_state *state)
{
    struct received_span span = {0};
    lock_take(&server->received_lock);
    bool heard = received_span(server->received, state->code, state->spool, &span);
    lock_give(&server->received_lock);
    return heard ? span.missing : 0;
}

static void put_state(struct buffer *out, struct server *server,
                      const struct terminal_state *state)
{
    bool spooled = state->last_sequence != 0;
    char spool[24];
    text_format(spool, sizeof spool, "%016llx", (unsigned long long)state->spool);
    js_put_i64_or_null(out, "last_frame_ms", state->last_frame_ms);
    js_put_i64_or_null(out, "last_transmitted_ms", state->last_transmitted_ms);
    js_put_text(out, "spool", spooled ? spool : NULL);
    put_number(out, "last_sequence", spooled, state->last_sequence);
    js_put_u64(out, "missing_sequences", missing(server, state));
    js_put_u64(out, "frames_stored", state->frames_stored);
    js_put_u64(out, "frames_duplicate", state->frames_duplicate);
    js_put_u64(out, "frames_rejected", state->frames_rejected);
    js_key(out, "clock_offset_ms");
    if (spooled) {
        js_i64(out, state->clock_offset_ms);
    } else {
        js_null(out);
    }
    js_put_i64_or_null(out, "started_ms", state->started_ms);
    put_number(out, "spool_frames", state->has_status, state->spool_frames);
    put_number(out, "spool_bytes", state->has_status, state->spool_bytes);
    put_number(out, "dropped_frames", state->has_status, state->dropped_frames);
    put_number(out, "missed_polls", state->has_status, state->missed_polls);
    put_number(out, "memory_bytes", state->has_status, state->memory_bytes);
    js_put_text(out, "version", state->version);
}

static void put_terminal(struct buffer *out, struct server *server,
                         const struct catalog *catalog, const struct terminal *terminal)
{
    struct terminal_state state;
    (void)terminals_state(server->terminals, terminal->code, &state);
    bool connected = watchdog_is_connected(catalog, terminal, state.last_frame_ms,
                                           server_now_ms(server));
    js_object(out);
    js_put_text(out, "code", terminal->code);
    js_put_text(out, "name", terminal->name);
    js_put_bool(out, "enabled", enrolment_is_enabled(server->enrolment, terminal->code));
    js_put_bool(out, "connected", connected);
    put_state(out, server, &state);
    js_key(out, "devices");
    js_array(out);
    for (size_t i = 0; i < catalog->devices_n; i++)
        if (catalog->devices[i].terminal == terminal->id)
            put_device(out, server, catalog->devices[i].id, connected);
    js_array_end(out);
    js_object_end(out);
}

void api_terminals(struct request *request)
{
    struct server *server = request->server;
    struct buffer *out = &request->out;
    struct catalog *catalog = server_catalog(server);
    js_object(out);
    js_key(out, "terminals");
    js_array(out);
    for (size_t i = 0; i < catalog->terminals_n; i++)
        put_terminal(out, server, catalog, &catalog->terminals[i]);
    js_array_end(out);
    js_object_end(out);
    catalog_release(catalog);
    answer_json(request, 200);
}

/* --- enrolling ---------------------------------------------------------------------- */

/* Under the import lock: the terminal is in the catalog when it returns ERR_OK. */
static err add_to_catalog(struct server *server, const char *code, const char *name)
{
    struct catalog *now = server_catalog(server);
    struct catalog *next = NULL;
    struct database *database = NULL;
    bool there = catalog_terminal_by_code(now, code) != NULL;
    err e = there ? ERR_OK : database_open(server->database_path, &database);
    if (!e && !there) e = catalog_records_add_terminal(database, now, code, name, &next);
    if (!e && next) server_set_catalog(server, next);
    database_close(database);
    catalog_release(next);
    catalog_release(now);
    return e;
}

static void put_certificate(struct request *request, const char *code,
                            const struct certificate *certificate, const char *authority)
{
    struct buffer *out = &request->out;
    js_object(out);
    js_put_text(out, "code", code);
    js_put_text(out, "certificate", certificate->certificate);
    js_put_text(out, "key", certificate->key);
    js_put_text(out, "authority", authority);
    js_put_text(out, "server", request->server->options.uplink_server);
    js_object_end(out);
    answer_json(request, 201);
}

static err enrol(struct request *request, const char *code, const char *name)
{
    struct server *server = request->server;
    struct certificate certificate;
    struct buffer authority;
    char path[FILE_PATH_BYTES];
    buffer_open(&authority, CERTIFICATE_PEM_BYTES);
    err e = file_path(path, server->keys_folder, "authority.pem") ? ERR_OK : ERR_RANGE;
    if (!e) e = file_read_whole(path, &authority);
    if (!e) buffer_put_u8(&authority, 0);
    if (!e) e = authority.broken;
    if (!e)
        e = authority_issue(server->keys_folder, code, server_now_ms(server),
                            &certificate);
    if (!e) e = add_to_catalog(server, code, name);
    if (!e)
        e = enrolment_add(server->enrolment, code, certificate.print,
                          server_now_ms(server));
    if (!e) put_certificate(request, code, &certificate, (const char *)authority.at);
    secret_wipe(&certificate, sizeof certificate);
    buffer_close(&authority);
    return e;
}

void api_terminals_add(struct request *request)
{
    json_t *json = request_json(request);
    if (!json) return;
    const char *code = NULL, *name = NULL;
    err e = request_json_text(request, json, "code", CATALOG_CODE_BYTES - 1, &code);
    if (!e) e = request_json_text(request, json, "name", CATALOG_NAME_BYTES - 1, &name);
    if (!e && (!code || !catalog_code_is_valid(code))) {
        answer_problem(request, PROBLEM_MALFORMED, "code 由字母、数字、_ 和 - 组成",
                       "code is made of letters, digits, _ and -");
    } else if (!e) {
        lock_take(&request->server->import_lock);
        e = enrol(request, code, name ? name : code);
        lock_give(&request->server->import_lock);
        if (e)
            answer_err(request, e);
        else
            log_event(LOG_INFO, "serve", "terminal_enrolled", "terminal=%s by=%s", code,
                      request->session.account.name);
    }
    json_decref(json);
}

static void change(struct request *request, const struct catalog *catalog, bool enabled)
{
    const char *code = request->words[0];
    const struct terminal *terminal = catalog_terminal_by_code(catalog, code);
    err e = terminal ? enrolment_enable(request->server->enrolment, code, enabled)
                     : ERR_UNKNOWN;
    if (e) {
        answer_err(request, e);
        return;
    }
    log_event(LOG_INFO, "serve", "terminal_changed", "terminal=%s enabled=%d by=%s", code,
              enabled, request->session.account.name);
    put_terminal(&request->out, request->server, catalog, terminal);
    answer_json(request, 200);
}

void api_terminals_change(struct request *request)
{
    json_t *json = request_json(request);
    if (!json) return;
    const json_t *enabled = json_object_get(json, "enabled");
    if (json_is_boolean(enabled)) {
        struct catalog *catalog = server_catalog(request->server);
        change(request, catalog, json_is_true(enabled));
        catalog_release(catalog);
    } else {
        answer_problem(request, PROBLEM_MALFORMED, "enabled 应为 true 或 false",
                       "enabled is true or false");
    }
    json_decref(json);
}
