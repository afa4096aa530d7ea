/* arena.h - memory of one request, cycle or solve, freed as a whole.
 *
 * Grows in chunks up to `bytes_max`; no single frees. */
#ifndef HEATNET_BASE_ARENA_H
#define HEATNET_BASE_ARENA_H

#include <stddef.h>

struct arena_chunk;

struct arena {
    struct arena_chunk *last;
    size_t used_bytes;
    size_t bytes_max;
};

void arena_open(struct arena *arena, size_t bytes_max);
/* Frees all; the arena can be used again. */
void arena_close(struct arena *arena);
/* Forget all, but keep the newest chunk for the next use if it is not larger than
 * `keep_bytes_max`: what is used again and again then costs no new pages. */
void arena_clear(struct arena *arena, size_t keep_bytes_max);
/* `n` zeroed items, aligned for any type; NULL at the maximum or when out of memory. */
void *arena_new(struct arena *arena, size_t n, size_t item_bytes);
/* The same, not zeroed: for what is filled whole at once. */
void *arena_room(struct arena *arena, size_t n, size_t item_bytes);
char *arena_text(struct arena *arena, const char *text, size_t n);

#endif
