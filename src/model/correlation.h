/* correlation.h - what its neighbours say about a reading: the rules of a template point.
 *
 * A point's `rules` are a text of rules separated by ';'.  KEY is another point of the
 * same template; values are in the quantities' own units.
 *
 *   above KEY [TOLERANCE]        this >= KEY - TOLERANCE: supply above return
 *   below KEY [TOLERANCE]        this <= KEY + TOLERANCE
 *   near KEY TOLERANCE           |this - KEY| <= TOLERANCE: two sensors of one thing
 *   needs KEY [LEAST]            this > LEAST (0) only while KEY is not 0: flow needs a
 * pump heat FLOW SUPPLY RETURN [PERCENT [FLOOR]] this power = c * rho * flow * (supply -
 * return) within PERCENT (10) of the greater one or FLOOR (10 kW) rises [ROLL_OVER] a
 * cumulative register never falls, and rises no faster than the point's rate_high; from
 * near ROLL_OVER to near 0 is no fall.  An exchanged meter is believed when its register
 * has risen and CORRELATION_AGREE readings in a row agree; a register that reads 0 never
 * is.
 *
 * A broken rule marks the point that has it: QUALITY_CORRELATION (uncertain), for `rises`
 * QUALITY_COUNTER (bad, because a sum over it would be wrong by the whole register).  A
 * rule is not judged while one of its readings is not usable.
 *
 * Density of water: UNESCO's formula of 1981 for pure water in the short form of
 * McCutcheon, Martin and Barnwell (Handbook of Hydrology, 1993), 0.3 % at 150 °C; heat
 * capacity: a parabola through IAPWS-IF97's values at 20, 100 and 150 °C, 0.6 % at worst.
 */
#ifndef HEATNET_MODEL_CORRELATION_H
#define HEATNET_MODEL_CORRELATION_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CORRELATION_BYTES = 192, /* of the text */
    CORRELATION_RULES_MAX = 4,
    CORRELATION_AGREE = 12,
    CORRELATION_WHY_BYTES = 160
};

enum correlation_kind {
    CORRELATION_ABOVE,
    CORRELATION_BELOW,
    CORRELATION_NEAR,
    CORRELATION_NEEDS,
    CORRELATION_HEAT,
    CORRELATION_RISES,
    CORRELATION_KIND_N
};

struct correlation {
    enum correlation_kind kind;
    uint32_t keys[3]; /* places of the KEYs among the template's points */
    double tolerance; /* TOLERANCE, LEAST, PERCENT or ROLL_OVER; 0 = not given */
    double floor;
    double rate_high; /* of `rises`: NaN = none; the caller sets the point's */
};

struct correlation_rules {
    size_t n;
    struct correlation at[CORRELATION_RULES_MAX];
};

/* Place of a key among the template's points; false when there is none. */
typedef bool (*correlation_find)(const void *context, const char *key, uint32_t *place);

/* ERR_RANGE: `why` has a sentence for a person with the right form.  "" = no rules. */
MUST_USE err correlation_parse(const char *text, correlation_find find,
                               const void *context, struct correlation_rules *rules,
                               char why[CORRELATION_WHY_BYTES]);

/* Readings of one instant, by place. */
struct correlation_row {
    const double *values;
    const uint8_t *qualities;
    int64_t utc_ms;
};

/* Of a `rises` rule; zeroed at start. */
struct correlation_register {
    bool known;
    double last, candidate, candidate_first;
    int64_t last_ms, candidate_ms;
    uint32_t agree_n;
};

/* What a broken rule says: `measured` ought to be `sign` ("<=" or ">=") `limit`. */
struct correlation_verdict {
    enum correlation_kind kind;
    double measured, limit;
    const char *sign;
};

/* True when the rule is broken by the reading at `place`; `reg` is the state of a `rises`
 * rule (NULL: it is not judged). */
bool correlation_broken(const struct correlation *rule, uint32_t place,
                        const struct correlation_row *row,
                        struct correlation_register *reg,
                        struct correlation_verdict *verdict);
/* The quality that a broken rule of this kind gives. */
uint8_t correlation_quality(enum correlation_kind kind);
const char *correlation_word(enum correlation_kind kind); /* "above" */

/* Heat power in kW of water that enters at `supply` and leaves at `return` (°C), its flow
 * (m³/h) measured in the return. */
double correlation_heat_kw(double flow, double supply, double return_temperature);

#endif
