/* line_record.h - the last telegrams of a line, in a fixed number of bytes.
 *
 *   | head bytes | head bytes | ... | head bytes |   free   |      oldest first
 *
 * The oldest go when there is no room.  What is received joins the last telegram until
 * something is sent.  Not locked: line.c holds its lock around it. */
#ifndef HEATNET_LINK_LINE_RECORD_H
#define HEATNET_LINK_LINE_RECORD_H

#include "link/line.h"

enum { LINE_TELEGRAM_BYTES_MAX = 512 }; /* kept of one */

struct line_record {
    uint8_t *at; /* LINE_RING_BYTES, from the first telegram on */
    size_t n, last_at;
    uint64_t first, count; /* number of the oldest kept; of all so far */
};

/* Does nothing when there is no memory: the line works without its record. */
void line_record_put(struct line_record *record, bool sent, int64_t utc_ms,
                     struct bytes bytes);
void line_record_each(const struct line_record *record, uint64_t after,
                      void (*each)(void *context, const struct line_telegram *telegram),
                      void *context);
void line_record_close(struct line_record *record);

#endif
