/* tcp.c - see the header. */
#include "link/tcp.h"

#include "base/ensure.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

void tcp_open(struct tcp *t)
{
    ensure(t);
    *t = (struct tcp){.handle = -1};
    clock_machine(&t->clock);
}

void tcp_close(struct tcp *t)
{
    ensure(t);
    if (t->handle >= 0) (void)close(t->handle);
    t->handle = -1;
}

int64_t tcp_deadline(const struct tcp *t, int64_t timeout_ms)
{
    return clock_mono_ms(&t->clock) + timeout_ms;
}

/* Both directions: a peer that does not read must not hold us either. */
static void set_timeout(struct tcp *t, int64_t ms)
{
    struct timeval time = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

    if (ms == t->timeout_ms) return;
    ensure(setsockopt(t->handle, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time) == 0);
    ensure(setsockopt(t->handle, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time) == 0);
    t->timeout_ms = ms;
}

void tcp_adopt(struct tcp *t, int handle, int64_t timeout_ms)
{
    ensure(t && t->handle < 0 && handle >= 0 && timeout_ms > 0);
    t->handle = handle;
    t->timeout_ms = 0;
    set_timeout(t, timeout_ms);
}

/* --- connecting ------------------------------------------------------------------ */

static err wait_connected(int handle, const struct tcp *t, int64_t deadline_ms)
{
    struct pollfd wait = {.fd = handle, .events = POLLOUT};
    int fault = 0, ready;
    socklen_t n = sizeof fault;

    do {
        int64_t left = deadline_ms - clock_mono_ms(&t->clock);
        ready = left > 0 ? poll(&wait, 1, (int)left) : 0;
    } while (ready < 0 && errno == EINTR);
    if (ready == 0) return ERR_TIMEOUT;
    if (ready < 0 || getsockopt(handle, SOL_SOCKET, SO_ERROR, &fault, &n) != 0)
        return ERR_IO;
    return fault == 0 ? ERR_OK : fault == ETIMEDOUT ? ERR_TIMEOUT : ERR_REFUSED;
}

static err make_blocking(int handle)
{
    int one = 1, flags = fcntl(handle, F_GETFL);

    if (flags < 0 || fcntl(handle, F_SETFL, flags & ~O_NONBLOCK) < 0) return ERR_IO;
    /* Requests are small and must leave at once; it works without, only slower. */
    (void)setsockopt(handle, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return ERR_OK;
}

static err connect_one(const struct tcp *t, const struct addrinfo *to,
                       int64_t deadline_ms, int *out)
{
    int handle = socket(to->ai_family, to->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (handle < 0) return errno == EMFILE || errno == ENFILE ? ERR_FULL : ERR_IO;

    err e = ERR_OK;
    if (connect(handle, to->ai_addr, to->ai_addrlen) != 0)
        e = errno == EINPROGRESS ? wait_connected(handle, t, deadline_ms) : ERR_REFUSED;
    if (!e) e = make_blocking(handle);
    if (e)
        (void)close(handle);
    else
        *out = handle;
    return e;
}

err tcp_connect(struct tcp *t, const char *host, uint16_t port, int64_t timeout_ms)
{
    ensure(t && host && t->handle < 0 && timeout_ms > 0);

    struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    char service[8];
    int64_t deadline_ms = tcp_deadline(t, timeout_ms);
    int handle = -1;

    (void)text_format(service, sizeof service, "%u", (unsigned)port);
    if (getaddrinfo(host, service, &hints, &found) != 0) {
        hints.ai_flags = AI_NUMERICSERV | AI_ADDRCONFIG;
        if (getaddrinfo(host, service, &hints, &found) != 0) return ERR_REFUSED;
    }
    err e = ERR_REFUSED;
    for (const struct addrinfo *to = found; to && handle < 0; to = to->ai_next)
        e = connect_one(t, to, deadline_ms, &handle);
    freeaddrinfo(found);
    if (!e) tcp_adopt(t, handle, timeout_ms);
    return e;
}

/* --- bytes ----------------------------------------------------------------------- */

/* The time left becomes the socket's where it differs much; false when none is left. */
static bool time_left(struct tcp *t, int64_t deadline_ms)
{
    int64_t left = deadline_ms - clock_mono_ms(&t->clock);

    if (left <= 0) return false;
    if (left < t->timeout_ms / 2 || left > t->timeout_ms) set_timeout(t, left);
    return true;
}

err tcp_send(struct tcp *t, struct bytes bytes, int64_t deadline_ms)
{
    ensure(t && t->handle >= 0);

    while (bytes.n > 0) {
        if (!time_left(t, deadline_ms)) return ERR_TIMEOUT;
        ssize_t n = send(t->handle, bytes.at, bytes.n, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno == EAGAIN ? ERR_TIMEOUT : ERR_CLOSED;
        bytes.at += n;
        bytes.n -= (size_t)n;
    }
    return ERR_OK;
}

err tcp_receive(struct tcp *t, uint8_t *out, size_t n, int64_t deadline_ms, size_t *got)
{
    ensure(t && t->handle >= 0 && out && n > 0 && got);

    for (;;) {
        if (!time_left(t, deadline_ms)) return ERR_TIMEOUT;
        ssize_t received = recv(t->handle, out, n, 0);
        if (received < 0 && errno == EINTR) continue;
        if (received < 0) return errno == EAGAIN ? ERR_TIMEOUT : ERR_CLOSED;
        if (received == 0) return ERR_CLOSED;
        *got = (size_t)received;
        return ERR_OK;
    }
}
