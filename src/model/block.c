/* block.c - see block.h. */
#include "model/block.h"

#include "base/ensure.h"

#include <stdbool.h>
#include <string.h>

static bool points_rise(const struct block *block)
{
    for (size_t i = 1; i < block->columns_n; i++)
        if (block->points[i] <= block->points[i - 1]) return false;
    return true;
}

/* Ids that do not rise go through a small hash table. */
static bool points_differ(const struct block *block)
{
    uint32_t slots[BLOCK_COLUMNS_MAX * 2]; /* a power of two, at most half full */
    size_t slots_n = 16;
    while (slots_n < block->columns_n * 2) slots_n *= 2;
    ensure(slots_n <= COUNT(slots));
    memset(slots, 0, slots_n * sizeof *slots);

    for (size_t i = 0; i < block->columns_n; i++) {
        size_t at = (uint32_t)(block->points[i] * 2654435769U) & (slots_n - 1);
        while (slots[at] != 0 && slots[at] != block->points[i])
            at = (at + 1) & (slots_n - 1);
        if (slots[at] != 0) return false;
        slots[at] = block->points[i];
    }
    return true;
}

const char *block_fault(const struct block *block)
{
    ensure(block != NULL);
    if (block->device == 0) return "it names no device";
    if (block->times_n == 0) return "it has no times";
    if (block->columns_n == 0) return "it has no points";
    if (block->times_n > BLOCK_TIMES_MAX) return "it has too many times";
    if (block->columns_n > BLOCK_COLUMNS_MAX) return "it has too many points";
    if (block->times_n * block->columns_n > BLOCK_SAMPLES_MAX)
        return "it has too many samples";
    for (size_t i = 1; i < block->times_n; i++)
        if (block->times_ms[i] < block->times_ms[i - 1]) return "its times fall";
    for (size_t i = 0; i < block->columns_n; i++)
        if (block->points[i] == 0) return "it has a point 0";
    if (!points_rise(block) && !points_differ(block)) return "it has a point twice";
    return NULL;
}
