/* frame_block.h - one block's matrix out of a frame; private to the frame codec. */
#ifndef HEATNET_WIRE_FRAME_BLOCK_H
#define HEATNET_WIRE_FRAME_BLOCK_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "model/block.h"

enum { FRAME_WHY_BYTES = 160 };

struct frame_reader {
    struct arena *arena;
    char *why; /* FRAME_WHY_BYTES, or NULL */
};

/* Set `why` unless it is NULL; returns `e`. */
MUST_USE err frame_wrong(err e, char *why, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A text that a person will read: cut at FRAME_TEXT_BYTES_MAX, bytes that are not clean
 * UTF-8 replaced by '?'.  NULL when out of memory. */
const char *frame_person_text(struct arena *arena, struct bytes bytes);

/* ERR_FRAME, ERR_RANGE (both with `why`), ERR_MEMORY. */
MUST_USE err frame_read_block(struct bytes in, struct frame_reader *reader,
                              struct block *block);

#endif
