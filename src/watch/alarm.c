/* alarm.c - the rules, one small step each. */
#include "watch/alarm.h"

#include "base/ensure.h"
#include "base/text.h"
#include "model/quality.h"
#include "watch/alarm_bits.h"

#include <float.h>
#include <math.h>

enum { NORMAL, PENDING, RAISED };

enum { DELAY_S_MAX = 7 * 86400 };

/* Inner before outer, so that "high" is heard before "high high". */
static const enum alarm_kind limits[] = {ALARM_LOW, ALARM_LOW_LOW, ALARM_HIGH,
                                         ALARM_HIGH_HIGH};

#define KIND_WORD_ROW(name, word) word,
static const char *const kind_words[ALARM_KIND_N] = {ALARM_KIND_LIST(KIND_WORD_ROW)};
#undef KIND_WORD_ROW

/* What all parts of one step share. */
struct step {
    const struct template_point *rule;
    const struct history_sample *sample; /* NULL: only time passes */
    int64_t time_ms, delay_ms;
    bool was_blind;
    struct alarm_event *events;
    size_t n;
};

static int64_t delay_ms_of(const struct template_point *rule)
{
    if (!(rule->delay_s > 0)) return 0; /* NaN too */
    double delay_s = rule->delay_s < DELAY_S_MAX ? rule->delay_s : DELAY_S_MAX;
    return (int64_t)llround(delay_s * 1000);
}

static void add_event(struct step *step, struct alarm_event event)
{
    ensure(step->n < ALARM_EVENTS_MAX);
    step->events[step->n++] = event;
}

/* --- limits ------------------------------------------------------------------------- */

static double limit_of(const struct template_point *rule, enum alarm_kind kind)
{
    switch (kind) {
    case ALARM_LOW_LOW: return rule->low_low;
    case ALARM_LOW: return rule->low;
    case ALARM_HIGH: return rule->high;
    case ALARM_HIGH_HIGH: return rule->high_high;
    case ALARM_IMPLAUSIBLE:
    case ALARM_FROZEN:
    case ALARM_COMMUNICATION:
    case ALARM_TERMINAL:
    case ALARM_FAULT_BIT:
    case ALARM_KIND_N: break;
    }
    return NAN;
}

static bool is_low(enum alarm_kind kind)
{
    return kind == ALARM_LOW_LOW || kind == ALARM_LOW;
}

bool alarm_is_outside(const struct template_point *rule, enum alarm_kind kind,
                      double value, bool raised, double *limit)
{
    ensure(rule != NULL);
    ensure(limit != NULL);

    *limit = limit_of(rule, kind);
    if (isnan(*limit) || isnan(value)) return false;
    double band = raised && rule->dead_band > 0 ? rule->dead_band : 0;
    return is_low(kind) ? value < *limit + band : value > *limit - band;
}

/* --- one stage ---------------------------------------------------------------------- */

struct condition {
    enum alarm_kind kind;
    bool starts, stays; /* true now: for one that is not raised; for one that is */
    double value, limit;
};

static bool is_worse(enum alarm_kind kind, double value, double than)
{
    if (isnan(than)) return true;
    return is_low(kind) ? value < than : value > than;
}

static void stage_raise(struct step *step, struct alarm_stage *stage,
                        const struct condition *condition, int64_t time_ms)
{
    stage->phase = RAISED;
    stage->since_ms = time_ms;
    add_event(step, (struct alarm_event){condition->kind, -1, true, time_ms,
                                         condition->value, condition->limit});
}

/* A sample's word on one condition.  Where nothing was known in between, a pending one
 * that still holds is raised only now. */
static void stage_step(struct step *step, struct alarm_stage *stage,
                       const struct condition *condition)
{
    bool raised = stage->phase == RAISED;
    if (raised ? !condition->stays : !condition->starts) {
        stage->phase = NORMAL; /* `extreme` stays for who writes the return down */
        if (raised)
            add_event(step,
                      (struct alarm_event){condition->kind, -1, false, step->time_ms,
                                           condition->value, condition->limit});
        return;
    }
    if (stage->phase == NORMAL) {
        *stage = (struct alarm_stage){
            .since_ms = step->time_ms, .extreme = condition->value, .phase = PENDING};
    } else if (is_worse(condition->kind, condition->value, stage->extreme)) {
        stage->extreme = condition->value;
    }
    int64_t ripe_ms = stage->since_ms + step->delay_ms;
    if (stage->phase == PENDING && step->time_ms >= ripe_ms)
        stage_raise(step, stage, condition, step->was_blind ? step->time_ms : ripe_ms);
}

