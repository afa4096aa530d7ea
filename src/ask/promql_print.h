/* promql_print.h - a query's tree back into text, in Prometheus' layout on one line. */
#ifndef HEATNET_ASK_PROMQL_PRINT_H
#define HEATNET_ASK_PROMQL_PRINT_H

#include "ask/promql.h"
#include "base/bytes.h"

/* Append it; reading it again gives the same tree. */
void promql_print(const struct promql_node *root, struct buffer *out);

#endif
