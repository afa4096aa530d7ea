/* modems.h - modems that dial in (DTU): the terminal listens, a modem registers with a
 * packet, sends heartbeats, and is then a bus with devices behind it: line "modem:NAME".
 *
 *   accepted ──registration──▶ bus NAME ◀── the same modem again: the old call is closed
 *       │ nothing in time          │ no byte for `idle_ms`, or it hangs up
 *       ▼                          ▼
 *     closed                     closed; the bus waits for the next call
 *
 * One thread serves all calls (epoll).  Lines are used from any thread.  What comes while
 * nobody asks, and heartbeats, are thrown away.  A modem whose device is silent stays
 * connected. */
#ifndef HEATNET_LINK_MODEMS_H
#define HEATNET_LINK_MODEMS_H

#include "base/bytes.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MODEM_NAME_BYTES = 48, MODEM_WHY_BYTES = 160 };

struct modems;

struct modems_options {
    const char *listen;       /* "ADDR:PORT", port 0: any free one */
    const char *registration; /* modem_pattern.h */
    const char *heartbeats;   /* likewise; "" = none */
    uint32_t calls_max;       /* calls and buses */
    uint32_t registration_ms; /* how long a caller may take to say who it is */
    uint32_t idle_ms;         /* a call without a byte for so long is closed */
};

/* Listens and starts the thread.  ERR_RANGE: `why` says what is wrong with which option;
 * ERR_BUSY: the port is taken; ERR_DENIED, ERR_IO, ERR_MEMORY. */
MUST_USE err modems_open(const struct modems_options *options, struct modems **modems,
                         char *why, size_t why_n);
/* Hangs up on all; the lines that use it must be closed before.  NULL is allowed. */
void modems_close(struct modems *modems);
uint16_t modems_port(const struct modems *modems);

struct modem_room {
    uint8_t *at;
    size_t n;
};

/* As line_send and line_receive; ERR_REFUSED: no such modem is here, ERR_CLOSED: it hung
 * up or dialled anew since it was asked. */
MUST_USE err modems_send(struct modems *modems, const char *name, struct bytes bytes,
                         int64_t deadline_ms);
MUST_USE err modems_receive(struct modems *modems, const char *name,
                            struct modem_room room, int64_t deadline_ms, size_t *got);
/* Forget what came.  ERR_REFUSED. */
MUST_USE err modems_discard(struct modems *modems, const char *name);

struct modems_counts {
    size_t calls_n;      /* registered or not, now */
    size_t registered_n; /* now */
    uint64_t registrations, replaced, refused, idle, heartbeats;
};

void modems_counts(struct modems *modems, struct modems_counts *counts);

struct modem_state {
    const char *name;
    bool connected;
    const char *peer;           /* its network address, of the last call */
    int64_t since_ms, heard_ms; /* UTC; 0 = never */
    uint64_t calls, heartbeats;
    uint64_t sent_bytes, received_bytes;
};

/* Every modem that ever registered, in no order; runs under the lock: be short. */
void modems_each(struct modems *modems,
                 void (*each)(void *context, const struct modem_state *state),
                 void *context);

/* A name is 1 to 47 letters, digits, '-', '_', '.'. */
bool modem_name_is_good(const char *name);

#endif
