/* source.c - boilers, pumps and make-up of the heat source. */
#include "heatnet-plant/source.h"

#include "base/ensure.h"
#include "heatnet-plant/chance.h"
#include "heatnet-plant/physics.h"

#include <math.h>

static const struct curve_point heating_curve[] = {
    {-25, 112},
    {-15, 99 },
    {-10, 92 },
    {-5,  85 },
    {0,   78 },
    {5,   71 },
    {10,  64 },
};

#define OUTDOOR_SLOW_S 7200.0
#define SET_POINT_K_S (20.0 / 3600)
#define BURNER_FULL_S 900.0
#define BURNER_RESERVE 1.25 /* of the design heat */
#define BOILER_WATER_KG 45e3
#define BOILER_EFFICIENCY 0.93
#define GAS_J_M3 35.6e6
#define SOURCE_RETURN_PA 0.30e6
#define LEAK_M3_H 0.6
#define MAKE_UP_M3_H_MAX 40.0
#define COMPLIANCE_M3_PA 8e-6
#define HEAD_PA 0.34e6 /* at design flow and DESIGN_HZ */
#define DESIGN_HZ 44.0
#define MAKE_UP_DEGC 12.0

double source_curve_degc(double outdoor_degc)
{
    return curve_at(heating_curve, COUNT(heating_curve), outdoor_degc);
}

void source_open(struct source *source, const struct network *network, uint64_t key,
                 const struct weather *weather)
{
    const struct node *node = &network->nodes[NODE_SOURCE];
    double supply_degc = source_curve_degc(weather->outdoor_degc);

    *source = (struct source){
        .design_kg_s = node->behind_kg_s,
        .boiler_w = node->behind_w * BURNER_RESERVE,
        .boiler_j_k = BOILER_WATER_KG * WATER_J_KGK,
        .usual_leak_kg_s = LEAK_M3_H / M3_H_PER_KG_S,
        .mode = MODE_CURVE,
        .fixed_degc = 85,
        .difference_set_pa = 0.30e6,
        .outdoor_slow_degc = weather->outdoor_degc,
        .pump_hz = 38,
        .pumps = {{.wanted = 1}, {.wanted = 1}},
        .supply_degc = supply_degc,
        .return_degc = 42,
        .set_point_degc = supply_degc,
        .return_pa = SOURCE_RETURN_PA,
        .difference_pa = 0.30e6,
        .kg_s = node->behind_kg_s * 0.7,
        .burner_w = node->behind_w * 0.6,
        .heat_j = node->area_m2 * chance_between(chance_key(key, 1), 105e6, 120e6),
        .electric_j = node->area_m2 * 2.2e6,
        .make_up_kg = chance_between(chance_key(key, 2), 1500e3, 3000e3),
    };
    source->gas_m3 = source->heat_j / (GAS_J_M3 * BOILER_EFFICIENCY);
    for (unsigned i = 0; i < SOURCE_PUMPS_N; i++)
        source->pumps[i].hours_s =
            chance_between(chance_key(key, 3 + i), 300, 900) * 3600;
}

static void set_point_step(struct source *source)
{
    bool frozen;
    double outdoor = instrument_sensed(&source->device,
                                       offsetof(struct source, outdoor_degc), &frozen);
    source->outdoor_slow_degc += (outdoor - source->outdoor_slow_degc) / OUTDOOR_SLOW_S;
    double want =
        source->mode == MODE_FIXED
            ? source->fixed_degc
            : source_curve_degc(source->outdoor_slow_degc) + source->curve_offset_k;
    source->set_point_degc = approach(source->set_point_degc, want, SET_POINT_K_S);
}

