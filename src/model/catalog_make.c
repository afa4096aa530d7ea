/* catalog_make.c - from loose arrays to a sorted, indexed, checked catalog.
 *
 * Everything here is linear where the arrays come sorted, as they do from the database.
 */
#include "base/ensure.h"
#include "base/memory.h"
#include "model/catalog.h"
#include "model/catalog_internal.h"

#include <stdlib.h>
#include <string.h>

enum { SITE_DEPTH_MAX = 64 };

static uint32_t id_of(const void *item)
{
    uint32_t id; /* every struct of catalog.h begins with it */
    memcpy(&id, item, sizeof id);
    return id;
}

static int compare_ids(const void *a, const void *b)
{
    return (id_of(a) > id_of(b)) - (id_of(a) < id_of(b));
}

static int compare_points(const void *a, const void *b)
{
    const struct point *p = a, *q = b;
    if (p->device != q->device) return p->device < q->device ? -1 : 1;
    return (p->template_point > q->template_point) -
           (p->template_point < q->template_point);
}

static void sort(void *items, size_t n, size_t item_bytes,
                 int (*compare)(const void *, const void *))
{
    const char *at = items;
    size_t i = 1;
    while (i < n && compare(at + (i - 1) * item_bytes, at + i * item_bytes) <= 0) i++;
    if (i < n) qsort(items, n, item_bytes, compare);
}

static bool ids_are_good(const void *items, size_t n, size_t item_bytes)
{
    const char *at = items;
    uint32_t before = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t id = id_of(at + i * item_bytes);
        if (id <= before) return false;
        before = id;
    }
    return true;
}

static err sort_by_id(void *items, size_t n, size_t item_bytes)
{
    sort(items, n, item_bytes, compare_ids);
    return ids_are_good(items, n, item_bytes) ? ERR_OK : ERR_CORRUPT;
}

/* --- template points: sorted by template and id, with the points following -------- */

struct place {
    uint32_t template_id, id, old;
};

static int compare_places(const void *a, const void *b)
{
    const struct place *p = a, *q = b;
    if (p->template_id != q->template_id) return p->template_id < q->template_id ? -1 : 1;
    return (p->id > q->id) - (p->id < q->id);
}

static bool places_stand(const struct place *places, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (places[i].old != i) return false;
    return true;
}

/* Move the template points to their places; `moved` (n) gets the new position of each. */
static void apply_places(struct catalog *c, const struct place *places,
                         struct template_point *sorted, uint32_t *moved)
{
    for (size_t i = 0; i < c->template_points_n; i++) {
        sorted[i] = c->template_points[places[i].old];
        moved[places[i].old] = (uint32_t)i;
    }
    for (size_t i = 0; i < c->points_n; i++)
        if (c->points[i].template_point < c->template_points_n)
            c->points[i].template_point = moved[c->points[i].template_point];
    memory_free(c->template_points);
    c->template_points = sorted;
}

static err sort_template_points(struct catalog *c)
{
    size_t n = c->template_points_n;
    if (n == 0) return ERR_OK;
    struct place *places = memory_new(n, sizeof *places);
    if (places == NULL) return ERR_MEMORY;
    for (size_t i = 0; i < n; i++)
        places[i] = (struct place){c->template_points[i].template_id,
                                   c->template_points[i].id, (uint32_t)i};
    sort(places, n, sizeof *places, compare_places);

    err e = ERR_OK;
    if (!places_stand(places, n)) {
        struct template_point *sorted = memory_new(n, sizeof *sorted);
        uint32_t *moved = memory_new(n, sizeof *moved);
        if (sorted != NULL && moved != NULL)
            apply_places(c, places, sorted, moved);
        else
            e = ERR_MEMORY;
        if (e) memory_free(sorted);
        memory_free(moved);
    }
    memory_free(places);
    return e;
}

static bool same_id(const void *items, uint32_t position, const void *key)
{
    return ((const struct template_point *)items)[position].id == *(const uint32_t *)key;
}

static err check_template_point_ids(const struct catalog *c)
{
    struct index ids;
    err e = index_open(&ids, c->template_points_n);
    if (e) return e;
    for (size_t i = 0; i < c->template_points_n && !e; i++) {
        uint32_t id = c->template_points[i].id;
        uint32_t hash = index_hash_number(id);
        bool twice =
            index_find(&ids, hash, same_id, c->template_points, &id) != INDEX_NONE;
        e = id == 0 || twice ? ERR_CORRUPT : index_add(&ids, hash, (uint32_t)i);
    }
    index_close(&ids);
    return e;
}

