/* saved_test.c - a saved plant goes on as if it had never stopped; damaged files are
 * refused. */
#include "heatnet-plant/faults.h"
#include "heatnet-plant/saved.h"

#include "base/ensure.h"
#include "base/file.h"
#include "check.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const int64_t january_s = 1768435200;

static void run(struct plant *plant, int seconds)
{
    for (int i = 0; i < seconds; i++) plant_step(plant);
}

static err begin(const char *path, int64_t utc_s, struct plant **plant)
{
    return saved_or_new(path, 1, (struct saved_span){utc_s, utc_s}, plant);
}

static void goes_on(void **state)
{
    (void)state;
    struct plant *plant = NULL, *again = NULL, *later = NULL;
    char path[64];

    (void)snprintf(path, sizeof path, "plant-%ld.state", (long)getpid());
    assert_int_equal(plant_open(1, january_s, &plant), ERR_OK);
    run(plant, 1000);
    assert_int_equal(saved_write(path, plant), ERR_OK);
    assert_int_equal(saved_read(path, 1, &again), ERR_OK);
    assert_memory_equal(&again->stations, &plant->stations, sizeof plant->stations);
    assert_string_equal(again->network.nodes[5].name, plant->network.nodes[5].name);
    run(plant, 5000);
    assert_int_equal(begin(path, january_s + 6000, &later), ERR_OK);
    assert_int_equal(later->utc_s, plant->utc_s);
    assert_memory_equal(&later->stations, &plant->stations, sizeof plant->stations);
    assert_memory_equal(&later->supply, &plant->supply, sizeof plant->supply);
    plant_close(later);

    /* Within the span it stays where it is. */
    struct saved_span span = {january_s - 86400, january_s + 86400};
    assert_int_equal(saved_or_new(path, 1, span, &later), ERR_OK);
    assert_int_equal(later->utc_s, january_s + 1000);
    plant_close(later);

    /* Of a time to come, another seed, too long ago: a new plant. */
    assert_int_equal(begin(path, january_s, &later), ERR_OK);
    assert_int_equal(later->running_s, PLANT_SPIN_UP_S);
    plant_close(later);
    struct plant *none = NULL;
    assert_int_equal(saved_read(path, 2, &none), ERR_VERSION);
    int64_t month_s = january_s + (int64_t)(SAVED_DAYS_MAX + 1) * 86400;
    assert_int_equal(begin(path, month_s, &later), ERR_OK);
    assert_int_equal(later->running_s, PLANT_SPIN_UP_S);
    plant_close(later);
    plant_close(again);
    plant_close(plant);
    (void)unlink(path);
}

static void faults_are_mended(void **state)
{
    (void)state;
    struct plant *plant = NULL, *again = NULL;
    struct faults faults = {0};
    struct buffer why;
    char path[64];

    (void)snprintf(path, sizeof path, "plant-%ld.state", (long)getpid());
    buffer_open(&why, 1000);
    assert_int_equal(plant_open(1, january_s, &plant), ERR_OK);
    assert_int_equal(fault_set(&faults, plant, 2, (char *[]){"S03", "pump-trip"}, &why),
                     ERR_OK);
    assert_int_equal(
        fault_set(&faults, plant, 2, (char *[]){"S03-H02", "communication-loss"}, &why),
        ERR_OK);
    assert_int_equal(saved_write(path, plant), ERR_OK);
    assert_int_equal(saved_read(path, 1, &again), ERR_OK);
    assert_false(again->stations[2].pumps[0].tripped);
    assert_false(again->stations[2].homes[1].device.silent);
    plant_close(plant);
    plant_close(again);
    buffer_close(&why);
    (void)unlink(path);
}

static void damage_is_seen(void **state)
{
    (void)state;
    struct plant *plant = NULL, *again = NULL;
    struct buffer file;
    char path[64];

    (void)snprintf(path, sizeof path, "plant-%ld.state", (long)getpid());
    assert_int_equal(saved_read(path, 1, &again), ERR_UNKNOWN);
    assert_int_equal(plant_open(1, january_s, &plant), ERR_OK);
    assert_int_equal(saved_write(path, plant), ERR_OK);
    buffer_open(&file, 4 * 1024 * 1024);
    assert_int_equal(file_read_whole(path, &file), ERR_OK);

    static const struct {
        const char *name;
        double place; /* share of the file whose byte is turned over */
        err want;
    } rows[] = {
        {"magic",      0,         ERR_VERSION},
        {"middle",     0.5,       ERR_CORRUPT},
        {"check code", 0.9999999, ERR_CORRUPT},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        uint8_t *byte = &file.at[(size_t)(rows[i].place * (double)file.n)];
        *byte ^= 0x10;
        CHECK_EQ(rows[i].name, file_replace(path, buffer_bytes(&file)), ERR_OK);
        CHECK_EQ(rows[i].name, saved_read(path, 1, &again), rows[i].want);
        *byte ^= 0x10;
    }
    for (size_t n = 0; n < file.n; n += 9973) {
        assert_int_equal(file_replace(path, (struct bytes){file.at, n}), ERR_OK);
        assert_int_not_equal(saved_read(path, 1, &again), ERR_OK);
    }
    buffer_close(&file);
    plant_close(plant);
    (void)unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goes_on),
        cmocka_unit_test(faults_are_mended),
        cmocka_unit_test(damage_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
