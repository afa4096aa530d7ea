/* listen.c - see listen.h. */
#include "serve/listen.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 1024, PORT_MAX = 65535 };

struct target {
    struct sockaddr_storage address;
    socklen_t bytes;
};

/* Split "host:port" or "[host]:port" and make the socket address. */
static err parse(const char *text, unsigned port_add, struct listener *listener,
                 struct target *target)
{
    const char *colon = strrchr(text, ':');
    uint32_t port = 0;
    if (!colon || text_to_u32(colon + 1, &port) || port + port_add > PORT_MAX)
        return ERR_RANGE;
    size_t n = (size_t)(colon - text);
    bool bracketed = n >= 2 && text[0] == '[' && colon[-1] == ']';
    if (!text_copy_n(listener->host, sizeof listener->host, text + bracketed,
                     n - 2 * (size_t)bracketed))
        return ERR_RANGE;

    port = port ? port + port_add : 0;
    struct sockaddr_in *four = (struct sockaddr_in *)&target->address;
    if (inet_pton(AF_INET, listener->host, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = htons((uint16_t)port);
        target->bytes = sizeof *four;
        listener->loopback = ntohl(four->sin_addr.s_addr) >> 24 == 127;
        return ERR_OK;
    }
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)&target->address;
    if (inet_pton(AF_INET6, listener->host, &six->sin6_addr) != 1) return ERR_RANGE;
    six->sin6_family = AF_INET6;
    six->sin6_port = htons((uint16_t)port);
    target->bytes = sizeof *six;
    listener->loopback = IN6_IS_ADDR_LOOPBACK(&six->sin6_addr);
    return ERR_OK;
}

static err open_socket(int family, const struct target *target, struct listener *listener)
{
    int handle = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (handle < 0) return err_from_errno(errno);
    int one = 1;
    (void)setsockopt(handle, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(handle, (const struct sockaddr *)&target->address, target->bytes) < 0 ||
        listen(handle, BACKLOG) < 0) {
        int number = errno;
        close(handle);
        return number == EADDRINUSE ? ERR_BUSY : err_from_errno(number);
    }
    listener->handle = handle;
    return ERR_OK;
}

err listen_tcp(const char *address, unsigned port_add, struct listener *listener)
{
    *listener = (struct listener){.handle = -1};
    struct target target = {0};
    err e = parse(address, port_add, listener, &target);
    if (!e) e = open_socket(target.address.ss_family, &target, listener);
    if (e) return e;
    socklen_t n = sizeof target.address;
    if (getsockname(listener->handle, (struct sockaddr *)&target.address, &n) < 0)
        return err_from_errno(errno);
    listener->port = target.address.ss_family == AF_INET
                         ? ntohs(((struct sockaddr_in *)&target.address)->sin_port)
                         : ntohs(((struct sockaddr_in6 *)&target.address)->sin6_port);
    return ERR_OK;
}

err listen_local(const char *path, struct listener *listener)
{
    *listener = (struct listener){.handle = -1};
    struct target target = {0};
    struct sockaddr_un *local = (struct sockaddr_un *)&target.address;
    local->sun_family = AF_UNIX;
    if (!text_copy(local->sun_path, sizeof local->sun_path, path)) return ERR_RANGE;
    target.bytes = sizeof *local;
    /* The data folder is locked by us: whoever made the socket that is there is dead. */
    (void)unlink(path);
    mode_t mask = umask(0177);
    err e = open_socket(AF_UNIX, &target, listener);
    (void)umask(mask);
    return e;
}

void listen_close(struct listener *listener)
{
    if (listener->handle >= 0) close(listener->handle);
    listener->handle = -1;
}
