/* alarms_test.c - the life of alarms: texts, acknowledging, lists, late ones, lost
 * devices. */
#include "watch/alarms.h"

#include "base/ensure.h"
#include "base/file.h"
#include "base/thread.h"
#include "check.h"
#include "model/quality.h"
#include "one_sample.h"
#include "small_city.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const int64_t origin_ms = 1700000000000;

struct house {
    char folder[64], path[FILE_PATH_BYTES];
    struct clock clock;
    struct catalog *city;
    struct alarms *alarms;
};

static int open_house(void **state)
{
    struct house *house = calloc(1, sizeof *house);
    memcpy(house->folder, "/tmp/alarms_test.XXXXXX", 24);
    if (!mkdtemp(house->folder)) return -1;
    if (!file_path(house->path, house->folder, "records.db")) return -1;
    clock_hand(&house->clock, origin_ms);
    house->city = small_city(true);
    err e = alarms_open(house->path, &house->clock, &house->alarms);
    if (!e) e = alarms_catalog(house->alarms, house->city);
    *state = house;
    return e ? -1 : 0;
}

static err remove_one(void *context, const char *name)
{
    char path[FILE_PATH_BYTES];
    return file_path(path, context, name) ? file_remove(path) : ERR_RANGE;
}

static int close_house(void **state)
{
    struct house *house = *state;
    alarms_close(house->alarms);
    catalog_release(house->city);
    err e = folder_each(house->folder, remove_one, house->folder);
    rmdir(house->folder);
    free(house);
    return e ? -1 : 0;
}

static int64_t at(double second)
{
    return origin_ms + (int64_t)(second * 1000);
}

static void feed(struct house *house, uint32_t point, double second, double value)
{
    struct one_sample one = {.time_ms = at(second), .point = point, .value = value};
    assert_int_equal(alarms_block(house->alarms, one_block(&one)), ERR_OK);
}

static void write_down(struct house *house)
{
    assert_int_equal(alarms_write(house->alarms), ERR_OK);
}

struct found {
    struct alarm_record at[32];
    size_t n;
};

static err keep(void *context, const struct alarm_record *record)
{
    struct found *found = context;
    assert_true(found->n < COUNT(found->at));
    found->at[found->n++] = *record;
    return ERR_OK;
}

static struct found list(struct house *house, const struct alarms_filter *filter)
{
    struct found found = {.n = 0};
    assert_int_equal(alarms_list(house->alarms, filter, keep, &found), ERR_OK);
    return found;
}

static struct found all(struct house *house)
{
    return list(house, &(struct alarms_filter){.active = false});
}

static struct found active(struct house *house)
{
    return list(house, &(struct alarms_filter){.active = true});
}

static void check_counts(struct house *house, unsigned priority, uint32_t unacknowledged,
                         uint32_t active_n)
{
    struct alarms_count counts[4];
    alarms_counts(house->alarms, counts);
    assert_int_equal(counts[priority - 1].unacknowledged, unacknowledged);
    assert_int_equal(counts[priority - 1].active, active_n);
}

