/* driver.h - what every protocol gives the poller: one row of a const table.
 *
 *   channel  a connection, shared by all devices that are reached through it
 *   plan     the requests that read the points of one device
 *
 * A driver is a synchronous function over a channel; who calls it owns the channel for
 * that time.  Values are as the device has them: scaling and validation are the caller's.
 * Devices that speak by themselves are not asked: their driver gathers what comes as rows
 * with their own times, and `take` hands these out. */
#ifndef HEATNET_COLLECT_DRIVER_H
#define HEATNET_COLLECT_DRIVER_H

#include "base/clock.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    DRIVER_CHANNEL_BYTES = 96,
    DRIVER_ERROR_BYTES = 80,
    DRIVER_NOT_SAID =
        255 /* quality in a taken row: nothing of this point; stays inside */
};

struct driver_channel; /* each driver's own */
struct driver_plan;    /* each driver's own */
struct line;           /* link/line.h */

/* Of the terminal: for a driver that keeps something under its name. */
struct driver_home {
    const char *terminal; /* its code */
    const char *folder;   /* its data; files with logins are in logins/ */
};

struct driver_reading {
    size_t n;                       /* points of the plan */
    double *values;                 /* one a point, 0 where absent */
    uint8_t *qualities;             /* GOOD or one of the absent ones */
    size_t good_n;                  /* how many have a value */
    uint32_t requests_n;            /* sent */
    bool left_alone;                /* not asked (a budget): there is no new reading */
    char error[DRIVER_ERROR_BYTES]; /* why the last failure, "" when none */
};

struct driver {
    const char *protocol; /* "modbus-tcp" */

    /* `what` is "device" or "point".  ERR_RANGE: `why` has a sentence for a person. */
    err (*check)(const char *what, const char *address, char *why, size_t why_n);

    /* The channel's name from a device's address: devices with the same name share one.
     * Connecting is left to `read`.  ERR_RANGE, ERR_MEMORY. */
    err (*channel_name)(const char *address, char name[DRIVER_CHANNEL_BYTES]);
    err (*channel_open)(const char *name, uint32_t timeout_ms, struct driver_channel **);
    void (*channel_close)(struct driver_channel *); /* NULL is allowed */
    /* The line of a channel that has one: then the channel's name is the line's, and the
     * channels of several protocols on one line are served in turn.  A driver that needs
     * no line leaves this NULL. */
    struct line *(*line)(struct driver_channel *);

    /* Once, right after opening; NULL when the driver has no use for it. */
    void (*use_home)(struct driver_channel *, const struct driver_home *);

    /* `points[i]` is an address, or NULL: not collected.  The reading's order leaves
     * those out.  ERR_RANGE, ERR_MEMORY. */
    err (*plan_open)(const char *address, const char *const *points, size_t points_n,
                     struct driver_plan **);
    void (*plan_close)(struct driver_plan *); /* NULL is allowed */

    /* Read all points; every value and quality is set, unless the device was left alone.
     * ERR_OK: the device answered, though it may have refused points.
     * ERR_TIMEOUT: silent.  ERR_REFUSED, ERR_CLOSED, ERR_IO: no connection.
     * ERR_FRAME: its answers make no sense. */
    err (*read)(struct driver_channel *, struct driver_plan *, struct driver_reading *);

    /* Devices that speak by themselves; NULL otherwise.  `attach`: for each plan before
     * the channel's first read.  `read` then leaves values alone and says whether there
     * is a connection.  `take` gives the oldest row nobody has taken, any number between
     * two reads, and its source time; false: none is left.  Times may fall from row to
     * row.  What is not taken is kept; when there is no room the driver makes the sender
     * wait.  ERR_MEMORY. */
    err (*attach)(struct driver_channel *, struct driver_plan *);
    bool (*take)(struct driver_plan *, struct driver_reading *, int64_t *utc_ms);
};

/* NULL when no driver has this protocol. */
const struct driver *driver_find(const char *protocol);

#endif
