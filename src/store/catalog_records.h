/* catalog_records.h - the catalog in the database. */
#ifndef HEATNET_STORE_CATALOG_RECORDS_H
#define HEATNET_STORE_CATALOG_RECORDS_H

#include "base/err.h"
#include "model/catalog.h"
#include "store/database.h"
#include "store/schema.h" /* store_migrate */

/* Read the whole catalog; an empty database gives an empty catalog of version 0. */
MUST_USE err catalog_records_load(struct database *database, struct catalog **catalog);

/* Make the records equal to `next` (which came from `now` by changes only: nothing is
 * removed), in one transaction.  ERR_STATE when the database no longer holds `now`. */
MUST_USE err catalog_records_store(struct database *database, const struct catalog *now,
                                   const struct catalog *next);

/* A new terminal: *next is the catalog with it.  ERR_DUPLICATE when the code is there. */
MUST_USE err catalog_records_add_terminal(struct database *database,
                                          const struct catalog *now, const char *code,
                                          const char *name, struct catalog **next);

#endif
