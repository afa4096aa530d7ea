/* rawlog_hash.h - the chain of the raw log: each record's hash covers the one before it.
 */
#ifndef HEATNET_STORE_RAWLOG_HASH_H
#define HEATNET_STORE_RAWLOG_HASH_H

#include "base/bytes.h"
#include "base/err.h"
#include "store/rawlog.h"

#include <stdint.h>

/* SHA-256 of (hash of the record before, number, body). */
struct rawlog_hasher;
MUST_USE err rawlog_hasher_open(struct rawlog_hasher **hasher);
void rawlog_hasher_close(struct rawlog_hasher *hasher);
/* `out` may be `before`. */
void rawlog_hash(struct rawlog_hasher *hasher, const uint8_t before[RAWLOG_HASH_BYTES],
                 uint64_t number, struct bytes body, uint8_t out[RAWLOG_HASH_BYTES]);

#endif
