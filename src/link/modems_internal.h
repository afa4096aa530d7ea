/* modems_internal.h - what modems*.c share.
 *
 * All of it stands under `lock`, but for the calls' list and their `pending` bytes, which
 * are the thread's. */
#ifndef HEATNET_LINK_MODEMS_INTERNAL_H
#define HEATNET_LINK_MODEMS_INTERNAL_H

#include "base/clock.h"
#include "base/thread.h"
#include "link/modem_pattern.h"
#include "link/modems.h"

enum { MODEM_PEER_BYTES = 48, MODEM_INBOX_BYTES = 4096, MODEM_QUIET_MS = 50 };

struct modem_bus; /* a name that registered */

struct modem_call {
    int handle;
    struct modem_bus *bus; /* NULL = has not registered yet */
    struct modem_call *next, **back;
    int64_t heard_ms; /* monotonic */
    bool dead;        /* to be closed when the thread has done its round */
    char peer[MODEM_PEER_BYTES];
    size_t pending_n;
    uint8_t pending[MODEM_PACKET_BYTES];
};

struct modem_bus {
    char name[MODEM_NAME_BYTES], peer[MODEM_PEER_BYTES];
    struct modem_bus *next; /* of the same hash */
    struct modem_call *call;
    struct buffer inbox;
    uint64_t asked; /* number of the call that was asked last */
    uint64_t calls, heartbeats, sent_bytes, received_bytes;
    int64_t since_ms, heard_ms; /* UTC */
    struct signal arrived;
};

struct modems {
    struct modem_patterns registration, heartbeats;
    uint32_t calls_max, registration_ms, idle_ms;
    struct clock clock;
    int listener, poll, wake;
    uint16_t port;
    struct thread thread;

    struct lock lock;
    bool stopping, any_dead, any_held;
    int64_t swept_ms;
    struct modem_call *calls;
    size_t calls_n, buses_n, slots_n;
    struct modem_bus **slots; /* a power of two of them */
    struct modems_counts counts;
};

/* Where the bus is or would be linked in. */
struct modem_bus **modems_slot(struct modems *modems, const char *name);

/* modems_serve.c: the thread. */
void *modems_run(void *modems);
void modems_hang_up(struct modems *modems, struct modem_call *call);

#endif
