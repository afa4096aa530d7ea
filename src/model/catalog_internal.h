/* catalog_internal.h - the parts of catalog.h's private members; for catalog*.c only. */
#ifndef HEATNET_MODEL_CATALOG_INTERNAL_H
#define HEATNET_MODEL_CATALOG_INTERNAL_H

#include "base/thread.h"
#include "model/catalog.h"
#include "model/index.h"

struct catalog_index {
    struct index site_codes, template_codes, terminal_codes, device_codes, point_ids;
};

struct catalog_count {
    struct lock lock;
    size_t n;
};

/* Free the arrays of a catalog that was never made. */
void catalog_free_arrays(struct catalog *arrays);

/* The item with this id in an array that is sorted by it; NULL when there is none.  Every
 * struct of catalog.h begins with its id. */
const void *catalog_find_id(const void *items, size_t n, size_t item_bytes, uint32_t id);

#endif