static void an_alarm_lives_its_life(void **state)
{
    struct house *house = *state;
    feed(house, EAST_TEMPERATURE, 0, 65);
    assert_int_equal(active(house).n, 0); /* seen only when durable */
    write_down(house);
    struct found found = active(house);
    assert_int_equal(found.n, 1);
    struct alarm_record *alarm = &found.at[0];
    assert_int_equal(alarm->kind, ALARM_HIGH);
    assert_int_equal(alarm->priority, 2);
    assert_int_equal(alarm->site, EAST);
    assert_int_equal(alarm->device, 1);
    assert_int_equal(alarm->point, EAST_TEMPERATURE);
    assert_int_equal(alarm->bit, -1);
    assert_int_equal(alarm->raised_ms, at(0));
    assert_int_equal(alarm->returned_ms, 0);
    assert_true(alarm->value_at_raise == 65 && alarm->limit == 60);
    assert_string_equal(alarm->text, "二次供水温度高 65.0 °C > 60.0 °C");
    assert_string_equal(alarm->text_en,
                        "Secondary supply temperature high 65.0 °C > 60.0 °C");
    check_counts(house, 2, 1, 1);

    feed(house, EAST_TEMPERATURE, 10, 68);
    assert_true(active(house).at[0].extreme == 68); /* of one still raised */
    assert_int_equal(
        alarms_acknowledge(house->alarms, alarm->id, "wang", "去看看", at(11)), ERR_OK);
    check_counts(house, 2, 0, 1);
    feed(house, EAST_TEMPERATURE, 20, 50);
    write_down(house);
    assert_int_equal(active(house).n, 0);
    check_counts(house, 2, 0, 0);
    found = all(house);
    assert_int_equal(found.n, 1);
    assert_int_equal(alarm->returned_ms, at(20));
    assert_int_equal(alarm->acknowledged_ms, at(11));
    assert_string_equal(alarm->acknowledged_by, "wang");
    assert_string_equal(alarm->note, "去看看");
    assert_true(alarm->extreme == 68);
}

static void returned_ones_wait_for_a_person(void **state)
{
    struct house *house = *state;
    feed(house, EAST_TEMPERATURE, 0, 65);
    feed(house, EAST_TEMPERATURE, 10, 50);
    write_down(house);
    struct found found = active(house);
    assert_int_equal(found.n, 1);
    assert_int_equal(found.at[0].returned_ms, at(10));
    uint64_t id = found.at[0].id;
    assert_int_equal(alarms_acknowledge(house->alarms, id + 1, "wang", NULL, 1),
                     ERR_UNKNOWN);
    assert_int_equal(alarms_acknowledge(house->alarms, id, "wang", NULL, 1), ERR_OK);
    assert_int_equal(alarms_acknowledge(house->alarms, id, "li", NULL, 1), ERR_DUPLICATE);
    char long_name[CATALOG_CODE_BYTES + 1];
    memset(long_name, 'a', sizeof long_name);
    long_name[CATALOG_CODE_BYTES] = '\0';
    assert_int_equal(alarms_acknowledge(house->alarms, id, long_name, NULL, 1),
                     ERR_RANGE);
    assert_int_equal(active(house).n, 0);
}

static void texts_of_all_kinds(void **state)
{
    struct house *house = *state;

    /* Laid out by hand: the tool would pad every row to the longest. */
    /* clang-format off */
    static const struct {
        enum alarm_kind kind;
        unsigned priority;
        const char *text, *text_en;
    } rows[] = {
        {ALARM_TERMINAL, 1, "采集终端 T1 离线", "Terminal T1 is not connected"},
        {ALARM_COMMUNICATION, 2, "西山站控制器通信中断",
         "Xishan controller does not answer"},
        {ALARM_FROZEN, 3, "二次供水温度数值长时间不变 50.0 °C",
         "Secondary supply temperature frozen 50.0 °C"},
        {ALARM_IMPLAUSIBLE, 3, "二次供水温度数值不可信 151.0 °C > 150.0 °C",
         "Secondary supply temperature implausible 151.0 °C > 150.0 °C"},
        {ALARM_FAULT_BIT, 4, "门开", "Door open"},
        {ALARM_FAULT_BIT, 1, "循环泵故障", "Circulation pump fault"},
        {ALARM_LOW_LOW, 1, "二次回水压力低低 0.120 MPa < 0.150 MPa",
         "Secondary return pressure low-low 0.120 MPa < 0.150 MPa"},
        {ALARM_LOW, 2, "二次回水压力低 0.120 MPa < 0.200 MPa",
         "Secondary return pressure low 0.120 MPa < 0.200 MPa"},
    };

    /* clang-format on */
    feed(house, EAST_PRESSURE, 0, 0.12);
    feed(house, EAST_PRESSURE, 30, 0.12);
    feed(house, EAST_FAULTS, 31, 9);
    feed(house, EAST_TEMPERATURE, 32, 151);
    for (int i = 0; i < 380; i++) feed(house, WEST_TEMPERATURE, i * 10, 50);
    assert_int_equal(alarms_device(house->alarms, 2, false, at(4000)), ERR_OK);
    assert_int_equal(alarms_terminal(house->alarms, 1, false, at(5000)), ERR_OK);
    write_down(house);
    struct found found = all(house);
    assert_int_equal(found.n, COUNT(rows));
    for (size_t i = 0; i < found.n; i++) {
        CHECK_EQ(rows[i].text, found.at[i].kind, rows[i].kind);
        CHECK_EQ(rows[i].text, found.at[i].priority, rows[i].priority);
        CHECK_TEXT("zh", found.at[i].text, rows[i].text);
        CHECK_TEXT("en", found.at[i].text_en, rows[i].text_en);
    }
}

