/* validate.h - marks samples that cannot be right; never drops one.
 *
 * Pure: (rule, state, sample) -> quality.  One state a point, zeroed at start.
 *
 *   RANGE   outside [range_low, range_high]: impossible, bad
 *   RATE    moved faster than rate_high units per second since the last sample that was
 *           possible: uncertain.  The new value is what the next is compared with, so
 * that a step is marked once and a spike twice. FROZEN  bit for bit the same for longer
 * than frozen_s: uncertain
 *
 * The worst verdict wins: RANGE, then RATE, then FROZEN. */
#ifndef HEATNET_COLLECT_VALIDATE_H
#define HEATNET_COLLECT_VALIDATE_H

#include <stdbool.h>
#include <stdint.h>

struct validate_rule {
    double range_low, range_high, rate_high; /* NaN = none */
    double frozen_s;                         /* 0 = none */
};

struct validate_state {
    bool known;         /* the rest is set */
    double last;        /* newest possible value ... */
    int64_t last_ms;    /* ... and its time */
    int64_t changed_ms; /* since when it is the same */
};

/* The quality of `value` at `utc_ms`; `quality` is the driver's: one without a value is
 * returned as it is and leaves the state alone. */
uint8_t validate_sample(const struct validate_rule *rule, struct validate_state *state,
                        int64_t utc_ms, double value, uint8_t quality);

#endif
