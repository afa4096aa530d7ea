/* decode.c - the table of codecs. */
#include "wire/decode.h"

#include "base/ensure.h"
#include "base/text.h"
#include "wire/mbus.h"
#include "wire/modbus_telegram.h"
#include "wire/report_decode.h"

static const struct decoder table[] = {
    {"mbus", "M-Bus, EN 13757-2 and -3", "", false, mbus_decode},
    {"modbus-rtu", "Modbus RTU: unit, request or answer, CRC", "", false,
     modbus_rtu_telegram},
    {"modbus-tcp", "Modbus TCP: head, unit, request or answer", "", false,
     modbus_tcp_telegram},
    {"sparkplug", "Sparkplug B payload", "", false, report_decode_sparkplug},
    {"chirpstack", "ChirpStack 4 event",
     "up join ack txack status log location integration", true, report_decode_chirpstack},
    {"neuron", "EMQX Neuron message", "", true, report_decode_neuron},
    {"json", "any JSON message, names are JSON pointers", "", true, report_decode_json},
};

const struct decoder *decoder_find(const char *protocol)
{
    for (size_t i = 0; i < COUNT(table); i++)
        if (text_equal(table[i].protocol, protocol)) return &table[i];
    return NULL;
}

const struct decoder *decoders(size_t *n)
{
    *n = COUNT(table);
    return table;
}
