/* catalog_change.h - the step from one catalog to the next: records, cycles, everybody.
 */
#ifndef HEATNET_SERVE_CATALOG_CHANGE_H
#define HEATNET_SERVE_CATALOG_CHANGE_H

#include "base/err.h"
#include "model/catalog.h"

struct server;

/* `next` was made from `now`, the present one, under the server's import lock. */
MUST_USE err catalog_change_store(struct server *server, const struct catalog *now,
                                  struct catalog *next);

#endif
