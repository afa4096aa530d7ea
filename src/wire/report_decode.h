/* report_decode.h - codecs of messages as rows of the table in decode.h. */
#ifndef HEATNET_WIRE_REPORT_DECODE_H
#define HEATNET_WIRE_REPORT_DECODE_H

#include "wire/telegram.h"

/* As struct decoder says; the dialect of ChirpStack is the event's kind, the others have
 * none. */
err report_decode_sparkplug(struct bytes in, const char *dialect, struct arena *arena,
                            struct telegram *telegram);
err report_decode_chirpstack(struct bytes in, const char *dialect, struct arena *arena,
                             struct telegram *telegram);
err report_decode_neuron(struct bytes in, const char *dialect, struct arena *arena,
                         struct telegram *telegram);
err report_decode_json(struct bytes in, const char *dialect, struct arena *arena,
                       struct telegram *telegram);
err report_decode_snmp_trap(struct bytes in, const char *dialect, struct arena *arena,
                            struct telegram *telegram);

#endif
