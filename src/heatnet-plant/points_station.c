/* points_station.c - the register map of a station's controller.
 *
 * Holding 0..13 primary side (float ABCD, counter), 20..24 secondary side (scaled words),
 * 30..47 control (float CDAB and scaled words), 48..57 make-up, power, faults, 60..67
 * diagnosis; discrete inputs and coils for what is on or off. */
#include "heatnet-plant/physics.h"
#include "heatnet-plant/points.h"
#include "heatnet-plant/station.h"
#include "heatnet-plant/station_control.h"

#include "base/ensure.h"

#include <math.h>

#define NONE NAN
#define NO_ALARM {NAN, NAN, NAN, NAN}

/* alarm: low-low, low, high, high-high */
static const struct point_limits primary_supply_limits = {
    .range = {0, 150}, .rate_high = 1, .frozen_s = 600, .alarm = {45, 52, 112, 118},
    .dead_band = 2, .delay_s = 60};
static const struct point_limits primary_return_limits = {
    .range = {0, 130}, .rate_high = 1, .frozen_s = 600, .alarm = {15, 20, 60, 70},
    .dead_band = 2, .delay_s = 300};
static const struct point_limits primary_supply_pa_limits = {
    .range = {0, 1.6}, .rate_high = 0.05, .frozen_s = 600,
    .alarm = {0.30, 0.38, 0.85, 1.0}, .dead_band = 0.02, .delay_s = 30};
static const struct point_limits primary_return_pa_limits = {
    .range = {0, 1.6}, .rate_high = 0.05, .frozen_s = 600,
    .alarm = {0.08, 0.15, 0.60, 0.75}, .dead_band = 0.02, .delay_s = 30};
static const struct point_limits primary_flow_limits = {
    .range = {0, 200}, .frozen_s = 600, .alarm = {NONE, NONE, 32, 42}, .dead_band = 2,
    .delay_s = 300};
static const struct point_limits heat_power_limits = {
    .range = {0, 20000}, .frozen_s = 600, .alarm = NO_ALARM};
static const struct point_limits secondary_supply_limits = {
    .range = {0, 100}, .rate_high = 2, .frozen_s = 600, .alarm = {22, 27, 58, 66},
    .dead_band = 1, .delay_s = 60};
static const struct point_limits secondary_return_limits = {
    .range = {0, 100}, .rate_high = 1, .frozen_s = 600, .alarm = {18, 23, 50, 58},
    .dead_band = 1, .delay_s = 300};
static const struct point_limits secondary_supply_pa_limits = {
    .range = {0, 1.6}, .rate_high = 0.05, .frozen_s = 600,
    .alarm = {0.18, 0.24, 0.52, 0.60}, .dead_band = 0.01, .delay_s = 30};
static const struct point_limits secondary_return_pa_limits = {
    .range = {0, 1.6}, .rate_high = 0.05, .frozen_s = 600,
    .alarm = {0.15, 0.20, 0.40, 0.44}, .dead_band = 0.01, .delay_s = 30};
static const struct point_limits secondary_flow_limits = {
    .range = {0, 600}, .frozen_s = 600, .alarm = {15, 30, NONE, NONE}, .dead_band = 2,
    .delay_s = 60};
static const struct point_limits outdoor_limits = {
    .range = {-45, 50}, .rate_high = 1, .frozen_s = 600, .alarm = NO_ALARM};
static const struct point_limits set_point_limits = {
    .range = {0, 100}, .alarm = NO_ALARM};
static const struct point_limits offset_limits = {
    .range = {-15, 15}, .alarm = NO_ALARM};
static const struct point_limits percent_limits = {
    .range = {0, 100}, .alarm = NO_ALARM};
static const struct point_limits frequency_limits = {
    .range = {0, 60}, .alarm = NO_ALARM};
static const struct point_limits tank_limits = {
    .range = {0, 3}, .frozen_s = 3600, .alarm = {0.4, 0.8, 1.85, 1.95},
    .dead_band = 0.05, .delay_s = 60};
static const struct point_limits make_up_flow_limits = {
    .range = {0, 20}, .alarm = {NONE, NONE, 2.2, 4.0}, .dead_band = 0.2,
    .delay_s = 60};
static const struct point_limits electric_power_limits = {
    .range = {0, 200}, .frozen_s = 600, .alarm = {NONE, NONE, 22, 28}, .dead_band = 1,
    .delay_s = 300};
static const struct point_limits counter_limits = {
    .range = {0, 1e9}, .alarm = NO_ALARM};