/* --- runs and references ---------------------------------------------------------- */

static err set_template_runs(struct catalog *c)
{
    size_t at = 0;
    for (size_t t = 0; t < c->templates_n; t++) {
        struct template *template = &c->templates[t];
        template->point_first = (uint32_t)at;
        while (at < c->template_points_n &&
               c->template_points[at].template_id == template->id)
            at++;
        template->point_n = (uint32_t)at - template->point_first;
    }
    return at == c->template_points_n ? ERR_OK : ERR_CORRUPT; /* left: no such template */
}

/* Whether a device's present template has the point.  ERR_CORRUPT: it belongs nowhere. */
static err look_at_point(const struct catalog *c, const struct point *point, bool *live)
{
    const struct device *device = catalog_device(c, point->device);
    if (device == NULL || point->template_point >= c->template_points_n)
        return ERR_CORRUPT;
    *live = c->template_points[point->template_point].template_id == device->template_id;
    return ERR_OK;
}

/* The live points to the front. */
static err part_points(struct catalog *c)
{
    size_t live_n = 0, end = c->points_n;
    while (live_n < end) {
        bool live;
        err e = look_at_point(c, &c->points[live_n], &live);
        if (e) return e;
        if (live) {
            live_n++;
            continue;
        }
        struct point left = c->points[live_n];
        c->points[live_n] = c->points[--end];
        c->points[end] = left;
    }
    c->live_points_n = live_n;
    if (c->points_n == 0) return ERR_OK; /* no array to point into */
    sort(c->points, live_n, sizeof *c->points, compare_points);
    sort(c->points + live_n, c->points_n - live_n, sizeof *c->points, compare_points);
    return ERR_OK;
}

static err set_device_runs(struct catalog *c)
{
    size_t at = 0;
    for (size_t d = 0; d < c->devices_n; d++) {
        struct device *device = &c->devices[d];
        uint32_t last = UINT32_MAX;
        device->point_first = (uint32_t)at;
        for (; at < c->live_points_n && c->points[at].device == device->id; at++) {
            if (c->points[at].template_point == last) return ERR_CORRUPT;
            last = c->points[at].template_point;
        }
        device->point_n = (uint32_t)at - device->point_first;
    }
    ensure(at == c->live_points_n); /* every point has a device */
    return ERR_OK;
}

/* A circle has at least one site whose parent is of no earlier kind: only from those the
 * way up has to be walked. */
static err check_site(const struct catalog *c, const struct site *site)
{
    const struct site *at = site;
    if ((unsigned)site->kind >= SITE_KIND_N) return ERR_CORRUPT;
    for (unsigned depth = 0; at->parent != 0; depth++) {
        const struct site *parent = catalog_site(c, at->parent);
        if (parent == NULL || depth >= SITE_DEPTH_MAX) return ERR_CORRUPT;
        if (depth == 0 && parent->kind < site->kind) return ERR_OK;
        at = parent;
    }
    return ERR_OK;
}

static err check_references(const struct catalog *c)
{
    err e = ERR_OK;
    for (size_t i = 0; i < c->sites_n && !e; i++) e = check_site(c, &c->sites[i]);
    for (size_t i = 0; i < c->pipes_n && !e; i++) {
        const struct pipe *pipe = &c->pipes[i];
        if (!catalog_site(c, pipe->from) || !catalog_site(c, pipe->to)) e = ERR_CORRUPT;
    }
    for (size_t i = 0; i < c->devices_n && !e; i++) {
        const struct device *device = &c->devices[i];
        if (!catalog_site(c, device->site)) e = ERR_CORRUPT;
        if (!catalog_template(c, device->template_id)) e = ERR_CORRUPT;
        if (device->terminal != 0 && !catalog_terminal(c, device->terminal))
            e = ERR_CORRUPT;
    }
    return e;
}

