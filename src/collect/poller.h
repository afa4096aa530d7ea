/* poller.h - workers that poll all devices of a configuration, and what they have
 * gathered.
 *
 *   schedule ── due channel ──▶ worker: driver.read, scale, validate ── row ──▶ device's
 * rows framer ◀── poller_take ──┘
 *
 * Sizes come from the configuration at opening; polling itself does not allocate.  A
 * sample's time is its due time (the same instant for the whole network) unless it was
 * read later than a second or half its cycle behind it: then the time of reading. A
 * device whose address or points a driver does not understand is not polled and is
 * reported offline with the reason.  When a device's rows are full (the framer is stuck)
 * its polls are left out and counted as missed.
 *
 * A device that speaks by itself is looked after every POLLER_TAKE_MS whatever its cycle:
 * its rows keep their own times, rows that do not fit stay with the driver.  It is
 * offline without a connection, or when it has been silent for three cycles. */
#ifndef HEATNET_COLLECT_POLLER_H
#define HEATNET_COLLECT_POLLER_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "collect/configuration.h"
#include "wire/frame.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { POLLER_WORKERS_MAX = 64, POLLER_SAMPLES_MAX = 60000, POLLER_TAKE_MS = 250 };

struct modems; /* link/modems.h */

struct poller_options {
    const struct clock *clock; /* of samples */
    uint32_t workers_n;        /* 1..POLLER_WORKERS_MAX */
    uint32_t timeout_ms;       /* of one request */
    uint32_t rows_max;         /* a device, between two takes */
    uint32_t cycle_ms_min;     /* shorter cycles are made this long; 0 = as configured */
    bool spread;               /* phases instead of one instant */
    struct modems *modems;     /* for lines "modem:NAME"; NULL = none */
    const char *folder;        /* the terminal's data, for drivers; NULL = "" */
};

struct poller;

/* Keeps pointers into the configuration, which must live longer; starts the workers.
 * ERR_MEMORY. */
MUST_USE err poller_open(const struct configuration *configuration,
                         const struct poller_options *options, struct poller **poller);
/* Waits for polls under way.  NULL is allowed. */
void poller_close(struct poller *poller);

/* Wait until there are rows and everything due has been polled, or the oldest row is
 * `age_ms` old, or `timeout_ms` of real time has passed: true when there are rows to be
 * taken now. */
bool poller_wait(struct poller *poller, int64_t age_ms, int64_t timeout_ms);
/* The clock was moved by hand: poll what is due and return when it is done. */
void poller_poll_due(struct poller *poller);
/* Make poller_wait return. */
void poller_wake(struct poller *poller);

/* Rows of as many devices as have together at most POLLER_SAMPLES_MAX samples, copied
 * into the arena and forgotten here.  *blocks_n 0: there are none.  ERR_MEMORY: nothing
 * taken. */
MUST_USE err poller_take(struct poller *poller, struct arena *arena,
                         struct block **blocks, size_t *blocks_n);
/* The states of devices that changed (`all`: of all); their counts start anew. */
MUST_USE err poller_take_status(struct poller *poller, bool all, struct arena *arena,
                                struct device_status **status, size_t *status_n);
/* The longest list of rows at a device; when it comes near rows_max it is time to take.
 */
size_t poller_rows(struct poller *poller);

struct poller_counts {
    size_t devices_n, channels_n, online_n, partial_n,
        offline_n;                    /* rest: not yet polled */
    uint64_t polls, failures, missed; /* since opening */
};

void poller_counts(struct poller *poller, struct poller_counts *counts);
/* Device i's code and state without resetting anything; `error` is "" when none. */
enum device_state poller_device(struct poller *poller, size_t i, const char **code,
                                int64_t *since_ms, char error[80]);

#endif