static const char pump_words[] = "停止|stopped;运行|running";
static const char fault_words[] = "0:1:循环泵1故障|Circulation pump 1 fault;"
                                  "1:1:循环泵2故障|Circulation pump 2 fault;"
                                  "2:2:补水泵故障|Make-up pump fault;"
                                  "3:2:调节阀故障|Control valve fault;"
                                  "4:2:水箱液位低|Tank level low;"
                                  "5:1:二次回水压力低|Secondary return pressure low;"
                                  "6:1:二次供水超温|Secondary supply overheated;"
                                  "7:3:热量平衡异常|Heat balance implausible";

#define TEMPERATURE .quantity = QUANTITY_TEMPERATURE, .unit = "°C", .per_si = 1
#define PRESSURE .quantity = QUANTITY_PRESSURE, .unit = "MPa", .per_si = MPA_PER_PA
#define FLOW .quantity = QUANTITY_FLOW, .unit = "m³/h", .per_si = M3_H_PER_KG_S
#define PERCENT .quantity = QUANTITY_POSITION, .unit = "%", .per_si = 1
#define FREQUENCY .quantity = QUANTITY_FREQUENCY, .unit = "Hz", .per_si = 1
#define STATE .quantity = QUANTITY_STATE, .unit = "", .per_si = 1, .factor = 1
#define HOURS .quantity = QUANTITY_DURATION, .unit = "h", .per_si = 1 / 3600.0
#define FLOAT .table = TABLE_HOLDING, .type = TYPE_F32
#define WORD .table = TABLE_HOLDING, .type = TYPE_U16
#define COUNTER .table = TABLE_HOLDING, .type = TYPE_U32

