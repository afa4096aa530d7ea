/* history_zstd.h - packing of parts of a blob, where it pays. */
#ifndef HEATNET_STORE_HISTORY_ZSTD_H
#define HEATNET_STORE_HISTORY_ZSTD_H

#include "base/bytes.h"
#include "base/err.h"
#include "store/history_segment.h"

#include <stdbool.h>
#include <stddef.h>

/* Append `plain` to `out`: as it is, or, when it has at least `pack_min` bytes and that
 * is shorter, as varint of its length and a zstd frame (*packed). */
MUST_USE err history_pack(struct segment_coder *coder, struct bytes plain,
                          size_t pack_min, struct buffer *out, bool *packed);
/* The reverse of the packed form, into `plain` (cleared first).  ERR_CORRUPT. */
MUST_USE err history_unpack(struct segment_coder *coder, struct bytes packed,
                            struct buffer *plain);
void history_zstd_close(struct segment_coder *coder);

#endif
