/* alarm.h - the rules of one point's alarms, pure: (state, sample, now) -> (state, events).
 *
 * Limits in two stages with dead band and delay, implausible, frozen, fault bits: ISA-18.2 /
 * IEC 62682 raise and return; acknowledging is alarms.h' business.
 *
 *   normal --condition--> pending --held for delay--> raised --inside by dead band--> normal
 *
 * Time is the samples' source time; a bad or absent sample neither raises nor clears a limit
 * alarm.  Late samples (older than the state's newest) are judged by alarms.h as late-marked. */
#ifndef HEATNET_WATCH_ALARM_H
#define HEATNET_WATCH_ALARM_H

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
    uint32_t bits; /* raised bits */
    int64_t bit_since_ms;
    int64_t newest_ms;
    double last_value;      /* for frozen */
    int64_t last_change_ms; /* for frozen */
};

struct alarm_event {
    enum alarm_kind kind;
    int bit; /* fault bit, else -1 */
    bool raised; /* else returned */
    int64_t time_ms;
    double value, limit;
};

void alarm_start(struct alarm_state *state);
/* At most ALARM_EVENTS_MAX events; returns how many. */
size_t alarm_step(struct alarm_state *state, const struct template_point *rule,
                  const struct history_sample *sample, struct alarm_event *events);
/* Time passes without a sample: pending conditions ripen, frozen is judged. */
size_t alarm_tick(struct alarm_state *state, const struct template_point *rule,
                  int64_t now_ms, struct alarm_event *events);

const char *alarm_kind_word(enum alarm_kind kind);

#endif
