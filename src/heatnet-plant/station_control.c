/* station_control.c - the program of a station's PLC. */
#include "heatnet-plant/station_control.h"

#include "base/ensure.h"
#include "heatnet-plant/physics.h"

#include <math.h>

/* For radiators of exponent 1.3 sized 50/40/20 at -12 degC, less about 3 K for gains. */
static const struct curve_point heating_curve[] = {
    {-25, 57.0},
    {-20, 53.5},
    {-15, 49.5},
    {-10, 45.5},
    {-5,  41.5},
    {0,   37.5},
    {5,   33.5},
    {10,  29.0},
};

#define OUTDOOR_SLOW_S 5400.0 /* the curve follows a mean, not a cloud */
#define GAIN_PERCENT_K 2.2
#define RESET_S 70.0
#define MAKE_UP_ON_PA 0.26e6
#define MAKE_UP_OFF_PA 0.30e6
#define MAKE_UP_LEAST_HZ 20.0
#define MAKE_UP_HZ_PA (30.0 / 0.06e6) /* faster, the deeper below the start pressure */
#define VALVE_LATE_PERCENT 5.0
#define VALVE_LATE_S 120.0
#define BALANCE_SHARE 0.22
#define BALANCE_S 300.0

static double sensed(const struct station *s, size_t offset)
{
    bool frozen;
    return instrument_sensed(&s->device, offset, &frozen);
}

double station_curve_degc(double outdoor_degc)
{
    return curve_at(heating_curve, COUNT(heating_curve), outdoor_degc);
}

static void set_point_step(struct station *s)
{
    s->outdoor_slow_degc +=
        (sensed(s, offsetof(struct station, outdoor_degc)) - s->outdoor_slow_degc) /
        OUTDOOR_SLOW_S;
    if (s->mode == MODE_FIXED)
        s->set_point_degc = s->fixed_degc;
    else
        s->set_point_degc = station_curve_degc(s->outdoor_slow_degc) + s->curve_offset_k;
}

static bool circulating(const struct station *s)
{
    return s->pumps[0].running > 0 || s->pumps[1].running > 0;
}

static void valve_step(struct station *s)
{
    double error_k =
        s->set_point_degc - sensed(s, offsetof(struct station, secondary_supply_degc));

    if (s->mode != MODE_HAND && !circulating(s)) {
        s->valve_command_percent = 0; /* no flow, no heat: the exchanger would boil */
    } else if (s->mode != MODE_HAND) {
        double more = GAIN_PERCENT_K * (error_k - s->error_k + error_k / RESET_S);
        s->valve_command_percent = clamp(s->valve_command_percent + more, 0, 100);
    }
    s->error_k = error_k;
}

static void pump_step(struct pump *pump, double set_hz)
{
    bool on = pump->wanted > 0 && !pump->tripped;
    pump->running = on;
    pump->hz = approach(pump->hz, on ? set_hz : 0, on ? 2.0 : 10.0);
    if (on) pump->hours_s += 1;
}

static void make_up_step(struct station *s)
{
    double pa = sensed(s, offsetof(struct station, secondary_return_pa));

    if (pa < MAKE_UP_ON_PA) s->make_up.wanted = 1;
    if (pa > MAKE_UP_OFF_PA || s->tank_m < 0.1) s->make_up.wanted = 0;
    double deep_hz = fmax(0, MAKE_UP_ON_PA - pa) * MAKE_UP_HZ_PA;
    pump_step(&s->make_up, fmin(50, MAKE_UP_LEAST_HZ + deep_hz));
}

/* Heat by the primary and by the secondary sensors; only worth comparing in full flow.
 * The ratio is smoothed, so that a passing change is no fault. */
static bool balance_is_wrong(struct station *s)
{
    double primary_k = sensed(s, offsetof(struct station, primary_supply_degc)) -
                       sensed(s, offsetof(struct station, primary_return_degc));
    double secondary_k = sensed(s, offsetof(struct station, secondary_supply_degc)) -
                         sensed(s, offsetof(struct station, secondary_return_degc));
    double primary = primary_k * sensed(s, offsetof(struct station, primary_kg_s));
    double secondary = secondary_k * sensed(s, offsetof(struct station, secondary_kg_s));
    double least = 2.0 * s->design_secondary_kg_s; /* 20 % of the design heat */

    if (primary < least && secondary < least) {
        s->balance_late_s = 0;
        return false;
    }
    double ratio = (primary - secondary) / fmax(primary, secondary);
    s->balance_ratio += (ratio - s->balance_ratio) / 60;
    if (fabs(s->balance_ratio) < BALANCE_SHARE)
        s->balance_late_s = 0;
    else
        s->balance_late_s += 1;
    return s->balance_late_s > BALANCE_S;
}

static void fault_bits_step(struct station *s)
{
    unsigned bits = 0;
    double late = fabs(s->valve_command_percent - s->valve_percent);

    s->valve_late_s = late > VALVE_LATE_PERCENT ? s->valve_late_s + 1 : 0;
    if (s->pumps[0].tripped) bits |= STATION_FAULT_PUMP_1;
    if (s->pumps[1].tripped) bits |= STATION_FAULT_PUMP_2;
    if (s->make_up.tripped) bits |= STATION_FAULT_MAKE_UP;
    if (s->valve_late_s > VALVE_LATE_S) bits |= STATION_FAULT_VALVE;
    if (s->tank_m < 0.5) bits |= STATION_FAULT_TANK;
    if (sensed(s, offsetof(struct station, secondary_return_pa)) < 0.18e6)
        bits |= STATION_FAULT_PRESSURE;
    if (sensed(s, offsetof(struct station, secondary_supply_degc)) > 75)
        bits |= STATION_FAULT_OVERHEAT;
    if (balance_is_wrong(s)) bits |= STATION_FAULT_HEAT_BALANCE;
    s->fault_bits = bits;
}

void station_control_step(struct station *s)
{
    set_point_step(s);
    for (unsigned i = 0; i < STATION_PUMPS_N; i++)
        pump_step(&s->pumps[i], s->pump_set_hz);
    valve_step(s);
    make_up_step(s);
    fault_bits_step(s);
}

void station_set_mode(void *station, double mode)
{
    struct station *s = station;
    s->mode = mode;
}

void station_set_fixed(void *station, double degc)
{
    struct station *s = station;
    s->fixed_degc = degc;
    s->set_point_degc = degc;
    s->mode = MODE_FIXED;
}

void station_set_curve_offset(void *station, double k)
{
    struct station *s = station;
    s->curve_offset_k = k;
}

void station_set_valve(void *station, double percent)
{
    struct station *s = station;
    s->valve_command_percent = percent;
    s->mode = MODE_HAND;
}

void station_set_pump_hz(void *station, double hz)
{
    struct station *s = station;
    s->pump_set_hz = hz;
}

void station_set_pump_1(void *station, double on)
{
    struct station *s = station;
    s->pumps[0].wanted = on;
}

void station_set_pump_2(void *station, double on)
{
    struct station *s = station;
    s->pumps[1].wanted = on;
}
