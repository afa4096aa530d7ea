/* poller_internal.h - what poller*.c share. */
#ifndef HEATNET_COLLECT_POLLER_INTERNAL_H
#define HEATNET_COLLECT_POLLER_INTERNAL_H

#include "base/thread.h"
#include "collect/driver.h"
#include "collect/poller.h"
#include "collect/scale.h"
#include "collect/schedule.h"
#include "collect/validate.h"

struct poll_channel { /* of one protocol */
    const struct driver *driver;
    struct driver_channel *channel;
    struct line *line; /* NULL = it has none */
};

/* What is served by one worker at a time: a channel, or the channels of several protocols
 * on one line. */
struct poll_bus {
    struct poll_channel *served; /* last */
};

struct poll_rule { /* of one column */
    struct scale scale;
    struct validate_rule rule;
    struct validate_state state;
};

struct poll_check { /* a rule between columns */
    uint32_t column;
    struct correlation rule;
    struct correlation_register reg;
};

/* A device.  `reading` and `rules` are the worker's that serves its channel; rows and
 * status stand under the poller's lock. */
struct poll_device {
    const struct configuration_device *config;
    const struct driver *driver; /* NULL: not polled */
    struct driver_plan *plan;
    struct poll_channel *channel;
    struct driver_reading reading;
    size_t columns_n;
    uint32_t *points;
    struct poll_rule *rules;
    size_t checks_n;
    struct poll_check *checks;

    size_t rows_n, rows_max;
    int64_t *times_ms;  /* rows_max */
    double *values;     /* rows_max x columns_n, row after row */
    uint8_t *qualities; /* likewise */

    enum device_state state;
    bool changed;
    int64_t since_ms, answered_ms;
    uint32_t polls, failures, response_ms;
    int64_t heard_ms; /* monotonic: last row of a device that speaks by itself */
    char error[DRIVER_ERROR_BYTES];
};

struct poller {
    struct poller_options options;
    struct driver_home home;
    struct arena arena; /* everything below that is sized by the configuration */
    size_t devices_n, channels_n, buses_n, polled_n;
    struct poll_device *devices; /* the configuration's order */
    struct poll_device **polled; /* schedule items: sorted by channel */
    struct poll_channel *channels;
    struct poll_bus *buses; /* schedule channels */
    struct thread workers[POLLER_WORKERS_MAX];

    struct lock lock;
    struct signal due;   /* for workers */
    struct signal ready; /* for the framer */
    bool stopping, woken;
    bool has_news; /* a state changed without a row */
    struct schedule schedule;
    uint32_t doubtful_n;     /* workers on channels that may be silent */
    size_t rows_n;           /* of all devices */
    int64_t rows_since_ms;   /* mono: when the oldest came */
    int64_t clock_offset_ms; /* UTC minus mono, to see jumps */
    uint64_t polls, failures, missed;
};

/* poller_open.c: sizes and fills everything but the threads.  ERR_MEMORY. */
MUST_USE err poller_make(struct poller *poller,
                         const struct configuration *configuration);
void poller_unmake(struct poller *poller);

#endif
