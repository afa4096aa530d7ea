/* house.h - a whole server in the test's process: folder, stores, doors on free ports. */
#ifndef HEATNET_TESTS_SERVE_HOUSE_H
#define HEATNET_TESTS_SERVE_HOUSE_H

#include "base/file.h"
#include "serve/http.h"
#include "serve/server.h"
#include "serve/talk.h"
#include "vault/certificate.h"

#include <ftw.h>
#include <signal.h>
#include <stdio.h>

struct house {
    char folder[64], web[FILE_PATH_BYTES], keys[FILE_PATH_BYTES], socket[FILE_PATH_BYTES];
    struct clock clock;
    struct server *server;
    struct doors *doors;
    unsigned port, tls_port;
};

static inline unsigned house_port(const char *address)
{
    return (unsigned)strtoul(strrchr(address, ':') + 1, NULL, 10);
}

/* Open server and doors on the folder, again after house_shut. */
static inline void house_start(struct house *house)
{
    char why[SERVER_WHY_BYTES];
    const struct doors_options doors = {
        .http = "127.0.0.1:0", .tls = "127.0.0.1:0", .socket = house->socket};
    const struct server_options options = {.data_folder = house->folder,
                                           .web_folder = house->web,
                                           .uplink_server = "https://127.0.0.1",
                                           .clock = &house->clock,
                                           .seal_bytes = 1 << 20,
                                           .seal_ms = 3600000,
                                           .keep_ms = 86400000,
                                           .keep_bytes = 1 << 30,
                                           .head_bytes_max = 1 << 20,
                                           .head_span_ms = 3600000};
    assert_int_equal(doors_bind(&doors, &house->doors, why), ERR_OK);
    assert_int_equal(
        authority_open(house->keys, "127.0.0.1,localhost", clock_utc_ms(&house->clock)),
        ERR_OK);
    err e = server_open(&options, &house->server, why);
    if (e) print_error("server_open: %s\n", why);
    assert_int_equal(e, ERR_OK);
    assert_int_equal(doors_serve(house->doors, house->server, house->keys), ERR_OK);
    house->port = house_port(doors_http_address(house->doors));
    house->tls_port = house_port(doors_tls_address(house->doors));
}

static inline void house_shut(struct house *house)
{
    doors_quiet(house->doors);
    server_quiet(house->server);
    doors_close(house->doors);
    server_close(house->server);
    house->server = NULL;
    house->doors = NULL;
}

/* With a clock moved by hand when `hand_ms` is not 0. */
static inline int house_open_at(void **state, int64_t hand_ms)
{
    struct house *house = calloc(1, sizeof *house);
    assert_non_null(house);
    assert_true(text_copy(house->folder, sizeof house->folder, "/tmp/serve_test.XXXXXX"));
    assert_non_null(mkdtemp(house->folder));
    assert_true(file_path(house->keys, house->folder, "keys"));
    assert_true(file_path(house->web, house->folder, "web"));
    assert_true(file_path(house->socket, house->folder, "socket"));
    (void)signal(SIGPIPE, SIG_IGN);
    clock_machine(&house->clock);
    if (hand_ms) clock_hand(&house->clock, hand_ms);
    house_start(house);
    *state = house;
    return 0;
}

static inline int house_open(void **state)
{
    return house_open_at(state, 0);
}

static inline int house_remove(const char *path, const struct stat *found, int flag,
                               struct FTW *walk)
{
    (void)found;
    (void)flag;
    (void)walk;
    return remove(path);
}

static inline int house_close(void **state)
{
    struct house *house = *state;
    if (house->server) house_shut(house);
    (void)nftw(house->folder, house_remove, 8, FTW_DEPTH | FTW_PHYS);
    free(house);
    return 0;
}

/* As the local administrator. */
static inline struct reply house_ask(struct house *house, const char *method,
                                     const char *path, const char *type, const char *body)
{
    struct buffer text;
    buffer_open(&text, TALK_BYTES_MAX);
    buffer_format(&text, "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n",
                  method, path);
    if (type)
        buffer_format(&text, "Content-Type: %s\r\nContent-Length: %zu\r\n", type,
                      strlen(body));
    buffer_put_text(&text, "\r\n");
    if (type) buffer_put_text(&text, body);
    buffer_put_u8(&text, 0);
    struct reply reply = talk_once(talk_open_local(house->socket), (const char *)text.at);
    buffer_close(&text);
    return reply;
}

static inline int house_status(struct house *house, const char *method, const char *path,
                               const char *type, const char *body)
{
    struct reply reply = house_ask(house, method, path, type, body);
    int status = reply.status;
    if (status >= 400) print_message("%s %s: %s\n", method, path, reply.body);
    reply_close(&reply);
    return status;
}

#endif
