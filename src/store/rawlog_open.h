/* rawlog_open.h - finding the end of a raw log after whatever happened to it. */
#ifndef HEATNET_STORE_RAWLOG_OPEN_H
#define HEATNET_STORE_RAWLOG_OPEN_H

#include "base/err.h"
#include "base/file.h"
#include "store/rawlog.h"
#include "store/rawlog_hash.h"
#include "vault/seal.h"

#include <stdint.h>

struct rawlog_recovered {
    struct file
        file; /* the newest open file, for writing; handle -1 = one must be begun */
    uint64_t first_number, file_bytes; /* of that file */
    uint32_t key;                      /* that it is under; 0 = plain */
    int64_t first_ms;                  /* its first record; 0 = none */
    uint64_t last_number;              /* of the log; 0 = none */
    int64_t last_ms;
    uint8_t hash[RAWLOG_HASH_BYTES];
    uint64_t torn_bytes; /* cut off */
};

/* Tidy what a killed writer left behind, tell a torn tail from damage (see rawlog.c),
 * make durable what is kept.  ERR_CORRUPT: `why` names the record; ERR_DENIED: its file
 * is under a key that `seal` (may be NULL) does not have. */
MUST_USE err rawlog_recover(const char *folder, struct seal *seal,
                            struct rawlog_hasher *hasher, struct rawlog_recovered *found,
                            char why[RAWLOG_WHY_BYTES]);

#endif
