/* week_test.c - seven healthy days: every reading stays inside its limits, and the heat
 * put in is the heat that came out.
 *
 * A second seed for a day, so that one lucky winter is not enough. */
#include "heatnet-plant/devices.h"
#include "heatnet-plant/physics.h"

#include "base/ensure.h"
#include "check.h"

#include <math.h>
#include <stdio.h>

enum { LOOK_S = 60, ROWS_MAX = 48, UNITS_MAX = UNIT_METER_FIRST + HOMES_N };

static const int64_t january_s = 1768435200; /* 2026-01-15 */

/* How long a reading has been outside its alarm limits or unchanged. */
struct watched {
    float last;
    int32_t outside_s, still_s;
};

struct history {
    struct watched at[PORTS_N][UNITS_MAX][ROWS_MAX];
};

static bool outside(const struct point_limits *limits, double value)
{
    return value < limits->range[0] || value > limits->range[1] ||
           value < limits->alarm[0] || value < limits->alarm[1] ||
           value > limits->alarm[2] || value > limits->alarm[3];
}

static void look_at(struct watched *watched, const struct device_place *place,
                    const struct point_row *row)
{
    double value = point_shown(row, place->device, place->noise_key);
    char name[128];

    (void)snprintf(name, sizeof name, "port %u unit %u %s = %g", place->port_i,
                   place->unit, row->key, value);
    if (row->quantity == QUANTITY_BITS) CHECK_EQ(name, value, 0);
    if (!row->limits) return;
    bool wrong = outside(row->limits, value);
    watched->outside_s = wrong ? watched->outside_s + LOOK_S : 0;
    CHECK(name, watched->outside_s == 0 || watched->outside_s <= row->limits->delay_s);
    CHECK(name, value >= row->limits->range[0] && value <= row->limits->range[1]);
    watched->still_s = (float)value == watched->last ? watched->still_s + LOOK_S : 0;
    watched->last = (float)value;
    CHECK(name, row->limits->frozen_s <= 0 || watched->still_s < row->limits->frozen_s);
}

static void look(struct plant *plant, struct history *history)
{
    bool meters = plant->utc_s % 900 < LOOK_S;
    for (unsigned p = 0; p < PORTS_N; p++) {
        for (unsigned u = 1; u < UNITS_MAX; u++) {
            struct device_place place;
            if (u > 1 && !meters) break;
            if (!device_at(plant, p, u, &place)) continue;
            ensure(place.map->rows_n <= ROWS_MAX);
            for (size_t r = 0; r < place.map->rows_n; r++)
                look_at(&history->at[p][u][r], &place, &place.map->rows[r]);
        }
    }
}

/* Secondary side and buildings of all stations. */
struct town {
    double stations_j, homes_loss_j, gain_j, net_j, make_up_j, stored_j;
};

static struct town town_of(const struct plant *plant)
{
    struct town town = {0};
    for (unsigned s = 0; s < STATIONS_N; s++) {
        const struct station *station = &plant->stations[s];
        town.stations_j += station->heat_j;
        town.net_j += station->net_loss_j;
        town.make_up_j += station->make_up_loss_j;
        town.stored_j += station_stored_j(station);
        for (unsigned h = 0; h < HOMES_N; h++) {
            town.homes_loss_j += station->homes[h].loss_j * station->weight;
            town.gain_j += station->homes[h].gain_j * station->weight;
        }
    }
    return town;
}

static void check_balance(const struct plant *plant, struct plant_books from,
                          struct town town_from)
{
    struct plant_books to = plant_books(plant);
    struct town town = town_of(plant);
    double in_j = to.burner_j - from.burner_j;
    double out_j = to.make_up_j - from.make_up_j + to.stations_j - from.stations_j +
                   to.pipe_loss_j - from.pipe_loss_j + to.stored_j - from.stored_j;
    double heat_j = town.stations_j - town_from.stations_j;
    double used_j = town.homes_loss_j - town_from.homes_loss_j -
                    (town.gain_j - town_from.gain_j) + town.net_j - town_from.net_j +
                    town.make_up_j - town_from.make_up_j + town.stored_j -
                    town_from.stored_j;

    print_message("primary: in %.1f GJ, missing %.4f %%; secondary: in %.1f GJ, missing "
                  "%.4f %%\n",
                  in_j * 1e-9, 100 * (in_j - out_j) / in_j, heat_j * 1e-9,
                  100 * (heat_j - used_j) / heat_j);
    assert_true(in_j > 0 && heat_j > 0.8 * in_j);
    assert_true(fabs(in_j - out_j) < 0.001 * in_j);
    assert_true(fabs(heat_j - used_j) < 0.001 * heat_j);
}

static void healthy_days(uint64_t seed, int days_n)
{
    struct plant *plant = NULL;
    struct history *history = test_calloc(1, sizeof *history);

    assert_int_equal(plant_open(seed, january_s, &plant), ERR_OK);
    struct plant_books books = plant_books(plant);
    struct town town = town_of(plant);
    for (int i = 0; i < days_n * 86400; i++) {
        plant_step(plant);
        if (plant->utc_s % LOOK_S == 0) look(plant, history);
    }
    check_balance(plant, books, town);
    plant_close(plant);
    test_free(history);
}

static void a_week(void **state)
{
    (void)state;
    healthy_days(1, 7);
}

static void another_winter(void **state)
{
    (void)state;
    healthy_days(2024, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_week),
        cmocka_unit_test(another_winter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