static void lists_are_filtered_and_paged(void **state)
{
    struct house *house = *state;
    for (int i = 0; i < 10; i++) {
        uint32_t point = i % 2 ? WEST_TEMPERATURE : EAST_TEMPERATURE;
        feed(house, point, i * 20, 65);
        feed(house, point, i * 20 + 10, 50 + i);
    }
    write_down(house);

    static const struct {
        const char *name;
        struct alarms_filter filter;
        size_t want;
    } rows[] = {
        {"all", {.active = false}, 10},
        {"company", {.site = COMPANY}, 10},
        {"branch", {.site = BRANCH}, 5},
        {"station", {.site = WEST}, 5},
        {"limit", {.limit = 3}, 3},
        {"limit beneath", {.site = WEST, .limit = 3}, 3},
        {"zh", {.search = "供水"}, 10},
        {"en, any case", {.search = "SUPPLY"}, 10},
        {"site's name", {.search = "东升"}, 5},
        {"site's English name", {.search = "xishan"}, 5},
        {"nothing", {.search = "nothing"}, 0},
        {"no wildcard", {.search = "%"}, 0},
        {"no wildcard", {.search = "_"}, 0},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct alarms_filter filter = rows[i].filter;
        CHECK_EQ(rows[i].name, list(house, &filter).n, rows[i].want);
        filter.active = true;
        CHECK_EQ(rows[i].name, list(house, &filter).n, rows[i].want);
    }
    struct alarms_filter range = {.from_ms = at(20), .to_ms = at(60)};
    struct found found = list(house, &range);
    assert_int_equal(found.n, 2); /* 20 and 40, not 60 */

    struct alarms_filter page = {.limit = 4};
    int64_t last_ms = INT64_MAX;
    size_t n = 0;
    do {
        found = list(house, &page);
        for (size_t i = 0; i < found.n; i++) {
            assert_true(found.at[i].raised_ms < last_ms);
            last_ms = found.at[i].raised_ms;
        }
        n += found.n;
        if (found.n) page.before = found.at[found.n - 1].id;
    } while (found.n);
    assert_int_equal(n, 10);
    page.before = 999;
    assert_int_equal(alarms_list(house->alarms, &page, keep, &found), ERR_UNKNOWN);
}

static void changes_are_followed_by_version(void **state)
{
    struct house *house = *state;
    struct found found = {.n = 0};
    uint64_t version = alarms_version(house->alarms), next;
    feed(house, EAST_TEMPERATURE, 0, 65);
    feed(house, WEST_TEMPERATURE, 0, 65);
    assert_int_equal(alarms_changed(house->alarms, version, &next, keep, &found), ERR_OK);
    assert_int_equal(found.n, 0);
    write_down(house);
    assert_true(alarms_version(house->alarms) > next);
    assert_int_equal(alarms_changed(house->alarms, next, &next, keep, &found), ERR_OK);
    assert_int_equal(found.n, 2);
    found.n = 0;
    assert_int_equal(alarms_acknowledge(house->alarms, 1, "wang", NULL, 1), ERR_OK);
    assert_int_equal(alarms_changed(house->alarms, next, &next, keep, &found), ERR_OK);
    assert_int_equal(found.n, 1);
    assert_int_equal(found.at[0].id, 1);
    found.n = 0;
    write_down(house);
    assert_int_equal(alarms_changed(house->alarms, next, &next, keep, &found), ERR_OK);
    assert_int_equal(found.n, 0);
}

