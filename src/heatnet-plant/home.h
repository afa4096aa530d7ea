/* home.h - a household: two heat stores, a radiator circuit, a heat meter.
 *
 *   outdoor --(windows, air)-- air --(surfaces)-- mass --(walls)-- outdoor
 *                               ^ radiator, people, sun   ^ sun
 *
 * The two-node building model of ISO 13790 annex C, simplified; radiator after EN 442
 * with exponent 1.3, its outlet by effectiveness 1 - exp(-NTU).  Steps of HOME_STEP_S are
 * semi-implicit in the air node; every flow of heat is booked once, so the balance closes
 * exactly. */
#ifndef HEATNET_PLANT_HOME_H
#define HEATNET_PLANT_HOME_H

#include "heatnet-plant/instrument.h"
#include "heatnet-plant/network.h"
#include "heatnet-plant/weather.h"

#include <stdbool.h>

enum { HOME_STEP_S = STATIONS_N }; /* one station's homes a second, in turn */

struct home {
    struct instrument device;
    /* what it is */
    double area_m2, air_w_k, wall_w_k, surface_w_k, air_j_k, mass_j_k;
    double radiator_w_k; /* at 25 K above the room */
    double sun_m2;       /* of clear opening to the sun */
    double flow_weight;  /* its share of the station's circulation, balanced */
    double thermostat_degc;
    bool has_thermostat;
    /* what happens to it */
    bool valve_stuck;
    double valve_share; /* 0..1 */
    double mass_degc;
    double bias; /* of its meter and habits, -1..1 */
    /* measured */
    double indoor_degc, supply_degc, return_degc, flow_kg_s, heat_w, heat_j,
        valve_percent;
    /* books, J since birth */
    double loss_j, gain_j;
};

/* Sized by its plan for the station's buildings; in balance at `indoor_degc`. */
void home_open(struct home *home, const struct home_plan *plan, double loss_w_m2k,
               double outdoor_degc);

struct home_supply {
    double flow_kg_s; /* through its radiators */
    double degc;
};

/* HOME_STEP_S seconds. */
void home_step(struct home *home, struct home_supply supply,
               const struct weather *weather);

/* What it holds against 0 degC. */
double home_stored_j(const struct home *home);

#endif
