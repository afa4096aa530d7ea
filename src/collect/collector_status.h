/* collector_status.h - the small file that tells `heatnet-edge status` what goes on. */
#ifndef HEATNET_COLLECT_COLLECTOR_STATUS_H
#define HEATNET_COLLECT_COLLECTOR_STATUS_H

#include "base/bytes.h"
#include "base/clock.h"
#include "base/err.h"
#include "collect/poller.h"
#include "collect/spool.h"
#include "collect/uplink.h"
#include "link/modems.h"

struct collector_status {
    const char *code; /* of the terminal */
    int64_t now_ms;
    struct spool_counts spool;
    struct uplink_state uplink;
    struct poller *poller; /* NULL: not polling */
    struct modems *modems; /* NULL: none can dial in */
};

/* Text of "key: value" lines for a person; devices only where they are not online, at
 * most a few dozen.  `poller` NULL: not polling. */
void collector_status_text(const struct collector_status *status, struct buffer *out);

/* Replace FOLDER/status. */
MUST_USE err collector_status_save(const char *folder, struct bytes text);
/* ERR_UNKNOWN: no terminal has run there. */
MUST_USE err collector_status_load(const char *folder, struct buffer *text);

#endif
