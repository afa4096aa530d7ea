/* modems.c - opening, and the lines' side; the thread is modems_serve.c. */
#include "link/modems.h"

#include "base/ensure.h"
#include "base/memory.h"
#include "base/text.h"
#include "link/modems_internal.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

bool modem_name_is_good(const char *name)
{
    size_t n = strlen(name);
    return n > 0 && n < MODEM_NAME_BYTES &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                        "0123456789-_.") == n;
}

/* --- opening --------------------------------------------------------------------- */

static err parse_options(struct modems *m, const struct modems_options *o, char *why,
                         size_t why_n)
{
    char fault[MODEM_WHY_BYTES];

    err e = modem_patterns_parse(o->registration, &m->registration, fault, sizeof fault);
    if (e && why_n) (void)text_format(why, why_n, "registration: %s", fault);
    if (e || !o->heartbeats[0]) return e;
    e = modem_patterns_parse(o->heartbeats, &m->heartbeats, fault, sizeof fault);
    if (e && why_n) (void)text_format(why, why_n, "heartbeats: %s", fault);
    return e;
}

static bool split_listen(const char *text, char host[64], const char **port)
{
    const char *colon = strrchr(text, ':');
    bool bracket = text[0] == '[';

    if (!colon || (bracket && (colon == text || colon[-1] != ']'))) return false;
    const char *start = bracket ? text + 1 : text;
    size_t n = (size_t)(colon - start) - (bracket ? 1 : 0);
    *port = colon + 1;
    return text_copy_n(host, 64, start, n);
}

static err bind_to(struct modems *m, const struct addrinfo *to)
{
    int one = 1;
    struct sockaddr_in6 at;
    socklen_t n = sizeof at;

    m->listener = socket(to->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (m->listener < 0) return ERR_IO;
    (void)setsockopt(m->listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(m->listener, to->ai_addr, to->ai_addrlen) != 0)
        return errno == EADDRINUSE ? ERR_BUSY : errno == EACCES ? ERR_DENIED : ERR_IO;
    if (listen(m->listener, SOMAXCONN) != 0) return ERR_IO;
    if (getsockname(m->listener, (struct sockaddr *)&at, &n) != 0) return ERR_IO;
    m->port = ntohs(at.sin6_port); /* stands where sin_port does */
    return ERR_OK;
}

static err listen_on(struct modems *m, const char *text, char *why, size_t why_n)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    const char *port = NULL;
    char host[64];

    if (!split_listen(text, host, &port) ||
        getaddrinfo(host[0] ? host : NULL, port, &hints, &found) != 0) {
        if (why_n)
            (void)text_copy(why, why_n,
                            "the modems' address has the form ADDR:PORT, e.g. "
                            "0.0.0.0:5020 or [::]:5020");
        return ERR_RANGE;
    }
    err e = bind_to(m, found);
    freeaddrinfo(found);
    if (e && why_n)
        (void)text_format(why, why_n, "cannot listen at %s: %s", text, err_text(e));
    return e;
}

static err watch(struct modems *m, int handle, void *mark)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = mark};
    return epoll_ctl(m->poll, EPOLL_CTL_ADD, handle, &event) == 0 ? ERR_OK : ERR_IO;
}

static err make_slots(struct modems *m)
{
    m->slots_n = 16;
    while (m->slots_n < m->calls_max) m->slots_n *= 2;
    m->slots = memory_new(m->slots_n, sizeof *m->slots);
    return m->slots ? ERR_OK : ERR_MEMORY;
}

static err start(struct modems *m)
{
    m->poll = epoll_create1(EPOLL_CLOEXEC);
    m->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    err e = m->poll < 0 || m->wake < 0 ? ERR_IO : ERR_OK;
    if (!e) e = watch(m, m->listener, &m->listener);
    if (!e) e = watch(m, m->wake, &m->wake);
    if (!e) e = thread_start(&m->thread, "modems", modems_run, m);
    return e;
}

err modems_open(const struct modems_options *options, struct modems **modems, char *why,
                size_t why_n)
{
    ensure(options && modems && options->calls_max > 0);

    struct modems *m = memory_new(1, sizeof *m);
    if (!m) return ERR_MEMORY;
    m->listener = m->poll = m->wake = -1;
    m->calls_max = options->calls_max;
    m->registration_ms = options->registration_ms;
    m->idle_ms = options->idle_ms;
    clock_machine(&m->clock);
    lock_open(&m->lock);
    err e = parse_options(m, options, why, why_n);
    if (!e) e = listen_on(m, options->listen, why, why_n);
    if (!e) e = make_slots(m);
    if (!e) e = start(m);
    if (e)
        modems_close(m);
    else
        *modems = m;
    return e;
}

static void close_handle(int handle)
{
    if (handle >= 0) (void)close(handle);
}

static void close_bus(struct modem_bus *bus)
{
    buffer_close(&bus->inbox);
    signal_close(&bus->arrived);
    memory_free(bus);
}

