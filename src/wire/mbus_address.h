/* mbus_address.h - how people write M-Bus addresses: text in, struct out.
 *
 * Pure, so that the import of the server, the driver and the search share one grammar.
 *
 *   device  LINE/ADDRESS[;every=Ns][;speed=N]    (the line is link/line.h's)
 *     ADDRESS  primary 0 ... 250, or secondary ID[.MAKER[.VERSION[.MEDIUM]]]
 *       ID       eight digits; F or ? in place of one that may be any
 *       MAKER    three letters; VERSION 0 ... 255; MEDIUM 0 ... 255; * = any
 *     every=   a battery meter answers no more often than this; "4140s", "69min", "1h"
 *     speed=   bits per second of this meter, when it is not the line's
 *   point   NAME [UNIT] [storage N] [tariff N] [subunit N] [max | min | error]
 *           record N    the N-th value as `heatnet-edge decode` counts them, from 1
 *           status      the status byte
 *     NAME   "energy", "flow", "supply_temperature" ... as decode prints them
 *     UNIT   what the value is turned into; without one the house's: energy GJ, power kW,
 *            volume m³, flow m³/h, temperature °C, pressure MPa, durations h */
#ifndef HEATNET_WIRE_MBUS_ADDRESS_H
#define HEATNET_WIRE_MBUS_ADDRESS_H

#include "base/err.h"
#include "wire/telegram.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MBUS_SELECT_BYTES = 8, MBUS_ADDRESS_BYTES = 24 };

struct mbus_address {
    bool secondary;
    uint8_t primary; /* 253 when secondary */
    /* As in the select frame: four bytes BCD low first, maker, version, medium; F
     * nibbles, FFFF, FF = any. */
    uint8_t select[MBUS_SELECT_BYTES];
    uint32_t every_s;  /* 0 = no budget */
    uint32_t speed_bd; /* 0 = the line's */
};

enum mbus_wanted { MBUS_BY_NAME, MBUS_BY_RECORD, MBUS_STATUS };

struct mbus_point {
    enum mbus_wanted wanted;
    char name[TELEGRAM_WORD_BYTES];
    char unit[TELEGRAM_UNIT_BYTES]; /* "" = the house's */
    const char *function;           /* as in struct telegram_value */
    uint32_t record;                /* from 1 */
    uint64_t storage;
    uint32_t tariff, subunit;
};

/* `text` is what stands behind the line.  ERR_RANGE: `why` (NULL is allowed) has a
 * sentence with the right form. */
MUST_USE err mbus_address_parse(const char *text, struct mbus_address *address, char *why,
                                size_t why_n);
/* "12345678.KAM.8.4" from eight bytes as in a select frame; stars for any. */
void mbus_address_text(const uint8_t select[MBUS_SELECT_BYTES],
                       char out[MBUS_ADDRESS_BYTES]);
MUST_USE err mbus_point_parse(const char *text, struct mbus_point *point, char *why,
                              size_t why_n);

/* Fits `catalog_address_check` of model/catalog_csv.h; a device's line is not looked at:
 * that is line_check's. */
MUST_USE err mbus_address_check(const char *protocol, const char *what,
                                const char *address, char *why, size_t why_n);

/* The value of the point in this telegram, in its unit; `first_record` is how many values
 * came in telegrams before.
 * ERR_OK; ERR_UNKNOWN: it is not in it; ERR_TYPE: no number, or not of that unit;
 * ERR_STATE: the meter says not available. */
MUST_USE err mbus_point_take(const struct mbus_point *point, const struct telegram *t,
                             uint32_t first_record, double *value);

#endif
