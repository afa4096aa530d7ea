/* collector.h - the data-collection terminal 数据采集终端 put together.
 *
 *   poller ─▶ framer ─▶ spool ─▶ uplink          one thread of its own frames what is
 * gathered; ▲                            │             the caller's thread looks after
 * the rest: └── configuration ◀──────────┘             configuration, status file
 *
 * A frame is closed as soon as everything due has been polled, or when its oldest sample
 * has waited COLLECTOR_FRAME_MS. */
#ifndef HEATNET_COLLECT_COLLECTOR_H
#define HEATNET_COLLECT_COLLECTOR_H

#include "base/clock.h"
#include "base/err.h"
#include "collect/configuration.h"
#include "collect/framer.h"
#include "collect/poller.h"
#include "collect/spool.h"
#include "collect/uplink.h"
#include "link/modems.h"

#include <stdbool.h>
#include <stdint.h>

enum { COLLECTOR_FRAME_MS = 200, COLLECTOR_STATUS_MS = 5000, COLLECTOR_FLUSH_MS = 3000 };

struct collector_options {
    struct uplink_options uplink;
    const char *code;          /* of this terminal */
    const char *folder;        /* data: spool/, configuration.json, status */
    const struct clock *clock; /* of frames ... */
    struct clock *by_hand;     /* ... and of samples while filling, else NULL */
    uint32_t workers_n, timeout_ms, keep_days;
    uint32_t fill_step_ms; /* with by_hand */
    uint64_t spool_bytes;
    bool spread;
    struct modems_options modems; /* listen "" = no modem dials in */
};

struct collector;

/* Opens the spool, starts the uplink, and polling when a configuration is at hand (from
 * the server, else from disk).  ERR_BUSY: another process uses the folder, or the modems'
 * port; ERR_RANGE: the modems' options, which are logged. */
MUST_USE err collector_open(const struct collector_options *options,
                            struct collector **collector);
/* Stops polling, frames what is gathered, gives the uplink up to COLLECTOR_FLUSH_MS to
 * bring it to the server, closes.  NULL is allowed. */
void collector_close(struct collector *collector);

/* Fetch what is newer at the server and start polling by it; write the status file.  To
 * be called every half second or so. */
void collector_tend(struct collector *collector);
/* True when there is a configuration and its devices are being polled. */
bool collector_is_polling(const struct collector *collector);

/* For filling history; only with by_hand, and then nothing is framed by itself. */
void collector_poll_due(struct collector *collector);
MUST_USE err collector_frame(struct collector *collector);
size_t collector_rows(struct collector *collector);
MUST_USE err collector_maintain(struct collector *collector);
void collector_counts(struct collector *collector, struct spool_counts *spool,
                      struct poller_counts *polls, struct uplink_state *uplink);

#endif
