/* arena.c - chunks in a list, newest first; each twice the size of the one before, so
 * that a large request costs few allocations and a small one little memory. */
#include "base/arena.h"

#include "base/ensure.h"
#include "base/memory.h"

#include <stdalign.h>
#include <stdint.h>
#include <string.h>

enum { CHUNK_BYTES_MIN = 4096, CHUNK_BYTES_MAX = 1 << 20, ALIGN = alignof(max_align_t) };

struct arena_chunk {
    struct arena_chunk *before;
    size_t used_bytes;
    size_t capacity_bytes;
    size_t dirty_bytes; /* behind these all is zero, as it was born */
    alignas(max_align_t) uint8_t at[];
};

void arena_open(struct arena *arena, size_t bytes_max)
{
    ensure(arena != NULL);

    *arena = (struct arena){.bytes_max = bytes_max};
}

void arena_close(struct arena *arena)
{
    ensure(arena != NULL);

    struct arena_chunk *chunk = arena->last;
    while (chunk) {
        struct arena_chunk *before = chunk->before;
        memory_free(chunk);
        chunk = before;
    }
    arena->last = NULL;
    arena->used_bytes = 0;
}

void arena_clear(struct arena *arena, size_t keep_bytes_max)
{
    ensure(arena != NULL);

    struct arena_chunk *keep = arena->last;
    if (!keep || keep->capacity_bytes > keep_bytes_max) {
        arena_close(arena);
        return;
    }
    arena->last = keep->before;
    arena_close(arena);
    keep->before = NULL;
    keep->used_bytes = 0;
    arena->last = keep;
}

static size_t chunk_bytes(const struct arena *arena, size_t need)
{
    size_t bytes = arena->last ? 2 * arena->last->capacity_bytes : CHUNK_BYTES_MIN;
    if (bytes > CHUNK_BYTES_MAX) bytes = CHUNK_BYTES_MAX;
    return bytes < need ? need : bytes;
}

/* A chunk with room for `need` bytes at its end; NULL when out of memory. */
static struct arena_chunk *chunk_for(struct arena *arena, size_t need)
{
    struct arena_chunk *last = arena->last;
    if (last && last->capacity_bytes - last->used_bytes >= need) return last;

    size_t capacity = chunk_bytes(arena, need);
    struct arena_chunk *chunk = memory_new(sizeof *chunk + capacity, 1);
    if (!chunk) return NULL;
    chunk->before = last;
    chunk->capacity_bytes = capacity;
    arena->last = chunk;
    return chunk;
}

/* Room for `n` items; *old_bytes: so many of its first bytes may not be zero. */
static void *take(struct arena *arena, size_t n, size_t item_bytes, size_t *old_bytes)
{
    ensure(arena != NULL);
    ensure(item_bytes > 0);
    ensure(arena->used_bytes <= arena->bytes_max);

    size_t left = arena->bytes_max - arena->used_bytes;
    if (n > left / item_bytes) return NULL;     /* a division cannot overflow */
    size_t bytes = n == 0 ? 1 : n * item_bytes; /* no items still have an address */
    if (bytes > left || bytes > PTRDIFF_MAX / 2) return NULL;
    size_t aligned = (bytes + ALIGN - 1) / ALIGN * ALIGN;

    struct arena_chunk *chunk = chunk_for(arena, aligned);
    if (!chunk) return NULL;
    void *place = chunk->at + chunk->used_bytes;
    size_t dirty = chunk->dirty_bytes, used = chunk->used_bytes;
    *old_bytes = dirty > used ? dirty - used : 0;
    if (*old_bytes > aligned) *old_bytes = aligned;
    chunk->used_bytes += aligned;
    if (chunk->used_bytes > dirty) chunk->dirty_bytes = chunk->used_bytes;
    arena->used_bytes += aligned < left ? aligned : left;
    return place;
}

void *arena_room(struct arena *arena, size_t n, size_t item_bytes)
{
    size_t old_bytes;
    return take(arena, n, item_bytes, &old_bytes);
}

void *arena_new(struct arena *arena, size_t n, size_t item_bytes)
{
    size_t old_bytes;
    void *place = take(arena, n, item_bytes, &old_bytes);
    if (place && old_bytes) memset(place, 0, old_bytes);
    return place;
}

char *arena_text(struct arena *arena, const char *text, size_t n)
{
    ensure(text != NULL || n == 0);
    ensure(n < SIZE_MAX);

    char *copy = arena_new(arena, n + 1, 1);
    if (copy && n > 0) memcpy(copy, text, n);
    return copy;
}
