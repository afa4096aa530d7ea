/* prometheus.h - how Prometheus' API answers: {"status":"success","data":...} and errors
 * with their type. */
#ifndef HEATNET_SERVE_PROMETHEUS_H
#define HEATNET_SERVE_PROMETHEUS_H

#include "ask/labels.h"
#include "serve/parameters.h"
#include "serve/request.h"

enum prometheus_error {
    PROMETHEUS_BAD_DATA,  /* 400 */
    PROMETHEUS_EXECUTION, /* 422: right in form, but it cannot be computed */
    PROMETHEUS_TIMEOUT    /* 503 */
};

/* False: an error has been answered. */
bool prometheus_parameters(struct request *request, struct parameters *parameters);
void prometheus_error(struct request *request, enum prometheus_error error,
                      const char *format, ...) __attribute__((format(printf, 3, 4)));
/* {"status":"success","data": ... } around what is written between the two. */
void prometheus_begin(struct buffer *out);
void prometheus_end(struct buffer *out);
void prometheus_answer(struct request *request);
/* {"name":"value",...} */
void prometheus_labels(struct buffer *out, struct labels labels);

#endif
