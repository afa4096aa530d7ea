/* received.h - which sequence numbers of which spool have been made durable:
 * exactly-once.
 *
 * A set of numbers per (terminal, spool), kept as few intervals (frames leave a spool
 * almost in order).  Held in memory; saved with the historian's checkpoint, and completed
 * by replaying the raw log behind it.  One thread. */
#ifndef HEATNET_STORE_RECEIVED_H
#define HEATNET_STORE_RECEIVED_H

#include "base/err.h"
#include "store/database.h"

#include <stdbool.h>
#include <stdint.h>

struct received;

MUST_USE err received_open(struct received **received);
void received_close(struct received *received);
MUST_USE err received_load(struct received *received, struct database *database);
/* Save what changed since the last save; within the caller's transaction. */
MUST_USE err received_save(struct received *received, struct database *database);

bool received_has(const struct received *received, const char *terminal, uint64_t spool,
                  uint64_t sequence);
/* ERR_DUPLICATE when it is there; ERR_FULL when a spool has too many intervals
 * (1,000,000). */
MUST_USE err received_add(struct received *received, const char *terminal, uint64_t spool,
                          uint64_t sequence);

/* Lowest and highest number, how many are missing between them; false: never heard. */
struct received_span {
    uint64_t lowest, highest, missing;
};

bool received_span(const struct received *received, const char *terminal, uint64_t spool,
                   struct received_span *span);

#endif
