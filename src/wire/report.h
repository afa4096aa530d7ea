/* report.h - what a device said by itself, the same for every codec of messages.
 *
 * The codecs (Sparkplug B, ChirpStack, Neuron, plain JSON) fill it; the MQTT driver picks
 * values from it by name, `heatnet-edge decode` prints it as a telegram.  Everything it
 * points to is in the arena given to the codec or in the bytes decoded.  A codec that
 * fails sets `why` and `at` and still gives what it had understood before. */
#ifndef HEATNET_WIRE_REPORT_H
#define HEATNET_WIRE_REPORT_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "wire/telegram.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { REPORT_VALUES_MAX = 20000, REPORT_WHY_BYTES = TELEGRAM_WHY_BYTES };

enum report_kind {
    REPORT_NUMBER, /* `number` counts */
    REPORT_TRUTH,  /* `number` is 0 or 1 */
    REPORT_TIME,   /* `number` is UTC in milliseconds */
    REPORT_TEXT,
    REPORT_BYTES, /* `raw` */
    REPORT_ABSENT /* the device says: none; `text` may say why */
};

struct report_value {
    const char *name; /* "" = the message has an alias only */
    enum report_kind kind;
    bool is_head;       /* about the message (counter, signal), not of the device */
    bool is_historical; /* not the newest, says the sender */
    bool is_timed, has_alias;
    double number;
    const char *text; /* never NULL; of a number: all digits where a double has too few */
    struct bytes raw;
    int64_t time_ms; /* UTC, where is_timed */
    uint64_t alias;
    uint32_t datatype; /* Sparkplug's number, 0 = not said */
    size_t at;         /* where it begins in the bytes; 0 in JSON */
};

struct report {
    const char *kind;   /* "up", "data" ...; never NULL */
    const char *device; /* what the message says it is about; "" = the topic tells */
    const char *id;     /* the message's own, to know a repetition by; "" = none */
    bool is_timed, has_sequence, has_data;
    int64_t time_ms; /* of the values that have no time of their own */
    uint64_t sequence;
    uint32_t port;     /* LoRaWAN's, 0 = none */
    struct bytes data; /* LoRaWAN's payload */
    struct report_value *values;
    size_t values_n;
    char why[REPORT_WHY_BYTES]; /* a sentence, "" = understood wholly */
    size_t at;
};

void report_begin(struct report *report, const char *kind);
/* Room for one more value, set up as a number without name; NULL when the arena or
 * REPORT_VALUES_MAX is at its end (then `why` says so). */
struct report_value *report_add(struct report *report, struct arena *arena);
/* Say what is wrong and where; the first saying stays.  Returns `what`. */
err report_wrong(struct report *report, err what, size_t at, const char *why);
/* The last value of that name, of the device or (`is_head`) of the message; NULL when
 * there is none. */
const struct report_value *report_find(const struct report *report, const char *name,
                                       bool is_head);

/* For printing: *telegram keeps its protocol, the rest is set.  Names and texts that are
 * too long are cut.  ERR_FULL, ERR_MEMORY: values are missing. */
MUST_USE err report_telegram(const struct report *report, struct arena *arena,
                             struct telegram *telegram);

#endif
