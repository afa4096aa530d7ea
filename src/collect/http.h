/* http.h - one keep-alive HTTPS connection with a client certificate, over libcurl.
 *
 * TLS 1.3 only, no redirects, the answer's size bounded by the buffer.  One thread at a
 * time. */
#ifndef HEATNET_COLLECT_HTTP_H
#define HEATNET_COLLECT_HTTP_H

#include "base/bytes.h"
#include "base/err.h"

#include <stdint.h>

enum { HTTP_ERROR_BYTES = 160 };

struct http_options {
    const char *certificate, *key, *authority; /* PEM files; copied */
    int64_t connect_ms, answer_ms;
};

struct http;

/* ERR_MEMORY.  Wrong files show when the first request is made. */
MUST_USE err http_open(const struct http_options *options, struct http **http);
void http_close(struct http *http); /* NULL is allowed */

/* Leave by this network interface (its name) or own address; "" = any.  ERR_MEMORY. */
MUST_USE err http_interface(struct http *http, const char *interface);

/* POST `body` (or GET when body.at is NULL) and read the whole answer.  ERR_OK: status
 * 200. ERR_REFUSED: another status.  ERR_DENIED: TLS or certificate.  ERR_TIMEOUT.
 * ERR_FULL: the answer is larger than the buffer may be.  ERR_CLOSED: no connection.
 * `error` says why. */
MUST_USE err http_request(struct http *http, const char *url, struct bytes body,
                          struct buffer *answer, char error[HTTP_ERROR_BYTES]);

#endif
