/* points_source.c - the register map of the heat source's controller.
 *
 * Holding 0..31 measured (float CDAB, counters CDAB), 40..47 words, 50..57 set points,
 * 60..63 diagnosis; discrete inputs for the pumps. */
#include "heatnet-plant/physics.h"
#include "heatnet-plant/points.h"
#include "heatnet-plant/source.h"

#include "base/ensure.h"

#include <math.h>

#define NONE NAN
#define NO_ALARM {NAN, NAN, NAN, NAN}

/* alarm: low-low, low, high, high-high */
static const struct point_limits supply_limits = {
    .range = {0, 160}, .rate_high = 1, .frozen_s = 600, .alarm = {48, 55, 115, 120},
    .dead_band = 2, .delay_s = 60};
static const struct point_limits return_limits = {
    .range = {0, 140}, .rate_high = 1, .frozen_s = 600, .alarm = {15, 20, 60, 70},
    .dead_band = 2, .delay_s = 300};
static const struct point_limits supply_pa_limits = {
    .range = {0, 1.6}, .rate_high = 0.05, .frozen_s = 600,
    .alarm = {0.30, 0.45, 0.75, 0.90}, .dead_band = 0.02, .delay_s = 30};
static const struct point_limits return_pa_limits = {
    .range = {0, 1.6}, .rate_high = 0.05, .frozen_s = 600,
    .alarm = {0.15, 0.22, 0.40, 0.50}, .dead_band = 0.01, .delay_s = 30};
static const struct point_limits flow_limits = {
    .range = {0, 1500}, .frozen_s = 600, .alarm = {40, 80, 700, 800}, .dead_band = 5,
    .delay_s = 300};
static const struct point_limits power_limits = {
    .range = {0, 200}, .frozen_s = 600, .alarm = NO_ALARM};
static const struct point_limits outdoor_limits = {
    .range = {-45, 50}, .rate_high = 1, .frozen_s = 600, .alarm = NO_ALARM};
static const struct point_limits make_up_limits = {
    .range = {0, 60}, .alarm = {NONE, NONE, 4, 10}, .dead_band = 0.3, .delay_s = 120};
static const struct point_limits electric_limits = {
    .range = {0, 2000}, .frozen_s = 600, .alarm = {NONE, NONE, 400, 500},
    .dead_band = 5, .delay_s = 300};
static const struct point_limits gas_limits = {
    .range = {0, 10000}, .alarm = NO_ALARM};
static const struct point_limits counter_limits = {
    .range = {0, 1e10}, .alarm = NO_ALARM};
static const struct point_limits percent_limits = {
    .range = {0, 100}, .alarm = NO_ALARM};
static const struct point_limits set_limits = {
    .range = {-20, 150}, .alarm = NO_ALARM};
static const struct point_limits frequency_limits = {
    .range = {0, 60}, .alarm = NO_ALARM};

static const char pump_words[] = "停止|stopped;运行|running";
static const char fault_words[] = "0:1:循环泵1故障|Circulation pump 1 fault;"
                                  "1:1:循环泵2故障|Circulation pump 2 fault;"
                                  "2:1:循环泵3故障|Circulation pump 3 fault;"
                                  "3:1:回水压力低|Return pressure low;"
                                  "4:2:供回水压差不足|Pressure difference not reached;"
                                  "5:1:供水超温|Supply overheated";

#define TEMPERATURE .quantity = QUANTITY_TEMPERATURE, .unit = "°C", .per_si = 1
#define PRESSURE .quantity = QUANTITY_PRESSURE, .unit = "MPa", .per_si = MPA_PER_PA
#define FLOW .quantity = QUANTITY_FLOW, .unit = "m³/h", .per_si = M3_H_PER_KG_S
#define FREQUENCY .quantity = QUANTITY_FREQUENCY, .unit = "Hz", .per_si = 1
#define STATE .quantity = QUANTITY_STATE, .unit = "", .per_si = 1, .factor = 1
#define FLOAT .table = TABLE_HOLDING, .type = TYPE_F32, .order = ORDER_CDAB
#define COUNTER .table = TABLE_HOLDING, .type = TYPE_U32, .order = ORDER_CDAB
#define WORD .table = TABLE_HOLDING, .type = TYPE_U16

