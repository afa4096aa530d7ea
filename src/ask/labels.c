/* labels.c - see labels.h. */
#include "ask/labels.h"

#include "base/ensure.h"

#include <stdlib.h>
#include <string.h>

const char *labels_value(struct labels labels, const char *name)
{
    for (size_t i = 0; i < labels.n; i++)
        if (strcmp(labels.at[i].name, name) == 0) return labels.at[i].value;
    return "";
}

int labels_compare(struct labels a, struct labels b)
{
    for (size_t i = 0; i < a.n && i < b.n; i++) {
        int order = strcmp(a.at[i].name, b.at[i].name);
        if (order == 0) order = strcmp(a.at[i].value, b.at[i].value);
        if (order != 0) return order;
    }
    if (a.n == b.n) return 0;
    return a.n < b.n ? -1 : 1;
}

bool label_names_have(const struct label_names *names, const char *name)
{
    for (size_t i = 0; i < names->n; i++)
        if (strcmp(names->at[i], name) == 0) return true;
    return false;
}

static err choose(struct arena *arena, struct labels labels,
                  const struct label_names *names, bool keep, struct labels *out)
{
    struct label *at = labels.n ? arena_new(arena, labels.n, sizeof *at) : NULL;
    if (labels.n && !at) return ERR_MEMORY;
    size_t n = 0;
    for (size_t i = 0; i < labels.n; i++) {
        const char *name = labels.at[i].name;
        if (!keep && strcmp(name, LABEL_METRIC) == 0) continue;
        if (label_names_have(names, name) == keep) at[n++] = labels.at[i];
    }
    *out = (struct labels){n, at};
    return ERR_OK;
}

err labels_keep(struct arena *arena, struct labels labels,
                const struct label_names *names, struct labels *out)
{
    return choose(arena, labels, names, true, out);
}

err labels_drop(struct arena *arena, struct labels labels,
                const struct label_names *names, struct labels *out)
{
    return choose(arena, labels, names, false, out);
}

err labels_set(struct arena *arena, struct labels labels, const char *name,
               const char *value, struct labels *out)
{
    struct label *at = arena_new(arena, labels.n + 1, sizeof *at);
    if (!at) return ERR_MEMORY;
    size_t n = 0;
    bool placed = value[0] == '\0';
    for (size_t i = 0; i < labels.n; i++) {
        int order = strcmp(labels.at[i].name, name);
        if (order >= 0 && !placed) {
            at[n++] = (struct label){name, value};
            placed = true;
        }
        if (order != 0) at[n++] = labels.at[i];
    }
    if (!placed) at[n++] = (struct label){name, value};
    *out = (struct labels){n, at};
    return ERR_OK;
}

err labels_drop_metric(struct arena *arena, struct labels labels, struct labels *out)
{
    static const struct label_names none;
    if (labels.n && strcmp(labels.at[0].name, LABEL_METRIC) == 0) {
        *out = (struct labels){labels.n - 1, labels.at + 1};
        return ERR_OK;
    }
    return choose(arena, labels, &none, false, out);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct label *)a)->name, ((const struct label *)b)->name);
}

err labels_order(struct label *at, size_t n, struct labels *out)
{
    size_t kept = 0;
    if (n) qsort(at, n, sizeof *at, by_name);
    for (size_t i = 1; i < n; i++)
        if (strcmp(at[i - 1].name, at[i].name) == 0) return ERR_DUPLICATE;
    for (size_t i = 0; i < n; i++)
        if (at[i].value[0]) at[kept++] = at[i];
    *out = (struct labels){kept, at};
    return ERR_OK;
}

/* --- the map ------------------------------------------------------------------------ */

/* FNV-1a, the separating NULs included. */
static uint64_t hash_text(uint64_t hash, const char *text)
{
    for (;; text++) {
        hash = (hash ^ (uint8_t)*text) * 1099511628211ULL;
        if (!*text) return hash;
    }
}

static size_t bucket_of(const struct labels_map *map, struct labels labels)
{
    uint64_t hash = 14695981039346656037ULL;
    for (size_t i = 0; i < labels.n; i++) {
        hash = hash_text(hash, labels.at[i].name);
        hash = hash_text(hash, labels.at[i].value);
    }
    return (size_t)((hash ^ hash >> 32) & (map->buckets_n - 1));
}

err labels_map_open(struct labels_map *map, struct arena *arena, size_t capacity)
{
    *map = (struct labels_map){.arena = arena, .capacity = capacity, .buckets_n = 16};
    while (map->buckets_n < 2 * capacity) map->buckets_n *= 2;
    map->buckets_1 = arena_new(arena, map->buckets_n, sizeof *map->buckets_1);
    map->sets = arena_new(arena, capacity + 1, sizeof *map->sets);
    map->next_1 = arena_new(arena, capacity + 1, sizeof *map->next_1);
    return map->buckets_1 && map->sets && map->next_1 ? ERR_OK : ERR_MEMORY;
}

size_t labels_map_put(struct labels_map *map, struct labels labels)
{
    size_t bucket = bucket_of(map, labels);
    for (uint32_t at = map->buckets_1[bucket]; at; at = map->next_1[at - 1])
        if (labels_compare(map->sets[at - 1], labels) == 0) return at - 1;
    ensure(map->n < map->capacity);
    map->sets[map->n] = labels;
    map->next_1[map->n] = map->buckets_1[bucket];
    map->buckets_1[bucket] = (uint32_t)map->n + 1;
    return map->n++;
}
