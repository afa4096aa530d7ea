/* chirpstack.h - ChirpStack v4's JSON events of LoRaWAN devices, and its downlink.
 *
 * Pure.  Source: api/proto/integration/integration.proto of ChirpStack 4 and protobuf's
 * JSON mapping: today's releases write every field, those of 4.0 leave out zeros and
 * false.  Topic: application/ID/device/DEVEUI/event/{up|join|ack|txack|status|log|
 * location}.
 *
 * Head values of the report: "dev_eui", "device_name", "dev_addr", "f_cnt", "f_port",
 * "confirmed", "adr", "dr", "data_hex", "rssi" and "snr" (of the strongest gateway),
 * "gateways"; of a status "battery", "margin", "external_power"; of the rest what they
 * have.  Values: the leaves of `object`, as a codec on the server made them. */
#ifndef HEATNET_WIRE_CHIRPSTACK_H
#define HEATNET_WIRE_CHIRPSTACK_H

#include "wire/report.h"

enum { CHIRPSTACK_DATA_BYTES_MAX = 512, CHIRPSTACK_EUI_BYTES = 17 };

/* `event` is the topic's last word, "" = find it in the fields.  ERR_FRAME: not JSON,
 * not an event, base64 or time that is none; ERR_FULL; ERR_MEMORY. */
MUST_USE err chirpstack_decode(struct bytes in, const char *event, struct arena *arena,
                               struct report *report);

struct chirpstack_topic {
    char application[64];
    char dev_eui[CHIRPSTACK_EUI_BYTES]; /* lower case */
    char event[16];
};

/* False when it is not the topic of an event. */
bool chirpstack_topic_parse(const char *topic, struct chirpstack_topic *out);

struct chirpstack_downlink {
    const char *application, *dev_eui;
    bool is_confirmed;
    uint8_t port; /* 1..223 */
    struct bytes data;
};

/* Append the topic, and the payload, that queue a downlink.  ERR_RANGE: a port or an EUI
 * that is none, more data than LoRaWAN carries (242 bytes). */
MUST_USE err chirpstack_put_downlink(const struct chirpstack_downlink *downlink,
                                     struct buffer *topic, struct buffer *payload);

#endif
