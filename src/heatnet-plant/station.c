/* station.c - heat exchanger, secondary water, actuators of a station. */
#include "heatnet-plant/station.h"

#include "base/ensure.h"
#include "heatnet-plant/chance.h"
#include "heatnet-plant/physics.h"
#include "heatnet-plant/station_control.h"

#include <math.h>

#define DESIGN_LMTD_K 16.4 /* 95/45 against 40/50 degC */
#define DESIGN_EXCHANGER_PA 35e3
#define DESIGN_VALVE_PA 60e3 /* at VALVE_DESIGN_SHARE of its stroke */
#define VALVE_DESIGN_SHARE 0.75
#define VALVE_RANGEABILITY 30.0 /* equal percentage */
#define VALVE_PERCENT_S (100.0 / 90)
#define SECONDARY_M3_M2 0.0011   /* water per heated area */
#define COMPLIANCE_M3_PA 0.12e-6 /* per m3 of water */
#define NET_LOSS_SHARE 0.02      /* of the design heat, lost by pipes in the ground */
#define HEAD_PA 0.15e6           /* circulation at design */
#define DESIGN_HZ 42.0
#define NATURAL_SHARE 0.015 /* flow that warm water makes without a pump */
#define FLOW_LAG_S 6.0
#define SENSOR_LAG_S 8.0
#define MAKE_UP_DEGC 10.0
#define RELIEF_PA 0.45e6
#define TANK_M2 3.0

static void homes_open(struct station *s, const struct network *network,
                       unsigned station_i, uint64_t key, const struct weather *weather)
{
    double area_m2 = 0;
    const struct node *node = &network->nodes[NODE_STATION_FIRST + station_i];

    for (unsigned i = 0; i < HOMES_N; i++) {
        struct home_plan plan;
        network_home(network, station_i, i, &plan);
        home_open(&s->homes[i], &plan, node->loss_w_m2k, weather->outdoor_degc);
        uint64_t home_key = chance_key(key, 1000 + i);
        s->homes[i].bias = chance_between(home_key, -1, 1);
        s->homes[i].heat_j = plan.area_m2 * chance_between(home_key + 1, 90e6, 130e6);
        area_m2 += plan.area_m2;
    }
    s->weight = node->area_m2 / area_m2;
}

void station_open(struct station *s, const struct network *network, unsigned station_i,
                  uint64_t key, const struct weather *weather)
{
    const struct node *node = &network->nodes[NODE_STATION_FIRST + station_i];
    double secondary_m3 = node->area_m2 * SECONDARY_M3_M2;
    double design_kg_s = node->design_w / (WATER_J_KGK * DESIGN_PRIMARY_K);

    *s = (struct station){
        .area_m2 = node->area_m2,
        .design_primary_kg_s = design_kg_s,
        .design_secondary_kg_s = node->design_w / (WATER_J_KGK * DESIGN_SECONDARY_K),
        .exchanger_w_k = node->design_w / DESIGN_LMTD_K,
        .valve_kg_s_pa = design_kg_s / sqrt(DESIGN_VALVE_PA) /
                         pow(VALVE_RANGEABILITY, VALVE_DESIGN_SHARE - 1),
        .exchanger_pa = DESIGN_EXCHANGER_PA / (design_kg_s * design_kg_s),
        .store_j_k = secondary_m3 / 2 * WATER_KG_M3 * WATER_J_KGK,
        .secondary_m3 = secondary_m3,
        .compliance_m3_pa = secondary_m3 * COMPLIANCE_M3_PA,
        .net_w_k = node->design_w * NET_LOSS_SHARE / 45,
        .outdoor_offset_k = chance_between(chance_key(key, 1), -0.4, 0.4),
        .usual_leak_kg_s = chance_between(chance_key(key, 2), 0.03, 0.10) *
                           node->area_m2 / 35000 / M3_H_PER_KG_S,
        .visits = (double)(chance_key(key, 3) >> 16),
        .mode = MODE_CURVE,
        .fixed_degc = 42,
        .pump_set_hz = DESIGN_HZ,
        .outdoor_slow_degc = weather->outdoor_degc,
        .homes_open = 1,
        .pumps = {{.wanted = 1, .running = 1, .hz = DESIGN_HZ}},
        .secondary_return_pa = chance_between(chance_key(key, 4), 0.27e6, 0.30e6),
        .secondary_kg_s = node->design_w / (WATER_J_KGK * DESIGN_SECONDARY_K),
        .valve_command_percent = 55,
        .valve_percent = 55,
        .make_up_kg = chance_between(chance_key(key, 5), 60e3, 250e3),
        .tank_m = chance_between(chance_key(key, 6), 1.3, 1.7),
        .heat_j = node->area_m2 * chance_between(chance_key(key, 7), 95e6, 120e6),
        .electric_j = node->area_m2 * chance_between(chance_key(key, 8), 2.0e6, 3.0e6),
    };
    s->pumps[0].hours_s = chance_between(chance_key(key, 9), 600, 900) * 3600;
    s->pumps[1].hours_s = chance_between(chance_key(key, 10), 20, 300) * 3600;
    double supply_degc = station_curve_degc(weather->outdoor_degc);
    s->set_point_degc = s->secondary_supply_degc = s->supply_store_degc = supply_degc;
    s->secondary_return_degc = s->return_store_degc = supply_degc - 7;
    s->primary_supply_degc = 85;
    s->primary_return_degc = 40;
    homes_open(s, network, station_i, key, weather);
}

