/* cjt188_frame.h - the frame of CJ/T 188-2004 and -2018: bytes in, a view out; pure.
 *
 *   FE ...  68  T  A0..A6  C  L  DATA (L bytes)  CS  16
 *
 * T what kind of meter, A0..A6 its address, C what is asked or answered (bit 7 an answer,
 * bit 6 an error), CS the sum of all bytes from 68 to the last of DATA. */
#ifndef HEATNET_WIRE_CJT188_FRAME_H
#define HEATNET_WIRE_CJT188_FRAME_H

#include "base/bytes.h"
#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

enum {
    CJT188_ADDRESS_N = 7,
    CJT188_HEAD_N = 11,
    CJT188_DATA_MAX = 255,
    CJT188_FRAME_BYTES_MAX = CJT188_HEAD_N + CJT188_DATA_MAX + 2,
    CJT188_ANSWER = 0x80,
    CJT188_ERROR = 0x40
};

struct cjt188_frame {
    uint8_t type;                      /* 0x20 heat meter ... */
    uint8_t address[CJT188_ADDRESS_N]; /* as on the wire */
    uint8_t control;
    struct bytes data; /* as on the wire, inside the caller's buffer */
};

/* The frame at the start of `in`, behind any FE.  ERR_OK: *frame is set and `in` stands
 * behind the frame.  Otherwise both are untouched and *at says where it is wrong:
 * ERR_SHORT more bytes are needed; ERR_FRAME start or end byte; ERR_CHECK the sum. */
MUST_USE err cjt188_frame_decode(struct bytes *in, struct cjt188_frame *frame,
                                 size_t *at);
/* The first whole frame anywhere in `in`, over noise.  ERR_SHORT: there is none yet. */
MUST_USE err cjt188_frame_find(struct bytes in, struct cjt188_frame *frame);
/* Without FE; `out` has room for CJT188_FRAME_BYTES_MAX, returns how many. */
size_t cjt188_frame_encode(const struct cjt188_frame *frame, uint8_t *out);

#endif
