/* framer.h - what the poller gathered becomes frames 报文 in the spool.
 *
 * One thread.  The frame's transmission time and everything about the terminal itself are
 * of `clock`; samples and device states keep the poller's clock. */
#ifndef HEATNET_COLLECT_FRAMER_H
#define HEATNET_COLLECT_FRAMER_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "collect/poller.h"
#include "collect/spool.h"

#include <stdbool.h>
#include <stdint.h>

enum { FRAMER_STATUS_MS = 60000 };

struct framer {
    struct spool *spool;
    const struct clock *clock;
    struct clock machine;
    char terminal[CATALOG_CODE_BYTES];
    int64_t started_ms, status_mono_ms; /* when all states were last sent */
    uint64_t missed_before;             /* of pollers that are closed */
    struct arena arena;
    struct buffer upload;
};

void framer_open(struct framer *framer, const char *terminal, struct spool *spool,
                 const struct clock *clock);
void framer_close(struct framer *framer);

/* Put everything gathered into as many frames as it needs and append them to the spool.
 * States that changed go with it, all of them every FRAMER_STATUS_MS; a frame is made for
 * those alone too.  Errors: of the spool (the frames then wait in it), ERR_MEMORY. */
MUST_USE err framer_flush(struct framer *framer, struct poller *poller);

#endif