static const struct point_row rows[] = {
    {"primary_supply_temperature", "一次供水温度", "Primary supply temperature",
     TEMPERATURE, FLOAT, .number = 0, .factor = 0.01, .decimals = 2,
     .offset = offsetof(struct station, primary_supply_degc), .noise = 0.03,
     .limits = &primary_supply_limits, .priority_outer = 1, .priority_inner = 2,
     .rules = "above primary_return_temperature 1"},
    {"primary_return_temperature", "一次回水温度", "Primary return temperature",
     TEMPERATURE, FLOAT, .number = 2, .factor = 0.01, .decimals = 2,
     .offset = offsetof(struct station, primary_return_degc), .noise = 0.03,
     .limits = &primary_return_limits, .priority_outer = 2, .priority_inner = 3},
    {"primary_supply_pressure", "一次供水压力", "Primary supply pressure", PRESSURE,
     FLOAT, .number = 4, .factor = 0.0001, .decimals = 3,
     .offset = offsetof(struct station, primary_supply_pa), .noise = 0.0006,
     .limits = &primary_supply_pa_limits, .priority_outer = 1, .priority_inner = 2,
     .rules = "above primary_return_pressure 0.01"},
    {"primary_return_pressure", "一次回水压力", "Primary return pressure", PRESSURE,
     FLOAT, .number = 6, .factor = 0.0001, .decimals = 3,
     .offset = offsetof(struct station, primary_return_pa), .noise = 0.0006,
     .limits = &primary_return_pa_limits, .priority_outer = 1, .priority_inner = 2},
    {"primary_flow", "一次流量", "Primary flow", FLOW, FLOAT, .number = 8, .factor = 0.01,
     .decimals = 2, .offset = offsetof(struct station, primary_kg_s), .noise = 0.03,
     .limits = &primary_flow_limits, .priority_outer = 2, .priority_inner = 3},
    {"heat_power", "瞬时热量", "Heat power", .quantity = QUANTITY_POWER, .unit = "kW",
     FLOAT, .number = 10, .factor = 0.1, .decimals = 1,
     .offset = offsetof(struct station, heat_w), .per_si = KW_PER_W, .noise = 1.0,
     .limits = &heat_power_limits,
     .rules =
         "heat primary_flow primary_supply_temperature primary_return_temperature 10 20"},
    {"heat_energy", "累积热量", "Heat energy", .quantity = QUANTITY_HEAT, .unit = "GJ",
     COUNTER, .number = 12, .factor = 0.01, .decimals = 2,
     .offset = offsetof(struct station, heat_j), .per_si = GJ_PER_J,
     .limits = &counter_limits, .rules = "rises"},
    {"secondary_supply_temperature", "二次供水温度", "Secondary supply temperature",
     TEMPERATURE, .table = TABLE_HOLDING, .type = TYPE_I16, .number = 20, .factor = 0.01,
     .decimals = 2, .offset = offsetof(struct station, secondary_supply_degc),
     .noise = 0.03, .limits = &secondary_supply_limits, .priority_outer = 1,
     .priority_inner = 2, .rules = "above secondary_return_temperature 1"},
    {"secondary_return_temperature", "二次回水温度", "Secondary return temperature",
     TEMPERATURE, .table = TABLE_HOLDING, .type = TYPE_I16, .number = 21, .factor = 0.01,
     .decimals = 2, .offset = offsetof(struct station, secondary_return_degc),
     .noise = 0.03, .limits = &secondary_return_limits, .priority_outer = 2,
     .priority_inner = 3},
    {"secondary_supply_pressure", "二次供水压力", "Secondary supply pressure", PRESSURE,
     WORD, .number = 22, .factor = 0.0001, .decimals = 3,
     .offset = offsetof(struct station, secondary_supply_pa), .noise = 0.0006,
     .limits = &secondary_supply_pa_limits, .priority_outer = 1, .priority_inner = 2},
    {"secondary_return_pressure", "二次回水压力", "Secondary return pressure", PRESSURE,
     WORD, .number = 23, .factor = 0.0001, .decimals = 3,
     .offset = offsetof(struct station, secondary_return_pa), .noise = 0.0006,
     .limits = &secondary_return_pa_limits, .priority_outer = 1, .priority_inner = 2},
    {"secondary_flow", "二次流量", "Secondary flow", FLOW, WORD, .number = 24,
     .factor = 0.01, .decimals = 2, .offset = offsetof(struct station, secondary_kg_s),
     .noise = 0.15, .limits = &secondary_flow_limits, .priority_outer = 1,
     .priority_inner = 2},
    {"outdoor_temperature", "室外温度", "Outdoor temperature", TEMPERATURE, FLOAT,
     .order = ORDER_CDAB, .number = 30, .factor = 0.01, .decimals = 2,
     .offset = offsetof(struct station, outdoor_degc), .noise = 0.04,
     .limits = &outdoor_limits},
    {"secondary_supply_set_point", "二次供温设定", "Secondary supply set point",
     TEMPERATURE, FLOAT, .order = ORDER_CDAB, .number = 32, .factor = 0.01, .decimals = 2,
     .offset = offsetof(struct station, set_point_degc), .limits = &set_point_limits,
     .write = station_set_fixed, .write_low = 20, .write_high = 70},
    {"heating_curve_offset", "气候曲线偏移", "Heating curve offset", TEMPERATURE, FLOAT,
     .order = ORDER_CDAB, .number = 34, .factor = 0.1, .decimals = 1,
     .offset = offsetof(struct station, curve_offset_k), .limits = &offset_limits,
     .write = station_set_curve_offset, .write_low = -10, .write_high = 10},
    {"control_mode", "控制方式", "Control mode", STATE, WORD, .number = 36,
     .offset = offsetof(struct station, mode),
     .bits = "手动|by hand;气候补偿|heating curve;定值|fixed set point",
     .write = station_set_mode, .write_low = 0, .write_high = MODE_N - 1},
    {"valve_command", "调节阀给定", "Valve command", PERCENT, WORD, .number = 40,
     .factor = 0.1, .decimals = 1,
     .offset = offsetof(struct station, valve_command_percent), .limits = &percent_limits,
     .write = station_set_valve, .write_low = 0, .write_high = 100},
    {"valve_position", "调节阀反馈", "Valve position", PERCENT, WORD, .number = 41,
     .factor = 0.1, .decimals = 1, .offset = offsetof(struct station, valve_percent),
     .limits = &percent_limits},
    {"circulation_pump_1_frequency", "循环泵1频率", "Circulation pump 1 frequency",
     FREQUENCY, WORD, .number = 42, .factor = 0.1, .decimals = 1,
     .offset = offsetof(struct station, pumps[0].hz), .limits = &frequency_limits},
    {"circulation_pump_2_frequency", "循环泵2频率", "Circulation pump 2 frequency",
     FREQUENCY, WORD, .number = 43, .factor = 0.1, .decimals = 1,
     .offset = offsetof(struct station, pumps[1].hz), .limits = &frequency_limits},
    {"circulation_frequency_set", "循环泵频率给定", "Circulation frequency set",
     FREQUENCY, WORD, .number = 44, .factor = 0.1, .decimals = 1,
     .offset = offsetof(struct station, pump_set_hz), .limits = &frequency_limits,
     .write = station_set_pump_hz, .write_low = 20, .write_high = 50},
    {"make_up_pump_frequency", "补水泵频率", "Make-up pump frequency", FREQUENCY, WORD,
     .number = 45, .factor = 0.1, .decimals = 1,
     .offset = offsetof(struct station, make_up.hz), .limits = &frequency_limits},
    {"tank_level", "水箱液位", "Tank level", .quantity = QUANTITY_LEVEL, .unit = "m",
     WORD, .number = 47, .factor = 0.001, .decimals = 2,
     .offset = offsetof(struct station, tank_m), .per_si = 1, .noise = 0.003,
     .limits = &tank_limits, .priority_outer = 2, .priority_inner = 3},
    {"make_up_flow", "补水流量", "Make-up flow", FLOW, WORD, .number = 48, .factor = 0.01,
     .decimals = 2, .offset = offsetof(struct station, make_up_kg_s),
     .limits = &make_up_flow_limits, .priority_outer = 1, .priority_inner = 2,
     .rules = "needs make_up_pump_running 0.1"},
    {"make_up_volume", "累积补水量", "Make-up volume", .quantity = QUANTITY_VOLUME,
     .unit = "m³", COUNTER, .order = ORDER_CDAB, .number = 50, .factor = 0.01,
     .decimals = 2, .offset = offsetof(struct station, make_up_kg),
     .per_si = 1 / WATER_KG_M3, .limits = &counter_limits, .rules = "rises"},
    {"electric_power", "电功率", "Electric power", .quantity = QUANTITY_ELECTRIC_POWER,
     .unit = "kW", FLOAT, .order = ORDER_CDAB, .number = 52, .factor = 0.01,
     .decimals = 2, .offset = offsetof(struct station, electric_w), .per_si = KW_PER_W,
     .noise = 0.03, .limits = &electric_power_limits},
    {"electricity", "累积电量", "Electricity", .quantity = QUANTITY_ELECTRICITY,
     .unit = "kWh", COUNTER, .order = ORDER_CDAB, .number = 54, .factor = 0.1,
     .decimals = 1, .offset = offsetof(struct station, electric_j), .per_si = KWH_PER_J,
     .limits = &counter_limits, .rules = "rises"},
    {"fault_bits", "故障字", "Fault bits", .quantity = QUANTITY_BITS, .unit = "", WORD,
     .number = 56, .factor = 1, .offset = offsetof(struct station, fault_bits),
     .per_si = 1, .bits = fault_words},
    {"poll_counter", "读取计数", "Poll counter", .quantity = QUANTITY_NUMBER, .unit = "",
     COUNTER, .number = 60, .factor = 1,
     .offset = offsetof(struct station, device.polls_n), .per_si = 1},
    {"plant_time", "控制器时钟", "Controller clock", .quantity = QUANTITY_NUMBER,
     .unit = "", COUNTER, .number = 62, .factor = 1,
     .offset = offsetof(struct station, device.utc_s), .per_si = 1},
    {"circulation_pump_1_hours", "循环泵1运行时间", "Circulation pump 1 hours", HOURS,
     COUNTER, .number = 64, .factor = 0.1, .decimals = 1,
     .offset = offsetof(struct station, pumps[0].hours_s)},
    {"circulation_pump_2_hours", "循环泵2运行时间", "Circulation pump 2 hours", HOURS,
     COUNTER, .number = 66, .factor = 0.1, .decimals = 1,
     .offset = offsetof(struct station, pumps[1].hours_s)},
    {"circulation_pump_1_running", "循环泵1运行", "Circulation pump 1", STATE,
     .table = TABLE_DISCRETE, .number = 0,
     .offset = offsetof(struct station, pumps[0].running), .bits = pump_words},
    {"circulation_pump_2_running", "循环泵2运行", "Circulation pump 2", STATE,
     .table = TABLE_DISCRETE, .number = 1,
     .offset = offsetof(struct station, pumps[1].running), .bits = pump_words},
    {"make_up_pump_running", "补水泵运行", "Make-up pump", STATE, .table = TABLE_DISCRETE,
     .number = 2, .offset = offsetof(struct station, make_up.running),
     .bits = pump_words},
    {"door_contact", "门磁", "Door contact", STATE, .table = TABLE_DISCRETE, .number = 3,
     .offset = offsetof(struct station, door_open), .bits = "关闭|closed;打开|open"},
    {"circulation_pump_1_command", "循环泵1启停", "Circulation pump 1 command", STATE,
     .table = TABLE_COIL, .number = 0,
     .offset = offsetof(struct station, pumps[0].wanted), .bits = "停|stop;启|start",
     .write = station_set_pump_1, .write_low = 0, .write_high = 1},
    {"circulation_pump_2_command", "循环泵2启停", "Circulation pump 2 command", STATE,
     .table = TABLE_COIL, .number = 1,
     .offset = offsetof(struct station, pumps[1].wanted), .bits = "停|stop;启|start",
     .write = station_set_pump_2, .write_low = 0, .write_high = 1},
};

const struct point_map station_points = {
    "station-plc", "换热站控制器", "Station controller", "station", rows, COUNT(rows),
};
