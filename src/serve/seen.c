/* seen.c - open addressing with linear probing; see seen.h. */
#include "serve/seen.h"

#include "base/ensure.h"
#include "base/memory.h"
#include "base/text.h"

#include <string.h>

void seen_close(struct seen *seen)
{
    memory_free(seen->slots);
    *seen = (struct seen){0};
}

err seen_begin(struct seen *seen, size_t n)
{
    seen->n = 0;
    seen->generation++;
    size_t slots_n = seen->slots_n ? seen->slots_n : 64;
    while (slots_n < 2 * n) slots_n *= 2;
    if (slots_n == seen->slots_n && seen->generation) return ERR_OK;
    struct seen_slot *slots = memory_new(slots_n, sizeof *slots);
    if (!slots) return ERR_MEMORY;
    memory_free(seen->slots);
    seen->slots = slots;
    seen->slots_n = slots_n;
    seen->generation = 1;
    return ERR_OK;
}

static size_t hash(const struct frame *frame)
{
    uint64_t h = (frame->spool ^ (frame->sequence * 0x9e3779b97f4a7c15U));
    h ^= h >> 29;
    h *= 0xbf58476d1ce4e5b9U;
    return (size_t)(h ^ (h >> 32));
}

err seen_add(struct seen *seen, const struct frame *frame)
{
    ensure(2 * seen->n < seen->slots_n);
    size_t mask = seen->slots_n - 1;
    size_t i = hash(frame) & mask;
    for (; seen->slots[i].generation == seen->generation; i = (i + 1) & mask) {
        const struct frame *other = seen->slots[i].frame;
        if (other->spool == frame->spool && other->sequence == frame->sequence &&
            text_equal(other->terminal, frame->terminal))
            return ERR_DUPLICATE;
    }
    seen->slots[i].generation = seen->generation;
    seen->slots[i].frame = frame;
    seen->n++;
    return ERR_OK;
}