void modems_close(struct modems *m)
{
    if (!m) return;
    uint64_t one = 1;
    lock_take(&m->lock);
    m->stopping = true;
    lock_give(&m->lock);
    if (m->wake >= 0) ensure(write(m->wake, &one, sizeof one) == sizeof one);
    thread_join(&m->thread);
    while (m->calls) modems_hang_up(m, m->calls);
    for (size_t i = 0; i < m->slots_n && m->slots; i++)
        for (struct modem_bus *bus = m->slots[i], *next; bus; bus = next) {
            next = bus->next;
            close_bus(bus);
        }
    memory_free(m->slots);
    close_handle(m->listener);
    close_handle(m->poll);
    close_handle(m->wake);
    lock_close(&m->lock);
    memory_free(m);
}

uint16_t modems_port(const struct modems *m)
{
    return m->port;
}

/* --- buses ----------------------------------------------------------------------- */

static uint32_t hash(const char *name)
{
    uint32_t h = 2166136261U; /* FNV-1a */
    for (; *name; name++) h = (h ^ (uint8_t)*name) * 16777619U;
    return h;
}

struct modem_bus **modems_slot(struct modems *m, const char *name)
{
    struct modem_bus **slot = &m->slots[hash(name) & (m->slots_n - 1)];
    while (*slot && !text_equal((*slot)->name, name)) slot = &(*slot)->next;
    return slot;
}

static struct modem_bus *connected(struct modems *m, const char *name)
{
    struct modem_bus *bus = *modems_slot(m, name);
    return bus && bus->call ? bus : NULL;
}

/* A request is small: a socket that has no room for it is a modem that is not there. */
static err send_now(struct modem_bus *bus, struct bytes bytes)
{
    ssize_t n;

    do n = send(bus->call->handle, bytes.at, bytes.n, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (n == (ssize_t)bytes.n) {
        bus->asked = bus->calls;
        bus->sent_bytes += bytes.n;
        return ERR_OK;
    }
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return ERR_TIMEOUT;
    (void)shutdown(bus->call->handle, SHUT_RDWR); /* half a request: the call is lost */
    return ERR_CLOSED;
}

err modems_send(struct modems *m, const char *name, struct bytes bytes,
                int64_t deadline_ms)
{
    ensure(m && name && bytes.n > 0);

    if (deadline_ms <= clock_mono_ms(&m->clock)) return ERR_TIMEOUT;
    lock_take(&m->lock);
    struct modem_bus *bus = connected(m, name);
    err e = bus ? send_now(bus, bytes) : ERR_REFUSED;
    lock_give(&m->lock);
    return e;
}

static void take_inbox(struct modem_bus *bus, struct modem_room room, size_t *got)
{
    size_t n = bus->inbox.n < room.n ? bus->inbox.n : room.n;

    memcpy(room.at, bus->inbox.at, n);
    memmove(bus->inbox.at, bus->inbox.at + n, bus->inbox.n - n);
    bus->inbox.n -= n;
    *got = n;
}

err modems_receive(struct modems *m, const char *name, struct modem_room room,
                   int64_t deadline_ms, size_t *got)
{
    ensure(m && name && room.n > 0 && got);

    err e = ERR_SHORT;
    lock_take(&m->lock);
    while (e == ERR_SHORT) {
        struct modem_bus *bus = connected(m, name);
        int64_t left = deadline_ms - clock_mono_ms(&m->clock);
        if (!bus || bus->asked != bus->calls) {
            e = ERR_CLOSED;
        } else if (bus->inbox.n > 0) {
            take_inbox(bus, room, got);
            e = ERR_OK;
        } else if (left <= 0) {
            e = ERR_TIMEOUT;
        } else {
            (void)signal_wait_ms(&bus->arrived, &m->lock, left);
        }
    }
    lock_give(&m->lock);
    return e;
}

err modems_discard(struct modems *m, const char *name)
{
    ensure(m && name);

    lock_take(&m->lock);
    struct modem_bus *bus = connected(m, name);
    if (bus) bus->inbox.n = 0;
    lock_give(&m->lock);
    return bus ? ERR_OK : ERR_REFUSED;
}

/* --- what is known --------------------------------------------------------------- */

void modems_counts(struct modems *m, struct modems_counts *counts)
{
    ensure(m && counts);
    lock_take(&m->lock);
    *counts = m->counts;
    counts->calls_n = m->calls_n;
    lock_give(&m->lock);
}

void modems_each(struct modems *m,
                 void (*each)(void *context, const struct modem_state *state),
                 void *context)
{
    ensure(m && each);
    lock_take(&m->lock);
    for (size_t i = 0; i < m->slots_n; i++)
        for (const struct modem_bus *bus = m->slots[i]; bus; bus = bus->next) {
            struct modem_state state = {
                bus->name,       bus->call != NULL, bus->peer,
                bus->since_ms,   bus->heard_ms,     bus->calls,
                bus->heartbeats, bus->sent_bytes,   bus->received_bytes};
            each(context, &state);
        }
    lock_give(&m->lock);
}
