/* seen.h - the frames of one group commit, so that a frame that comes twice in the same
 * group is stored once.  Cleared in no time by a generation number. */
#ifndef HEATNET_SERVE_SEEN_H
#define HEATNET_SERVE_SEEN_H

#include "base/err.h"
#include "wire/frame.h"

#include <stddef.h>
#include <stdint.h>

struct seen {
    size_t slots_n, n; /* a power of two; used in this generation */
    uint32_t generation;

    struct seen_slot {
        uint32_t generation;
        const struct frame *frame;
    } * slots;
};

void seen_close(struct seen *seen);
/* Begin a group of at most `n` frames. ERR_MEMORY. */
MUST_USE err seen_begin(struct seen *seen, size_t n);
/* ERR_DUPLICATE when a frame of the same terminal, spool and sequence is there.  The
 * frame stays the caller's until the group is over. */
MUST_USE err seen_add(struct seen *seen, const struct frame *frame);

#endif
