/* alarm_random_test.c - the rules against a second model that counts every millisecond.
 *
 * The model walks through time one millisecond after the other and knows nothing of
 * ripening in between; the rules under test get the samples, and in half of the runs
 * ticks at random times.  Both must raise and return the same, at the same millisecond.
 */
#include "watch/alarm.h"

#include "base/ensure.h"
#include "check.h"
#include "model/quality.h"

#include <math.h>
#include <string.h>

enum {
    RUNS_N = 3000,
    SAMPLES_N = 120,
    EVENTS_N = 4096,
    TRACKS_N = ALARM_FROZEN + 1,
    COLUMN_N = 64
};

static uint64_t draw(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static unsigned below(uint64_t *seed, unsigned n)
{
    return (unsigned)(draw(seed) % n);
}

struct events {
    struct alarm_event at[EVENTS_N];
    size_t n;
};

static void keep(struct events *events, const struct alarm_event *more, size_t n)
{
    assert_true(events->n + n <= EVENTS_N);
    for (size_t i = 0; i < n; i++) events->at[events->n++] = more[i];
}

/* --- the model ---------------------------------------------------------------------- */

struct track {
    bool raised, pending;
    int64_t since;
};

struct model {
    const struct template_point *rule;
    struct track tracks[TRACKS_N];
    bool sees_value, sees_anything;
    double value;
    int64_t still_since;
    uint32_t bits;
    struct events *events;
};

static void model_say(struct model *model, int kind, int bit, bool raised, int64_t now)
{
    struct alarm_event event = {
        .kind = (enum alarm_kind)kind, .bit = bit, .raised = raised, .time_ms = now};
    keep(model->events, &event, 1);
}

static void model_word(struct model *model, int kind, bool bad, bool not_well,
                       int64_t now)
{
    struct track *track = &model->tracks[kind];
    if (track->raised && !not_well) {
        track->raised = false;
        model_say(model, kind, -1, false, now);
    }
    if (track->raised) return;
    if (!bad) track->pending = false;
    if (bad && !track->pending) {
        track->pending = true;
        track->since = now;
    }
}

static void model_value(struct model *model, const struct history_sample *sample)
{
    const struct template_point *rule = model->rule;
    double v = sample->value, band = rule->dead_band;
    int64_t now = sample->time_ms;
    model_word(model, ALARM_LOW, v < rule->low, v < rule->low + band, now);
    model_word(model, ALARM_LOW_LOW, v < rule->low_low, v < rule->low_low + band, now);
    model_word(model, ALARM_HIGH, v > rule->high, v > rule->high - band, now);
    model_word(model, ALARM_HIGH_HIGH, v > rule->high_high, v > rule->high_high - band,
               now);

    struct track *frozen = &model->tracks[ALARM_FROZEN];
    bool fresh = model->still_since == 0 || v != model->value;
    if (fresh || (!model->sees_value && !frozen->raised)) model->still_since = now;
    bool stands = now - model->still_since > (int64_t)(rule->frozen_s * 1000) ||
                  sample->quality == QUALITY_FROZEN;
    if (stands != frozen->raised) model_say(model, ALARM_FROZEN, -1, stands, now);
    frozen->raised = stands;
    model->value = v;
    model->sees_value = model->sees_anything = true;
}

static void model_sample(struct model *model, const struct history_sample *sample)
{
    bool marked = sample->quality == QUALITY_RANGE;
    if (sample->quality == QUALITY_NO_ANSWER || (isnan(sample->value) && !marked)) {
        model->sees_value = model->sees_anything = false;
        return;
    }
    bool odd = marked || sample->value > model->rule->range_high;
    model_word(model, ALARM_IMPLAUSIBLE, odd, odd, sample->time_ms);
    model->sees_anything = true;
    if (odd)
        model->sees_value = false;
    else
        model_value(model, sample);
}

static void model_millisecond(struct model *model, int64_t now)
{
    int64_t delay = (int64_t)(model->rule->delay_s * 1000);
    for (int kind = 0; kind <= ALARM_IMPLAUSIBLE; kind++) {
        struct track *track = &model->tracks[kind];
        bool sees = kind == ALARM_IMPLAUSIBLE ? model->sees_anything : model->sees_value;
        if (!track->pending || !sees || now - track->since < delay) continue;
        track->pending = false;
        track->raised = true;
        model_say(model, kind, -1, true, now);
    }
}

/* --- one run ------------------------------------------------------------------------ */

static struct template_point random_rule(uint64_t *seed)
{
    struct template_point rule = {.quantity = QUANTITY_TEMPERATURE,
                                  .range_low = NAN,
                                  .range_high = 14,
                                  .low_low = 2,
                                  .low = 4,
                                  .high = 8,
                                  .high_high = 10,
                                  .dead_band = below(seed, 5) * 0.5,
                                  .delay_s = below(seed, 12) / 1000.0,
                                  .frozen_s = (15 + below(seed, 20)) / 1000.0};
    if (below(seed, 3) == 0) rule.low_low = NAN;
    if (below(seed, 3) == 0) rule.high = NAN;
    return rule;
}

static struct history_sample random_sample(uint64_t *seed, double before, int64_t time_ms)
{
    struct history_sample sample = {.time_ms = time_ms, .value = before};
    if (below(seed, 3)) sample.value = below(seed, 26) * 0.5;
    if (below(seed, 30) == 0) sample.value = 15; /* beyond the range */
    if (below(seed, 30) == 0) sample.value = NAN;
    if (below(seed, 20) == 0) sample.quality = QUALITY_NO_ANSWER;
    if (below(seed, 20) == 0) sample.quality = QUALITY_RANGE;
    if (below(seed, 40) == 0) sample.quality = QUALITY_FROZEN;
    if (below(seed, 40) == 0) sample.quality = QUALITY_RATE;
    return sample;
}

/* Events of one kind, in their order, must be the same; across kinds the order may
 * differ. */
static void compare(const struct events *got, const struct events *want, uint64_t run)
{
    for (int kind = 0; kind <= ALARM_FROZEN; kind++) {
        size_t g = 0, w = 0;
        for (;;) {
            while (g < got->n && got->at[g].kind != (enum alarm_kind)kind) g++;
            while (w < want->n && want->at[w].kind != (enum alarm_kind)kind) w++;
            if (g == got->n || w == want->n) break;
            if (got->at[g].time_ms != want->at[w].time_ms ||
                got->at[g].raised != want->at[w].raised)
                print_error("run %llu kind %d\n", (unsigned long long)run, kind);
            CHECK_EQ("time", got->at[g].time_ms, want->at[w].time_ms);
            CHECK_EQ("raised", got->at[g].raised, want->at[w].raised);
            g++, w++;
        }
        if (g != got->n || w != want->n)
            print_error("run %llu kind %d\n", (unsigned long long)run, kind);
        CHECK_EQ("no more", g == got->n && w == want->n, true);
    }
}

static void one_run(uint64_t run, bool ticks, struct events *got, struct events *want)
{
    uint64_t seed = run * 0x9e3779b97f4a7c15u + 1;
    struct template_point rule = random_rule(&seed);
    struct model model = {.rule = &rule, .events = want};
    struct alarm_state state;
    struct alarm_event events[ALARM_EVENTS_MAX];
    struct history_sample sample = {.time_ms = 1000, .value = 6};
    int64_t now = sample.time_ms;
    got->n = want->n = 0;
    alarm_start(&state);
    for (size_t i = 0; i < SAMPLES_N; i++) {
        int64_t time_ms = sample.time_ms + 1 + below(&seed, 9);
        double before = isnan(sample.value) ? 6 : sample.value;
        while (++now < time_ms) {
            model_millisecond(&model, now);
            if (ticks && below(&seed, 3) == 0)
                keep(got, events, alarm_tick(&state, &rule, now, events));
        }
        sample = random_sample(&seed, before, time_ms);
        model_sample(&model, &sample);
        model_millisecond(&model, now);
        keep(got, events, alarm_step(&state, &rule, &sample, events));
    }
    keep(got, events, alarm_tick(&state, &rule, now, events));
    compare(got, want, run);
}

static void rules_and_model_agree(void **state)
{
    (void)state;
    static struct events got, want;
    size_t events_n = 0;
    for (uint64_t run = 0; run < RUNS_N; run++) {
        one_run(run, run % 2, &got, &want);
        events_n += want.n;
    }
    assert_true(events_n > 100000); /* the runs were not idle */
}

/* --- columns ------------------------------------------------------------------------ */

struct column {
    int64_t times_ms[COLUMN_N];
    double values[COLUMN_N];
    uint8_t qualities[COLUMN_N];
    size_t n;
};

/* Mostly calm: within the limits, seldom beyond one, of bad quality or not finite. */
static void random_column(uint64_t *seed, int64_t *now_ms, double *value,
                          struct column *column)
{
    unsigned wild = below(seed, 3) ? 0 : 1;
    column->n = 1 + below(seed, COLUMN_N);
    for (size_t i = 0; i < column->n; i++) {
        *now_ms += 1 + below(seed, 9);
        if (below(seed, 3)) *value = 4 + below(seed, 9) * 0.5;
        column->times_ms[i] = *now_ms;
        column->values[i] = *value;
        column->qualities[i] = QUALITY_GOOD;
        if (wild && below(seed, 20) == 0) column->values[i] = below(seed, 32) * 0.5;
        if (wild && below(seed, 40) == 0) column->values[i] = NAN;
        if (wild && below(seed, 40) == 0) column->values[i] = INFINITY;
        if (wild && below(seed, 40) == 0) column->qualities[i] = QUALITY_RATE;
    }
}

static void one_word(uint64_t *seed, struct column *column)
{
    double word = 4 + below(seed, 3);
    for (size_t i = 0; i < column->n; i++) column->values[i] = word;
}

static size_t step_all(struct alarm_state *state, const struct template_point *rule,
                       const struct column *column)
{
    struct alarm_event events[ALARM_EVENTS_MAX];
    size_t n = 0;
    for (size_t i = 0; i < column->n; i++) {
        struct history_sample sample = {.time_ms = column->times_ms[i],
                                        .value = column->values[i],
                                        .quality = column->qualities[i]};
        n += alarm_step(state, rule, &sample, events);
    }
    return n;
}

static struct template_point random_column_rule(uint64_t *seed)
{
    struct template_point rule = random_rule(seed);
    if (below(seed, 2)) rule.frozen_s = 0;
    if (below(seed, 4)) return rule;
    return (struct template_point){
        .quantity = QUANTITY_BITS, .range_low = NAN, .range_high = NAN, .low_low = NAN,
        .low = NAN, .high = NAN, .high_high = NAN, .bits = "0:1:a|a;2:1:b|b"};
}

static void calm_is_step_by_step(void **unused)
{
    (void)unused;
    size_t calm_n = 0, columns_n = 0, bits_n = 0;
    for (uint64_t run = 0; run < RUNS_N; run++) {
        uint64_t seed = run * 0x9e3779b97f4a7c15u + 7;
        struct template_point rule = random_column_rule(&seed);
        struct alarm_state one, all;
        struct column column;
        int64_t now_ms = 1000;
        double value = 6;
        alarm_start(&one);
        alarm_start(&all);
        for (size_t i = 0; i < 40; i++) {
            random_column(&seed, &now_ms, &value, &column);
            if (rule.quantity == QUANTITY_BITS) one_word(&seed, &column);
            struct alarm_samples samples = {column.times_ms, column.values,
                                            column.qualities, column.n};
            bool calm = alarm_calm(&all, &rule, &samples);
            size_t events_n = step_all(&one, &rule, &column);
            if (calm) CHECK_EQ("no events", events_n, 0);
            if (!calm) (void)step_all(&all, &rule, &column);
            CHECK("same state", memcmp(&one, &all, sizeof one) == 0);
            calm_n += calm;
            bits_n += calm && rule.quantity == QUANTITY_BITS;
            columns_n++;
        }
    }
    assert_true(calm_n > columns_n / 10 && calm_n < columns_n);
    assert_true(bits_n > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(rules_and_model_agree),
                                       cmocka_unit_test(calm_is_step_by_step)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