double station_primary_kg_s(const struct station *s, double difference_pa)
{
    if (difference_pa <= 0 || s->valve_percent < 0.5) return 0;
    double valve = s->valve_kg_s_pa *
                   pow(VALVE_RANGEABILITY, s->valve_percent / 100 - 1) *
                   fmin(1, s->valve_percent / 5);
    return sqrt(difference_pa / (1 / (valve * valve) + s->exchanger_pa));
}

static double effectiveness(double ntu, double ratio)
{
    if (ratio > 0.999) return ntu / (1 + ntu);
    double left = exp(-ntu * (1 - ratio));
    return (1 - left) / (1 - ratio * left);
}

/* Sets heat_w and the temperatures of what leaves the exchanger; returns its secondary
 * outlet. */
static double exchanger_step(struct station *s)
{
    double primary = s->primary_kg_s, secondary = s->secondary_kg_s;
    double hot = primary * WATER_J_KGK, cold = secondary * WATER_J_KGK;

    s->heat_w = 0;
    if (primary < 1e-3 || secondary < 1e-3) {
        s->primary_return_degc += (s->return_store_degc - s->primary_return_degc) /
                                  1800; /* it cools standing */
        return s->return_store_degc;
    }
    double film = pow(s->design_primary_kg_s / primary, 0.7) +
                  pow(s->design_secondary_kg_s / secondary, 0.7);
    double least = fmin(hot, cold);
    double effect =
        effectiveness(s->exchanger_w_k * 2 / film / least, least / fmax(hot, cold));
    s->heat_w = effect * least * (s->primary_supply_degc - s->return_store_degc);
    s->primary_return_degc = s->primary_supply_degc - s->heat_w / hot;
    return s->return_store_degc + s->heat_w / cold;
}

/* Pump against station and homes: head = H0 (f/50)^2 - k m^2. */
static void circulation_step(struct station *s)
{
    double design = s->design_secondary_kg_s;
    double speed = fmax(s->pumps[0].hz, s->pumps[1].hz) / DESIGN_HZ;
    double both = s->pumps[0].hz > 10 && s->pumps[1].hz > 10 ? 0.25 : 1;
    double open = fmax(0.05, s->homes_open);
    double net = 0.6 * HEAD_PA / (design * design) / (open * open);
    double own = 0.4 * HEAD_PA / (design * design);
    double inner = 0.25 * HEAD_PA / (design * design) * both;
    double flow = speed * sqrt(1.25 * HEAD_PA / (net + own + inner));

    flow = fmax(flow, NATURAL_SHARE * design);
    s->secondary_kg_s += (flow - s->secondary_kg_s) / FLOW_LAG_S;
    double square = s->secondary_kg_s * s->secondary_kg_s;
    s->secondary_supply_pa = s->secondary_return_pa + net * square;
    double pump_w = (net + own) * square * s->secondary_kg_s / WATER_KG_M3 / 0.62;
    double make_up_w = s->make_up.hz > 1 ? 300 + 12 * s->make_up.hz : 0;
    s->electric_w = 650 + pump_w + make_up_w;
    s->electric_j += s->electric_w;
}

