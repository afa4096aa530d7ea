/* station.h - a heat exchange station 换热站 with its controller and the secondary
 * network.
 *
 *   primary supply --[valve]--[ heat ]-- primary return
 *                             [ exch.]
 *   supply store <------------[ anger]<--(pumps)<-- return store <-- make-up pump <--
 * tank
 *        `-> homes (weight x 25) -> return store
 *
 * Heat exchanger: effectiveness-NTU of counter flow, film coefficients ~ flow^0.7 (VDI
 * Heat Atlas).  Secondary water: two stirred volumes; pressure from the volume of water
 * against the compliance of the expansion vessel.  Controller: PI on the measured
 * secondary supply temperature, set point by heating curve, by hand fixed, or the valve
 * by hand; an actuator needs 90 s from end to end.  Steps of one second; homes every
 * HOME_STEP_S. Units: SI, degC; valve, level shares as named. */
#ifndef HEATNET_PLANT_STATION_H
#define HEATNET_PLANT_STATION_H

#include "heatnet-plant/home.h"

#include <stdint.h>

enum station_mode { MODE_HAND = 0, MODE_CURVE = 1, MODE_FIXED = 2, MODE_N };

enum station_fault_bit {
    STATION_FAULT_PUMP_1 = 1 << 0,
    STATION_FAULT_PUMP_2 = 1 << 1,
    STATION_FAULT_MAKE_UP = 1 << 2,
    STATION_FAULT_VALVE = 1 << 3,       /* feedback does not follow the command */
    STATION_FAULT_TANK = 1 << 4,        /* level low */
    STATION_FAULT_PRESSURE = 1 << 5,    /* secondary return pressure low */
    STATION_FAULT_OVERHEAT = 1 << 6,    /* secondary supply above 75 degC */
    STATION_FAULT_HEAT_BALANCE = 1 << 7 /* primary and secondary heat contradict */
};

enum { STATION_PUMPS_N = 2 };

struct pump {
    bool tripped;
    double wanted, running; /* 0 or 1 */
    double hz;
    double hours_s;
};

struct station {
    struct instrument device;
    /* what it is */
    double area_m2, weight; /* homes stand for weight * HOMES_N households */
    double design_primary_kg_s, design_secondary_kg_s, exchanger_w_k;
    double valve_kg_s_pa; /* open valve: flow / sqrt(dp) */
    double exchanger_pa;  /* primary side per (kg/s)^2 */
    double store_j_k;     /* of each of the two secondary volumes */
    double secondary_m3, compliance_m3_pa, net_w_k;
    double outdoor_offset_k, usual_leak_kg_s, visits;
    /* set by people */
    double mode; /* enum station_mode */
    double fixed_degc, curve_offset_k, pump_set_hz;
    /* faults */
    double leak_kg_s;
    bool valve_stuck;
    /* state */
    double outdoor_slow_degc, error_k, valve_late_s, balance_late_s, balance_ratio;
    double supply_store_degc, return_store_degc, homes_w, homes_open;
    struct pump pumps[STATION_PUMPS_N], make_up;
    bool tank_filling;
    /* measured (true values) */
    double primary_supply_degc, primary_return_degc, primary_supply_pa, primary_return_pa;
    double primary_kg_s, heat_w, heat_j;
    double secondary_supply_degc, secondary_return_degc;
    double secondary_supply_pa, secondary_return_pa, secondary_kg_s;
    double outdoor_degc, set_point_degc, valve_command_percent, valve_percent;
    double make_up_kg_s, make_up_kg, tank_m, door_open, electric_w, electric_j,
        fault_bits;
    /* books, J since birth */
    double make_up_loss_j, net_loss_j;

    struct home homes[HOMES_N];
};

struct node;

/* In balance for `weather`, chance (leaks, offsets, habits) from `key`. */
void station_open(struct station *station, const struct network *network,
                  unsigned station_i, uint64_t key, const struct weather *weather);

/* Primary flow that the open valve lets through at the pressure difference, kg/s. */
double station_primary_kg_s(const struct station *station, double difference_pa);

/* One second.  primary_* (flow, supply temperature, pressures) are set by the caller
 * before; primary_return_degc and all the rest are the result. */
void station_step(struct station *station, const struct weather *weather, int64_t utc_s);

/* HOME_STEP_S seconds of its homes. */
void station_homes_step(struct station *station, const struct weather *weather);

/* Heat in secondary water, air and mass of all it supplies, against 0 degC. */
double station_stored_j(const struct station *station);

#endif
