/* history_box.h - a blob of history as it lies in the database: plain, or under a key.
 *
 *   under a key   | number of the key 4 | version 1 = 129 | sealed block (vault/seal.h) |
 *   plain         | CRC 4 | version 1 < 128 | ...            (segment, roll-up, latest)
 *
 * Byte 4 tells the two apart, so that plain blobs of before are read all the same.  A
 * sealed blob opens only as what it was: kind, device and day are its place. */
#ifndef HEATNET_STORE_HISTORY_BOX_H
#define HEATNET_STORE_HISTORY_BOX_H

#include "base/bytes.h"
#include "base/err.h"
#include "vault/seal.h"

#include <stdint.h>

enum history_kind { HISTORY_SEGMENT = 's', HISTORY_ROLLUP = 'r', HISTORY_LATEST = 'l' };

struct history_place {
    enum history_kind kind;
    uint32_t device;
    int64_t day_ms; /* 0 of latest */
};

/* One a thread. */
struct history_box {
    struct seal *seal; /* NULL: written plain, and what is under a key is ERR_DENIED */
    struct buffer plain;
};

void history_box_open(struct history_box *box, struct seal *seal);
void history_box_close(struct history_box *box);
/* Put the buffer's whole content under the newest key, in place. */
MUST_USE err history_box_put(struct history_box *box, const struct history_place *place,
                             struct buffer *blob);
/* *plain is a view of the blob or of the box, until the next call.  ERR_CORRUPT: altered,
 * or of another place; ERR_DENIED: the key is not at hand. */
MUST_USE err history_box_take(struct history_box *box, const struct history_place *place,
                              struct bytes blob, struct bytes *plain);

#endif
