/* mbus_frame.h - M-Bus link-layer frames: bytes in, a view out, and back.
 *
 *   acknowledge  E5
 *   short        10 C A CS 16
 *   long         68 L L 68 C A CI data... CS 16     L counts C ... data; control: no data
 *
 * CS is the sum of C ... data modulo 256.  Pure: no I/O, no clock, no allocation, so that
 * driver, decoder, search, tests and fuzzer share one.  Source: EN 13757-2. */
#ifndef HEATNET_WIRE_MBUS_FRAME_H
#define HEATNET_WIRE_MBUS_FRAME_H

#include "base/bytes.h"
#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

enum {
    MBUS_FRAME_BYTES_MAX = 261,
    MBUS_DATA_BYTES_MAX = 252,
    MBUS_ACKNOWLEDGE = 0xE5,

    MBUS_SND_NKE = 0x40, /* C fields of the master */
    MBUS_SND_UD = 0x53,
    MBUS_REQ_UD1 = 0x5A,
    MBUS_REQ_UD2 = 0x5B,
    MBUS_FCB = 0x20, /* toggles with every request that was answered well */

    MBUS_ADDRESS_SELECTED = 253,
    MBUS_ADDRESS_TEST = 254,
    MBUS_ADDRESS_ALL = 255,

    MBUS_CI_RESET = 0x50,
    MBUS_CI_SEND = 0x51,
    MBUS_CI_SELECT = 0x52
};

enum mbus_frame_kind { MBUS_FRAME_ACKNOWLEDGE, MBUS_FRAME_SHORT, MBUS_FRAME_LONG };

struct mbus_frame {
    enum mbus_frame_kind kind;
    uint8_t control;
    uint8_t address;   /* 0 unset, 1..250; 253, 254, 255 as above */
    uint8_t info;      /* CI field, how to read `data`; long frames only */
    struct bytes data; /* 0..252 bytes, inside the caller's buffer */
};

/* Decode the frame at the start of `in`.
 * ERR_OK: *frame is set and `in` stands after the frame.  Otherwise both are untouched:
 * ERR_SHORT read more and retry; ERR_FRAME start, length or stop byte; ERR_CHECK sum.
 * `at`, when not NULL, gets the offset of the byte that is wrong. */
MUST_USE err mbus_frame_decode(struct bytes *in, struct mbus_frame *frame, size_t *at);

/* The frame's bytes into `out`; returns how many.  `data` of at most 252 bytes. */
size_t mbus_frame_encode(const struct mbus_frame *frame,
                         uint8_t out[MBUS_FRAME_BYTES_MAX]);

#endif
