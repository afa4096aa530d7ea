/* alarm.h - the rules of one point's alarms, pure: (state, sample, now) -> (state,
 * events).
 *
 * Limits in two stages with dead band and delay, implausible, frozen, fault bits:
 * ISA-18.2 / IEC 62682 raise and return; acknowledging is alarms.h' business.
 *
 *   normal --condition--> pending --held for delay--> raised --inside by dead band-->
 * normal
 *
 * Time is the samples' source time.  A value holds until the next sample, so a condition
 * may ripen between two samples; it is then raised at that instant, whether a tick
 * noticed or the next sample: replaying the samples without ticks gives the same events.
 * - Limits: strictly outside raises, inside by the dead band returns at once.  The four
 * are judged each by itself, so beyond high_high both high and high_high are raised.  A
 * bad or absent sample neither raises nor clears, and what was pending does not ripen
 * meanwhile.
 * - Implausible: quality range, correlation, device fault, not a number or undecoded, or
 * the value is outside the range; with the same delay.  (A rate mark is no alarm.)
 * - Frozen (frozen_s > 0): a sample equals all others of more than frozen_s, or is marked
 * so. Silence is not frozen.
 * - Fault bits: those named in the template, without delay. */
#ifndef HEATNET_WATCH_ALARM_H
#define HEATNET_WATCH_ALARM_H

#include "base/err.h"
#include "model/catalog.h"
#include "store/historian.h"

#include <stdbool.h>
#include <stdint.h>

#define ALARM_KIND_LIST(X)                                                               \
    X(ALARM_LOW_LOW, "low_low")                                                          \
    X(ALARM_LOW, "low")                                                                  \
    X(ALARM_HIGH, "high")                                                                \
    X(ALARM_HIGH_HIGH, "high_high")                                                      \
    X(ALARM_IMPLAUSIBLE, "implausible")                                                  \
    X(ALARM_FROZEN, "frozen")                                                            \
    X(ALARM_COMMUNICATION, "communication")                                              \
    X(ALARM_TERMINAL, "terminal")                                                        \
    X(ALARM_FAULT_BIT, "fault_bit")
#define ALARM_ENUM_ROW(name, word) name,

enum alarm_kind { ALARM_KIND_LIST(ALARM_ENUM_ROW) ALARM_KIND_N };

#undef ALARM_ENUM_ROW

enum { ALARM_BITS = 32, ALARM_EVENTS_MAX = 2 * (ALARM_FAULT_BIT + ALARM_BITS) };

/* One condition's stage. */
struct alarm_stage {
    int64_t since_ms; /* pending: since when the condition holds; raised: when raised */
    double extreme;   /* raised: the worst value so far */
    uint8_t phase;    /* 0 normal, 1 pending, 2 raised */
};

struct alarm_state {
    struct alarm_stage limit[4]; /* by enum alarm_kind LOW_LOW .. HIGH_HIGH */
    struct alarm_stage implausible, frozen;
    uint32_t bits;          /* raised bits */
    uint8_t blind;          /* enum alarm_sight */
    int64_t newest_ms;      /* of the newest sample, 0 = none yet */
    double last_value;      /* of the newest believable sample */
    int64_t last_change_ms; /* when it took this value, 0 = never */
};

/* What is known of the point just now. */
enum alarm_sight { ALARM_SEES, ALARM_NO_VALUE, ALARM_BLIND };

struct alarm_event {
    enum alarm_kind kind;
    int bit;     /* fault bit, else -1 */
    bool raised; /* else returned */
    int64_t time_ms;
    double value, limit;
};

void alarm_start(struct alarm_state *state);
/* At most ALARM_EVENTS_MAX events; returns how many.  A sample not newer than the state's
 * newest does nothing. */
size_t alarm_step(struct alarm_state *state, const struct template_point *rule,
                  const struct history_sample *sample, struct alarm_event *events);
/* Samples of one point, their times rising. */
struct alarm_samples {
    const int64_t *times_ms;
    const double *values;
    const uint8_t *qualities;
    size_t n; /* at least one */
};

/* The usual case at once: where all are newer than the state, good and inside, and
 * nothing is or becomes pending or raised, the state takes them as alarm_step would one
 * by one, and there are no events.  False: nothing was done. */
bool alarm_calm(struct alarm_state *state, const struct template_point *rule,
                const struct alarm_samples *samples);
/* Time passes without a sample: pending conditions ripen. */
size_t alarm_tick(struct alarm_state *state, const struct template_point *rule,
                  int64_t now_ms, struct alarm_event *events);
/* Nothing is known from here on (the device is lost): nothing ripens until a sample. */
void alarm_blind(struct alarm_state *state);

bool alarm_is_pending(const struct alarm_state *state);
/* Raised just now; `bit` counts for ALARM_FAULT_BIT only. */
bool alarm_is_raised(const struct alarm_state *state, enum alarm_kind kind, int bit);
/* The point can have alarms at all. */
bool alarm_has_rules(const struct template_point *rule);

/* One limit by itself: `value` is outside it (`raised`: not yet inside by the dead band).
 * Sets *limit; false where there is no such limit. */
bool alarm_is_outside(const struct template_point *rule, enum alarm_kind kind,
                      double value, bool raised, double *limit);

const char *alarm_kind_word(enum alarm_kind kind);
MUST_USE err alarm_kind_from_word(const char *word, enum alarm_kind *kind);

#endif
