/* neuron.h - EMQX Neuron's northbound JSON: values-format, tags-format, ECP-format,
 * answers to reads, and write requests.
 *
 * Pure.  Source: docs/api/cn/mqtt.md of github.com/emqx/neuron.  Values are named by
 * their tag; a tag with an error is absent and its text says the code.  Head values:
 * "node", "group", "uuid", "error". */
#ifndef HEATNET_WIRE_NEURON_H
#define HEATNET_WIRE_NEURON_H

#include "wire/report.h"

/* report->device is "NODE/GROUP".  ERR_FRAME: not JSON, or none of these; ERR_FULL;
 * ERR_MEMORY. */
MUST_USE err neuron_decode(struct bytes in, struct arena *arena, struct report *report);

#endif
