/* http.c - see http.h.  libmicrohttpd: epoll, a small pool of threads a door; they read
 * requests and write answers and never wait for anything else. */
#include "serve/http.h"

#include "base/ensure.h"
#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "serve/gate.h"
#include "serve/lane.h"
#include "serve/listen.h"
#include "serve/peer.h"
#include "serve/route.h"
#include "serve/server.h"

#include <stdarg.h>
#include <string.h>
#include <unistd.h>

enum {
    DOORS = 3,
    HTTP_NEXT = 20,
    /* Request line and headers: 20,000 points in a query; through TLS, where thousands of
       terminals stay connected, 4,000. */
    CONNECTION_BYTES = 192 << 10,
    CONNECTION_TLS_BYTES = 32 << 10,
    TIMEOUT_S = 60,
    ARENA_BYTES_MAX = 64 << 20,
    PEM_BYTES_MAX = 16 << 10,
    BODY_AHEAD_BYTES_MAX = 1 << 20 /* trusted from a Content-Length before bytes come */
};

struct door_state {
    enum door door;
    struct server *server;
    struct listener listener;
    struct MHD_Daemon *daemon;
    char address[DOORS_ADDRESS_BYTES];
};

struct doors {
    struct door_state at[DOORS];
    char socket_path[FILE_PATH_BYTES];
    struct buffer authority, certificate, key; /* PEM texts */
};

/* --- one request -------------------------------------------------------------------- */

/* English when it is named before Chinese. */
static bool wants_english(const char *accept)
{
    if (!accept) return false;
    const char *en = strcasestr(accept, "en");
    const char *zh = strcasestr(accept, "zh");
    return en && (!zh || en < zh);
}

static struct request *request_open(const struct door_state *door,
                                    struct MHD_Connection *connection, const char *path)
{
    struct request *request = memory_new(1, sizeof *request);
    if (!request) return NULL;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    request->peer = info ? info->socket_context : NULL;
    request->server = door->server;
    request->connection = connection;
    request->door = door->door;
    arena_open(&request->arena, ARENA_BYTES_MAX);
    buffer_open(&request->out, REQUEST_OUT_BYTES_MAX);
    buffer_open(&request->body, 0);
    request->english = wants_english(request_header(request, "Accept-Language"));
    request->path = arena_text(&request->arena, path, strlen(path));
    if (request->path && request->peer) return request;
    arena_close(&request->arena);
    memory_free(request);
    return NULL;
}

static void request_close(struct request *request)
{
    buffer_close(&request->out);
    buffer_close(&request->body);
    arena_close(&request->arena);
    memory_free(request);
}

static void free_content(void *at)
{
    memory_free(at);
}

static struct MHD_Response *make_response(struct request *request)
{
    if (request->response) return request->response;
    struct buffer *out = &request->out;
    if (!out->n)
        return MHD_create_response_from_buffer(0, (void *)(uintptr_t) "",
                                               MHD_RESPMEM_PERSISTENT);
    struct MHD_Response *response =
        MHD_create_response_from_buffer_with_free_callback_cls(out->n, out->at,
                                                               free_content, out->at);
    if (response) *out = (struct buffer){.bytes_max = out->bytes_max};
    return response;
}

static void add_headers(struct request *request, struct MHD_Response *response)
{
    static const char *const always[][2] = {
        {"X-Content-Type-Options", "nosniff"},
        {"X-Frame-Options", "DENY"},
        {"Referrer-Policy", "no-referrer"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"Content-Security-Policy",
         "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: "
         "blob:; "
         "font-src 'self'; worker-src 'self'; connect-src 'self'; manifest-src 'self'; "
         "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"},
    };
    for (size_t i = 0; i < COUNT(always); i++)
        (void)MHD_add_response_header(response, always[i][0], always[i][1]);
    bool cache_said = false;
    for (size_t i = 0; i < request->headers_n; i++) {
        const char *name = request->headers[i].name;
        if (strcmp(name, "Cache-Control") == 0) cache_said = true;
        (void)MHD_add_response_header(response, name, request->headers[i].value);
    }
    if (!cache_said) (void)MHD_add_response_header(response, "Cache-Control", "no-store");
    if (request->content_type)
        (void)MHD_add_response_header(response, "Content-Type", request->content_type);
}

static enum MHD_Result send_answer(struct request *request)
{
    struct MHD_Response *response = make_response(request);
    if (!response) return MHD_NO;
    add_headers(request, response);
    unsigned status = request->status ? (unsigned)request->status : 200;
    enum MHD_Result result = MHD_queue_response(request->connection, status, response);
    MHD_destroy_response(response);
    request->response = NULL;
    return result;
}

/* First sight: may it pass, and how large may its body be? */
static enum MHD_Result begin(struct request *request, const char *method)
{
    if (request->door == DOOR_LOCAL) peer_ask_user(request->peer, request->connection);
    if (!gate_pass(request, method)) {
        request->phase = REQUEST_ANSWERED;
        return send_answer(request);
    }
    request->body.bytes_max = request->route->body_bytes_max;
    const char *length = request_header(request, "Content-Length");
    int64_t n = 0;
    if (length && !text_to_i64(length, &n) && n > 0 && n <= BODY_AHEAD_BYTES_MAX) {
        (void)buffer_extend(&request->body, (size_t)n);
        request->body.n = 0;
    }
    return MHD_YES;
}