static void a_lost_device_keeps_its_points_quiet(void **state)
{
    struct house *house = *state;
    assert_int_equal(alarms_tick(house->alarms, at(0)), ERR_OK);
    feed(house, EAST_TEMPERATURE, 0, 65);
    feed(house, EAST_PRESSURE, 0, 0.1);
    for (int i = 0; i < 3; i++)
        assert_int_equal(alarms_device(house->alarms, 1, false, at(5 + i)), ERR_OK);
    for (int i = 0; i < 100; i++)
        assert_int_equal(alarms_tick(house->alarms, at(i)), ERR_OK);
    write_down(house);
    struct found found = active(house);
    assert_int_equal(found.n, 2);
    assert_int_equal(found.at[0].kind, ALARM_COMMUNICATION);
    assert_int_equal(found.at[0].raised_ms, at(5));
    assert_int_equal(found.at[0].site, EAST);
    assert_int_equal(found.at[1].kind, ALARM_HIGH);
    assert_int_equal(found.at[1].returned_ms, 0);
    assert_int_equal(alarms_device(house->alarms, 1, true, at(90)), ERR_OK);
    write_down(house);
    assert_int_equal(active(house).at[0].returned_ms, at(90));
}

static void a_backlogs_states_of_devices_are_history(void **state)
{
    struct house *house = *state;

    static const struct {
        bool answers;
        double since;
    } rows[] = {
        {true, 500},  {false, 300}, {false, 300}, {true, 500}, {false, 300}, {true, 350},
        {false, 380}, {true, 500},  {false, 600}, {true, 500}, {false, 380}, {false, 600},
    };

    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(
            alarms_device(house->alarms, 1, rows[i].answers, at(rows[i].since)), ERR_OK);
    write_down(house);
    struct found found = all(house);
    assert_int_equal(found.n, 3);
    assert_int_equal(found.at[0].raised_ms, at(600)); /* still lost */
    assert_int_equal(found.at[0].returned_ms, 0);
    assert_false(found.at[0].late);
    assert_int_equal(found.at[1].raised_ms, at(380));
    assert_int_equal(found.at[1].returned_ms, at(500));
    assert_true(found.at[1].late);
    assert_int_equal(found.at[2].raised_ms, at(300));
}

static void a_terminal_silent_since_the_same_moment_is_the_same_alarm(void **state)
{
    struct house *house = *state;
    assert_int_equal(alarms_tick(house->alarms, at(0)), ERR_OK);
    static const bool connected[] = {false, true, false};
    for (size_t i = 0; i < COUNT(connected); i++) {
        assert_int_equal(alarms_terminal(house->alarms, 1, connected[i], at(1)), ERR_OK);
        write_down(house);
        struct found found = all(house);
        assert_int_equal(found.n, 1);
        assert_int_equal(found.at[0].returned_ms, connected[i] ? at(1) : 0);
    }
    check_counts(house, 1, 1, 1);
}

