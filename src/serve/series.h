/* series.h - points as labelled series: what the query language and its API see.
 *
 * A point that somebody wrote from outside (outside.h) has the labels it came with; any
 * other has those of the catalog:
 *   __name__ heatnet_KEY   device, device_name, template, terminal, unit, quantity, point
 *   site, site_name, and the code of each site above it under its kind: station, branch,
 *   source, district, company, building, household
 * Only usable samples are shown; a reading that is none ends the series there, as a stale
 * marker does; a reading that is not a number is NaN. */
#ifndef HEATNET_SERVE_SERIES_H
#define HEATNET_SERVE_SERIES_H

#include "ask/promql.h"
#include "model/catalog.h"

struct server;

enum { SERIES_LABELS_MAX = 24 };

struct series_source {
    struct server *server;
    struct catalog *catalog; /* held */
    int64_t deadline_mono_ms;
};

void series_open(struct series_source *source, struct server *server,
                 int64_t deadline_mono_ms);
void series_close(struct series_source *source);
/* For promql_evaluate. */
struct promql_source series_promql(struct series_source *source);

/* Labels of every live point that matches one of the lists (none given: all), in the
 * order of the catalog; stops at the first error of `each`. */
MUST_USE err series_each(struct series_source *source,
                         const struct promql_matchers *lists, size_t lists_n,
                         err (*each)(void *context, uint32_t point, struct labels labels),
                         void *context);

/* "heatnet_" and the key with every character that a metric may not have as '_'; `out`
 * has room for CATALOG_CODE_BYTES + 8. */
void series_metric(const char *key, char *out);
/* Does its quantity only ever rise? */
bool series_counts(enum quantity quantity);

#endif
