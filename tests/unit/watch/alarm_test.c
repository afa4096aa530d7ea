/* alarm_test.c - the rules of alarm.h, one story a row.
 *
 * Steps:  "T:V" a good sample of value V at second T; "T:V!Q" with quality Q; "tT" a
 * tick; "b" blind.   Events: "+kind@T=V" raised, "-kind@T=V" returned, in order. */
#include "watch/alarm.h"

#include "base/ensure.h"
#include "base/text.h"
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define NONE NAN

struct rule_row {
    double low_low, low, high, high_high, band, delay_s, frozen_s;
};

/* Laid out by hand: the tool would pad every row to the longest. */
/* clang-format off */
static const struct {
    const char *name;
    struct rule_row rule;
    const char *steps, *want;
} rows[] = {
    {"no limit", {NONE, NONE, NONE, NONE, 0, 0, 0}, "1:5 2:-1 3:100", ""},
    {"strictly outside", {NONE, NONE, 10, NONE, 0, 0, 0}, "1:10 2:10.01 3:10",
     "+high@2=10.01 -high@3=10"},
    {"low side", {NONE, 2, NONE, NONE, 0, 0, 0}, "1:2 2:1.9 3:2", "+low@2=1.9 -low@3=2"},
    {"dead band high", {NONE, NONE, 10, NONE, 2, 0, 0}, "1:11 2:9 3:8.01 4:8 5:9.9",
     "+high@1=11 -high@4=8"},
    {"dead band low", {NONE, 2, NONE, NONE, 1, 0, 0}, "1:1 2:2 3:2.9 4:3 5:2.1",
     "+low@1=1 -low@4=3"},
    {"no dead band before it is raised", {NONE, NONE, 10, NONE, 2, 5, 0},
     "1:11 3:9.5 4:11 9:11", "+high@9=11"},
    {"both stages at once", {NONE, NONE, 10, 20, 1, 0, 0}, "1:25 2:15 3:5",
     "+high@1=25 +high_high@1=25 -high_high@2=15 -high@3=5"},
    {"outer after inner", {5, 10, NONE, NONE, 0, 0, 0}, "1:8 2:4 3:6 4:12",
     "+low@1=8 +low_low@2=4 -low_low@3=6 -low@4=12"},
    {"through all four", {1, 2, 3, 4, 0, 0, 0}, "1:9 2:0 3:2.5",
     "+high@1=9 +high_high@1=9 +low@2=0 +low_low@2=0 -high@2=0 -high_high@2=0"
     " -low@3=2.5 -low_low@3=2.5"},
    {"delay not held", {NONE, NONE, 10, NONE, 0, 5, 0}, "1:11 5:11 6:9 7:11 11:9", ""},
    {"delay held to the second", {NONE, NONE, 10, NONE, 0, 5, 0}, "1:11 6:11",
     "+high@6=11"},
    {"denied at that very second", {NONE, NONE, 10, NONE, 0, 5, 0}, "1:11 6:9", ""},
    {"ripened between samples", {NONE, NONE, 10, NONE, 0, 5, 0}, "1:11 20:12",
     "+high@6=11"},
    {"ripened, then returned", {NONE, NONE, 10, NONE, 0, 5, 0}, "1:11 20:9",
     "+high@6=11 -high@20=9"},
    {"a tick ripens", {NONE, NONE, 10, NONE, 0, 5, 0}, "1:11 t5 t6 t7 20:9",
     "+high@6=11 -high@20=9"},
    {"both stages with delay", {NONE, NONE, 10, 20, 0, 5, 0}, "1:11 4:21 6:21 9:21",
     "+high@6=21 +high_high@9=21"},
    {"bad and absent say nothing", {NONE, NONE, 10, NONE, 0, 0, 0},
     "1:11 2:0!192 3:0!193 4:12", "+high@1=11"},
    {"pending does not ripen blindly", {NONE, NONE, 10, NONE, 0, 5, 0},
     "1:11 3:0!192 t9 10:9", ""},
    {"... but holds over it", {NONE, NONE, 10, NONE, 0, 5, 0}, "1:11 3:0!192 t9 10:12",
     "+high@10=12"},
    {"a lost device ripens nothing", {NONE, NONE, 10, NONE, 0, 5, 0}, "1:11 b t30 40:9",
     ""},
    {"uncertain counts", {NONE, NONE, 10, NONE, 0, 0, 0}, "1:11!65 2:9!64",
     "+high@1=11 -high@2=9"},
    {"older and same time do nothing", {NONE, NONE, 10, NONE, 0, 0, 0},
     "5:9 5:11 4:11 6:9", ""},
    {"not a number in a good sample", {NONE, NONE, 10, NONE, 0, 0, 0}, "1:11 2:nan 3:12",
     "+high@1=11"},
    {"range quality", {NONE, NONE, 10, NONE, 0, 0, 0}, "1:5 2:999!128 3:5",
     "+implausible@2=999 -implausible@3=5"},
    {"limit stays raised meanwhile", {NONE, NONE, 10, NONE, 0, 0, 0},
     "1:11 2:999!128 3:9", "+high@1=11 +implausible@2=999 -implausible@3=9 -high@3=9"},
    {"a good one outside the range", {NONE, NONE, 10, NONE, 0, 0, 0}, "1:101 2:5",
     "+implausible@1=101 -implausible@2=5"},
    {"implausible with delay", {NONE, NONE, NONE, NONE, 0, 5, 0},
     "1:0!194 3:0!67 4:1 5:0!195 t10 20:1", "+implausible@10=nan -implausible@20=1"},
    {"silence keeps implausible", {NONE, NONE, NONE, NONE, 0, 0, 0},
     "1:0!129 2:0!192 3:1", "+implausible@1=0 -implausible@3=1"},
    {"frozen", {NONE, NONE, NONE, NONE, 0, 0, 10}, "1:5 6:5 11:5 12:5 20:5 21:6",
     "+frozen@12=5 -frozen@21=6"},
    {"frozen needs samples", {NONE, NONE, NONE, NONE, 0, 0, 10}, "1:5 t100 200:6", ""},
    {"frozen by its mark", {NONE, NONE, NONE, NONE, 0, 0, 10}, "1:5 2:5!66 3:6",
     "+frozen@2=5 -frozen@3=6"},
    {"may stand still", {NONE, NONE, NONE, NONE, 0, 0, 0}, "1:5 100:5 200:5!66", ""},
    {"frozen starts anew behind a gap", {NONE, NONE, NONE, NONE, 0, 0, 10},
     "1:5 6:5 7:0!192 20:5 29:5 31:5", "+frozen@31=5"},
    {"frozen stays over a gap", {NONE, NONE, NONE, NONE, 0, 0, 10},
     "1:5 12:5 13:0!192 20:5 21:6", "+frozen@12=5 -frozen@21=6"},
    {"frozen ignores the delay", {NONE, NONE, NONE, NONE, 0, 99, 10}, "1:5 12:5",
     "+frozen@12=5"},
};