/* A request that sleeps afterwards is another thread's: only `slept` may be read. */
static void run(struct request *request)
{
    struct server *server = request->server;
    switch (request->route->lane) {
    case LANE_WORK: lane_put(server->work, request); return;
    case LANE_LOGIN: lane_put(server->login, request); return;
    case LANE_ASK: lane_put(server->ask, request); return;
    case LANE_INGEST: lane_put(server->ingest, request); return;
    case LANE_INLINE:
        request->route->handle(request);
        request->phase = REQUEST_ANSWERED;
        return;
    case LANE_OWN:
        request->route->handle(request);
        if (!request->slept) request->phase = REQUEST_ANSWERED;
        return;
    }
}

/* The library's one entry: called for the head, for each piece of the body, for its end,
 * and again when a suspended connection was resumed. */
/* tidy: allow parameters: the library's signature */
static enum MHD_Result answer(void *context, struct MHD_Connection *connection,
                              const char *url, const char *method, const char *version,
                              const char *data, size_t *data_n, void **state)
{
    (void)version;
    struct request *request = *state;
    if (!request) {
        request = request_open(context, connection, url);
        if (!request) return MHD_NO;
        *state = request;
        return begin(request, method);
    }
    if (*data_n) {
        buffer_put(&request->body, (struct bytes){(const uint8_t *)data, *data_n});
        *data_n = 0;
        return request->body.broken ? MHD_NO : MHD_YES; /* no: longer than it said */
    }
    if (request->phase == REQUEST_READING) {
        run(request);
        if (request->slept) return MHD_YES; /* called again when it was resumed */
    }
    return request->phase == REQUEST_ANSWERED ? send_answer(request) : MHD_YES;
}

static void completed(void *context, struct MHD_Connection *connection, void **state,
                      enum MHD_RequestTerminationCode code)
{
    (void)context;
    (void)connection;
    (void)code;
    if (*state) request_close(*state);
    *state = NULL;
}

static void connected(void *context, struct MHD_Connection *connection,
                      void **socket_context, enum MHD_ConnectionNotificationCode code)
{
    (void)context;
    (void)connection;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        *socket_context = memory_new(1, sizeof(struct peer));
        return;
    }
    memory_free(*socket_context);
    *socket_context = NULL;
}

static void log_library(void *context, const char *format, va_list list)
{
    (void)context;
    char text[200];
    text_format_list(text, sizeof text, format, list);
    size_t n = strlen(text);
    while (n && text[n - 1] == '\n') text[--n] = '\0';
    log_event(LOG_DEBUG, "http", "library", "text=\"%s\"", text);
}

/* --- doors -------------------------------------------------------------------------- */

static err start_door(struct doors *doors, struct door_state *door)
{
    static const unsigned threads[DOORS] = {
        [DOOR_PLAIN] = 2, [DOOR_TLS] = 2, [DOOR_LOCAL] = 1};
    bool tls = door->door == DOOR_TLS;
    struct MHD_OptionItem secure[] = {
        {MHD_OPTION_HTTPS_MEM_KEY, 0, doors->key.at},
        {MHD_OPTION_HTTPS_MEM_CERT, 0, doors->certificate.at},
        {MHD_OPTION_HTTPS_MEM_TRUST, 0, doors->authority.at},
        {MHD_OPTION_HTTPS_PRIORITIES, 0,
         (void *)(uintptr_t) "NORMAL:-VERS-ALL:+VERS-TLS1.3:%SERVER_PRECEDENCE"},
        {MHD_OPTION_END, 0, NULL},
    };
    struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
    /* A pool of one is refused: then it is the polling thread itself. */
    unsigned pool = threads[door->door] > 1 ? threads[door->door] : 0;
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME |
                     MHD_USE_ERROR_LOG | MHD_USE_PEDANTIC_CHECKS;
    if (tls) flags |= MHD_USE_TLS;
    door->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, answer, door, MHD_OPTION_EXTERNAL_LOGGER, log_library, NULL,
        MHD_OPTION_LISTEN_SOCKET, door->listener.handle, MHD_OPTION_THREAD_POOL_SIZE,
        pool, MHD_OPTION_CONNECTION_LIMIT, (unsigned)DOORS_CONNECTIONS_MAX,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)TIMEOUT_S,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, 
        (size_t)(tls ? CONNECTION_TLS_BYTES : CONNECTION_BYTES),
        MHD_OPTION_NOTIFY_COMPLETED, completed, NULL, MHD_OPTION_NOTIFY_CONNECTION,
        connected, NULL, MHD_OPTION_ARRAY, tls ? secure : none, MHD_OPTION_END);
    if (!door->daemon) return ERR_IO;
    door->listener.handle = -1; /* the library's now */
    return ERR_OK;
}

