/* labels.h - label sets: what names a series of the query language.
 *
 * Sorted by name, each name once, no empty value: an absent label and an empty one are
 * the same, as in Prometheus' data model.  Texts belong to an arena or the catalog. */
#ifndef HEATNET_ASK_LABELS_H
#define HEATNET_ASK_LABELS_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LABEL_METRIC "__name__"

struct label {
    const char *name, *value;
};

struct labels {
    size_t n;
    const struct label *at;
};

/* A list of names, as in by (...), on (...). */
struct label_names {
    size_t n;
    const char **at;
};

/* "" when there is none. */
const char *labels_value(struct labels labels, const char *name);
int labels_compare(struct labels a, struct labels b);
bool label_names_have(const struct label_names *names, const char *name);

/* All of these make a new set in the arena; ERR_MEMORY. */
/* Only the named ones. */
MUST_USE err labels_keep(struct arena *arena, struct labels labels,
                         const struct label_names *names, struct labels *out);
/* All but the named ones and the metric's name. */
MUST_USE err labels_drop(struct arena *arena, struct labels labels,
                         const struct label_names *names, struct labels *out);
/* One label set, or removed when `value` is "". */
MUST_USE err labels_set(struct arena *arena, struct labels labels, const char *name,
                        const char *value, struct labels *out);
/* Without the metric's name; shares the rest when it stands first. */
MUST_USE err labels_drop_metric(struct arena *arena, struct labels labels,
                                struct labels *out);
/* Sort labels given in any order and leave out empty ones; `at` is changed.
 * ERR_DUPLICATE: a name twice. */
MUST_USE err labels_order(struct label *at, size_t n, struct labels *out);

/* Label sets to positions 0, 1, 2 ... in the order of their first sight. */
struct labels_map {
    struct arena *arena;
    size_t n, capacity;
    struct labels *sets;    /* n of them */
    uint32_t *next_1;       /* position + 1 in the bucket, 0 = end */
    uint32_t *buckets_1;
    size_t buckets_n;
};

/* For at most `capacity` sets. */
MUST_USE err labels_map_open(struct labels_map *map, struct arena *arena,
                             size_t capacity);
/* The set's position, added when it is new (ensured to fit). */
size_t labels_map_put(struct labels_map *map, struct labels labels);

#endif
