/* mqtt_plan_test.c - from reports to rows: one for each time, none lost when they are
 * full. */
#include "collect/mqtt_plan.h"

#include "base/ensure.h"
#include "base/memory.h"
#include "check.h"
#include "model/quality.h"

static const char *const points[] = {"a", NULL, "b"};

static struct driver_plan *open_plan(void)
{
    struct driver_plan *p = NULL;
    assert_int_equal(mqtt_plan_open("mqtt:h/sparkplug/g/e/d", points, COUNT(points), &p),
                     ERR_OK);
    assert_int_equal(p->points_n, 2);
    CHECK_TEXT("filter", p->filter, "spBv1.0/g/+/e/#");
    CHECK_TEXT("device", p->device, "d");
    return p;
}

struct taken {
    double values[2];
    uint8_t qualities[2];
    int64_t time_ms;
};

static bool take(struct driver_plan *p, struct taken *out)
{
    struct driver_reading reading = {.n = 2, .values = out->values,
                                     .qualities = out->qualities};
    return mqtt_plan_take(p, &reading, &out->time_ms);
}

static struct report_value timed(const char *name, double number, int64_t time_ms)
{
    return (struct report_value){.name = name, .text = "", .number = number,
                                 .is_timed = true, .time_ms = time_ms};
}

static void values_of_one_time_are_one_row(void **state)
{
    (void)state;
    struct driver_plan *p = open_plan();
    struct report_value values[] = {timed("a", 1, 100), timed("x", 9, 100),
                                    timed("b", 2, 100), timed("a", 3, 50),
                                    timed("a", 4, 50)};
    struct report report = {.values = values, .values_n = COUNT(values)};
    struct taken t;
    size_t next = 0;
    assert_true(mqtt_plan_put(p, &report, 999, &next));
    assert_int_equal(p->rows_n, 3);
    assert_true(take(p, &t));
    assert_int_equal(t.time_ms, 100);
    assert_true(t.values[0] == 1 && t.values[1] == 2);
    assert_true(take(p, &t)); /* an older time: a row of its own, without b */
    assert_int_equal(t.time_ms, 50);
    assert_int_equal(t.qualities[0], QUALITY_GOOD);
    assert_int_equal(t.qualities[1], DRIVER_NOT_SAID);
    assert_true(take(p, &t)); /* the same time said twice: both are kept */
    assert_true(t.values[0] == 4);
    assert_false(take(p, &t));
    mqtt_plan_free(p);
}

static void what_is_not_a_number_is_said_so(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct report_value value;
        uint8_t quality;
        double number;
    } rows[] = {
        {"number", {.name = "a", .text = "", .number = 5}, QUALITY_GOOD, 5},
        {"text number", {.name = "a", .kind = REPORT_TEXT, .text = "5.5"}, QUALITY_GOOD, 5.5},
        {"word", {.name = "a", .kind = REPORT_TEXT, .text = "on"}, QUALITY_GOOD, 1},
        {"text", {.name = "a", .kind = REPORT_TEXT, .text = "hot"}, QUALITY_UNDECODED, 0},
        {"null", {.name = "a", .kind = REPORT_ABSENT, .text = ""}, QUALITY_NOT_A_NUMBER, 0},
        {"error", {.name = "a", .kind = REPORT_ABSENT, .text = "error 3"}, QUALITY_REFUSED, 0},
        {"bytes", {.name = "a", .kind = REPORT_BYTES, .text = ""}, QUALITY_UNDECODED, 0},
    };
    struct driver_plan *p = open_plan();
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct report_value value = rows[i].value;
        struct report report = {.values = &value, .values_n = 1};
        struct taken t;
        size_t next = 0;
        assert_true(mqtt_plan_put(p, &report, 7, &next));
        CHECK(rows[i].name, take(p, &t));
        CHECK_EQ(rows[i].name, t.time_ms, 7);
        CHECK_EQ(rows[i].name, t.qualities[0], rows[i].quality);
        CHECK(rows[i].name, t.values[0] == rows[i].number);
    }
    mqtt_plan_free(p);
}

/* More times than there are rows: it goes on where it stopped when some were taken. */
static void a_full_ring_loses_nothing(void **state)
{
    (void)state;
    enum { TIMES = 3 * MQTT_ROWS_MAX + 5 };
    struct driver_plan *p = open_plan();
    struct report_value *values = memory_new(2 * TIMES, sizeof *values);
    assert_non_null(values);
    for (size_t i = 0; i < TIMES; i++) {
        values[2 * i] = timed("a", (double)i, (int64_t)i);
        values[2 * i + 1] = timed("b", (double)i, (int64_t)i);
    }
    struct report report = {.values = values, .values_n = 2 * TIMES};
    struct taken t;
    size_t next = 0, got = 0;
    while (!mqtt_plan_put(p, &report, 0, &next))
        for (size_t i = 0; i < 7 && take(p, &t); i++, got++) {
            assert_int_equal(t.time_ms, got);
            assert_true(t.values[0] == (double)got && t.values[1] == (double)got);
        }
    while (take(p, &t)) assert_int_equal(t.time_ms, got++);
    assert_int_equal(got, TIMES);
    memory_free(values);
    mqtt_plan_free(p);
}

static void a_death_is_no_answer(void **state)
{
    (void)state;
    struct driver_plan *p = open_plan();
    struct taken t;
    assert_true(mqtt_plan_put_death(p, 5));
    assert_true(p->is_dead);
    assert_true(take(p, &t));
    assert_int_equal(t.qualities[0], QUALITY_NO_ANSWER);
    assert_int_equal(t.qualities[1], QUALITY_NO_ANSWER);
    mqtt_plan_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_of_one_time_are_one_row),
        cmocka_unit_test(what_is_not_a_number_is_said_so),
        cmocka_unit_test(a_full_ring_loses_nothing),
        cmocka_unit_test(a_death_is_no_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
