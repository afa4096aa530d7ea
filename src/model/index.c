/* index.c - see index.h. */
#include "model/index.h"

#include "base/ensure.h"
#include "base/memory.h"

enum { SLOTS_LEAST = 16 };

err index_open(struct index *index, size_t n)
{
    ensure(index != NULL);
    size_t slots_n = SLOTS_LEAST;
    while (slots_n < n * 2) slots_n *= 2; /* at most half full */
    struct index_slot *slots = memory_new(slots_n, sizeof *slots);
    if (slots == NULL) return ERR_MEMORY;
    *index = (struct index){slots, slots_n, 0};
    return ERR_OK;
}

void index_close(struct index *index)
{
    memory_free(index->slots);
    *index = (struct index){0};
}

static uint32_t mix(uint32_t h)
{
    h ^= h >> 16;
    h *= 0x7feb352dU;
    h ^= h >> 15;
    h *= 0x846ca68bU;
    return h ^ (h >> 16);
}

uint32_t index_hash_text(uint32_t seed, const char *text)
{
    uint32_t h = 2166136261U ^ seed;
    for (; *text != '\0'; text++) h = (h ^ (uint8_t)*text) * 16777619U;
    return mix(h);
}

uint32_t index_hash_number(uint32_t number)
{
    return mix(number);
}

uint32_t index_find(const struct index *index, uint32_t hash, index_same *same,
                    const void *items, const void *key)
{
    if (index->slots_n == 0) return INDEX_NONE;
    size_t mask = index->slots_n - 1;
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        const struct index_slot *slot = &index->slots[i];
        if (slot->position_1 == 0) return INDEX_NONE;
        if (slot->hash == hash && same(items, slot->position_1 - 1, key))
            return slot->position_1 - 1;
    }
}

static void put(struct index *index, struct index_slot slot)
{
    size_t mask = index->slots_n - 1;
    size_t i = slot.hash & mask;
    while (index->slots[i].position_1 != 0) i = (i + 1) & mask;
    index->slots[i] = slot;
    index->used_n++;
}

static err grow(struct index *index)
{
    struct index wider;
    err e = index_open(&wider, index->slots_n);
    if (e) return e;
    for (size_t i = 0; i < index->slots_n; i++)
        if (index->slots[i].position_1 != 0) put(&wider, index->slots[i]);
    index_close(index);
    *index = wider;
    return ERR_OK;
}

err index_add(struct index *index, uint32_t hash, uint32_t position)
{
    ensure(position != INDEX_NONE);
    if ((index->used_n + 1) * 2 > index->slots_n) {
        err e = grow(index);
        if (e) return e;
    }
    put(index, (struct index_slot){hash, position + 1});
    return ERR_OK;
}
