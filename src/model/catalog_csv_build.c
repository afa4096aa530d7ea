/* catalog_csv_build.c - from the import's tables to the next catalog.
 *
 * Every device gets a point for every point of its template.  A point that the device had
 * keeps its id.  When a device changes its template, a point goes on under its id where
 * the new template has the same key with the same quantity; the others stay behind the
 * live points with their history, and go on when their template comes back. */
#include "base/ensure.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/block.h"
#include "model/catalog_csv_internal.h"
#include "model/catalog_internal.h"

#include <string.h>

/* The template points of each template: order[first[t] .. first[t + 1]), t by position.
 */
struct runs {
    uint32_t *first, *order;
};

static size_t template_position(const struct import *import, uint32_t id)
{
    const struct things *templates = &import->things[ROW_TEMPLATE];
    const char *found =
        catalog_find_id(templates->items, templates->n, sizeof(struct template), id);
    ensure(found != NULL);
    return (size_t)(found - templates->items) / sizeof(struct template);
}

static void runs_close(struct runs *runs)
{
    memory_free(runs->first);
    memory_free(runs->order);
}

/* Counting sort: stable, so each run keeps the order of its ids. */
static err runs_open(const struct import *import, struct runs *runs)
{
    size_t templates_n = import->things[ROW_TEMPLATE].n;
    size_t points_n = import->things[ROW_POINT].n;
    runs->first = memory_new(templates_n + 2, sizeof *runs->first);
    runs->order = memory_new(points_n + 1, sizeof *runs->order);
    if (runs->first == NULL || runs->order == NULL) return ERR_MEMORY;

    for (size_t i = 0; i < points_n; i++) {
        const struct template_point *point = things_at(import, ROW_POINT, i);
        runs->first[template_position(import, point->template_id) + 2]++;
    }
    for (size_t t = 2; t <= templates_n + 1; t++) runs->first[t] += runs->first[t - 1];
    for (size_t i = 0; i < points_n; i++) {
        const struct template_point *point = things_at(import, ROW_POINT, i);
        size_t t = template_position(import, point->template_id);
        runs->order[runs->first[t + 1]++] = (uint32_t)i;
    }
    return ERR_OK;
}

/* The points of `now`, and which of them go on as live ones of the next catalog. */
struct past {
    const struct catalog *now;
    bool *used; /* by position */
};

/* The run of the points that the device had under earlier templates. */
static size_t left_run(const struct catalog *now, uint32_t device, size_t *n)
{
    size_t low = now->live_points_n, high = now->points_n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (now->points[middle].device < device)
            low = middle + 1;
        else
            high = middle;
    }
    *n = 0;
    while (low + *n < now->points_n && now->points[low + *n].device == device) (*n)++;
    return low;
}

/* In the run, the point of this very template point or, if `alike`, of one with the same
 * key and quantity; SIZE_MAX when there is none that is not used yet. */
static size_t find_point(const struct past *past, size_t first, size_t n, uint32_t of,
                         const struct template_point *alike)
{
    for (size_t i = first; i < first + n; i++) {
        const struct point *point = &past->now->points[i];
        if (past->used[i]) continue;
        if (point->template_point == of) return i;
        if (alike == NULL) continue;
        const struct template_point *had = catalog_point_template(past->now, point);
        if (had->quantity == alike->quantity && text_equal(had->key, alike->key))
            return i;
    }
    return SIZE_MAX;
}

/* The position of the device's point that goes on as template point `of`; SIZE_MAX =
 * none. */
static size_t kept_point(const struct import *import, const struct past *past,
                         const struct device *old, uint32_t of)
{
    const struct template_point *wanted = things_at(import, ROW_POINT, of);
    size_t left_n, left = left_run(past->now, old->id, &left_n);
    size_t at = find_point(past, left, left_n, of, NULL);
    if (at == SIZE_MAX) at = find_point(past, old->point_first, old->point_n, of, wanted);
    if (at == SIZE_MAX) at = find_point(past, left, left_n, of, wanted);
    return at;
}

/* Same template: both runs rise, so one walk pairs them. */
static size_t next_point(const struct past *past, const struct device *old, uint32_t of,
                         uint32_t *walked)
{
    const struct point *points = past->now->points;
    size_t at = old->point_first + *walked, end = old->point_first + old->point_n;
    while (at < end && points[at].template_point < of) at++;
    *walked = (uint32_t)(at - old->point_first);
    return at < end && points[at].template_point == of ? at : SIZE_MAX;
}

/* The points of the device in position `d`, from `made` on; how many there are. */
static size_t make_device_points(const struct import *import, const struct runs *runs,
                                 const struct past *past, size_t d, struct catalog *next)
{
    const struct device *device = things_at(import, ROW_DEVICE, d);
    const struct device *old = d < past->now->devices_n ? &past->now->devices[d] : NULL;
    bool same_template = old != NULL && old->template_id == device->template_id;
    size_t t = template_position(import, device->template_id);
    uint32_t walked = 0;
    for (uint32_t i = runs->first[t]; i < runs->first[t + 1]; i++) {
        uint32_t of = runs->order[i], id;
        size_t kept = SIZE_MAX;
        if (same_template)
            kept = next_point(past, old, of, &walked);
        else if (old != NULL)
            kept = kept_point(import, past, old, of);
        if (kept != SIZE_MAX) {
            past->used[kept] = true;
            id = past->now->points[kept].id;
        } else {
            id = ++next->point_id_max;
        }
        next->points[next->points_n++] = (struct point){id, device->id, of};
    }
    return runs->first[t + 1] - runs->first[t];
}