static const struct point_row rows[] = {
    {"supply_temperature", "供水温度", "Supply temperature", TEMPERATURE, FLOAT,
     .number = 0, .factor = 0.01, .decimals = 2,
     .offset = offsetof(struct source, supply_degc), .noise = 0.03,
     .limits = &supply_limits, .priority_outer = 1, .priority_inner = 2,
     .rules = "above return_temperature 1"},
    {"return_temperature", "回水温度", "Return temperature", TEMPERATURE, FLOAT,
     .number = 2, .factor = 0.01, .decimals = 2,
     .offset = offsetof(struct source, return_degc), .noise = 0.03,
     .limits = &return_limits, .priority_outer = 2, .priority_inner = 3},
    {"supply_pressure", "供水压力", "Supply pressure", PRESSURE, FLOAT, .number = 4,
     .factor = 0.0001, .decimals = 3, .offset = offsetof(struct source, supply_pa),
     .noise = 0.0006, .limits = &supply_pa_limits, .priority_outer = 1,
     .priority_inner = 2,
     .rules = "above return_pressure 0.01"},
    {"return_pressure", "回水压力", "Return pressure", PRESSURE, FLOAT, .number = 6,
     .factor = 0.0001, .decimals = 3, .offset = offsetof(struct source, return_pa),
     .noise = 0.0006, .limits = &return_pa_limits, .priority_outer = 1,
     .priority_inner = 2},
    {"flow", "循环流量", "Circulation flow", FLOW, FLOAT, .number = 8, .factor = 0.01,
     .decimals = 1, .offset = offsetof(struct source, kg_s), .noise = 0.5,
     .limits = &flow_limits, .priority_outer = 1, .priority_inner = 2},
    {"heat_power", "瞬时热量", "Heat power", .quantity = QUANTITY_POWER, .unit = "MW",
     FLOAT, .number = 10, .factor = 0.001, .decimals = 0,
     .offset = offsetof(struct source, heat_w), .per_si = 1e-6, .noise = 0.02,
     .limits = &power_limits},
    {"heat_energy", "累积热量", "Heat energy", .quantity = QUANTITY_HEAT, .unit = "GJ",
     COUNTER, .number = 12, .factor = 0.1, .decimals = 1,
     .offset = offsetof(struct source, heat_j), .per_si = GJ_PER_J,
     .limits = &counter_limits,
     .rules = "rises"},
    {"outdoor_temperature", "室外温度", "Outdoor temperature", TEMPERATURE, FLOAT,
     .number = 14, .factor = 0.01, .decimals = 2,
     .offset = offsetof(struct source, outdoor_degc), .noise = 0.04,
     .limits = &outdoor_limits},
    {"make_up_flow", "补水流量", "Make-up flow", FLOW, FLOAT, .number = 16, .factor = 0.01,
     .decimals = 2, .offset = offsetof(struct source, make_up_kg_s), .noise = 0.01,
     .limits = &make_up_limits, .priority_outer = 1, .priority_inner = 2},
    {"make_up_volume", "累积补水量", "Make-up volume", .quantity = QUANTITY_VOLUME,
     .unit = "m³", COUNTER, .number = 18, .factor = 0.01, .decimals = 2,
     .offset = offsetof(struct source, make_up_kg), .per_si = 1 / WATER_KG_M3,
     .limits = &counter_limits,
     .rules = "rises"},
    {"gas_flow", "燃气流量", "Gas flow", .quantity = QUANTITY_FLOW, .unit = "m³/h", FLOAT,
     .number = 20, .factor = 0.1, .decimals = 1,
     .offset = offsetof(struct source, gas_m3_s), .per_si = 3600, .noise = 1,
     .limits = &gas_limits},
    {"gas_volume", "累积燃气量", "Gas volume", .quantity = QUANTITY_VOLUME, .unit = "m³",
     COUNTER, .number = 22, .factor = 0.1, .decimals = 1,
     .offset = offsetof(struct source, gas_m3), .per_si = 1, .limits = &counter_limits},
    {"electric_power", "电功率", "Electric power", .quantity = QUANTITY_ELECTRIC_POWER,
     .unit = "kW", FLOAT, .number = 24, .factor = 0.01, .decimals = 1,
     .offset = offsetof(struct source, electric_w), .per_si = KW_PER_W, .noise = 0.2,
     .limits = &electric_limits},
    {"electricity", "累积电量", "Electricity", .quantity = QUANTITY_ELECTRICITY,
     .unit = "kWh", COUNTER, .number = 26, .factor = 0.1, .decimals = 1,
     .offset = offsetof(struct source, electric_j), .per_si = KWH_PER_J,
     .limits = &counter_limits,
     .rules = "rises"},
    {"boiler_load", "锅炉负荷", "Boiler load", .quantity = QUANTITY_POSITION, .unit = "%",
     WORD, .number = 40, .factor = 0.1, .decimals = 1,
     .offset = offsetof(struct source, load_percent), .per_si = 1,
     .limits = &percent_limits},
    {"circulation_pump_1_frequency", "循环泵1频率", "Circulation pump 1 frequency",
     FREQUENCY, WORD, .number = 41, .factor = 0.1, .decimals = 1,
     .offset = offsetof(struct source, pumps[0].hz), .limits = &frequency_limits},
    {"circulation_pump_2_frequency", "循环泵2频率", "Circulation pump 2 frequency",
     FREQUENCY, WORD, .number = 42, .factor = 0.1, .decimals = 1,
     .offset = offsetof(struct source, pumps[1].hz), .limits = &frequency_limits},
    {"circulation_pump_3_frequency", "循环泵3频率", "Circulation pump 3 frequency",
     FREQUENCY, WORD, .number = 43, .factor = 0.1, .decimals = 1,
     .offset = offsetof(struct source, pumps[2].hz), .limits = &frequency_limits},
    {"fault_bits", "故障字", "Fault bits", .quantity = QUANTITY_BITS, .unit = "", WORD,
     .number = 46, .factor = 1, .offset = offsetof(struct source, fault_bits),
     .per_si = 1, .bits = fault_words},
    {"control_mode", "控制方式", "Control mode", STATE, WORD, .number = 47,
     .offset = offsetof(struct source, mode),
     .bits = "手动|by hand;气候补偿|heating curve;定值|fixed set point",
     .write = source_set_mode, .write_low = MODE_CURVE, .write_high = MODE_FIXED},
    {"supply_set_point", "供温设定", "Supply set point", TEMPERATURE, FLOAT, .number = 50,
     .factor = 0.01, .decimals = 1, .offset = offsetof(struct source, set_point_degc),
     .limits = &set_limits, .write = source_set_fixed, .write_low = 50,
     .write_high = 115},
    {"heating_curve_offset", "气候曲线偏移", "Heating curve offset", TEMPERATURE, FLOAT,
     .number = 52, .factor = 0.1, .decimals = 1,
     .offset = offsetof(struct source, curve_offset_k), .limits = &set_limits,
     .write = source_set_curve_offset, .write_low = -15, .write_high = 15},
    {"difference_set_point", "压差设定", "Pressure difference set point", PRESSURE, FLOAT,
     .number = 54, .factor = 0.001, .decimals = 3,
     .offset = offsetof(struct source, difference_set_pa), .limits = &set_limits,
     .write = source_set_difference, .write_low = 0.1, .write_high = 0.4},
    {"poll_counter", "读取计数", "Poll counter", .quantity = QUANTITY_NUMBER, .unit = "",
     .table = TABLE_HOLDING, .type = TYPE_U32, .number = 60, .factor = 1,
     .offset = offsetof(struct source, device.polls_n), .per_si = 1},
    {"plant_time", "控制器时钟", "Controller clock", .quantity = QUANTITY_NUMBER, .unit = "",
     .table = TABLE_HOLDING, .type = TYPE_U32, .number = 62, .factor = 1,
     .offset = offsetof(struct source, device.utc_s), .per_si = 1},
    {"circulation_pump_1_running", "循环泵1运行", "Circulation pump 1", STATE,
     .table = TABLE_DISCRETE, .number = 0,
     .offset = offsetof(struct source, pumps[0].running), .bits = pump_words},
    {"circulation_pump_2_running", "循环泵2运行", "Circulation pump 2", STATE,
     .table = TABLE_DISCRETE, .number = 1,
     .offset = offsetof(struct source, pumps[1].running), .bits = pump_words},
    {"circulation_pump_3_running", "循环泵3运行", "Circulation pump 3", STATE,
     .table = TABLE_DISCRETE, .number = 2,
     .offset = offsetof(struct source, pumps[2].running), .bits = pump_words},
};

const struct point_map source_points = {
    "source-plc", "热源控制器", "Heat source controller", "source", rows, COUNT(rows),
};