static void stage_ripen(struct step *step, struct alarm_stage *stage,
                        const struct condition *condition)
{
    int64_t ripe_ms = stage->since_ms + step->delay_ms;
    if (stage->phase == PENDING && ripe_ms <= step->time_ms)
        stage_raise(step, stage, condition, ripe_ms);
}

/* All that ripens up to step->time_ms with the values as they are. */
static void ripen(struct step *step, struct alarm_state *state)
{
    if (state->blind < ALARM_BLIND) {
        struct condition condition = {
            .kind = ALARM_IMPLAUSIBLE, .value = state->implausible.extreme, .limit = NAN};
        stage_ripen(step, &state->implausible, &condition);
    }
    if (state->blind != ALARM_SEES) return;
    for (size_t i = 0; i < COUNT(limits); i++) {
        struct condition condition = {.kind = limits[i],
                                      .value = state->last_value,
                                      .limit = limit_of(step->rule, limits[i])};
        if (!isnan(condition.limit))
            stage_ripen(step, &state->limit[limits[i]], &condition);
    }
}

/* --- what a sample says ------------------------------------------------------------- */

enum verdict { BELIEVED, IMPLAUSIBLE, NOTHING };

static enum verdict judge(const struct template_point *rule,
                          const struct history_sample *sample)
{
    switch (sample->quality) {
    case QUALITY_CORRELATION:
    case QUALITY_NOT_A_NUMBER:
    case QUALITY_UNDECODED: return IMPLAUSIBLE;
    default: break; /* the rest by the ranges of quality.h */
    }
    if (!quality_has_value(sample->quality)) return NOTHING;
    if (!quality_is_usable(sample->quality)) return IMPLAUSIBLE;
    if (!isfinite(sample->value)) return NOTHING;
    /* A comparison with NaN is false: no range, nothing outside it. */
    if (sample->value < rule->range_low || sample->value > rule->range_high)
        return IMPLAUSIBLE;
    return BELIEVED;
}

static double broken_range(const struct template_point *rule, double value)
{
    if (value < rule->range_low) return rule->range_low;
    return value > rule->range_high ? rule->range_high : NAN;
}

static void step_implausible(struct step *step, struct alarm_state *state,
                             enum verdict verdict)
{
    bool holds = verdict == IMPLAUSIBLE;
    bool has_value = quality_has_value(step->sample->quality);
    double value = has_value ? step->sample->value : NAN;
    struct condition condition = {.kind = ALARM_IMPLAUSIBLE,
                                  .starts = holds,
                                  .stays = holds,
                                  .value = value,
                                  .limit = broken_range(step->rule, value)};
    stage_step(step, &state->implausible, &condition);
}

static void step_limits(struct step *step, struct alarm_state *state)
{
    double value = step->sample->value;
    for (size_t i = 0; i < COUNT(limits); i++) {
        struct condition condition = {.kind = limits[i], .value = value};
        condition.starts =
            alarm_is_outside(step->rule, limits[i], value, false, &condition.limit);
        condition.stays =
            alarm_is_outside(step->rule, limits[i], value, true, &condition.limit);
        stage_step(step, &state->limit[limits[i]], &condition);
    }
}

/* The time of standing still starts anew behind a gap: what was in it is not known. */
static void step_frozen(struct step *step, struct alarm_state *state)
{
    double value = step->sample->value;
    bool moved = state->last_change_ms == 0 || value != state->last_value;
    bool gap = step->was_blind && state->frozen.phase != RAISED;
    if (moved || gap) state->last_change_ms = step->time_ms;

    double still_s = (double)(step->time_ms - state->last_change_ms) / 1000;
    bool holds = step->rule->frozen_s > 0 && (step->sample->quality == QUALITY_FROZEN ||
                                              still_s > step->rule->frozen_s);
    struct condition condition = {.kind = ALARM_FROZEN,
                                  .starts = holds,
                                  .stays = holds,
                                  .value = value,
                                  .limit = NAN};
    struct step at_once = *step;
    at_once.delay_ms = 0; /* frozen_s is its delay */
    stage_step(&at_once, &state->frozen, &condition);
    step->n = at_once.n;
}

