/* intervals.c - a sorted array and binary search. */
#include "collect/intervals.h"

#include "base/ensure.h"
#include "base/memory.h"

#include <string.h>

void intervals_close(struct intervals *set)
{
    ensure(set);
    memory_free(set->at);
    *set = (struct intervals){0};
}

/* Index of the first interval that ends at or behind `number`. */
static size_t find(const struct intervals *set, uint64_t number)
{
    size_t low = 0, high = set->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (set->at[middle].last < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static err grow(struct intervals *set)
{
    if (set->n < set->capacity) return ERR_OK;
    if (set->n == INTERVALS_MAX) return ERR_FULL;
    size_t capacity = set->capacity ? 2 * set->capacity : 16;
    struct interval *at = memory_resize(set->at, capacity, sizeof *at);
    if (!at) return ERR_MEMORY;
    set->at = at;
    set->capacity = capacity;
    return ERR_OK;
}

err intervals_add(struct intervals *set, uint64_t first, uint64_t last)
{
    ensure(set && first <= last);

    /* [i, end) are the intervals that overlap or touch the new one. */
    size_t i = find(set, first > 0 ? first - 1 : 0), end = i;
    while (end < set->n && set->at[end].first <= (last < UINT64_MAX ? last + 1 : last)) {
        if (set->at[end].first < first) first = set->at[end].first;
        if (set->at[end].last > last) last = set->at[end].last;
        end++;
    }
    if (i == end) {
        err e = grow(set);
        if (e) return e;
        memmove(set->at + i + 1, set->at + i, (set->n - i) * sizeof set->at[0]);
        set->n++;
    } else {
        memmove(set->at + i + 1, set->at + end, (set->n - end) * sizeof set->at[0]);
        set->n -= end - i - 1;
    }
    set->at[i] = (struct interval){first, last};
    return ERR_OK;
}

bool intervals_has(const struct intervals *set, uint64_t number)
{
    size_t i = find(set, number);
    return i < set->n && set->at[i].first <= number;
}

uint64_t intervals_count(const struct intervals *set, uint64_t first, uint64_t last)
{
    uint64_t n = 0;

    for (size_t i = find(set, first); i < set->n && set->at[i].first <= last; i++) {
        uint64_t a = set->at[i].first > first ? set->at[i].first : first;
        uint64_t b = set->at[i].last < last ? set->at[i].last : last;
        n += b - a + 1;
    }
    return n;
}

uint64_t intervals_next_missing(const struct intervals *set, uint64_t from)
{
    size_t i = find(set, from);
    if (i < set->n && set->at[i].first <= from) return set->at[i].last + 1;
    return from;
}
