/* completeness.h - how many samples of a device were due in a span, how many came, and
 * where they are missing.  A device is expected from its very first sample on, at the
 * multiples of the cycle that held then (store/cycles.h), until a little before now: what
 * is on its way is not missing. */
#ifndef HEATNET_SERVE_COMPLETENESS_H
#define HEATNET_SERVE_COMPLETENESS_H

#include "base/arena.h"
#include "base/err.h"
#include "model/calendar.h"
#include "store/historian.h"

#include <stddef.h>
#include <stdint.h>

enum { COMPLETENESS_STEPS_MAX = 24 * 400, COMPLETENESS_GAPS_MAX = 10000 };

struct completeness_step {
    int64_t start_ms;
    uint64_t received, expected;
};

struct completeness_span {
    struct historian *historian;
    struct database *database; /* of the asking thread, for the cycles */
    const struct calendar *calendar;
    enum history_step step;
    int64_t from_ms, to_ms, now_ms;
};

/* Starts of the local hours or days that touch the span, into the arena.  ERR_FULL: more
 * than COMPLETENESS_STEPS_MAX. */
MUST_USE err completeness_steps(const struct completeness_span *span, struct arena *arena,
                                struct completeness_step **steps, size_t *n);
/* Fill received and expected of one device. */
MUST_USE err completeness_device(const struct completeness_span *span, uint32_t device,
                                 struct completeness_step *steps, size_t n);

struct completeness_gap {
    int64_t from_ms, to_ms; /* first missing time, next sample */
    uint64_t missing;
};

/* In order of time; ERR_FULL when more than COMPLETENESS_GAPS_MAX. */
MUST_USE err completeness_gaps(const struct completeness_span *span, uint32_t device,
                               err (*each)(void *context,
                                           const struct completeness_gap *gap),
                               void *context);

#endif