static void step_bits(struct step *step, struct alarm_state *state)
{
    double value = step->sample->value;
    if (step->rule->quantity != QUANTITY_BITS) return;
    if (value < 0 || value > UINT32_MAX || value != floor(value)) return;
    uint32_t word = (uint32_t)value;
    if (word == state->bits) return; /* mostly; spares reading the names */

    uint32_t now = word & alarm_bits_mask(step->rule->bits);
    uint32_t changed = now ^ state->bits;
    state->bits = now;
    for (int bit = 0; bit < ALARM_BITS; bit++) {
        if (!(changed >> bit & 1)) continue;
        add_event(step, (struct alarm_event){ALARM_FAULT_BIT, bit, now >> bit & 1,
                                             step->time_ms, value, NAN});
    }
}

/* --- the outside -------------------------------------------------------------------- */

void alarm_start(struct alarm_state *state)
{
    ensure(state != NULL);

    *state = (struct alarm_state){.blind = ALARM_BLIND};
}

size_t alarm_step(struct alarm_state *state, const struct template_point *rule,
                  const struct history_sample *sample, struct alarm_event *events)
{
    ensure(state != NULL);
    ensure(rule != NULL);
    ensure(sample != NULL);
    ensure(events != NULL);

    if (sample->time_ms <= state->newest_ms) return 0;
    struct step step = {.rule = rule,
                        .sample = sample,
                        .time_ms = sample->time_ms - 1, /* until just before it */
                        .delay_ms = delay_ms_of(rule),
                        .events = events};
    ripen(&step, state);
    step.time_ms = state->newest_ms = sample->time_ms;

    enum verdict verdict = judge(rule, sample);
    if (verdict == NOTHING) {
        state->blind = ALARM_BLIND;
        return step.n;
    }
    step.was_blind = state->blind == ALARM_BLIND;
    step_implausible(&step, state, verdict);
    if (verdict == IMPLAUSIBLE) {
        state->blind = ALARM_NO_VALUE;
        return step.n;
    }
    step.was_blind = state->blind != ALARM_SEES;
    step_limits(&step, state);
    step_frozen(&step, state);
    step_bits(&step, state);
    state->last_value = sample->value;
    state->blind = ALARM_SEES;
    return step.n;
}

/* --- many samples at once ----------------------------------------------------------- */

static bool nothing_stands(const struct alarm_state *state)
{
    unsigned phases = state->implausible.phase | state->frozen.phase;
    for (size_t i = 0; i < COUNT(state->limit); i++) phases |= state->limit[i].phase;
    return phases == NORMAL && state->blind == ALARM_SEES && state->last_change_ms != 0;
}

static bool all_good(const uint8_t *qualities, size_t n)
{
    unsigned any = 0;
    for (size_t i = 0; i < n; i++) any |= qualities[i];
    return any == QUALITY_GOOD;
}

/* What is within is finite, plausible and inside of every limit. */
static bool all_within(const struct template_point *rule, const double *values, size_t n)
{
    const double lows[] = {rule->range_low, rule->low_low, rule->low};
    const double highs[] = {rule->range_high, rule->high_high, rule->high};
    double low = -DBL_MAX, high = DBL_MAX;
    for (size_t i = 0; i < COUNT(lows); i++) {
        if (lows[i] > low) low = lows[i]; /* not where it is NaN: no limit */
        if (highs[i] < high) high = highs[i];
    }
    unsigned outside = 0;
    for (size_t i = 0; i < n; i++)
        outside |= (unsigned)!(values[i] >= low) | (unsigned)!(values[i] <= high);
    return !outside;
}

static bool all_equal(const double *values, size_t n, double value)
{
    unsigned other = 0;
    for (size_t i = 0; i < n; i++) other |= values[i] != value;
    return !other;
}