static void a_tick_ripens_with_grace_while_the_value_holds(void **state)
{
    struct house *house = *state;
    feed(house, EAST_PRESSURE, 0, 0.18);
    assert_int_equal(alarms_tick(house->alarms, at(32.9)), ERR_OK);
    write_down(house);
    assert_int_equal(all(house).n, 0);
    assert_int_equal(alarms_tick(house->alarms, at(33)), ERR_OK);
    write_down(house);
    assert_int_equal(all(house).n, 1);
    assert_int_equal(all(house).at[0].raised_ms, at(30));

    /* 30 s of delay from second 10 on, but no sample after it: it holds until 40 only. */
    feed(house, WEST_PRESSURE, 0, 0.5);
    feed(house, WEST_PRESSURE, 10, 0.18);
    feed(house, WEST_PRESSURE, 1000, 0.18);
    write_down(house);
    struct found found = all(house);
    assert_int_equal(found.n, 2);
    assert_int_equal(found.at[0].point, WEST_PRESSURE);
    assert_int_equal(found.at[0].raised_ms, at(40));
}

static void a_gap_longer_than_a_value_holds_is_no_proof(void **state)
{
    struct house *house = *state;
    feed(house, EAST_FLOW, 0, 20);
    feed(house, EAST_FLOW, 100, 5); /* who knows what was between */
    for (int i = 0; i <= 6; i++) feed(house, WEST_FLOW, i * 10, 20);
    write_down(house);
    struct found found = all(house);
    assert_int_equal(found.n, 1);
    assert_int_equal(found.at[0].point, WEST_FLOW);
    assert_int_equal(found.at[0].raised_ms, at(60));
}

/* --- late --------------------------------------------------------------------------- */

static void late_samples_raise_one_record_a_run(void **state)
{
    struct house *house = *state;
    feed(house, EAST_TEMPERATURE, 1000, 50);
    static const double values[] = {50, 65, 66, 61, 59, 57, 50, 75, 50};
    for (size_t i = 0; i < COUNT(values); i++) {
        feed(house, EAST_TEMPERATURE, 100 + (double)i * 10, values[i]);
        write_down(house);
    }
    struct found found = all(house);
    assert_int_equal(found.n, 3);
    for (size_t i = 0; i < found.n; i++) assert_true(found.at[i].late);
    assert_int_equal(found.at[2].kind, ALARM_HIGH);
    assert_int_equal(found.at[2].raised_ms, at(110));
    assert_int_equal(found.at[2].returned_ms, at(150)); /* 59 is within the dead band */
    assert_true(found.at[2].extreme == 66);
    assert_int_equal(found.at[0].raised_ms, at(170));
    assert_int_equal(found.at[1].raised_ms, at(170));
    assert_int_equal(found.at[0].kind + found.at[1].kind, ALARM_HIGH + ALARM_HIGH_HIGH);
    assert_int_equal(active(house).n, 3); /* until somebody acknowledges */
    check_counts(house, 2, 2, 2);
}

static void late_runs_are_parted_by_gaps(void **state)
{
    struct house *house = *state;
    feed(house, EAST_FAULTS, 1000, 0);
    feed(house, EAST_FAULTS, 100, 1);
    feed(house, EAST_FAULTS, 110, 1);
    feed(house, EAST_FAULTS, 300, 1); /* too long after: another one */
    feed(house, EAST_FAULTS, 110, 1); /* heard before */
    write_down(house);
    struct found found = all(house);
    assert_int_equal(found.n, 2);
    assert_int_equal(found.at[1].raised_ms, at(100));
    assert_int_equal(found.at[1].returned_ms, at(110));
    assert_int_equal(found.at[0].returned_ms, at(300));
    assert_int_equal(found.at[0].bit, 0);
}

static void late_ones_within_a_known_alarm_are_it(void **state)
{
    struct house *house = *state;
    feed(house, EAST_TEMPERATURE, 90, 65);
    feed(house, EAST_TEMPERATURE, 1000, 50); /* live first: what was between comes late */
    for (int i = 100; i < 500; i += 10) feed(house, EAST_TEMPERATURE, i, 65);
    write_down(house);
    struct found found = all(house);
    assert_int_equal(found.n, 1);
    assert_false(found.at[0].late);
    assert_int_equal(found.at[0].returned_ms, at(1000));
}

/* --- catalog, threads --------------------------------------------------------------- */

