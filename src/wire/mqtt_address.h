/* mqtt_address.h - how people write what an MQTT broker is to be asked for.
 *
 *   device  mqtt:HOST[:PORT]/MODE/WHAT[;login=NAME][;time=POINTER]     PORT 1883
 *           mqtts:...  the same over TLS                               PORT 8883
 *     json/FILTER             messages of any JSON; `time` says where they have theirs
 *     sparkplug/GROUP/EDGE[/DEVICE]
 *     chirpstack/DEVEUI
 *     neuron/FILTER           the topic that Neuron publishes a group to
 *     login=NAME              user, password, certificates stand in logins/NAME in the
 *                             terminal's folder, never in an address
 *   point   json        a JSON pointer: /supply/temperature
 *           sparkplug   the metric's name, neuron the tag
 *           chirpstack  object PATH | data OFFSET TYPE ... (payload_point.h) | meta NAME
 */
#ifndef HEATNET_WIRE_MQTT_ADDRESS_H
#define HEATNET_WIRE_MQTT_ADDRESS_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MQTT_HOST_BYTES = 64, MQTT_WHAT_BYTES = 96, MQTT_LOGIN_BYTES = 40 };

enum mqtt_mode { MQTT_JSON, MQTT_SPARKPLUG, MQTT_CHIRPSTACK, MQTT_NEURON, MQTT_MODE_N };

struct mqtt_address {
    bool is_tls;
    char host[MQTT_HOST_BYTES];
    uint16_t port;
    enum mqtt_mode mode;        /* MQTT_MODE_N: a broker alone */
    char what[MQTT_WHAT_BYTES]; /* behind the mode */
    char login[MQTT_LOGIN_BYTES];
    char time[MQTT_WHAT_BYTES];
};

/* A device's address, or the broker's alone ("mqtt:HOST:PORT;login=NAME").  ERR_RANGE:
 * `why` (may be NULL with why_n 0) has a sentence that shows the right form. */
MUST_USE err mqtt_address_parse(const char *text, struct mqtt_address *address, char *why,
                                size_t why_n);

/* Fits `catalog_address_check` of model/catalog_csv.h: `what` is "device" or "point".  A
 * point is checked as far as it can be without its device's mode. */
MUST_USE err mqtt_address_check(const char *protocol, const char *what,
                                const char *address, char *why, size_t why_n);

#endif
