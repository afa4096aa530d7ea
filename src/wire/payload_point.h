/* payload_point.h - where a number stands in a sensor's bytes: the decoding table of
 * LoRaWAN payloads, one row a point.
 *
 *   data OFFSET TYPE [bit N] [port N]
 *     OFFSET  0.., in bytes; negative counts from the end (-1 = the last byte)
 *     TYPE    u8 i8 | u16 i16 u24 i24 u32 i32 f32 bcd16 bcd32, high byte first, or with
 *             "le" behind it (i16le) low byte first
 *     bit N   one bit of the unsigned number, 0 = the lowest
 *     port N  only in payloads of this FPort
 *
 * Scale and offset are the template's. */
#ifndef HEATNET_WIRE_PAYLOAD_POINT_H
#define HEATNET_WIRE_PAYLOAD_POINT_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stdint.h>

struct payload_point {
    int16_t offset;
    uint8_t bytes; /* 1..4 */
    bool is_signed, is_float, is_bcd, is_low_first;
    int8_t bit;   /* -1 = the whole number */
    int16_t port; /* -1 = any */
};

/* ERR_RANGE: `why` has a sentence that shows the right form. */
MUST_USE err payload_point_parse(const char *text, struct payload_point *point, char *why,
                                 size_t why_n);

/* False when the payload is another port's or too short; ERR_TYPE digits give NaN. */
bool payload_point_read(const struct payload_point *point, struct bytes data,
                        uint32_t port, double *value);

#endif
