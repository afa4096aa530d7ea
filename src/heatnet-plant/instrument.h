/* instrument.h - what every metering device of the plant has: its diagnostics and what
 * may be wrong with its sensors.
 *
 * A measured quantity is a double in the device's struct; its offset there is its
 * identity for sensor faults and for the register map (points.h). */
#ifndef HEATNET_PLANT_INSTRUMENT_H
#define HEATNET_PLANT_INSTRUMENT_H

#include <stdbool.h>
#include <stddef.h>

enum { SENSOR_FAULTS_N_MAX = 4 };

struct sensor_fault {
    size_t offset; /* of the measured quantity */
    bool frozen;   /* shows `value` for ever; otherwise drifts */
    double value;
    double drift_per_s; /* SI unit per second, from `since_s` on */
    double since_s;     /* plant running seconds */
};

/* The first member of struct home, station and source. */
struct instrument {
    double polls_n;   /* read requests answered since start */
    double utc_s;     /* the plant's clock */
    double running_s; /* the plant's running seconds, for the faults */
    bool silent;      /* communication loss */
    unsigned sensor_faults_n;
    struct sensor_fault sensor_faults[SENSOR_FAULTS_N_MAX];
};

/* What the sensor of the quantity at `offset` makes of it; *frozen tells whether it also
 * has lost its noise. */
double instrument_sensed(const struct instrument *device, size_t offset, bool *frozen);
/* False when there are SENSOR_FAULTS_N_MAX; one at the same offset is replaced. */
bool instrument_fault(struct instrument *device, struct sensor_fault fault);
void instrument_mend(struct instrument *device);

#endif
