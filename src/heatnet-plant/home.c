/* home.c - heat balance of a household. */
#include "heatnet-plant/home.h"

#include "base/ensure.h"
#include "heatnet-plant/physics.h"

#include <math.h>

#define AIR_J_M2K 28.0e3      /* air, furniture, plaster */
#define MASS_J_M2K 340.0e3    /* concrete and brick */
#define SURFACE_W_M2K 6.5     /* between air and mass, per floor area */
#define AIR_LOSS_SHARE 0.55   /* windows and air change; the rest through walls */
#define WIND_SHARE 0.02       /* more air change per m/s above 3 m/s */
#define SUN_OPENING_M2 0.035  /* clear opening per floor area, facing the sun */
#define SUN_AIR_SHARE 0.4     /* the rest warms floors and walls */
#define RADIATOR_RATED_K 25.0 /* 45 degC mean water, 20 degC room */
#define RADIATOR_EXPONENT 0.3 /* EN 442 exponent 1.3, minus one */
#define VALVE_BAND_K 1.6      /* of a thermostatic valve */

/* People, cooking, lamps, W per m2, by local hour. */
static const struct curve_point habits[] = {
    {0,    2.0},
    {6,    2.0},
    {7.5,  4.5},
    {9,    2.8},
    {11.5, 4.5},
    {13,   3.0},
    {17,   3.2},
    {19,   6.0},
    {22,   5.0},
    {24,   2.0},
};

void home_open(struct home *home, const struct home_plan *plan, double loss_w_m2k,
               double outdoor_degc)
{
    double loss_w_k = plan->area_m2 * loss_w_m2k * plan->loss_share;
    double design_w = loss_w_k * (DESIGN_INDOOR_DEGC - DESIGN_OUTDOOR_DEGC);

    *home = (struct home){
        .area_m2 = plan->area_m2,
        .air_w_k = loss_w_k * AIR_LOSS_SHARE,
        .wall_w_k = loss_w_k * (1 - AIR_LOSS_SHARE),
        .surface_w_k = plan->area_m2 * SURFACE_W_M2K,
        .air_j_k = plan->area_m2 * AIR_J_M2K,
        .mass_j_k = plan->area_m2 * MASS_J_M2K,
        .radiator_w_k = design_w * plan->radiator_share / RADIATOR_RATED_K,
        .sun_m2 = plan->area_m2 * SUN_OPENING_M2 * plan->sun_share,
        .flow_weight = design_w,
        .thermostat_degc = plan->thermostat_degc,
        .has_thermostat = plan->has_thermostat,
        .valve_share = 1,
        .indoor_degc = 20.5,
        .supply_degc = 43,
        .return_degc = 36,
    };
    double share = home->wall_w_k / (home->surface_w_k + home->wall_w_k);
    home->mass_degc = home->indoor_degc - share * (home->indoor_degc - outdoor_degc);
}

/* The thermostat closes over VALVE_BAND_K; a bleed of 8 % keeps the riser warm. */
static void valve_step(struct home *home)
{
    double want = 1;
    if (home->has_thermostat)
        want = clamp((home->thermostat_degc - home->indoor_degc) / VALVE_BAND_K + 0.5,
                     0.08, 1);
    if (!home->valve_stuck) home->valve_share = approach(home->valve_share, want, 0.05);
    home->valve_percent = home->valve_share * 100;
}

/* Heat given by the radiators at the present room temperature. */
static double radiator_w(const struct home *home, struct home_supply supply)
{
    double stream_w_k = supply.flow_kg_s * WATER_J_KGK;
    double mean_k = (home->supply_degc + home->return_degc) / 2 - home->indoor_degc;
    double excess = fmax(mean_k, 0.5) / RADIATOR_RATED_K;
    double transfer_w_k = home->radiator_w_k * pow(excess, RADIATOR_EXPONENT);

    if (stream_w_k < 1e-3) return 0;
    double effect = 1 - exp(-transfer_w_k / stream_w_k);
    return fmax(0, stream_w_k * effect * (supply.degc - home->indoor_degc));
}

void home_step(struct home *home, struct home_supply supply,
               const struct weather *weather)
{
    const double dt = HOME_STEP_S;
    double outdoor = weather->outdoor_degc;

    valve_step(home);
    double heat_w = radiator_w(home, supply);
    double air_w_k = home->air_w_k * (1 + WIND_SHARE * (weather->wind_m_s - 3));
    double people_w = home->area_m2 * curve_at(habits, COUNT(habits), weather->hour) *
                      (1 + 0.3 * home->bias);
    double sun_w = home->sun_m2 * weather->sun_w_m2;
    double air_gain_w = people_w + SUN_AIR_SHARE * sun_w;
    double mass_gain_w = (1 - SUN_AIR_SHARE) * sun_w;

    /* (C/dt + Ka + Ks) T' = C/dt T + Ka To + Ks Tm + heat : implicit, never unstable */
    double air_degc = (home->air_j_k / dt * home->indoor_degc + air_w_k * outdoor +
                       home->surface_w_k * home->mass_degc + heat_w + air_gain_w) /
                      (home->air_j_k / dt + air_w_k + home->surface_w_k);
    double into_mass_w = home->surface_w_k * (air_degc - home->mass_degc);
    double wall_w = home->wall_w_k * (home->mass_degc - outdoor);

    home->indoor_degc = air_degc;
    home->mass_degc += dt / home->mass_j_k * (into_mass_w - wall_w + mass_gain_w);
    home->loss_j += dt * (air_w_k * (air_degc - outdoor) + wall_w);
    home->gain_j += dt * (air_gain_w + mass_gain_w);

    home->supply_degc = supply.degc;
    home->flow_kg_s = supply.flow_kg_s;
    home->heat_w = heat_w;
    home->heat_j += dt * heat_w;
    home->return_degc = supply.flow_kg_s * WATER_J_KGK < 1e-3
                            ? approach(home->return_degc, home->indoor_degc, 0.01)
                            : supply.degc - heat_w / (supply.flow_kg_s * WATER_J_KGK);
}

double home_stored_j(const struct home *home)
{
    return home->air_j_k * home->indoor_degc + home->mass_j_k * home->mass_degc;
}
