/* modems_serve.c - the one thread: accept, register, strip heartbeats, hang up. */
#include "base/ensure.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "link/modems_internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* Spare calls: a modem may dial anew before its old call is known to be dead. */
enum { EVENTS_N = 256, SWEEP_MS = 1000, READ_BYTES = 2048, CALLS_SPARE = 16 };

/* --- a call ends ----------------------------------------------------------------- */

static void leave_bus(struct modems *m, struct modem_call *call)
{
    struct modem_bus *bus = call->bus;

    if (!bus || bus->call != call) return;
    bus->call = NULL;
    bus->inbox.n = 0;
    m->counts.registered_n--;
    signal_all(&bus->arrived);
}

void modems_hang_up(struct modems *m, struct modem_call *call)
{
    leave_bus(m, call);
    *call->back = call->next;
    if (call->next) call->next->back = call->back;
    m->calls_n--;
    (void)close(call->handle);
    memory_free(call);
}

static void let_die(struct modems *m, struct modem_call *call, const char *why)
{
    if (call->dead) return;
    log_event(LOG_INFO, "link", "modem_left", "modem=%s peer=%s why=\"%s\"",
              call->bus ? call->bus->name : "-", call->peer, why);
    leave_bus(m, call);
    call->bus = NULL;
    call->dead = m->any_dead = true;
}

/* --- a call begins --------------------------------------------------------------- */

static void name_peer(const struct sockaddr_storage *from, char out[MODEM_PEER_BYTES])
{
    const struct sockaddr_in *four = (const void *)from;
    const struct sockaddr_in6 *six = (const void *)from;
    bool is_six = from->ss_family == AF_INET6;
    const void *address =
        is_six ? (const void *)&six->sin6_addr : (const void *)&four->sin_addr;

    if (!inet_ntop(from->ss_family, address, out, MODEM_PEER_BYTES))
        (void)text_copy(out, MODEM_PEER_BYTES, "unknown");
}

