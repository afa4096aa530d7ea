/* telegram.h - what a meter's telegram says, the same for every meter codec.
 *
 * The codecs (M-Bus, CJ/T 188, DL/T 645 ...) fill it; drivers pick values from it by name
 * and storage; `heatnet-edge decode` and the line monitor print it.  Names are the
 * catalog's terms in snake_case ("energy", "supply_temperature"), units as people write
 * them ("kWh", "m³/h", "°C").  Values are as the meter says, in the unit it says.
 *
 * The telegram owns nothing: values live in the arena given to the codec, texts in the
 * telegram itself.  A codec that fails sets `why` and `at` and still gives what it had
 * understood before. */
#ifndef HEATNET_WIRE_TELEGRAM_H
#define HEATNET_WIRE_TELEGRAM_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    TELEGRAM_WORD_BYTES = 48,
    TELEGRAM_UNIT_BYTES = 16,
    TELEGRAM_TEXT_BYTES = 96,
    TELEGRAM_WHY_BYTES = 120,
    TELEGRAM_VALUES_MAX = 1024
};

enum telegram_kind {
    TELEGRAM_NUMBER, /* `number` counts */
    TELEGRAM_TIME,   /* `text`: "2026-01-31T23:59:00", local to the meter, or a date */
    TELEGRAM_TEXT,   /* `text` */
    TELEGRAM_BYTES,  /* `text`: hex, cut when longer; not understood or the maker's own */
    TELEGRAM_ABSENT  /* the meter says: not available */
};

struct telegram_value {
    char name[TELEGRAM_WORD_BYTES]; /* "" never */
    char unit[TELEGRAM_UNIT_BYTES];  /* "" = none */
    enum telegram_kind kind;
    double number;
    char text[TELEGRAM_TEXT_BYTES]; /* of a number: all its digits, when a double has
                                       too few for them; otherwise "" */
    /* The number in the unit of its kind without prefix (Wh, J, W, m³, m³/h, °C, K, s,
     * kg ...), for codecs that know it; "" = not said, normal_number then is 0. */
    double normal_number;
    char normal_unit[TELEGRAM_UNIT_BYTES];
    const char *function; /* "instantaneous", "maximum", "minimum", "error" */
    uint64_t storage;     /* 0 = now, n = n-th stored value */
    uint32_t tariff, subunit;
    struct bytes raw; /* the data as received, inside the bytes given; n = 0: not said */
    size_t at;        /* where its record begins in the bytes */
    /* Messages of devices that speak by themselves (report.h) have more; NULL, false: not
     * said.  The whole name or text, in the arena, where the fields above are too short.
     */
    const char *whole_name, *whole_text, *type;
    bool is_timed, has_alias;
    int64_t time_ms; /* UTC */
    uint64_t alias;
};

struct telegram {
    const char *protocol;           /* "mbus" */
    char kind[TELEGRAM_WORD_BYTES]; /* "read_answer", "acknowledge", "request" ... */
    char address[TELEGRAM_WORD_BYTES];
    char manufacturer[TELEGRAM_WORD_BYTES]; /* "" = not said */
    char medium[TELEGRAM_WORD_BYTES];       /* "heat_outlet", "" = not said */
    char id[TELEGRAM_WORD_BYTES];           /* the meter's number, "" = not said */
    char dialect[TELEGRAM_WORD_BYTES];      /* "" = there is only one */
    bool version_said, access_said;         /* are the next two set? */
    uint32_t version, access_number;
    char status[TELEGRAM_TEXT_BYTES];       /* "ok", "battery_low valve_closed" ... */
    uint32_t status_bits;                   /* as received */
    bool more_follows;                      /* ask again for the rest */
    struct telegram_value *values;
    size_t values_n;
    char why[TELEGRAM_WHY_BYTES]; /* a sentence, "" = understood wholly */
    size_t at;                    /* where in the bytes `why` is */
};

/* Room for one more value, zeroed; NULL when the arena or TELEGRAM_VALUES_MAX is at its
 * end (then `why` says so). */
struct telegram_value *telegram_add(struct telegram *telegram, struct arena *arena);
/* Say what is wrong and where; the first saying stays.  Returns `what`. */
err telegram_wrong(struct telegram *telegram, err what, size_t at, const char *why);
/* The first value of that name and storage; NULL when there is none. */
const struct telegram_value *telegram_find(const struct telegram *telegram,
                                           const char *name, uint64_t storage);

#endif
