/* source.h - the heat source 热源厂: gas boilers, primary circulation pumps, make-up.
 *
 * Boiler water is one stirred volume.  Its set point follows the outdoor temperature and
 * moves by at most 20 K/h; the burners change by at most their full power in 15 minutes.
 * Two of three pumps run in parallel and hold the pressure difference at the plant's
 * gate; make-up water holds the return pressure.  Steps of one second.  SI units, degC.
 */
#ifndef HEATNET_PLANT_SOURCE_H
#define HEATNET_PLANT_SOURCE_H

#include "heatnet-plant/station.h"

enum source_fault_bit {
    SOURCE_FAULT_PUMP_1 = 1 << 0,
    SOURCE_FAULT_PUMP_2 = 1 << 1,
    SOURCE_FAULT_PUMP_3 = 1 << 2,
    SOURCE_FAULT_PRESSURE = 1 << 3,   /* return pressure low */
    SOURCE_FAULT_DIFFERENCE = 1 << 4, /* pressure difference not reached */
    SOURCE_FAULT_OVERHEAT = 1 << 5    /* supply above 120 degC */
};

enum { SOURCE_PUMPS_N = 3 };

struct source {
    struct instrument device;
    /* what it is */
    double design_kg_s, boiler_w, boiler_j_k, usual_leak_kg_s;
    /* set by people */
    double mode; /* MODE_CURVE or MODE_FIXED */
    double fixed_degc, curve_offset_k, difference_set_pa;
    double leak_kg_s; /* fault */
    /* state */
    double outdoor_slow_degc, difference_late_s, pump_hz;
    struct pump pumps[SOURCE_PUMPS_N];
    /* measured */
    double supply_degc, return_degc, supply_pa, return_pa, kg_s, heat_w, heat_j;
    double outdoor_degc, set_point_degc, load_percent, burner_w, gas_m3_s, gas_m3;
    double make_up_kg_s, make_up_kg, electric_w, electric_j, fault_bits;
    double difference_pa;
    double burner_j, make_up_loss_j; /* books since birth */
};

double source_curve_degc(double outdoor_degc);
void source_open(struct source *source, const struct network *network, uint64_t key,
                 const struct weather *weather);
/* One second; `kg_s` and `return_degc` are set by the caller before. */
void source_step(struct source *source, const struct weather *weather);

/* What an operator or the centre may change; the value was checked against its range. */
void source_set_mode(void *source, double mode);
void source_set_fixed(void *source, double degc); /* also goes to MODE_FIXED */
void source_set_curve_offset(void *source, double k);
void source_set_difference(void *source, double pa);

#endif
