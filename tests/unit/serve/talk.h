/* talk.h - a plain HTTP talker for the tests of serve: bytes out, the answer back. */
#ifndef HEATNET_TESTS_SERVE_TALK_H
#define HEATNET_TESTS_SERVE_TALK_H

#include "base/bytes.h"
#include "base/text.h"
#include "check.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { TALK_BYTES_MAX = 64 << 20, TALK_TIMEOUT_S = 20 };

struct reply {
    int status;         /* 0 = the connection was closed without an answer */
    struct buffer text; /* the whole answer and a final NUL */
    const char *body;
};

static inline void reply_close(struct reply *reply)
{
    buffer_close(&reply->text);
}

static inline void talk_timeout(int handle, int seconds)
{
    struct timeval limit = {.tv_sec = seconds};
    assert_int_equal(setsockopt(handle, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit),
                     0);
}

static inline int talk_open_tcp(unsigned port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int handle = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(handle >= 0);
    assert_int_equal(connect(handle, (struct sockaddr *)&address, sizeof address), 0);
    talk_timeout(handle, TALK_TIMEOUT_S);
    return handle;
}

static inline int talk_open_local(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    assert_true(text_copy(address.sun_path, sizeof address.sun_path, path));
    int handle = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(handle >= 0);
    assert_int_equal(connect(handle, (struct sockaddr *)&address, sizeof address), 0);
    talk_timeout(handle, TALK_TIMEOUT_S);
    return handle;
}

/* The server may close before it has read all: that is an answer too. */
static inline void talk_send(int handle, struct bytes bytes)
{
    while (bytes.n) {
        ssize_t n = send(handle, bytes.at, bytes.n, MSG_NOSIGNAL);
        if (n <= 0) return;
        bytes.at += n;
        bytes.n -= (size_t)n;
    }
}

static inline void reply_parse(struct reply *reply)
{
    buffer_put_u8(&reply->text, 0);
    assert_int_equal(reply->text.broken, ERR_OK);
    const char *text = (const char *)reply->text.at;
    reply->status =
        strncmp(text, "HTTP/1.1 ", 9) == 0 ? (int)strtol(text + 9, NULL, 10) : 0;
    const char *end = strstr(text, "\r\n\r\n");
    reply->body = end ? end + 4 : "";
}

/* Read until the server closes, or `until` (may be NULL) has come. */
static inline struct reply talk_read(int handle, const char *until)
{
    struct reply reply = {0};
    buffer_open(&reply.text, TALK_BYTES_MAX);
    for (;;) {
        uint8_t piece[4096];
        ssize_t n = recv(handle, piece, sizeof piece, 0);
        if (n <= 0) break;
        buffer_put(&reply.text, (struct bytes){piece, (size_t)n});
        if (until && memmem(reply.text.at, reply.text.n, until, strlen(until))) break;
    }
    reply_parse(&reply);
    return reply;
}

static inline struct reply talk_once(int handle, const char *request)
{
    talk_send(handle, bytes_of_text(request));
    struct reply reply = talk_read(handle, NULL);
    close(handle);
    return reply;
}

/* The value behind "NAME": in the answer's text, up to `out_n`; "" when it is not there.
 */
static inline const char *reply_find(const struct reply *reply, const char *before,
                                     const char *ends, char *out, size_t out_n)
{
    const char *at = strstr((const char *)reply->text.at, before);
    out[0] = '\0';
    if (!at) return out;
    at += strlen(before);
    assert_true(text_copy_n(out, out_n, at, strcspn(at, ends)));
    return out;
}

#endif
