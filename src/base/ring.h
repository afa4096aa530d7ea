/* ring.h - a bounded queue of owned pointers between threads.
 *
 * Any number of writers and readers.  The maximum is set at birth; what a full ring means
 * is the writer's policy.  The ring owns nothing: whoever takes a message owns it. */
#ifndef HEATNET_BASE_RING_H
#define HEATNET_BASE_RING_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ring;

MUST_USE err ring_open(size_t n_max, struct ring **ring);
/* Must be empty or its content be known elsewhere; NULL is allowed. */
void ring_close(struct ring *ring);

/* ERR_FULL: the message was not taken.  ERR_CLOSED after ring_shut(). */
MUST_USE err ring_put(struct ring *ring, void *message);
/* As ring_put, but waits for room. */
MUST_USE err ring_put_wait(struct ring *ring, void *message);
/* Up to `n_max` messages at once, waiting at most `timeout_ms` (-1 = for ever) for the
 * first.  0 = time passed, or shut and empty. */
size_t ring_take(struct ring *ring, void **messages, size_t n_max, int64_t timeout_ms);
/* No more puts; takers get what is left and then 0. */
void ring_shut(struct ring *ring);
bool ring_is_shut(struct ring *ring);
size_t ring_n(struct ring *ring);

#endif
