/* session_records.h - private to sessions.c: sessions in the database.  Caller's lock. */
#ifndef HEATNET_PEOPLE_SESSION_RECORDS_H
#define HEATNET_PEOPLE_SESSION_RECORDS_H

#include "base/err.h"
#include "store/database.h"

#include <stdint.h>

struct session_record {
    uint64_t id;
    uint8_t token_hash[32];
    uint32_t account, stamp; /* of the account when it began */
    int64_t started_ms, used_ms;
};

MUST_USE err session_records_migrate(struct database *database);
MUST_USE err session_records_each(struct database *database,
                                  err (*each)(void *context,
                                              const struct session_record *record),
                                  void *context);
MUST_USE err session_records_add(struct database *database,
                                 const struct session_record *record);
MUST_USE err session_records_used(struct database *database, uint64_t id,
                                  int64_t used_ms);
MUST_USE err session_records_remove(struct database *database, uint64_t id);
MUST_USE err session_records_remove_account(struct database *database, uint32_t account,
                                            uint64_t except);

#endif
