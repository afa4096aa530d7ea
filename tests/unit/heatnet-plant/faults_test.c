/* faults_test.c - each kind of fault shows within minutes by the limits of the catalog or
 * by a bit of the device itself, and is gone after it is mended. */
#include "heatnet-plant/faults.h"
#include "heatnet-plant/physics.h"

#include "base/ensure.h"
#include "check.h"

#include <math.h>

enum sign { SIGN_LOW, SIGN_HIGH, SIGN_BIT, SIGN_STILL, SIGN_SILENT };

static const struct {
    const char *name;
    char *words[5];
    unsigned words_n;
    const char *key; /* of the point that tells */
    enum sign sign;
    unsigned bit;
    int minutes;
} rows[] = {
    {"pump trips", {"S05", "pump-trip"}, 2, "secondary_flow", SIGN_LOW, 0, 3},
    {"pump's bit", {"S05", "pump-trip"}, 2, "fault_bits", SIGN_BIT, 0, 1},
    {"leak", {"S05", "leak", "3"}, 3, "make_up_flow", SIGN_HIGH, 0, 30},
    {"great leak", {"S12", "leak", "9"}, 3, "secondary_return_pressure", SIGN_LOW, 0, 15},
    {"stuck valve", {"S05", "stuck-valve", "90"}, 3, "fault_bits", SIGN_BIT, 3, 4},
    {"drift", {"S05", "sensor-drift", "primary_return_temperature", "90"}, 4,
     "primary_return_temperature", SIGN_HIGH, 0, 30},
    {"drift, by heat", {"S05", "sensor-drift", "secondary_supply_temperature", "-30"}, 4,
     "fault_bits", SIGN_BIT, 7, 30},
    {"frozen", {"S05", "frozen-sensor", "secondary_return_pressure"}, 3,
     "secondary_return_pressure", SIGN_STILL, 0, 11},
    {"no answer", {"S05", "communication-loss"}, 2, "fault_bits", SIGN_SILENT, 0, 1},
    {"source's pump", {"Y1", "pump-trip", "2"}, 3, "fault_bits", SIGN_BIT, 1, 1},
    {"source's leak", {"Y1", "leak", "20"}, 3, "make_up_flow", SIGN_HIGH, 0, 10},
    {"meter stands", {"S05-H03", "frozen-sensor", "indoor_temperature"}, 3,
     "indoor_temperature", SIGN_STILL, 0, 241},
    {"meter silent", {"S05-H03", "communication-loss"}, 2, "flow", SIGN_SILENT, 0, 1},
};

/* Seconds of a sign without a break, up to now. */
struct sight {
    double last;
    int lasted_s;
};

static int needed_s(const struct point_row *row, enum sign sign)
{
    if (sign == SIGN_STILL) return (int)row->limits->frozen_s;
    return sign == SIGN_LOW || sign == SIGN_HIGH ? (int)row->limits->delay_s : 0;
}

static bool seen(struct sight *sight, const struct device_place *place,
                 const struct point_row *row, size_t i)
{
    double value = point_shown(row, place->device, place->noise_key);
    bool now = false;

    switch (rows[i].sign) {
    case SIGN_LOW:
        now = value < row->limits->alarm[1];
        break;
    case SIGN_HIGH:
        now = value > row->limits->alarm[2];
        break;
    case SIGN_BIT:
        now = ((unsigned)value >> rows[i].bit & 1) != 0;
        break;
    case SIGN_STILL:
        now = value == sight->last;
        break;
    case SIGN_SILENT:
        now = place->device->silent;
        break;
    }
    sight->last = value;
    sight->lasted_s = now ? sight->lasted_s + 1 : 0;
    return sight->lasted_s > needed_s(row, rows[i].sign);
}

