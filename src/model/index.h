/* index.h - positions in an array, found by a hashed key; private to model/.
 *
 * Open addressing with linear probing; grows by itself.  A slot keeps the whole hash, so
 * the keys are touched only where they are very likely equal.  FNV-1a with a final mix:
 * the codes are an operator's own, so a seed against chosen collisions is not needed. */
#ifndef HEATNET_MODEL_INDEX_H
#define HEATNET_MODEL_INDEX_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct index_slot {
    uint32_t hash;
    uint32_t position_1; /* position + 1; 0 = empty */
};

struct index {
    struct index_slot *slots;
    size_t slots_n; /* a power of two, or 0 */
    size_t used_n;
};

#define INDEX_NONE UINT32_MAX

/* True when the item at `position` of `items` has the key. */
typedef bool index_same(const void *items, uint32_t position, const void *key);

/* Room for `n` positions without growing; a zeroed index is open too.  ERR_MEMORY. */
MUST_USE err index_open(struct index *index, size_t n);
void index_close(struct index *index);

uint32_t index_hash_text(uint32_t seed, const char *text);
uint32_t index_hash_number(uint32_t number);

/* INDEX_NONE when no item has the key. */
uint32_t index_find(const struct index *index, uint32_t hash, index_same *same,
                    const void *items, const void *key);
/* The caller has looked that the key is not there yet.  ERR_MEMORY. */
MUST_USE err index_add(struct index *index, uint32_t hash, uint32_t position);

#endif