static void points_that_lose_their_rules_return(void **state)
{
    struct house *house = *state;
    feed(house, EAST_TEMPERATURE, 0, 75);
    feed(house, EAST_FAULTS, 0, 9);
    struct catalog *without = small_city(false);
    assert_int_equal(alarms_catalog(house->alarms, without), ERR_OK);
    write_down(house);
    struct found found = all(house);
    assert_int_equal(found.n, 4);
    for (size_t i = 0; i < found.n; i++) assert_int_equal(found.at[i].returned_ms, at(0));
    feed(house, EAST_TEMPERATURE, 10, 500);
    /* Back again: they start anew. */
    assert_int_equal(alarms_catalog(house->alarms, house->city), ERR_OK);
    feed(house, EAST_TEMPERATURE, 20, 75);
    write_down(house);
    assert_int_equal(all(house).n, 6);
    catalog_release(without);
}

static err acknowledge_one(void *context, const struct alarm_record *record)
{
    struct house *house = context;
    if (record->acknowledged_ms) return ERR_OK;
    err e = alarms_acknowledge(house->alarms, record->id, "wang", "", 1);
    return e == ERR_DUPLICATE ? ERR_OK : e;
}

static void *ask(void *context)
{
    struct house *house = context;
    uint64_t version = 0;
    struct alarms_count counts[4];
    struct alarms_filter filter = {.active = true, .site = COMPANY};
    while (version < 120) {
        assert_int_equal(
            alarms_changed(house->alarms, version, &version, acknowledge_one, house),
            ERR_OK);
        assert_int_equal(alarms_list(house->alarms, &filter, acknowledge_one, house),
                         ERR_OK);
        alarms_counts(house->alarms, counts);
    }
    return NULL;
}

static void people_ask_while_samples_come(void **state)
{
    struct house *house = *state;
    struct thread threads[2] = {{0}};
    for (size_t i = 0; i < COUNT(threads); i++)
        assert_int_equal(thread_start(&threads[i], "ask", ask, house), ERR_OK);
    for (int i = 0; i < 60; i++) {
        feed(house, EAST_TEMPERATURE, i * 20, 65);
        feed(house, EAST_TEMPERATURE, i * 20 + 10, 50);
        if (i == 30) assert_int_equal(alarms_catalog(house->alarms, house->city), ERR_OK);
        assert_int_equal(alarms_tick(house->alarms, at(i * 20 + 10)), ERR_OK);
        write_down(house);
    }
    for (size_t i = 0; i < COUNT(threads); i++) thread_join(&threads[i]);
    assert_int_equal(alarms_write(house->alarms), ERR_OK);
    struct alarms_filter filter = {.active = true};
    assert_int_equal(alarms_list(house->alarms, &filter, acknowledge_one, house), ERR_OK);
    check_counts(house, 2, 0, 0);
}

#define IN_HOUSE(test) cmocka_unit_test_setup_teardown(test, open_house, close_house)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_HOUSE(an_alarm_lives_its_life),
        IN_HOUSE(returned_ones_wait_for_a_person),
        IN_HOUSE(texts_of_all_kinds),
        IN_HOUSE(lists_are_filtered_and_paged),
        IN_HOUSE(changes_are_followed_by_version),
        IN_HOUSE(a_lost_device_keeps_its_points_quiet),
        IN_HOUSE(a_backlogs_states_of_devices_are_history),
        IN_HOUSE(a_terminal_silent_since_the_same_moment_is_the_same_alarm),
        IN_HOUSE(a_tick_ripens_with_grace_while_the_value_holds),
        IN_HOUSE(a_gap_longer_than_a_value_holds_is_no_proof),
        IN_HOUSE(late_samples_raise_one_record_a_run),
        IN_HOUSE(late_runs_are_parted_by_gaps),
        IN_HOUSE(late_ones_within_a_known_alarm_are_it),
        IN_HOUSE(points_that_lose_their_rules_return),
        IN_HOUSE(people_ask_while_samples_come),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