/* When the value last changed; false when it stood still for too long in between. */
static bool last_change(const struct alarm_state *state, double frozen_s,
                        const struct alarm_samples *samples, int64_t *change_ms)
{
    const double *values = samples->values;
    const int64_t *times_ms = samples->times_ms;
    size_t n = samples->n;
    *change_ms = state->last_change_ms;
    if (frozen_s > 0 && (double)(times_ms[n - 1] - *change_ms) / 1000 > frozen_s) {
        for (size_t i = 0; i < n; i++) {
            if (values[i] != (i ? values[i - 1] : state->last_value))
                *change_ms = times_ms[i];
            if ((double)(times_ms[i] - *change_ms) / 1000 > frozen_s) return false;
        }
        return true;
    }
    size_t i = n - 1;
    while (i > 0 && values[i] == values[i - 1]) i--;
    if (i > 0 || values[0] != state->last_value) *change_ms = times_ms[i];
    return true;
}

bool alarm_calm(struct alarm_state *state, const struct template_point *rule,
                const struct alarm_samples *samples)
{
    ensure(state != NULL);
    ensure(rule != NULL);
    ensure(samples != NULL && samples->n > 0);

    size_t n = samples->n;
    int64_t change_ms;
    if (samples->times_ms[0] <= state->newest_ms || !nothing_stands(state)) return false;
    if (!all_good(samples->qualities, n)) return false;
    if (!all_within(rule, samples->values, n)) return false;
    if (rule->quantity == QUANTITY_BITS &&
        !all_equal(samples->values, n, (double)state->bits))
        return false;
    if (!last_change(state, rule->frozen_s, samples, &change_ms)) return false;
    state->newest_ms = samples->times_ms[n - 1];
    state->last_value = samples->values[n - 1];
    state->last_change_ms = change_ms;
    return true;
}

size_t alarm_tick(struct alarm_state *state, const struct template_point *rule,
                  int64_t now_ms, struct alarm_event *events)
{
    ensure(state != NULL);
    ensure(rule != NULL);
    ensure(events != NULL);

    struct step step = {
        .rule = rule, .time_ms = now_ms, .delay_ms = delay_ms_of(rule), .events = events};
    ripen(&step, state);
    return step.n;
}

void alarm_blind(struct alarm_state *state)
{
    ensure(state != NULL);

    state->blind = ALARM_BLIND;
}

bool alarm_is_pending(const struct alarm_state *state)
{
    ensure(state != NULL);

    for (size_t i = 0; i < COUNT(state->limit); i++) {
        if (state->limit[i].phase == PENDING) return true;
    }
    return state->implausible.phase == PENDING;
}

bool alarm_is_raised(const struct alarm_state *state, enum alarm_kind kind, int bit)
{
    ensure(state != NULL);

    switch (kind) {
    case ALARM_LOW_LOW:
    case ALARM_LOW:
    case ALARM_HIGH:
    case ALARM_HIGH_HIGH: return state->limit[kind].phase == RAISED;
    case ALARM_IMPLAUSIBLE: return state->implausible.phase == RAISED;
    case ALARM_FROZEN: return state->frozen.phase == RAISED;
    case ALARM_FAULT_BIT: return bit >= 0 && bit < ALARM_BITS && (state->bits >> bit & 1);
    case ALARM_COMMUNICATION:
    case ALARM_TERMINAL:
    case ALARM_KIND_N: break;
    }
    return false;
}

bool alarm_has_rules(const struct template_point *rule)
{
    ensure(rule != NULL);

    for (size_t i = 0; i < COUNT(limits); i++) {
        if (!isnan(limit_of(rule, limits[i]))) return true;
    }
    if (rule->quantity == QUANTITY_BITS) return alarm_bits_mask(rule->bits) != 0;
    return rule->rules[0] || rule->frozen_s > 0 || !isnan(rule->range_low) ||
           !isnan(rule->range_high);
}

const char *alarm_kind_word(enum alarm_kind kind)
{
    ensure((unsigned)kind < ALARM_KIND_N);
    return kind_words[kind];
}

err alarm_kind_from_word(const char *word, enum alarm_kind *kind)
{
    ensure(word != NULL);
    ensure(kind != NULL);

    for (int i = 0; i < ALARM_KIND_N; i++) {
        if (!text_equal(word, kind_words[i])) continue;
        *kind = (enum alarm_kind)i;
        return ERR_OK;
    }
    return ERR_UNKNOWN;
}