static void say(struct door_state *door, const char *scheme)
{
    bool six = strchr(door->listener.host, ':') != NULL;
    text_format(door->address, sizeof door->address, "%s://%s%s%s:%u", scheme,
                six ? "[" : "", door->listener.host, six ? "]" : "", door->listener.port);
}

static err bind_http(const struct doors_options *options, struct door_state *door,
                     char why[DOORS_WHY_BYTES])
{
    err e = ERR_BUSY;
    unsigned tries = options->http_next ? HTTP_NEXT : 1;
    for (unsigned i = 0; e == ERR_BUSY && i < tries; i++)
        e = listen_tcp(options->http, i, &door->listener);
    if (!e && !door->listener.loopback) e = ERR_RANGE;
    if (!e) say(door, "http");
    if (e == ERR_RANGE)
        text_format(why, DOORS_WHY_BYTES,
                    "--http %s: plain HTTP is offered on this machine only: give "
                    "127.0.0.1:PORT or [::1]:PORT",
                    options->http);
    else if (e)
        text_format(why, DOORS_WHY_BYTES, "--http %s: %s", options->http,
                    e == ERR_BUSY ? "the port is taken" : err_text(e));
    return e;
}

static err bind_tls(const struct doors_options *options, struct door_state *door,
                    char why[DOORS_WHY_BYTES])
{
    if (!options->tls[0]) return ERR_OK;
    err e = listen_tcp(options->tls, 0, &door->listener);
    if (!e) say(door, "https");
    if (e)
        text_format(why, DOORS_WHY_BYTES, "--tls %s: %s", options->tls,
                    e == ERR_BUSY ? "the port is taken" : err_text(e));
    return e;
}

static err bind_local(const struct doors_options *options, struct doors *doors,
                      char why[DOORS_WHY_BYTES])
{
    if (!options->socket[0]) return ERR_OK;
    err e = listen_local(options->socket, &doors->at[DOOR_LOCAL].listener);
    text_copy(doors->socket_path, sizeof doors->socket_path, e ? "" : options->socket);
    if (e) text_format(why, DOORS_WHY_BYTES, "%s: %s", options->socket, err_text(e));
    return e;
}

err doors_bind(const struct doors_options *options, struct doors **doors,
               char why[DOORS_WHY_BYTES])
{
    why[0] = '\0';
    struct doors *made = memory_new(1, sizeof *made);
    if (!made) return ERR_MEMORY;
    for (size_t i = 0; i < DOORS; i++) {
        made->at[i].door = (enum door)i;
        made->at[i].listener.handle = -1;
    }
    buffer_open(&made->authority, PEM_BYTES_MAX);
    buffer_open(&made->certificate, PEM_BYTES_MAX);
    buffer_open(&made->key, PEM_BYTES_MAX);
    err e = bind_http(options, &made->at[DOOR_PLAIN], why);
    if (!e) e = bind_tls(options, &made->at[DOOR_TLS], why);
    if (!e) e = bind_local(options, made, why);
    if (e) {
        doors_close(made);
        return e;
    }
    *doors = made;
    return ERR_OK;
}

static err read_pem(const char *folder, const char *name, struct buffer *out)
{
    char path[FILE_PATH_BYTES];
    if (!file_path(path, folder, name)) return ERR_RANGE;
    err e = file_read_whole(path, out);
    if (!e) buffer_put_u8(out, 0);
    return e ? e : out->broken;
}

err doors_serve(struct doors *doors, struct server *server, const char *keys_folder)
{
    err e = ERR_OK;
    size_t routes_n = 0;
    const struct route *routes = route_table(&routes_n);
    e = route_table_check(routes, routes_n);
    if (!e && doors->at[DOOR_TLS].listener.handle >= 0) {
        e = read_pem(keys_folder, "authority.pem", &doors->authority);
        if (!e) e = read_pem(keys_folder, "server.pem", &doors->certificate);
        if (!e) e = read_pem(keys_folder, "server.key", &doors->key);
    }
    for (size_t i = 0; !e && i < DOORS; i++) {
        struct door_state *door = &doors->at[i];
        door->server = server;
        if (door->listener.handle >= 0) e = start_door(doors, door);
    }
    return e;
}

void doors_quiet(struct doors *doors)
{
    for (size_t i = 0; i < DOORS; i++) {
        if (!doors->at[i].daemon) continue;
        int handle = MHD_quiesce_daemon(doors->at[i].daemon);
        if (handle >= 0) close(handle);
    }
}

void doors_close(struct doors *doors)
{
    if (!doors) return;
    for (size_t i = 0; i < DOORS; i++) {
        if (doors->at[i].daemon) MHD_stop_daemon(doors->at[i].daemon);
        listen_close(&doors->at[i].listener);
    }
    if (doors->socket_path[0]) (void)unlink(doors->socket_path);
    buffer_close(&doors->authority);
    buffer_close(&doors->certificate);
    buffer_close(&doors->key);
    memory_free(doors);
}

const char *doors_http_address(const struct doors *doors)
{
    return doors->at[DOOR_PLAIN].address;
}

const char *doors_tls_address(const struct doors *doors)
{
    return doors->at[DOOR_TLS].address;
}
