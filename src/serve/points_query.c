/* points_query.c - see points_query.h. */
#include "serve/points_query.h"

#include "base/text.h"

#include <string.h>

static err wrong(struct request *request, enum problem problem, const char *zh,
                 const char *en)
{
    answer_problem(request, problem, zh, en);
    return problem == PROBLEM_UNKNOWN ? ERR_UNKNOWN : ERR_RANGE;
}

static err too_many(struct request *request)
{
    return wrong(request, PROBLEM_TOO_MANY, "测点太多", "Too many points");
}

static err take_all(struct request *request, const struct catalog *catalog, size_t n_max,
                    struct points_query *points)
{
    if (catalog->points_n > n_max) return too_many(request);
    if (!catalog->points_n) return ERR_OK;
    points->ids = arena_new(&request->arena, catalog->points_n, sizeof *points->ids);
    if (!points->ids) return too_many(request);
    for (size_t i = 0; i < catalog->points_n; i++) points->ids[i] = catalog->points[i].id;
    points->n = catalog->points_n;
    return ERR_OK;
}

static err take_device(struct request *request, const struct catalog *catalog,
                       const char *text, struct points_query *points)
{
    uint32_t id = 0;
    const struct device *device =
        text_to_u32(text, &id) ? NULL : catalog_device(catalog, id);
    if (!device) return wrong(request, PROBLEM_UNKNOWN, "没有这台设备", "No such device");
    if (!device->point_n) return ERR_OK;
    points->ids = arena_new(&request->arena, device->point_n, sizeof *points->ids);
    if (!points->ids) return too_many(request);
    for (uint32_t i = 0; i < device->point_n; i++)
        points->ids[i] = catalog->points[device->point_first + i].id;
    points->n = device->point_n;
    return ERR_OK;
}

/* One number of the list; *text moves behind its comma. */
static err take_one(struct request *request, const struct catalog *catalog,
                    const char **text, uint32_t *id)
{
    char word[16];
    size_t n = strcspn(*text, ",");
    if (!text_copy_n(word, sizeof word, *text, n) || text_to_u32(word, id))
        return wrong(request, PROBLEM_MALFORMED, "points 应为逗号分隔的编号或 all",
                     "points is ids separated by commas, or all");
    if (!catalog_point(catalog, *id))
        return wrong(request, PROBLEM_UNKNOWN, "没有这个测点", "No such point");
    *text += n;
    if (**text == ',') (*text)++;
    return ERR_OK;
}

static err take_list(struct request *request, const struct catalog *catalog, size_t n_max,
                     struct points_query *points)
{
    const char *text = request_query(request, "points");
    size_t n = 1;
    for (const char *at = text; *at; at++) n += *at == ',';
    if (n > n_max) return too_many(request);
    points->ids = arena_new(&request->arena, n, sizeof *points->ids);
    if (!points->ids) return too_many(request);
    err e = ERR_OK;
    while (!e && *text) {
        e = take_one(request, catalog, &text, &points->ids[points->n]);
        if (!e) points->n++;
    }
    return e;
}

err points_query(struct request *request, const struct catalog *catalog, size_t n_max,
                 bool needed, struct points_query *points)
{
    *points = (struct points_query){0};
    const char *list = request_query(request, "points");
    const char *device = request_query(request, "device");
    if (list && text_equal(list, "all")) return take_all(request, catalog, n_max, points);
    if (list && *list) return take_list(request, catalog, n_max, points);
    if (device) return take_device(request, catalog, device, points);
    if (!needed) return ERR_OK;
    return wrong(request, PROBLEM_MALFORMED, "缺少 points", "points is missing");
}
