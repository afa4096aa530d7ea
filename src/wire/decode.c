/* decode.c - the table of codecs. */
#include "wire/decode.h"

#include "base/ensure.h"
#include "base/text.h"
#include "wire/cjt188.h"
#include "wire/dlt645.h"
#include "wire/mbus.h"
#include "wire/modbus_telegram.h"
#include "wire/report_decode.h"

#include <string.h>

static err cjt188(struct bytes in, const char *dialect, struct arena *arena,
                  struct telegram *telegram)
{
    struct cjt188_dialect told;
    char why[TELEGRAM_WHY_BYTES];

    if (!dialect[0] || text_equal(dialect, "auto"))
        return cjt188_decode(in, NULL, arena, telegram);
    if (!cjt188_dialect_parse(dialect, &told, why, sizeof why))
        return cjt188_decode(in, &told, arena, telegram);
    *telegram = (struct telegram){.protocol = "cjt188"};
    return telegram_wrong(telegram, ERR_RANGE, 0, why);
}

static err dlt645(struct bytes in, const char *dialect, struct arena *arena,
                  struct telegram *telegram)
{
    (void)dialect;
    return dlt645_decode(in, arena, telegram);
}

static const struct decoder table[] = {
    {"cjt188", "CJ/T 188-2004 and -2018 heat and water meters, valves",
     "std unit-first be plus33 flow3 power-fraction cooling-first, joined by +", false,
     cjt188},
    {"dlt645", "DL/T 645-2007 electricity meters", "", false, dlt645},
    {"mbus", "M-Bus, EN 13757-2 and -3", "", false, mbus_decode},
    {"modbus-rtu", "Modbus RTU: unit, request or answer, CRC", "", false,
     modbus_rtu_telegram},
    {"modbus-tcp", "Modbus TCP: head, unit, request or answer", "", false,
     modbus_tcp_telegram},
    {"sparkplug", "Sparkplug B payload", "", false, report_decode_sparkplug},
    {"chirpstack", "ChirpStack 4 event",
     "up join ack txack status log location integration", true, report_decode_chirpstack},
    {"snmp-trap", "SNMP trap or inform, version 1, 2c, 3", "", false,
     report_decode_snmp_trap},
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

static bool has_word(const char *words, const char *word)
{
    size_t n = strlen(word);

    for (const char *at = words; n > 0 && (at = strstr(at, word)); at += n)
        if ((at == words || at[-1] == ' ') && (!at[n] || at[n] == ' ')) return true;
    return false;
}

err decoder_check(const struct decoder *decoder, const char *dialect, char *why,
                  size_t why_n)
{
    struct cjt188_dialect told;

    if (decoder->decode == cjt188)
        return text_equal(dialect, "auto")
                   ? ERR_OK
                   : cjt188_dialect_parse(dialect, &told, why, why_n);
    if (has_word(decoder->dialects, dialect)) return ERR_OK;
    (void)text_format(why, why_n, "%s has no dialect %s; it has: %s", decoder->protocol,
                      dialect, decoder->dialects[0] ? decoder->dialects : "none");
    return ERR_RANGE;
}
