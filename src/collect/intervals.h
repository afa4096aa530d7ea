/* intervals.h - a set of numbers kept as few closed intervals: which frames are done.
 *
 * Frames are acknowledged almost in order, so that mostly one interval is enough.
 * Bounded: a number that would need interval INTERVALS_MAX + 1 is refused, which costs a
 * repeated transmission and nothing else. */
#ifndef HEATNET_COLLECT_INTERVALS_H
#define HEATNET_COLLECT_INTERVALS_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { INTERVALS_MAX = 65536 };

struct interval {
    uint64_t first, last;
};

struct intervals { /* zeroed = empty */
    size_t n, capacity;
    struct interval *at; /* ascending, never touching */
};

void intervals_close(struct intervals *set);
/* All of first..last; those that are in it already do no harm.  ERR_FULL, ERR_MEMORY: the
 * set is as before. */
MUST_USE err intervals_add(struct intervals *set, uint64_t first, uint64_t last);
bool intervals_has(const struct intervals *set, uint64_t number);
/* How many of first..last are in the set. */
uint64_t intervals_count(const struct intervals *set, uint64_t first, uint64_t last);
/* The least number >= `from` that is not in the set. */
uint64_t intervals_next_missing(const struct intervals *set, uint64_t from);

#endif
