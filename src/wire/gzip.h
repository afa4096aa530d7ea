/* gzip.h - unpack a gzip body, as clients of the line protocol send it. */
#ifndef HEATNET_WIRE_GZIP_H
#define HEATNET_WIRE_GZIP_H

#include "base/bytes.h"
#include "base/err.h"

/* Append what is inside.  ERR_FRAME: not gzip, or cut; ERR_FULL: over the buffer's
 * maximum; ERR_MEMORY. */
MUST_USE err gzip_unpack(struct bytes in, struct buffer *out);

#endif
