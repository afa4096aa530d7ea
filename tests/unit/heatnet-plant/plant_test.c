/* plant_test.c - the network as a whole: repeatable, mass kept, pressure falling,
 * controllers that follow what they are told. */
#include "heatnet-plant/devices.h"
#include "heatnet-plant/physics.h"
#include "heatnet-plant/station_control.h"

#include "base/ensure.h"
#include "check.h"

#include <math.h>
#include <string.h>

static const int64_t january_s = 1768435200; /* 2026-01-15 */

static struct plant *open_plant(uint64_t seed)
{
    struct plant *plant = NULL;
    assert_int_equal(plant_open(seed, january_s, &plant), ERR_OK);
    assert_int_equal(plant->utc_s, january_s);
    return plant;
}

static void run(struct plant *plant, int seconds)
{
    for (int i = 0; i < seconds; i++) plant_step(plant);
}

static void weather_is_a_function(void **state)
{
    (void)state;
    double sum = 0;
    int n = 0;
    for (int64_t t = january_s; t < january_s + 60 * 86400; t += 1800, n++) {
        struct weather a = weather_at(1, t), b = weather_at(1, t);
        struct weather soon = weather_at(1, t + 60);
        assert_memory_equal(&a, &b, sizeof a);
        assert_true(a.outdoor_degc > -25 && a.outdoor_degc < 12);
        assert_true(a.sun_w_m2 >= 0 && a.sun_w_m2 <= 900);
        assert_true(a.wind_m_s >= 0 && a.hour >= 0 && a.hour < 24);
        assert_true(fabs(soon.outdoor_degc - a.outdoor_degc) < 0.2);
        if (a.hour < 4) assert_true(a.sun_w_m2 <= 0);
        sum += a.outdoor_degc;
    }
    assert_true(fabs(sum / n + 6) < 3);
    assert_true(fabs(weather_at(1, january_s).outdoor_degc -
                     weather_at(2, january_s).outdoor_degc) > 0.01);
}

static void tables_are_sound(void **state)
{
    (void)state;
    struct network network;
    network_build(&network);
    for (unsigned i = 1; i < NODES_N; i++) {
        const struct node *node = &network.nodes[i];
        const struct node *parent = &network.nodes[node->parent];
        CHECK(node->code, node->parent < i && node->length_m > 50);
        CHECK(node->code, node->diameter_m <= parent->diameter_m);
        CHECK(node->code, node->behind_w <= parent->behind_w);
        for (unsigned k = 0; k < i; k++)
            CHECK(node->code, strcmp(node->code, network.nodes[k].code) != 0);
    }
    for (unsigned h = 0; h < HOMES_N; h++) {
        struct home_plan a, b;
        network_home(&network, 3, h, &a);
        network_home(&network, 3, h, &b);
        CHECK(a.code, strcmp(a.name, b.name) == 0 && a.area_m2 >= 50);
    }
}

static void same_seed_same_life(void **state)
{
    (void)state;
    struct plant *a = open_plant(7), *b = open_plant(7), *c = open_plant(8);
    run(a, 5000);
    for (int i = 0; i < 50; i++) run(b, 100);
    run(c, 5000);
    assert_memory_equal(a, b, sizeof *a);
    assert_true(fabs(a->source.heat_w - c->source.heat_w) > 1000);
    plant_close(a);
    plant_close(b);
    plant_close(c);
    plant_close(NULL);
}

static void mass_and_pressure(void **state)
{
    (void)state;
    struct plant *plant = open_plant(1);
    const struct node *nodes = plant->network.nodes;
    double sum = 0, heat_w = 0;

    for (unsigned s = 0; s < STATIONS_N; s++) sum += plant->stations[s].primary_kg_s;
    assert_true(fabs(sum - plant->source.kg_s) < 1e-9 * sum);
    assert_true(fabs(plant->kg_s[1] + plant->kg_s[2] - sum) < 1e-9 * sum);
    for (unsigned i = NODE_STATION_FIRST + 1; i < NODES_N; i++) {
        if (nodes[i].parent < NODE_STATION_FIRST) continue;
        const struct station *here = &plant->stations[i - NODE_STATION_FIRST];
        const struct station *before =
            &plant->stations[nodes[i].parent - NODE_STATION_FIRST];
        CHECK(nodes[i].code, here->primary_supply_pa - here->primary_return_pa <
                                 before->primary_supply_pa - before->primary_return_pa);
        heat_w += here->heat_w;
    }
    assert_true(heat_w > 0 && heat_w < plant->source.heat_w);
    plant_close(plant);
}

/* The secondary supply keeps to its set point within half a kelvin all day. */
static void follows_the_curve(void **state)
{
    (void)state;
    struct plant *plant = open_plant(3);
    double low = 100, high = 0;
    for (int i = 0; i < 24 * 60; i++) {
        run(plant, 60);
        for (unsigned s = 0; s < STATIONS_N; s++) {
            const struct station *st = &plant->stations[s];
            CHECK(plant->network.nodes[NODE_STATION_FIRST + s].code,
                  fabs(st->secondary_supply_degc - st->set_point_degc) < 0.5);
        }
        low = fmin(low, plant->stations[0].set_point_degc);
        high = fmax(high, plant->stations[0].set_point_degc);
    }
    assert_true(high - low > 1);
    for (unsigned h = 0; h < HOMES_N; h++) {
        double degc = plant->stations[5].homes[h].indoor_degc;
        assert_true(degc > 18 && degc < 26);
    }
    plant_close(plant);
}

static void obeys_set_points(void **state)
{
    (void)state;
    struct plant *plant = open_plant(1);
    struct station *s = &plant->stations[4];

    station_set_fixed(s, 47);
    run(plant, 1200);
    assert_true(s->mode == MODE_FIXED && fabs(s->secondary_supply_degc - 47) < 0.5);
    station_set_mode(s, MODE_CURVE);
    station_set_curve_offset(s, 3);
    run(plant, 1800);
    double want = station_curve_degc(s->outdoor_slow_degc) + 3;
    assert_true(fabs(s->secondary_supply_degc - want) < 0.5);

    double flow = s->primary_kg_s;
    station_set_valve(s, 10);
    run(plant, 30);
    assert_true(s->valve_percent > 10); /* an actuator takes its time */
    run(plant, 300);
    assert_true(fabs(s->valve_percent - 10) < 0.01 && s->primary_kg_s < 0.6 * flow);

    station_set_pump_1(s, 0);
    station_set_pump_2(s, 1);
    station_set_pump_hz(s, 30);
    run(plant, 120);
    assert_true(s->pumps[0].hz <= 0 && fabs(s->pumps[1].hz - 30) < 0.01);
    source_set_fixed(&plant->source, 95);
    run(plant, 3600);
    assert_true(fabs(plant->source.supply_degc - 95) < 1);
    plant_close(plant);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weather_is_a_function), cmocka_unit_test(tables_are_sound),
        cmocka_unit_test(same_seed_same_life),   cmocka_unit_test(mass_and_pressure),
        cmocka_unit_test(follows_the_curve),     cmocka_unit_test(obeys_set_points),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
