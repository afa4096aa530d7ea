/* modbus_server.c - listeners, connections and MBAP framing.
 *
 *   transaction(2) 0000 length(2) unit(1) PDU(1..253)      length counts unit and PDU */
#include "heatnet-plant/modbus_server.h"

#include "base/ensure.h"
#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "heatnet-plant/modbus_pdu.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEADER_N = 7, ADU_MAX = HEADER_N + MODBUS_PDU_MAX, IN_BYTES = 2 * ADU_MAX };

enum { LISTEN_BACKLOG = 64, LINE_BYTES = 96 };

struct connection {
    struct watch watch;
    struct modbus_server *server;
    unsigned port_i;
    uint64_t last_turn; /* of the server's turn counter, to find the quietest */
    size_t in_n, out_n, out_at;
    uint8_t in[IN_BYTES], out[ADU_MAX];
};

struct listener {
    struct watch watch;
    struct modbus_server *server;
    unsigned port_i;
    uint16_t port;
};

struct modbus_server {
    struct plant *plant;
    struct loop *loop;
    struct file served_log;
    uint64_t served_log_bytes, requests_n, turn;
    struct listener listeners[PORTS_N];
    struct connection *connections; /* [PORTS_N * PORT_CLIENTS_MAX], in runs by port */
};

static void served_log_line(struct modbus_server *server,
                            const struct device_place *place, uint32_t counter)
{
    char line[LINE_BYTES];

    if (server->served_log.handle < 0) return;
    bool fits = text_format(line, sizeof line, "%u/%u %u %lld\n",
                            server->listeners[place->port_i].port, place->unit, counter,
                            (long long)server->plant->utc_s * 1000);
    ensure(fits);
    struct bytes bytes = bytes_of_text(line);
    err e = file_write_at(&server->served_log, server->served_log_bytes, bytes);
    if (!e)
        server->served_log_bytes += bytes.n;
    else
        log_event(LOG_ERROR, "plant", "served_log", "error=%s", err_name(e));
}

/* The answer to one whole ADU goes into `out`; nothing when the device is silent. */
static void serve(struct connection *c, const uint8_t *adu, size_t pdu_n)
{
    struct modbus_server *server = c->server;
    unsigned unit = adu[6];
    struct modbus_reply reply;
    struct device_place controller, place;

    server->requests_n++;
    bool known = device_at(server->plant, c->port_i, UNIT_CONTROLLER, &controller);
    ensure(known);
    if (controller.device->silent) return;
    if (unit == 0 || unit == 255) unit = UNIT_CONTROLLER; /* "whoever is there" */
    if (!device_at(server->plant, c->port_i, unit, &place) || place.device->silent)
        modbus_refuse(adu[HEADER_N], MODBUS_NO_TARGET, &reply);
    else
        modbus_answer(&place, (struct bytes){adu + HEADER_N, pdu_n}, &reply);
    if (reply.counter_read) served_log_line(server, &place, reply.counter);

    memcpy(c->out, adu, HEADER_N);
    c->out[4] = (uint8_t)((reply.n + 1) >> 8);
    c->out[5] = (uint8_t)(reply.n + 1);
    memcpy(c->out + HEADER_N, reply.at, reply.n);
    c->out_n = HEADER_N + reply.n;
    c->out_at = 0;
}

