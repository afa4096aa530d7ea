/* nut.h - lines of NUT's network protocol: what upsd answers, and addresses.
 *
 * Pure.  Source: Network UPS Tools 2.8, docs/net-protocol.txt (protocol 1.3).
 *
 *   device  HOST[:PORT]/UPS     "127.0.0.1:3493/ups1"; PORT 3493
 *   point   VARIABLE            battery.charge, input.voltage
 *           status WORD         1 when ups.status has the word (OL, OB, LB, RB ...), else
 * 0
 */
#ifndef HEATNET_WIRE_NUT_H
#define HEATNET_WIRE_NUT_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NUT_HOST_BYTES = 64, NUT_NAME_BYTES = 64, NUT_VALUE_BYTES = 256 };

struct nut_device_address {
    char host[NUT_HOST_BYTES];
    uint16_t port;
    char ups[NUT_NAME_BYTES];
};

MUST_USE err nut_device_parse(const char *text, struct nut_device_address *address,
                              char *why, size_t why_n);
/* Fits `catalog_address_check` of model/catalog_csv.h, protocol "nut". */
MUST_USE err nut_address_check(const char *protocol, const char *what,
                               const char *address, char *why, size_t why_n);

enum nut_line_kind { NUT_VARIABLE, NUT_BEGIN, NUT_END, NUT_ERROR, NUT_OTHER };

struct nut_line {
    enum nut_line_kind kind;
    char ups[NUT_NAME_BYTES], name[NUT_NAME_BYTES]; /* of a variable */
    char value[NUT_VALUE_BYTES]; /* without quotes and escapes; of an error: its word */
};

/* Take the next whole line.  ERR_SHORT: there is none yet; ERR_FRAME: a variable or an
 * error of the wrong form (the cursor stands behind it). */
MUST_USE err nut_next(struct bytes *in, struct nut_line *line);

/* Whether ups.status has the word. */
bool nut_status_has(const char *status, const char *word);

#endif
