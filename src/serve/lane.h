/* lane.h - workers for requests that would hold up the threads that speak HTTP.
 *
 * The connection sleeps (suspended) while its request is in a lane. */
#ifndef HEATNET_SERVE_LANE_H
#define HEATNET_SERVE_LANE_H

#include "serve/request.h"

#include <stddef.h>

struct lane_pool;

/* `name`: of the threads.  At most `wait_n_max` requests wait.  ERR_MEMORY. */
MUST_USE err lane_open(const char *name, size_t threads_n, size_t wait_n_max,
                       struct lane_pool **pool);
/* Works off what waits, then takes no more; lane_put goes on to answer that we stop. */
void lane_stop(struct lane_pool *pool);
/* Nobody uses it any more. */
void lane_close(struct lane_pool *pool);
/* Suspends the connection and queues the request.  When there is no room it is answered
 * at once and the connection is awake. */
void lane_put(struct lane_pool *pool, struct request *request);

/* Put a connection to sleep, and wake it with its answer ready; for LANE_OWN handlers. */
void request_suspend(struct request *request);
void request_resume(struct request *request);

#endif
