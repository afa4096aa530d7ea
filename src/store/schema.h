/* schema.h - the tables of this room, in one place to be read as a whole. */
#ifndef HEATNET_STORE_SCHEMA_H
#define HEATNET_STORE_SCHEMA_H

#include "base/err.h"
#include "store/database.h"

/* The room's migrations (catalog, history, received): run before anything else. */
MUST_USE err store_migrate(struct database *database);

#endif
