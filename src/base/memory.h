/* memory.h - the only place that asks the operating system for memory.
 *
 * Three lifetimes: start-up, arena (arena.h), owner (x_open / x_close).  Tests can make
 * the n-th request fail.  All functions ensure() that sizes do not overflow. */
#ifndef HEATNET_BASE_MEMORY_H
#define HEATNET_BASE_MEMORY_H

#include <stddef.h>

/* `n` zeroed items of `item_bytes`; NULL when out of memory (or n == 0). */
void *memory_new(size_t n, size_t item_bytes);
/* Resize to `n` items, new bytes not set; NULL, and the old block is untouched, when out
 * of memory. */
void *memory_resize(void *old, size_t n, size_t item_bytes);
char *memory_text(const char *text);
void memory_free(void *block);

/* Make the `nth` request from now (1 = the next) fail, 0 = none; for tests. */
void memory_fail_at(size_t nth);

#endif
