/* points_match.c - see points_match.h. */
#include "serve/points_match.h"

#include "serve/series.h"
#include "serve/server.h"

#include <string.h>

struct matching {
    struct points_query *points;
    size_t n_max;
};

static err add(void *context, uint32_t point, struct labels labels)
{
    (void)labels;
    struct matching *matching = context;
    if (matching->points->n == matching->n_max) return ERR_FULL;
    matching->points->ids[matching->points->n++] = point;
    return ERR_OK;
}

static err match(struct request *request, struct catalog *catalog, size_t n_max,
                 struct points_query *points)
{
    char why[PROMQL_WHY_BYTES];
    struct promql_matchers matchers;
    struct matching matching = {points, n_max};
    size_t room = catalog->live_points_n < n_max ? catalog->live_points_n : n_max;
    err e = promql_parse_matchers(request_query(request, "match"), &request->arena,
                                  &matchers, why);
    if (e) {
        answer_problem(request, PROBLEM_MALFORMED, why, why);
        return e;
    }
    points->ids = arena_new(&request->arena, room + 1, sizeof *points->ids);
    struct series_source source = {
        .server = request->server, .catalog = catalog, .deadline_mono_ms = INT64_MAX};
    e = points->ids ? series_each(&source, &matchers, 1, add, &matching) : ERR_MEMORY;
    if (e == ERR_FULL)
        answer_problem(request, PROBLEM_TOO_MANY, "测点太多", "Too many points");
    else if (e)
        answer_err(request, e);
    return e;
}

static err take_all(struct request *request, const struct catalog *catalog,
                    struct points_query *points)
{
    points->ids = arena_new(&request->arena, catalog->points_n + 1, sizeof *points->ids);
    if (!points->ids) {
        answer_err(request, ERR_MEMORY);
        return ERR_MEMORY;
    }
    for (size_t i = 0; i < catalog->points_n; i++)
        points->ids[points->n++] = catalog->points[i].id;
    return ERR_OK;
}

err points_match(struct request *request, struct catalog *catalog, size_t n_max, bool all,
                 struct points_query *points)
{
    *points = (struct points_query){0};
    if (request_query(request, "match")) return match(request, catalog, n_max, points);
    bool named = request_query(request, "points") || request_query(request, "device");
    if (all && !named) return take_all(request, catalog, points);
    return points_query(request, catalog, n_max, true, points);
}