/* False when the connection is broken. */
static bool flush(struct connection *c)
{
    while (c->out_at < c->out_n) {
        ssize_t n = send(c->watch.handle, c->out + c->out_at, c->out_n - c->out_at,
                         MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno == EAGAIN || errno == EWOULDBLOCK;
        c->out_at += (size_t)n;
    }
    c->out_n = c->out_at = 0;
    return true;
}

/* Serve the whole requests in `in` as far as their answers go out; false = close. */
static bool serve_all(struct connection *c)
{
    size_t at = 0;
    bool good = flush(c);

    while (good && c->out_n == 0 && c->in_n - at >= HEADER_N) {
        const uint8_t *adu = c->in + at;
        size_t length = (size_t)adu[4] << 8 | adu[5]; /* unit and PDU */
        if (adu[2] != 0 || adu[3] != 0 || length < 2 || length > 1 + MODBUS_PDU_MAX)
            return false;
        if (c->in_n - at < HEADER_N - 1 + length) break;
        serve(c, adu, length - 1);
        at += HEADER_N - 1 + length;
        good = flush(c);
    }
    memmove(c->in, c->in + at, c->in_n - at);
    c->in_n -= at;
    return good;
}

static void connection_ready(void *owner)
{
    struct connection *c = owner;
    bool good = true;

    c->last_turn = ++c->server->turn;
    if (!c->watch.writing && c->in_n < IN_BYTES) {
        ssize_t n =
            recv(c->watch.handle, c->in + c->in_n, IN_BYTES - c->in_n, MSG_DONTWAIT);
        if (n > 0)
            c->in_n += (size_t)n;
        else
            good = n < 0 && (errno == EAGAIN || errno == EINTR);
    }
    if (good) good = serve_all(c);
    if (!good)
        loop_remove(c->server->loop, &c->watch);
    else
        loop_writing(c->server->loop, &c->watch, c->out_n > 0);
}

/* A free place of the port, or the one of its quietest client. */
static struct connection *place_for(struct listener *listener)
{
    struct modbus_server *server = listener->server;
    struct connection *run = server->connections + listener->port_i * PORT_CLIENTS_MAX;
    struct connection *quietest = run;

    for (unsigned i = 0; i < PORT_CLIENTS_MAX; i++) {
        if (run[i].watch.handle < 0) return &run[i];
        if (run[i].last_turn < quietest->last_turn) quietest = &run[i];
    }
    loop_remove(server->loop, &quietest->watch);
    return quietest;
}

static void listener_ready(void *owner)
{
    struct listener *listener = owner;
    int on = 1;
    int handle =
        accept4(listener->watch.handle, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

    if (handle < 0) return;
    (void)setsockopt(handle, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct connection *c = place_for(listener);
    c->watch.handle = handle;
    c->in_n = c->out_n = c->out_at = 0;
    c->last_turn = ++listener->server->turn;
    if (loop_add(listener->server->loop, &c->watch) != ERR_OK) {
        close(handle);
        c->watch.handle = -1;
    }
}

static err listen_on(struct listener *listener, uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t address_n = sizeof address;
    int on = 1;
    int handle = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (handle < 0) return err_from_errno(errno);
    listener->watch.handle = handle;
    (void)setsockopt(handle, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(handle, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(handle, LISTEN_BACKLOG) != 0 ||
        getsockname(handle, (struct sockaddr *)&address, &address_n) != 0) {
        err e = errno == EADDRINUSE ? ERR_BUSY : err_from_errno(errno);
        log_event(LOG_ERROR, "plant", "port", "port=%u error=%s", port, err_name(e));
        return e;
    }
    listener->port = ntohs(address.sin_port);
    return loop_add(listener->server->loop, &listener->watch);
}

static err listeners_open(struct modbus_server *server, uint16_t port_base)
{
    err e = ERR_OK;

    for (unsigned i = 0; i < PORTS_N && !e; i++)
        e = listen_on(&server->listeners[i],
                      port_base ? (uint16_t)(port_base + i) : (uint16_t)0);
    return e;
}

static err served_log_open(struct modbus_server *server, const char *path)
{
    if (!path) return ERR_OK;
    err e = file_open_write(path, &server->served_log);
    if (!e) e = file_size(&server->served_log, &server->served_log_bytes);
    return e;
}

static void watches_close_all(struct modbus_server *server)
{
    for (unsigned i = 0; i < PORTS_N; i++)
        loop_remove(server->loop, &server->listeners[i].watch);
    for (unsigned i = 0; server->connections && i < PORTS_N * PORT_CLIENTS_MAX; i++)
        loop_remove(server->loop, &server->connections[i].watch);
}

err modbus_server_open(struct modbus_server_settings settings, struct plant *plant,
                       struct loop *loop, struct modbus_server **server)
{
    struct modbus_server *s = memory_new(1, sizeof *s);
    if (!s) return ERR_MEMORY;

    s->plant = plant;
    s->loop = loop;
    s->served_log.handle = -1;
    s->connections = memory_new(PORTS_N * PORT_CLIENTS_MAX, sizeof *s->connections);
    for (unsigned i = 0; i < PORTS_N; i++) {
        struct listener *l = &s->listeners[i];
        *l = (struct listener){
            .watch = {-1, l, listener_ready, false},
              .server = s, .port_i = i
        };
    }
    for (unsigned i = 0; s->connections && i < PORTS_N * PORT_CLIENTS_MAX; i++) {
        struct connection *c = &s->connections[i];
        c->watch = (struct watch){-1, c, connection_ready, false};
        c->server = s;
        c->port_i = i / PORT_CLIENTS_MAX;
    }
    err e = s->connections ? ERR_OK : ERR_MEMORY;
    if (!e) e = served_log_open(s, settings.served_log);
    if (!e) e = listeners_open(s, settings.port_base);
    if (e)
        modbus_server_close(s);
    else
        *server = s;
    return e;
}

void modbus_server_close(struct modbus_server *server)
{
    if (!server) return;
    watches_close_all(server);
    if (server->served_log.handle >= 0) file_close(&server->served_log);
    memory_free(server->connections);
    memory_free(server);
}

uint16_t modbus_server_port(const struct modbus_server *server, unsigned port_i)
{
    ensure(port_i < PORTS_N);
    return server->listeners[port_i].port;
}

unsigned modbus_server_clients_n(const struct modbus_server *server)
{
    unsigned n = 0;
    for (unsigned i = 0; i < PORTS_N * PORT_CLIENTS_MAX; i++)
        n += server->connections[i].watch.handle >= 0;
    return n;
}

uint64_t modbus_server_requests_n(const struct modbus_server *server)
{
    return server->requests_n;
}
