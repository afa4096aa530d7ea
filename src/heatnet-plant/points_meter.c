/* points_meter.c - the register map of a household's heat meter with its valve: input
 * registers in the units such meters count in (l/h, kWh). */
#include "heatnet-plant/home.h"
#include "heatnet-plant/physics.h"
#include "heatnet-plant/points.h"

#include "base/ensure.h"

#include <math.h>

#define NO_ALARM {NAN, NAN, NAN, NAN}

/* alarm: low-low, low, high, high-high */
static const struct point_limits supply_limits = {
    .range = {0, 100}, .frozen_s = 14400, .alarm = {NAN, NAN, 70, 80},
    .dead_band = 1};
static const struct point_limits return_limits = {
    .range = {0, 100}, .frozen_s = 14400, .alarm = NO_ALARM};
static const struct point_limits flow_limits = {
    .range = {0, 5000}, .alarm = NO_ALARM};
static const struct point_limits power_limits = {
    .range = {0, 100}, .alarm = NO_ALARM};
static const struct point_limits energy_limits = {
    .range = {0, 1e7}, .alarm = NO_ALARM};
static const struct point_limits indoor_limits = {
    .range = {-10, 50}, .frozen_s = 14400, .alarm = {14, 17, 30, 33},
    .dead_band = 0.3};
static const struct point_limits valve_limits = {
    .range = {0, 100}, .alarm = NO_ALARM};

static const struct point_row rows[] = {
    {"supply_temperature", "供水温度", "Supply temperature", QUANTITY_TEMPERATURE, "°C",
     TABLE_INPUT, .number = 0, .type = TYPE_I16, .factor = 0.01, .decimals = 2,
     .offset = offsetof(struct home, supply_degc), .per_si = 1, .noise = 0.03,
     .limits = &supply_limits,
     .rules = "above return_temperature 1"},
    {"return_temperature", "回水温度", "Return temperature", QUANTITY_TEMPERATURE, "°C",
     TABLE_INPUT, .number = 1, .type = TYPE_I16, .factor = 0.01, .decimals = 2,
     .offset = offsetof(struct home, return_degc), .per_si = 1, .noise = 0.03,
     .limits = &return_limits},
    {"flow", "流量", "Flow", QUANTITY_FLOW, "l/h", TABLE_INPUT, .number = 2,
     .type = TYPE_U16, .factor = 1, .decimals = 3,
     .offset = offsetof(struct home, flow_kg_s), .per_si = M3_H_PER_KG_S * 1000,
     .noise = 1.5, .limits = &flow_limits},
    {"heat_power", "热功率", "Heat power", QUANTITY_POWER, "kW", TABLE_INPUT, .number = 3,
     .type = TYPE_U16, .factor = 0.01, .decimals = 2,
     .offset = offsetof(struct home, heat_w), .per_si = KW_PER_W, .noise = 0.02,
     .limits = &power_limits,
     .rules = "heat flow supply_temperature return_temperature 10 0.3"},
    {"heat_energy", "累积热量", "Heat energy", QUANTITY_HEAT, "kWh", TABLE_INPUT,
     .number = 4, .type = TYPE_U32, .factor = 0.1, .decimals = 3,
     .offset = offsetof(struct home, heat_j), .per_si = KWH_PER_J,
     .limits = &energy_limits,
     .rules = "rises"},
    {"indoor_temperature", "室内温度", "Indoor temperature", QUANTITY_TEMPERATURE, "°C",
     TABLE_INPUT, .number = 6, .type = TYPE_I16, .factor = 0.01, .decimals = 2,
     .offset = offsetof(struct home, indoor_degc), .per_si = 1, .noise = 0.04,
     .limits = &indoor_limits, .priority_outer = 2, .priority_inner = 3},
    {"valve_position", "阀门开度", "Valve position", QUANTITY_POSITION, "%", TABLE_INPUT,
     .number = 7, .type = TYPE_U16, .factor = 0.1, .decimals = 1,
     .offset = offsetof(struct home, valve_percent), .per_si = 1,
     .limits = &valve_limits},
    {"poll_counter", "读取计数", "Poll counter", QUANTITY_NUMBER, "", TABLE_INPUT,
     .number = 10, .type = TYPE_U32, .factor = 1,
     .offset = offsetof(struct home, device.polls_n), .per_si = 1},
};

const struct point_map meter_points = {
    "home-meter", "户用热量表", "Household heat meter", "meter", rows, COUNT(rows),
};
