/* parameters.h - parameters of the query and of a posted form alike, names repeated.
 *
 * Prometheus' and InfluxDB's APIs take both, and lists as match[]=a&match[]=b. */
#ifndef HEATNET_SERVE_PARAMETERS_H
#define HEATNET_SERVE_PARAMETERS_H

#include "serve/request.h"

enum { PARAMETERS_MAX = 64 };

struct parameters {
    size_t n;

    struct {
        const char *name, *value; /* in the request's arena or the library's */
    } at[PARAMETERS_MAX];
};

/* ERR_FRAME: a broken form; ERR_FULL: too many; ERR_MEMORY. */
MUST_USE err parameters_read(struct request *request, struct parameters *parameters);
/* The first of that name; NULL when there is none. */
const char *parameters_find(const struct parameters *parameters, const char *name);

#endif
