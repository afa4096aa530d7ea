/* validate.c - three comparisons; see the header. */
#include "collect/validate.h"

#include "base/ensure.h"
#include "model/quality.h"

#include <math.h>

/* Comparisons with a NaN limit are false: no limit. */
static bool out_of_range(const struct validate_rule *rule, double value)
{
    return value < rule->range_low || value > rule->range_high;
}

static bool too_fast(const struct validate_rule *rule, const struct validate_state *state,
                     int64_t utc_ms, double value)
{
    double seconds = (double)(utc_ms - state->last_ms) / 1000.0;

    if (!state->known || seconds <= 0 || !(rule->rate_high > 0)) return false;
    return fabs(value - state->last) > rule->rate_high * seconds;
}

uint8_t validate_sample(const struct validate_rule *rule, struct validate_state *state,
                        int64_t utc_ms, double value, uint8_t quality)
{
    ensure(rule && state);

    if (!quality_has_value(quality)) return quality;
    if (out_of_range(rule, value)) return QUALITY_RANGE;

    bool fast = too_fast(rule, state, utc_ms, value);
    if (!state->known || value < state->last || value > state->last)
        state->changed_ms = utc_ms;
    state->known = true;
    state->last = value;
    state->last_ms = utc_ms;
    if (fast) return QUALITY_RATE;
    double same_s = (double)(utc_ms - state->changed_ms) / 1000.0;
    if (rule->frozen_s > 0 && same_s > rule->frozen_s) return QUALITY_FROZEN;
    return quality;
}
