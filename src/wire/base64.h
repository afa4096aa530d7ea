/* base64.h - RFC 4648 base64 with padding, as JSON carries bytes. */
#ifndef HEATNET_WIRE_BASE64_H
#define HEATNET_WIRE_BASE64_H

#include "base/bytes.h"

#include <stdbool.h>

/* Into `out` (room for text_n / 4 * 3 + 3 bytes); false when it is not base64.  The
 * padding may be left out. */
bool base64_decode(const char *text, size_t text_n, uint8_t *out, size_t *n);
void base64_put(struct buffer *out, struct bytes in);

#endif