/* `next->points` has room for all live points and all of `now`'s. */
static err make_points(const struct import *import, const struct runs *runs,
                       struct catalog *next)
{
    const struct catalog *now = import->now;
    struct past past = {now, memory_new(now->points_n + 1, sizeof(bool))};
    if (past.used == NULL) return ERR_MEMORY;
    size_t made_n = 0;
    for (size_t d = 0; d < import->things[ROW_DEVICE].n; d++)
        made_n += make_device_points(import, runs, &past, d, next);
    ensure(made_n == next->points_n);
    for (size_t i = 0; i < now->points_n; i++)
        if (!past.used[i]) next->points[next->points_n++] = now->points[i];
    memory_free(past.used);
    struct point *fitted =
        memory_resize(next->points, next->points_n + 1, sizeof *fitted);
    if (fitted != NULL) next->points = fitted;
    return ERR_OK;
}

/* How many points there will be; over the limit is a fault of the file. */
static bool count_points(struct import *import, const struct runs *runs, size_t *points_n)
{
    *points_n = 0;
    for (size_t t = 0; t < import->things[ROW_TEMPLATE].n; t++) {
        const struct template *template = things_at(import, ROW_TEMPLATE, t);
        if (runs->first[t + 1] - runs->first[t] <= BLOCK_COLUMNS_MAX) continue;
        import_report(import, import->things[ROW_TEMPLATE].lines[t], "template",
                      "the template %s has more than %d points", template->code,
                      BLOCK_COLUMNS_MAX);
        return false;
    }
    for (size_t d = 0; d < import->things[ROW_DEVICE].n; d++) {
        const struct device *device = things_at(import, ROW_DEVICE, d);
        size_t t = template_position(import, device->template_id);
        *points_n += runs->first[t + 1] - runs->first[t];
    }
    if (*points_n <= CATALOG_POINTS_MAX) return true;
    import_report(import, 0, "",
                  "this would make %zu points; one installation has room for %d",
                  *points_n, CATALOG_POINTS_MAX);
    return false;
}

static void *take(struct import *import, enum row_kind kind)
{
    void *items = import->things[kind].items;
    import->things[kind].items = NULL;
    return items;
}

static bool anything_differs(const struct import *import)
{
    for (int kind = 0; kind < ROW_KIND_N; kind++)
        if (import->counts[kind].created + import->counts[kind].changed > 0) return true;
    return false;
}

/* The terminals are not the import's to change. */
static err copy_terminals(const struct catalog *now, struct catalog *arrays)
{
    if (now->terminals_n == 0) return ERR_OK;
    arrays->terminals = memory_new(now->terminals_n, sizeof *arrays->terminals);
    if (arrays->terminals == NULL) return ERR_MEMORY;
    memcpy(arrays->terminals, now->terminals, now->terminals_n * sizeof *now->terminals);
    arrays->terminals_n = now->terminals_n;
    return ERR_OK;
}

static err make_arrays(struct import *import, const struct runs *runs, size_t points_n,
                       struct catalog *arrays)
{
    const struct things *things = import->things;
    err e = copy_terminals(import->now, arrays);
    if (e) return e;
    size_t room = points_n + import->now->points_n;
    arrays->points = memory_new(room + 1, sizeof *arrays->points);
    if (arrays->points == NULL) return ERR_MEMORY;
    arrays->point_id_max = import->now->point_id_max;
    e = make_points(import, runs, arrays);
    if (e) return e;

    arrays->version = import->now->version + anything_differs(import);
    arrays->sites_n = things[ROW_SITE].n;
    arrays->pipes_n = things[ROW_PIPE].n;
    arrays->templates_n = things[ROW_TEMPLATE].n;
    arrays->template_points_n = things[ROW_POINT].n;
    arrays->devices_n = things[ROW_DEVICE].n;
    arrays->sites = take(import, ROW_SITE);
    arrays->pipes = take(import, ROW_PIPE);
    arrays->templates = take(import, ROW_TEMPLATE);
    arrays->template_points = take(import, ROW_POINT);
    arrays->devices = take(import, ROW_DEVICE);
    return ERR_OK;
}

err import_build(struct import *import, struct catalog **next)
{
    struct runs runs = {0};
    struct catalog arrays = {0};
    size_t points_n = 0;
    err e = runs_open(import, &runs);
    if (!e && count_points(import, &runs, &points_n)) {
        e = make_arrays(import, &runs, points_n, &arrays);
        if (!e) e = catalog_make(&arrays, next);
        if (e) catalog_free_arrays(&arrays);
    }
    runs_close(&runs);
    return e;
}
