/* catalog.h - what there is: sites, pipes, templates, terminals, devices, points.
 *
 * A catalog is an immutable picture: built once from the records
 * (store/catalog_records.h), shared by reference count, replaced as a whole when
 * something changes.  Numbers (`id`) are given by the database, start at 1 and never
 * change their meaning; codes are the people's names for the same things.  Arrays are
 * sorted by id; look-ups are O(log n) or hashed.
 *
 *   site -- site            company > district > source | branch > station > building
 *     |                     > household
 *     `-- device -- point   a device is an instance of a template; so is each point
 *   pipe                    from site to site, in the order of the water */
#ifndef HEATNET_MODEL_CATALOG_H
#define HEATNET_MODEL_CATALOG_H

#include "base/err.h"
#include "model/catalog_things.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Limits of one installation; an import beyond them is an error. */
enum { CATALOG_SITES_MAX = 2000000, CATALOG_POINTS_MAX = 4000000 };

struct catalog {
    uint64_t version; /* grows with every change */
    size_t sites_n, pipes_n, templates_n, template_points_n, terminals_n, devices_n,
        points_n;
    struct site *sites;
    struct pipe *pipes;
    struct template *templates;
    struct template_point *template_points; /* sorted by template, then id */
    struct terminal *terminals;
    struct device *devices;
    /* First the live points, sorted by device, then template point: where a device has
     * all points of its template, points[device.point_first + i] belongs to
     * template_points[template.point_first + i].  Behind them, from live_points_n on,
     * those that a device had under an earlier template: their history can be read. */
    struct point *points;
    size_t live_points_n;
    uint32_t point_id_max;
    /* private: */
    struct catalog_index *index;
    struct catalog_count *count;
};

/* Takes over the arrays (memory.h), sorts, indexes and checks references; the
 * point_first, point_n of templates and devices are set here, and every
 * point.template_point (a position in the array as given) follows the sorting.  `arrays`
 * may stand on the stack.  On success it is emptied and one reference to *catalog is the
 * caller's; on error the arrays stay the caller's, perhaps in another order.
 * ERR_CORRUPT: an id 0 or twice, a code twice (an empty code is no code), a reference to
 * nothing, sites in a circle, a device with two points of one template point. */
MUST_USE err catalog_make(struct catalog *arrays, struct catalog **catalog);
struct catalog *catalog_hold(struct catalog *catalog);
/* Gives a reference back; the last frees.  NULL is allowed. */
void catalog_release(struct catalog *catalog);

/* Look-ups: NULL when there is none. */
const struct site *catalog_site(const struct catalog *catalog, uint32_t id);
const struct template *catalog_template(const struct catalog *catalog, uint32_t id);
const struct device *catalog_device(const struct catalog *catalog, uint32_t id);
const struct terminal *catalog_terminal(const struct catalog *catalog, uint32_t id);
const struct point *catalog_point(const struct catalog *catalog, uint32_t id);
const struct template_point *catalog_point_template(const struct catalog *catalog,
                                                    const struct point *point);
const struct site *catalog_site_by_code(const struct catalog *catalog, const char *code);
const struct template *catalog_template_by_code(const struct catalog *catalog,
                                                const char *code);
const struct device *catalog_device_by_code(const struct catalog *catalog,
                                            const char *code);
const struct terminal *catalog_terminal_by_code(const struct catalog *catalog,
                                                const char *code);
/* "DEVICE.key" */
const struct point *catalog_point_by_code(const struct catalog *catalog,
                                          const char *code);
/* The company's time zone, "Asia/Shanghai" when no site names one. */
const char *catalog_time_zone(const struct catalog *catalog);

#endif