static bool shows(struct plant *plant, size_t i, int seconds)
{
    struct device_place place;
    struct sight sight = {NAN, 0};

    CHECK(rows[i].name, device_of_site(plant, rows[i].words[0], &place));
    const struct point_row *row = point_by_key(place.map, rows[i].key);
    CHECK(rows[i].name, row != NULL);
    for (int s = 0; s < seconds; s++) {
        plant_step(plant);
        if (seen(&sight, &place, row, i)) {
            print_message("%s: after %d s\n", rows[i].name, s);
            return true;
        }
    }
    return false;
}

static void each_fault_shows(void **state)
{
    (void)state;
    struct plant *plant = NULL;
    struct faults faults = {0};
    struct buffer why;

    buffer_open(&why, 1000);
    assert_int_equal(plant_open(5, 1768435200, &plant), ERR_OK);
    for (size_t i = 0; i < COUNT(rows); i++) {
        CHECK(rows[i].name, !shows(plant, i, 300));
        CHECK_EQ(rows[i].name,
                 fault_set(&faults, plant, rows[i].words_n, rows[i].words, &why), ERR_OK);
        CHECK_EQ(rows[i].name, faults.n, 1);
        CHECK(rows[i].name, shows(plant, i, rows[i].minutes * 60));
        CHECK_EQ(rows[i].name, fault_clear(&faults, plant, "all"), ERR_OK);
        CHECK_EQ(rows[i].name, faults.n, 0);
        for (int s = 0; s < 7200; s++)
            plant_step(plant);
        CHECK(rows[i].name, !shows(plant, i, 300));
    }
    plant_close(plant);
    buffer_close(&why);
}

static const struct {
    const char *name;
    char *words[5];
    unsigned words_n;
    err want;
} refusals[] = {
    {"nothing", {"S05"}, 1, ERR_SHORT},
    {"no site", {"S25", "leak"}, 2, ERR_UNKNOWN},
    {"no home", {"S01-H26", "frozen-sensor", "flow"}, 3, ERR_UNKNOWN},
    {"no kind", {"S05", "flood"}, 2, ERR_UNKNOWN},
    {"not this kind", {"S05-H01", "leak"}, 2, ERR_TYPE},
    {"no point named", {"S05", "frozen-sensor"}, 2, ERR_SHORT},
    {"no such point", {"S05", "frozen-sensor", "humidity"}, 3, ERR_UNKNOWN},
    {"no number", {"S05", "leak", "much"}, 3, ERR_TYPE},
    {"too many words", {"S05", "leak", "1", "2"}, 4, ERR_TYPE},
    {"out of range", {"S05", "leak", "-1"}, 3, ERR_RANGE},
    {"no such pump", {"S05", "pump-trip", "3"}, 3, ERR_RANGE},
    {"beyond 100 %", {"S05", "stuck-valve", "101"}, 3, ERR_RANGE},
};

static void bad_orders_are_refused(void **state)
{
    (void)state;
    struct plant *plant = NULL;
    struct faults faults = {0};
    struct buffer why;

    assert_int_equal(plant_open(5, 1768435200, &plant), ERR_OK);
    buffer_open(&why, 1000);
    for (size_t i = 0; i < COUNT(refusals); i++) {
        buffer_clear(&why);
        CHECK_EQ(refusals[i].name,
                 fault_set(&faults, plant, refusals[i].words_n, refusals[i].words, &why),
                 refusals[i].want);
        CHECK(refusals[i].name, why.n > 0 && faults.n == 0);
    }
    assert_int_equal(fault_clear(&faults, plant, "S99"), ERR_UNKNOWN);
    for (unsigned i = 0; i < FAULTS_MAX; i++)
        assert_int_equal(fault_set(&faults, plant, 2, rows[0].words, &why), ERR_OK);
    assert_int_equal(fault_set(&faults, plant, 2, rows[0].words, &why), ERR_FULL);
    assert_int_equal(fault_clear(&faults, plant, "S05"), ERR_OK);
    assert_int_equal(faults.n, 0);
    buffer_close(&why);
    plant_close(plant);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fault_shows),
        cmocka_unit_test(bad_orders_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