/* clang-format on */

static struct template_point rule_of(const struct rule_row *row)
{
    return (struct template_point){.quantity = QUANTITY_TEMPERATURE,
                                   .range_low = -1,
                                   .range_high = 100,
                                   .low_low = row->low_low,
                                   .low = row->low,
                                   .high = row->high,
                                   .high_high = row->high_high,
                                   .dead_band = row->band,
                                   .delay_s = row->delay_s,
                                   .frozen_s = row->frozen_s};
}

struct story {
    struct alarm_state state;
    struct template_point rule;
    char got[1024];
    size_t got_n;
};

static void tell(struct story *story, const struct alarm_event *events, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char bit[16] = "";
        if (events[i].bit >= 0) snprintf(bit, sizeof bit, "/%d", events[i].bit);
        story->got_n += (size_t)snprintf(
            story->got + story->got_n, sizeof story->got - story->got_n, "%s%c%s%s@%g=%g",
            story->got_n ? " " : "", events[i].raised ? '+' : '-',
            alarm_kind_word(events[i].kind), bit, (double)events[i].time_ms / 1000,
            events[i].value);
    }
}

static void do_step(struct story *story, const char *step)
{
    struct alarm_event events[ALARM_EVENTS_MAX];
    if (step[0] == 'b') {
        alarm_blind(&story->state);
        return;
    }
    if (step[0] == 't') {
        int64_t now_ms = (int64_t)(strtod(step + 1, NULL) * 1000);
        tell(story, events, alarm_tick(&story->state, &story->rule, now_ms, events));
        return;
    }
    char *at;
    struct history_sample sample = {.time_ms = (int64_t)(strtod(step, &at) * 1000)};
    sample.value = strtod(at + 1, &at);
    if (*at == '!') sample.quality = (uint8_t)strtol(at + 1, NULL, 10);
    tell(story, events, alarm_step(&story->state, &story->rule, &sample, events));
}

