/* account_records.h - private to accounts.c: accounts and wrong tries in the database.
 *
 * One connection under the caller's lock.  Wrong tries of names that do not exist are
 * kept like those of accounts (by the name's hash, since people type passwords into the
 * wrong field), so that a stranger cannot tell the two apart by being locked out. */
#ifndef HEATNET_PEOPLE_ACCOUNT_RECORDS_H
#define HEATNET_PEOPLE_ACCOUNT_RECORDS_H

#include "people/accounts.h"
#include "store/database.h"
#include "vault/password.h"

/* What is known under a name: account.id 0 = there is no such account. */
struct account_record {
    struct account account;
    char hash[PASSWORD_HASH_BYTES];
    uint32_t wrong_n;     /* wrong passwords in a row */
    uint8_t name_key[32]; /* SHA-256 of the folded name */
};

enum { ACCOUNT_UNKNOWN_NAMES_MAX = 10000 };

MUST_USE err account_records_migrate(struct database *database);
/* Names differ only by more than the case of ASCII letters.  ERR_OK also when there is
 * none. */
MUST_USE err account_records_by_name(struct database *database, const char *name,
                                     struct account_record *record);
/* ERR_UNKNOWN when there is none. */
MUST_USE err account_records_by_id(struct database *database, uint32_t id,
                                   struct account_record *record);
/* The account with the least id above `after`; ERR_UNKNOWN when there is none. */
MUST_USE err account_records_after(struct database *database, uint32_t after,
                                   struct account_record *record);
/* ERR_DUPLICATE: the name is taken.  Sets account.id. */
MUST_USE err account_records_add(struct database *database,
                                 struct account_record *record);
/* Everything of the record but id and name. */
MUST_USE err account_records_store(struct database *database,
                                   const struct account_record *record);
/* Write wrong_n and locked_until_ms, of an account or of a name without one. */
MUST_USE err account_records_tried(struct database *database,
                                   const struct account_record *record, int64_t now_ms);
/* How many accounts there are, and how many enabled administrators beside `but`. */
MUST_USE err account_records_count(struct database *database, uint32_t but, size_t *all_n,
                                   size_t *administrators_n);

#endif
