/* dlt645_frame.h - the frame of DL/T 645-2007: bytes in, a view out; pure.
 *
 *   FE ...  68  A0..A5  68  C  L  DATA (L bytes, each sent +33H)  CS  16
 *
 * A0..A5 the address, low byte first; C what is asked or answered (bit 7 an answer, bit 6
 * an error, bit 5 more follows); CS the sum of all bytes from the first 68 to the last of
 * DATA. */
#ifndef HEATNET_WIRE_DLT645_FRAME_H
#define HEATNET_WIRE_DLT645_FRAME_H

#include "base/bytes.h"
#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

enum {
    DLT645_ADDRESS_N = 6,
    DLT645_HEAD_N = 10,
    DLT645_DATA_MAX = 255,
    DLT645_FRAME_BYTES_MAX = DLT645_HEAD_N + DLT645_DATA_MAX + 2,
    DLT645_ANSWER = 0x80,
    DLT645_ERROR = 0x40,
    DLT645_MORE = 0x20
};

struct dlt645_frame {
    uint8_t address[DLT645_ADDRESS_N]; /* as on the wire */
    uint8_t control, data_n;
    uint8_t data[DLT645_DATA_MAX]; /* without +33H */
    size_t at;                     /* where DATA begins in the bytes */
};

/* The frame at the start of `in`, behind any FE.  ERR_OK: *frame is set and `in` stands
 * behind the frame.  Otherwise both are untouched and *at says where it is wrong:
 * ERR_SHORT more bytes are needed; ERR_FRAME start or end byte; ERR_CHECK the sum. */
MUST_USE err dlt645_frame_decode(struct bytes *in, struct dlt645_frame *frame,
                                 size_t *at);
/* The first whole frame anywhere in `in`, over noise.  ERR_SHORT: there is none yet. */
MUST_USE err dlt645_frame_find(struct bytes in, struct dlt645_frame *frame);
/* Without FE; `out` has room for DLT645_FRAME_BYTES_MAX, returns how many. */
size_t dlt645_frame_encode(const struct dlt645_frame *frame, uint8_t *out);

#endif
