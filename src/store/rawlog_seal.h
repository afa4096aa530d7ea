/* rawlog_seal.h - from an open file that is full to a sealed one, and out of keeping. */
#ifndef HEATNET_STORE_RAWLOG_SEAL_H
#define HEATNET_STORE_RAWLOG_SEAL_H

#include "base/err.h"
#include "store/rawlog.h"

#include <stdint.h>

/* Seal the file of `first`: written as .sealing, synced, renamed, folder synced, and only
 * then the .open file removed.  Kill it anywhere: the records are whole in one of the
 * two.  The blocks are put under the newest key of `seal` (NULL: they stay plain) and the
 * whole is signed.  Every record's CRC and hash is checked on the way: ERR_CORRUPT leaves
 * all as it is. */
MUST_USE err rawlog_seal(const char *folder, struct seal *seal, uint64_t first);

/* Remove the oldest sealed files by the options' rules.  ERR_SPACE: there is more than
 * keep_bytes, but nothing old enough to go. */
MUST_USE err rawlog_retain(const struct rawlog_options *options, int64_t now_ms);

#endif