/* Volume of water against the vessel; a leak fades with the pressure. */
static void pressure_step(struct station *s, double warmer_k)
{
    double push = sqrt(clamp(s->secondary_return_pa / 0.28e6, 0, 2));
    double leak = (s->usual_leak_kg_s + s->leak_kg_s) * push;

    s->make_up_kg_s =
        s->tank_m > 0.05 ? fmax(0, s->make_up.hz - 10) * 6.0 / 40 / M3_H_PER_KG_S : 0;
    s->make_up_kg += s->make_up_kg_s;
    double more_m3 = (s->make_up_kg_s - leak) / WATER_KG_M3 +
                     s->secondary_m3 * WATER_EXPANSION_1_K * warmer_k;
    s->secondary_return_pa += more_m3 / s->compliance_m3_pa;
    s->secondary_return_pa = clamp(s->secondary_return_pa, 0, RELIEF_PA);

    if (s->tank_m < 1.3) s->tank_filling = true;
    if (s->tank_m > 1.7) s->tank_filling = false;
    double filling = s->tank_filling ? 8.0 / 3600 : 0;
    s->tank_m = fmax(0, s->tank_m + (filling - s->make_up_kg_s / 1000) / TANK_M2);
}

static void water_step(struct station *s, double outlet_degc, double ground_degc)
{
    double stream = s->secondary_kg_s * WATER_J_KGK;
    double supply = s->supply_store_degc, back = s->return_store_degc;
    double net_w = s->net_w_k * (supply - ground_degc);
    double cold_w = s->make_up_kg_s * WATER_J_KGK * (back - MAKE_UP_DEGC);

    double supply_k = (stream * (outlet_degc - supply) - net_w) / s->store_j_k;
    double back_k = (stream * (supply - back) - s->homes_w - cold_w) / s->store_j_k;
    s->supply_store_degc += supply_k;
    s->return_store_degc += back_k;
    s->net_loss_j += net_w;
    s->make_up_loss_j += cold_w;
    s->secondary_supply_degc += (outlet_degc - s->secondary_supply_degc) / SENSOR_LAG_S;
    s->secondary_return_degc += (back - s->secondary_return_degc) / SENSOR_LAG_S;
    pressure_step(s, (supply_k + back_k) / 2);
}

/* Somebody comes by on some working days and leaves the door open for twenty minutes. */
static void door_step(struct station *s, int64_t utc_s)
{
    int64_t local_s = utc_s + LOCAL_OFFSET_S;
    uint64_t key = chance_key((uint64_t)s->visits, (uint64_t)(local_s / 86400));
    bool visit = chance_unit(key) < 0.2;
    int64_t from_s = (int64_t)chance_between(chance_key(key, 1), 9 * 3600, 16 * 3600);
    int64_t into_s = local_s % 86400 - from_s;

    s->door_open = visit && into_s >= 0 && into_s < 1200;
}

void station_step(struct station *s, const struct weather *weather, int64_t utc_s)
{
    s->outdoor_degc = weather->outdoor_degc + s->outdoor_offset_k;
    station_control_step(s);
    if (!s->valve_stuck)
        s->valve_percent =
            approach(s->valve_percent, s->valve_command_percent, VALVE_PERCENT_S);
    circulation_step(s);
    double outlet_degc = exchanger_step(s);
    s->heat_j += s->heat_w;
    water_step(s, outlet_degc, weather->ground_degc);
    if (utc_s % 10 == 0) door_step(s, utc_s);
}

void station_homes_step(struct station *s, const struct weather *weather)
{
    double weight = 0, open = 0, heat_w = 0;

    for (unsigned i = 0; i < HOMES_N; i++) {
        weight += s->homes[i].flow_weight;
        open += s->homes[i].flow_weight * s->homes[i].valve_share;
    }
    s->homes_open = open / weight;
    for (unsigned i = 0; i < HOMES_N; i++) {
        struct home *home = &s->homes[i];
        double share = home->flow_weight * home->valve_share / fmax(open, 1e-9);
        struct home_supply supply = {s->secondary_kg_s / s->weight * share,
                                     s->supply_store_degc};
        home_step(home, supply, weather);
        heat_w += home->heat_w;
    }
    s->homes_w = heat_w * s->weight;
}

double station_stored_j(const struct station *s)
{
    double homes_j = 0;
    for (unsigned i = 0; i < HOMES_N; i++) homes_j += home_stored_j(&s->homes[i]);
    return homes_j * s->weight +
           s->store_j_k * (s->supply_store_degc + s->return_store_degc);
}