static void pumps_step(struct source *source)
{
    unsigned running_n = 0;
    double miss_pa = source->difference_set_pa - source->difference_pa;

    source->pump_hz = clamp(source->pump_hz + miss_pa * 2e-6, 10, 50);
    for (unsigned i = 0; i < SOURCE_PUMPS_N; i++) {
        struct pump *pump = &source->pumps[i];
        bool on = pump->wanted > 0 && !pump->tripped;
        pump->running = on;
        pump->hz = approach(pump->hz, on ? source->pump_hz : 0, 5);
        if (on) pump->hours_s += 1;
        running_n += on;
    }
    double speed = source->pump_hz / DESIGN_HZ;
    double each = running_n > 0 ? source->kg_s / running_n : 0;
    double rated = source->design_kg_s / 2;
    double head =
        running_n == 0
            ? 0
            : HEAD_PA * (1.5 * speed * speed - 0.5 * each * each / (rated * rated));
    source->difference_pa += (fmax(0, head) - source->difference_pa) / 5;
    source->electric_w = 25e3 + source->burner_w * 0.002 +
                         source->kg_s / WATER_KG_M3 * source->difference_pa / 0.68 +
                         source->make_up_kg_s * 700;
    source->electric_j += source->electric_w;
}

static void make_up_step(struct source *source)
{
    double push = sqrt(clamp(source->return_pa / SOURCE_RETURN_PA, 0, 2));
    double leak = (source->usual_leak_kg_s + source->leak_kg_s) * push;
    double miss_pa = SOURCE_RETURN_PA - source->return_pa;
    double most = MAKE_UP_M3_H_MAX / M3_H_PER_KG_S;

    source->make_up_kg_s = clamp(source->usual_leak_kg_s + miss_pa * 5e-4, 0, most);
    source->make_up_kg += source->make_up_kg_s;
    source->return_pa += (source->make_up_kg_s - leak) / WATER_KG_M3 / COMPLIANCE_M3_PA;
    source->return_pa = fmax(0, source->return_pa);
    source->supply_pa = source->return_pa + source->difference_pa;
}

static void boiler_step(struct source *source)
{
    double stream = source->kg_s * WATER_J_KGK;
    double want = stream * (source->set_point_degc - source->return_degc) +
                  0.4e6 * (source->set_point_degc - source->supply_degc);

    want = clamp(want, 0, source->boiler_w);
    source->burner_w = approach(source->burner_w, want, source->boiler_w / BURNER_FULL_S);
    source->heat_w = stream * (source->supply_degc - source->return_degc);
    double cold_w =
        source->make_up_kg_s * WATER_J_KGK * (source->return_degc - MAKE_UP_DEGC);
    source->supply_degc +=
        (source->burner_w - source->heat_w - cold_w) / source->boiler_j_k;

    source->heat_j += source->heat_w;
    source->burner_j += source->burner_w;
    source->make_up_loss_j += cold_w;
    source->load_percent = 100 * source->burner_w / source->boiler_w;
    source->gas_m3_s = source->burner_w / (GAS_J_M3 * BOILER_EFFICIENCY);
    source->gas_m3 += source->gas_m3_s;
}

static void fault_bits_step(struct source *source)
{
    unsigned bits = 0;
    bool missed = source->difference_pa < 0.8 * source->difference_set_pa;

    source->difference_late_s = missed ? source->difference_late_s + 1 : 0;
    for (unsigned i = 0; i < SOURCE_PUMPS_N; i++)
        if (source->pumps[i].tripped) bits |= (unsigned)SOURCE_FAULT_PUMP_1 << i;
    if (source->return_pa < 0.2e6) bits |= SOURCE_FAULT_PRESSURE;
    if (source->difference_late_s > 120) bits |= SOURCE_FAULT_DIFFERENCE;
    if (source->supply_degc > 120) bits |= SOURCE_FAULT_OVERHEAT;
    source->fault_bits = bits;
}

void source_step(struct source *source, const struct weather *weather)
{
    source->outdoor_degc = weather->outdoor_degc;
    set_point_step(source);
    pumps_step(source);
    make_up_step(source);
    boiler_step(source);
    fault_bits_step(source);
}

void source_set_mode(void *source, double mode)
{
    ((struct source *)source)->mode = mode;
}

void source_set_fixed(void *source, double degc)
{
    struct source *s = source;
    s->fixed_degc = degc;
    s->mode = MODE_FIXED;
}

void source_set_curve_offset(void *source, double k)
{
    ((struct source *)source)->curve_offset_k = k;
}

void source_set_difference(void *source, double pa)
{
    ((struct source *)source)->difference_set_pa = pa;
}
