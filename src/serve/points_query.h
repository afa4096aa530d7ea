/* points_query.h - "points=1,2,3", "points=all", "device=7" of a query as a list of ids.
 */
#ifndef HEATNET_SERVE_POINTS_QUERY_H
#define HEATNET_SERVE_POINTS_QUERY_H

#include "serve/request.h"

struct points_query {
    uint32_t *ids; /* in the request's arena */
    size_t n;
};

/* Every id is one of the catalog.  On error a problem has been answered: unknown or
 * malformed ids, more than `n_max`, none named although `needed`. */
MUST_USE err points_query(struct request *request, const struct catalog *catalog,
                          size_t n_max, bool needed, struct points_query *points);

#endif
