/* uplink.h - frames to the server over HTTPS: two lanes, verdicts, back-off.
 *
 *   live lane      the newest frames, as soon as they are durable in the spool
 *   backlog lane   everything else, oldest first, in batches
 *
 * TLS 1.3, the terminal's certificate, the server checked against `authority`; redirects
 * are not followed.  A connection that has gone dead is noticed by UPLINK_ANSWER_MS.  A
 * lane whose post fails pauses with growing length and halves its batch.  While live
 * posts fail the backlog waits; a failing backlog does not hold up live frames.
 * docs/uplink.md has the protocol. */
#ifndef HEATNET_COLLECT_UPLINK_H
#define HEATNET_COLLECT_UPLINK_H

#include "base/bytes.h"
#include "base/clock.h"
#include "base/err.h"
#include "collect/spool.h"
#include "collect/uplink_routes.h"

#include <stdbool.h>
#include <stdint.h>

enum { UPLINK_CONNECT_MS = 5000, UPLINK_ANSWER_MS = 20000, UPLINK_TEXT_BYTES = 160 };

struct uplink_options {
    const char *server;      /* "https://host:port", or several ways: uplink_routes.h */
    const char *certificate; /* PEM files */
    const char *key;
    const char *authority;
    int64_t return_ms; /* back to the first way after so long; 0 = stay */
};

struct uplink_state {
    bool connected; /* the last post was answered */
    uint64_t posts, posts_failed, frames_done, frames_refused, frames_repeated;
    uint64_t bytes_sent;
    uint64_t configuration;  /* version that the server last named, 0 = none yet */
    int64_t clock_offset_ms; /* server's clock minus ours */
    int64_t answered_ms;     /* UTC of the last answer, 0 = never */
    uint64_t switches;       /* from one way to the server to another */
    char server[UPLINK_SERVER_BYTES]; /* the way in use */
    char error[UPLINK_TEXT_BYTES];    /* of the last failed post, "" when connected */
};

struct uplink;

/* Starts both lanes.  The options' texts are copied.  ERR_RANGE: the address is not
 * https. ERR_MEMORY. */
MUST_USE err uplink_open(const struct uplink_options *options, struct spool *spool,
                         const struct clock *clock, struct uplink **uplink);
/* Stops the lanes: waits for posts under way.  NULL is allowed. */
void uplink_close(struct uplink *uplink);

void uplink_state(struct uplink *uplink, struct uplink_state *state);

/* The newest configuration's JSON.  From one thread, not a lane.
 * ERR_TIMEOUT, ERR_CLOSED: no answer; ERR_REFUSED: answered otherwise than with it. */
MUST_USE err uplink_fetch_configuration(struct uplink *uplink, struct buffer *json);

#endif
