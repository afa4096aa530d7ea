/* points_match.h - points of a query by list, device, or a selector of the query
 * language: "match=heatnet_flow{station=\"S1\"}". */
#ifndef HEATNET_SERVE_POINTS_MATCH_H
#define HEATNET_SERVE_POINTS_MATCH_H

#include "serve/points_query.h"

/* As points_query; `match` goes before its parameters, and without any of them it is all
 * points when `all` is set. */
MUST_USE err points_match(struct request *request, struct catalog *catalog, size_t n_max,
                          bool all, struct points_query *points);

#endif