static void run(struct story *story, const char *steps)
{
    char step[64];
    alarm_start(&story->state);
    while (*steps) {
        size_t n = strcspn(steps, " ");
        assert_true(text_copy_n(step, sizeof step, steps, n));
        do_step(story, step);
        steps += n + (steps[n] == ' ');
    }
}

static void stories_end_as_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct story story = {.rule = rule_of(&rows[i].rule)};
        run(&story, rows[i].steps);
        CHECK_TEXT(rows[i].name, story.got, rows[i].want);
    }
}

static void fault_bits_raise_and_return_each(void **state)
{
    (void)state;
    struct story story = {
        .rule = {.quantity = QUANTITY_BITS,
                 .range_low = NAN,
                 .range_high = NAN,
                 .low_low = NAN,
                 .low = NAN,
                 .high = NAN,
                 .high_high = NAN,
                 .delay_s = 30,
                 .bits = "0:1:泵|Pump;3:2:门|Door;31:4:x"}
    };
    run(&story, "1:0 2:5 3:9 4:9!192 5:8 6:8.5 7:2147483648 8:-1 9:5000000000 10:0");
    assert_string_equal(story.got,
                        "+fault_bit/0@2=5 +fault_bit/3@3=9 -fault_bit/0@5=8"
                        " -fault_bit/3@7=2.14748e+09 +fault_bit/31@7=2.14748e+09"
                        " -fault_bit/31@10=0");
}

static void extremes_are_the_worst_so_far(void **state)
{
    (void)state;
    struct rule_row row = {NONE, 2, 10, NONE, 0, 5, 0};
    struct story story = {.rule = rule_of(&row)};
    run(&story, "1:11 2:15 6:12");
    assert_true(alarm_is_raised(&story.state, ALARM_HIGH, -1));
    assert_true(story.state.limit[ALARM_HIGH].extreme == 15);
    do_step(&story, "7:1.5");
    do_step(&story, "8:1");
    assert_true(alarm_is_pending(&story.state));
    do_step(&story, "20:1.2");
    assert_true(story.state.limit[ALARM_LOW].extreme == 1);
    assert_true(story.state.limit[ALARM_HIGH].extreme == 15); /* for the record */
}

static void a_limit_that_is_taken_away_returns(void **state)
{
    (void)state;
    struct rule_row row = {NONE, NONE, 10, 20, 0, 0, 0};
    struct story story = {.rule = rule_of(&row)};
    run(&story, "1:25");
    story.rule.high_high = NAN;
    do_step(&story, "2:25");
    assert_string_equal(story.got, "+high@1=25 +high_high@1=25 -high_high@2=25");
}

static void only_points_with_rules_are_watched(void **state)
{
    (void)state;
    struct template_point none = {.quantity = QUANTITY_TEMPERATURE,
                                  .range_low = NAN,
                                  .range_high = NAN,
                                  .low_low = NAN,
                                  .low = NAN,
                                  .high = NAN,
                                  .high_high = NAN};
    assert_false(alarm_has_rules(&none));
    struct template_point one = none;
    one.high = 1;
    assert_true(alarm_has_rules(&one));
    one = none;
    one.frozen_s = 1;
    assert_true(alarm_has_rules(&one));
    one = none;
    one.range_low = 0;
    assert_true(alarm_has_rules(&one));
    one = none;
    one.quantity = QUANTITY_BITS;
    assert_false(alarm_has_rules(&one));
    assert_true(text_copy(one.bits, sizeof one.bits, "0:1:x"));
    assert_true(alarm_has_rules(&one));
    one.quantity = QUANTITY_STATE; /* there the same field holds words */
    assert_false(alarm_has_rules(&one));
    assert_true(sizeof(struct alarm_state) <= 200);
}

static void words_read_back(void **state)
{
    (void)state;
    for (int i = 0; i < ALARM_KIND_N; i++) {
        enum alarm_kind kind;
        assert_int_equal(alarm_kind_from_word(alarm_kind_word((enum alarm_kind)i), &kind),
                         ERR_OK);
        assert_int_equal(kind, i);
    }
    enum alarm_kind kind;
    assert_int_equal(alarm_kind_from_word("hot", &kind), ERR_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stories_end_as_told),
        cmocka_unit_test(fault_bits_raise_and_return_each),
        cmocka_unit_test(extremes_are_the_worst_so_far),
        cmocka_unit_test(a_limit_that_is_taken_away_returns),
        cmocka_unit_test(only_points_with_rules_are_watched),
        cmocka_unit_test(words_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