/* Mobile networks forget a silent connection without a word. */
static void keep_alive(int handle)
{
    int one = 1, idle_s = 60, every_s = 20, times = 3;

    (void)setsockopt(handle, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one);
    (void)setsockopt(handle, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof idle_s);
    (void)setsockopt(handle, IPPROTO_TCP, TCP_KEEPINTVL, &every_s, sizeof every_s);
    (void)setsockopt(handle, IPPROTO_TCP, TCP_KEEPCNT, &times, sizeof times);
    (void)setsockopt(handle, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

static struct modem_call *add_call(struct modems *m, int handle)
{
    struct modem_call *call = memory_new(1, sizeof *call);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = call};

    if (!call) return NULL;
    if (epoll_ctl(m->poll, EPOLL_CTL_ADD, handle, &event) != 0) {
        memory_free(call);
        return NULL;
    }
    *call = (struct modem_call){.handle = handle, .next = m->calls, .back = &m->calls};
    if (m->calls) m->calls->back = &call->next;
    m->calls = call;
    m->calls_n++;
    call->heard_ms = clock_mono_ms(&m->clock);
    return call;
}

static void accept_all(struct modems *m)
{
    for (;;) {
        struct sockaddr_storage from = {0};
        socklen_t n = sizeof from;
        int handle = accept4(m->listener, (struct sockaddr *)&from, &n,
                             SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (handle < 0) return;
        bool room = m->calls_n < m->calls_max + m->calls_max / 8 + CALLS_SPARE;
        struct modem_call *call = room ? add_call(m, handle) : NULL;
        if (!call) {
            m->counts.refused++;
            log_event(LOG_WARNING, "link", "modem_refused", "why=\"too many calls\"");
            (void)close(handle);
            continue;
        }
        keep_alive(handle);
        name_peer(&from, call->peer);
    }
}

/* --- registration ---------------------------------------------------------------- */

/* Room for one more name: one that is not connected goes. */
static void forget_one(struct modems *m)
{
    for (size_t i = 0; i < m->slots_n; i++)
        for (struct modem_bus **at = &m->slots[i]; *at; at = &(*at)->next) {
            struct modem_bus *bus = *at;
            if (bus->call) continue;
            *at = bus->next;
            buffer_close(&bus->inbox);
            signal_close(&bus->arrived);
            memory_free(bus);
            m->buses_n--;
            return;
        }
}

static struct modem_bus *bus_named(struct modems *m, const char *name)
{
    struct modem_bus **slot = modems_slot(m, name);

    if (*slot) return *slot;
    if (m->buses_n >= m->calls_max) {
        forget_one(m);
        slot = modems_slot(m, name);
    }
    struct modem_bus *bus = memory_new(1, sizeof *bus);
    if (!bus) return NULL;
    (void)text_copy(bus->name, sizeof bus->name, name);
    buffer_open(&bus->inbox, MODEM_INBOX_BYTES);
    signal_open(&bus->arrived);
    *slot = bus;
    m->buses_n++;
    return bus;
}

static void enter_bus(struct modems *m, struct modem_call *call, const char *name)
{
    struct modem_bus *bus = bus_named(m, name);

    if (!bus) {
        let_die(m, call, "out of memory");
        return;
    }
    if (bus->call) {
        m->counts.replaced++;
        let_die(m, bus->call, "it dialled in anew");
    }
    call->bus = bus;
    bus->call = call;
    bus->calls++;
    bus->inbox.n = 0;
    bus->since_ms = clock_utc_ms(&m->clock);
    (void)text_copy(bus->peer, sizeof bus->peer, call->peer);
    m->counts.registrations++;
    m->counts.registered_n++;
    log_event(LOG_INFO, "link", "modem_registered", "modem=%s peer=%s", name, call->peer);
}

/* A name for those whose packet has none: the network address, ':' as '-'. */
static void name_by_peer(const struct modem_call *call, char name[MODEM_NAME_BYTES])
{
    (void)text_copy(name, MODEM_NAME_BYTES, call->peer);
    for (char *c = name; *c; c++)
        if (*c == ':' || *c == '%') *c = '-';
}

static size_t register_call(struct modems *m, struct modem_call *call, struct bytes in,
                            bool quiet)
{
    char name[MODEM_NAME_BYTES];
    size_t used = 0;

    err e = modem_patterns_match(&m->registration, in, quiet, &used, name);
    if (e == ERR_SHORT && in.n <= MODEM_PACKET_BYTES) return 0;
    if (e) {
        m->counts.refused++;
        let_die(m, call, "its registration fits no pattern");
        return 0;
    }
    if (!name[0]) name_by_peer(call, name);
    enter_bus(m, call, name);
    return used;
}

/* --- bytes ----------------------------------------------------------------------- */

static void deliver(struct modems *m, struct modem_call *call, struct bytes in,
                    bool quiet)
{
    struct modem_bus *bus = call->bus;
    uint8_t kept[MODEM_PACKET_BYTES + READ_BYTES];
    struct modem_stripped s = {.out = kept};

    modem_heartbeats_strip(&m->heartbeats, in, quiet, &s);
    m->counts.heartbeats += s.beats_n;
    bus->heartbeats += s.beats_n;
    call->pending_n = s.held_n;
    memmove(call->pending, in.at + in.n - s.held_n, s.held_n);
    if (s.kept_n == 0) return;
    /* Unasked bytes on top of each other until the inbox is full: a modem gone mad. */
    if (bus->inbox.n + s.kept_n > MODEM_INBOX_BYTES) buffer_clear(&bus->inbox);
    buffer_put(&bus->inbox, (struct bytes){kept, s.kept_n});
    signal_all(&bus->arrived);
}

static void take_bytes(struct modems *m, struct modem_call *call, struct bytes in,
                       bool quiet)
{
    if (!call->bus) {
        size_t used = register_call(m, call, in, quiet);
        if (!call->bus) {
            call->pending_n = call->dead ? 0 : in.n;
            memmove(call->pending, in.at, call->pending_n);
            return;
        }
        in.at += used;
        in.n -= used;
    }
    call->pending_n = 0;
    if (in.n) deliver(m, call, in, quiet);
}

static void read_call(struct modems *m, struct modem_call *call)
{
    uint8_t bytes[MODEM_PACKET_BYTES + READ_BYTES];
    size_t n = call->pending_n;

    if (call->dead) return;
    memcpy(bytes, call->pending, n);
    ssize_t got = recv(call->handle, bytes + n, READ_BYTES, 0);
    if (got < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (got <= 0) {
        let_die(m, call, got == 0 ? "it hung up" : "the connection broke");
        return;
    }
    call->heard_ms = clock_mono_ms(&m->clock);
    if (call->bus) {
        call->bus->received_bytes += (uint64_t)got;
        call->bus->heard_ms = clock_utc_ms(&m->clock);
    }
    take_bytes(m, call, (struct bytes){bytes, n + (size_t)got}, false);
    m->any_held |= call->pending_n > 0;
}

/* --- time ------------------------------------------------------------------------ */

static void look_at(struct modems *m, struct modem_call *call, int64_t now_ms)
{
    int64_t quiet_ms = now_ms - call->heard_ms;

    if (call->pending_n && quiet_ms >= MODEM_QUIET_MS) {
        uint8_t bytes[MODEM_PACKET_BYTES];
        size_t n = call->pending_n;
        memcpy(bytes, call->pending, n);
        take_bytes(m, call, (struct bytes){bytes, n}, true);
    }
    if (!call->bus && quiet_ms >= m->registration_ms) {
        m->counts.refused++;
        let_die(m, call, "it did not register in time");
    } else if (call->bus && quiet_ms >= m->idle_ms) {
        m->counts.idle++;
        let_die(m, call, "nothing heard from it for too long");
    }
}

/* Calls that ended are closed at once, bytes held back looked at after a while, all else
 * once a second: a walk over thousands of calls is not for every byte. */
static void sweep(struct modems *m)
{
    int64_t now_ms = clock_mono_ms(&m->clock), since_ms = now_ms - m->swept_ms;

    if (!m->any_dead && since_ms < (m->any_held ? MODEM_QUIET_MS : SWEEP_MS)) return;
    m->any_dead = m->any_held = false;
    m->swept_ms = now_ms;
    for (struct modem_call *call = m->calls, *next; call; call = next) {
        next = call->next;
        if (!call->dead) look_at(m, call, now_ms);
        m->any_held |= call->pending_n > 0;
        if (call->dead) modems_hang_up(m, call);
    }
}

static void serve(struct modems *m, const struct epoll_event *events, int n)
{
    for (int i = 0; i < n; i++) {
        void *mark = events[i].data.ptr;
        if (mark == &m->listener)
            accept_all(m);
        else if (mark != &m->wake)
            read_call(m, mark);
    }
}

void *modems_run(void *context)
{
    struct modems *m = context;
    struct epoll_event events[EVENTS_N];

    lock_take(&m->lock);
    while (!m->stopping) {
        int wait_ms = m->any_held ? MODEM_QUIET_MS : SWEEP_MS;
        lock_give(&m->lock);
        int n = epoll_wait(m->poll, events, EVENTS_N, wait_ms);
        lock_take(&m->lock);
        serve(m, events, n);
        sweep(m);
    }
    lock_give(&m->lock);
    return NULL;
}
