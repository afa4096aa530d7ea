/* http.h - the doors: plain HTTP on loopback for browsers beside the server, TLS 1.3 for
 * terminals and for browsers elsewhere, a local socket for the `heatnet` command.
 *
 * Ports are taken first (doors_bind), so that privilege can be dropped before anything is
 * read from them (doors_serve). */
#ifndef HEATNET_SERVE_HTTP_H
#define HEATNET_SERVE_HTTP_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct server;
struct doors;

enum { DOORS_ADDRESS_BYTES = 80, DOORS_WHY_BYTES = 200, DOORS_CONNECTIONS_MAX = 4096 };

struct doors_options {
    const char *http;   /* "127.0.0.1:8080", loopback only; port 0 = any free one */
    bool http_next;     /* taken: try the next 20 ports */
    const char *tls;    /* "0.0.0.0:8443"; "" = none */
    const char *socket; /* path of the local socket; "" = none */
};

/* ERR_RANGE: not an address, or plain HTTP beyond loopback; ERR_BUSY: taken.  `why` is a
 * sentence for the person. */
MUST_USE err doors_bind(const struct doors_options *options, struct doors **doors,
                        char why[DOORS_WHY_BYTES]);
/* Begin to answer.  `keys_folder` holds authority.pem, server.pem, server.key. */
MUST_USE err doors_serve(struct doors *doors, struct server *server,
                         const char *keys_folder);
/* Take no new connections; those there are still answered. */
void doors_quiet(struct doors *doors);
/* No connection may be asleep (server_quiet). */
void doors_close(struct doors *doors);

/* "http://127.0.0.1:8080", "https://127.0.0.1:8443", "" when there is no such door. */
const char *doors_http_address(const struct doors *doors);
const char *doors_tls_address(const struct doors *doors);

#endif
