/* instrument.c - sensors between the true value and the register. */
#include "heatnet-plant/instrument.h"

#include <string.h>

static double true_value(const struct instrument *device, size_t offset)
{
    double value;
    memcpy(&value, (const char *)device + offset, sizeof value);
    return value;
}

double instrument_sensed(const struct instrument *device, size_t offset, bool *frozen)
{
    double value = true_value(device, offset);

    *frozen = false;
    for (unsigned i = 0; i < device->sensor_faults_n; i++) {
        const struct sensor_fault *fault = &device->sensor_faults[i];
        if (fault->offset != offset) continue;
        *frozen = fault->frozen;
        if (fault->frozen) return fault->value;
        return value + fault->drift_per_s * (device->running_s - fault->since_s);
    }
    return value;
}

bool instrument_fault(struct instrument *device, struct sensor_fault fault)
{
    unsigned at = 0;
    while (at < device->sensor_faults_n &&
           device->sensor_faults[at].offset != fault.offset)
        at++;
    if (at == SENSOR_FAULTS_N_MAX) return false;
    fault.value = true_value(device, fault.offset);
    fault.since_s = device->running_s;
    device->sensor_faults[at] = fault;
    if (at == device->sensor_faults_n) device->sensor_faults_n++;
    return true;
}

void instrument_mend(struct instrument *device)
{
    device->sensor_faults_n = 0;
    device->silent = false;
}