static err arrange(struct catalog *c)
{
    err e = sort_by_id(c->sites, c->sites_n, sizeof *c->sites);
    if (!e) e = sort_by_id(c->pipes, c->pipes_n, sizeof *c->pipes);
    if (!e) e = sort_by_id(c->templates, c->templates_n, sizeof *c->templates);
    if (!e) e = sort_by_id(c->terminals, c->terminals_n, sizeof *c->terminals);
    if (!e) e = sort_by_id(c->devices, c->devices_n, sizeof *c->devices);
    if (!e) e = sort_template_points(c);
    if (!e) e = check_template_point_ids(c);
    if (!e) e = set_template_runs(c);
    if (!e) e = part_points(c);
    if (!e) e = set_device_runs(c);
    if (!e) e = check_references(c);
    return e;
}

/* --- indexes ---------------------------------------------------------------------- */

/* Any of the look-ups by code. */
typedef const void *find_code(const struct catalog *catalog, const char *code);

static const void *find_site(const struct catalog *catalog, const char *code)
{
    return catalog_site_by_code(catalog, code);
}

static const void *find_template(const struct catalog *catalog, const char *code)
{
    return catalog_template_by_code(catalog, code);
}

static const void *find_terminal(const struct catalog *catalog, const char *code)
{
    return catalog_terminal_by_code(catalog, code);
}

static const void *find_device(const struct catalog *catalog, const char *code)
{
    return catalog_device_by_code(catalog, code);
}

struct code_array {
    const void *items;
    size_t n, item_bytes, code_offset;
    find_code *find;
};

static err index_codes(const struct catalog *c, struct index *index,
                       const struct code_array *array)
{
    err e = index_open(index, array->n);
    for (size_t i = 0; i < array->n && !e; i++) {
        const char *item = (const char *)array->items + i * array->item_bytes;
        const char *code = item + array->code_offset;
        if (code[0] == '\0') continue;
        if (array->find(c, code) != NULL) return ERR_CORRUPT;
        e = index_add(index, index_hash_text(0, code), (uint32_t)i);
    }
    return e;
}

static err index_points(struct catalog *c)
{
    struct index *index = &c->index->point_ids;
    err e = index_open(index, c->points_n);
    for (size_t i = 0; i < c->points_n && !e; i++) {
        uint32_t id = c->points[i].id;
        if (id == 0 || catalog_point(c, id) != NULL) return ERR_CORRUPT;
        if (id > c->point_id_max) c->point_id_max = id;
        e = index_add(index, index_hash_number(id), (uint32_t)i);
    }
    return e;
}

static err index_all(struct catalog *c)
{
    struct code_array sites = {c->sites, c->sites_n, sizeof(struct site),
                               offsetof(struct site, code), find_site};
    struct code_array templates = {c->templates, c->templates_n, sizeof(struct template),
                                   offsetof(struct template, code), find_template};
    struct code_array terminals = {c->terminals, c->terminals_n, sizeof(struct terminal),
                                   offsetof(struct terminal, code), find_terminal};
    struct code_array devices = {c->devices, c->devices_n, sizeof(struct device),
                                 offsetof(struct device, code), find_device};
    err e = index_codes(c, &c->index->site_codes, &sites);
    if (!e) e = index_codes(c, &c->index->template_codes, &templates);
    if (!e) e = index_codes(c, &c->index->terminal_codes, &terminals);
    if (!e) e = index_codes(c, &c->index->device_codes, &devices);
    if (!e) e = index_points(c);
    return e;
}

err catalog_make(struct catalog *arrays, struct catalog **catalog)
{
    ensure(arrays != NULL);
    ensure(catalog != NULL);
    err e = arrange(arrays);
    if (e) return e;

    struct catalog *c = memory_new(1, sizeof *c);
    struct catalog_index *index = memory_new(1, sizeof *index);
    struct catalog_count *count = memory_new(1, sizeof *count);
    if (c == NULL || index == NULL || count == NULL) {
        memory_free(c);
        memory_free(index);
        memory_free(count);
        return ERR_MEMORY;
    }
    *c = *arrays;
    c->index = index;
    c->count = count;
    lock_open(&count->lock);
    count->n = 1;
    e = index_all(c);
    if (e) { /* the arrays stay the caller's */
        *c = (struct catalog){.index = index, .count = count};
        catalog_release(c);
        return e;
    }
    *arrays = (struct catalog){0};
    *catalog = c;
    return ERR_OK;
}
