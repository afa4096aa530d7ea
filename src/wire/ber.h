/* ber.h - the part of ASN.1's BER that SNMP uses: definite lengths, small tags.
 *
 * Pure, without allocation.  Source: X.690, 8.1; RFC 3417, section 8. */
#ifndef HEATNET_WIRE_BER_H
#define HEATNET_WIRE_BER_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stdint.h>

enum { BER_OID_TEXT_BYTES = 512 };

enum ber_tag {
    BER_INTEGER = 0x02,
    BER_OCTETS = 0x04,
    BER_NULL = 0x05,
    BER_OID = 0x06,
    BER_SEQUENCE = 0x30
};

/* Take the next element: its tag and content.  False, and `in` is untouched, when it is
 * cut short or of a form SNMP does not use. */
bool ber_take(struct bytes *in, uint8_t *tag, struct bytes *content);
/* The same, of one tag. */
bool ber_take_of(struct bytes *in, uint8_t tag, struct bytes *content);

/* False when empty or longer than 8 bytes (unsigned: 9 with a leading zero). */
bool ber_signed(struct bytes content, int64_t *value);
bool ber_unsigned(struct bytes content, uint64_t *value);
/* "1.3.6.1"; false when it is none or too long. */
bool ber_oid(struct bytes content, char out[BER_OID_TEXT_BYTES]);

#endif
