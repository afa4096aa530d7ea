/* series.c - see series.h. */
#include "serve/series.h"

#include "base/ensure.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/quality.h"
#include "serve/outside.h"
#include "serve/server.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    LOOKBACK_MS = 5 * 60000,
    LOOKBACK_CYCLES = 5, /* halves: two cycles and a half */
    METRIC_BYTES = CATALOG_CODE_BYTES + 8
};

void series_open(struct series_source *source, struct server *server,
                 int64_t deadline_mono_ms)
{
    *source = (struct series_source){.server = server,
                                     .catalog = server_catalog(server),
                                     .deadline_mono_ms = deadline_mono_ms};
}

void series_close(struct series_source *source)
{
    catalog_release(source->catalog);
    source->catalog = NULL;
}

void series_metric(const char *key, char *out)
{
    text_format(out, METRIC_BYTES, "heatnet_%s", key);
    for (char *c = out; *c; c++)
        if (*c == '-') *c = '_';
}

bool series_counts(enum quantity quantity)
{
    return quantity == QUANTITY_HEAT || quantity == QUANTITY_VOLUME ||
           quantity == QUANTITY_ELECTRICITY;
}

/* --- labels ------------------------------------------------------------------------- */

struct naming {
    size_t n;
    struct label at[SERIES_LABELS_MAX];
};

static void name(struct naming *naming, const char *label, const char *value)
{
    for (size_t i = 0; i < naming->n; i++)
        if (text_equal(naming->at[i].name, label)) return; /* the nearest one counts */
    ensure(naming->n < SERIES_LABELS_MAX);
    naming->at[naming->n++] = (struct label){label, value};
}

static void name_sites(struct naming *naming, const struct catalog *catalog, uint32_t id)
{
    const struct site *site = catalog_site(catalog, id);
    if (!site) return;
    name(naming, "site", site->code);
    name(naming, "site_name", site->name);
    for (size_t i = 0; site && i < SITE_KIND_N; i++) {
        name(naming, site_kind_word(site->kind), site->code);
        site = catalog_site(catalog, site->parent);
    }
}

/* Into `naming`, whose labels are valid as long as the catalog and `metric`. */
static err catalog_labels(const struct catalog *catalog, const struct point *point,
                          const char *metric, struct naming *naming, struct labels *out)
{
    const struct device *device = catalog_device(catalog, point->device);
    const struct template_point *what = catalog_point_template(catalog, point);
    const struct template *template = catalog_template(catalog, device->template_id);
    const struct terminal *terminal = catalog_terminal(catalog, device->terminal);
    naming->n = 0;
    name(naming, LABEL_METRIC, metric);
    name(naming, "device", device->code);
    name(naming, "device_name", device->name);
    name(naming, "template", template->code);
    name(naming, "terminal", terminal ? terminal->code : "");
    name(naming, "unit", quantity_unit(what->quantity));
    name(naming, "quantity", quantity_word(what->quantity));
    name(naming, "point", what->key);
    name_sites(naming, catalog, device->site);
    return labels_order(naming->at, naming->n, out);
}

static bool matches_any(const struct promql_matchers *lists, size_t n,
                        struct labels labels)
{
    bool match = n == 0;
    for (size_t i = 0; !match && i < n; i++) match = promql_matches(&lists[i], labels);
    return match;
}

/* Could a metric of this name match?  Cheap, before the other labels are made. */
static bool metric_may(const struct promql_matchers *lists, size_t n, const char *metric)
{
    bool may = n == 0;
    for (size_t i = 0; !may && i < n; i++) {
        may = true;
        for (size_t k = 0; may && k < lists[i].n; k++) {
            const struct promql_matcher *matcher = &lists[i].at[k];
            if (matcher->match != MATCH_EQUAL) continue;
            if (!text_equal(matcher->name, LABEL_METRIC)) continue;
            may = text_equal(matcher->value, metric);
        }
    }
    return may;
}

err series_each(struct series_source *source, const struct promql_matchers *lists,
                size_t lists_n,
                err (*each)(void *context, uint32_t point, struct labels labels),
                void *context)
{
    const struct catalog *catalog = source->catalog;
    err e = ERR_OK;
    for (size_t i = 0; !e && i < catalog->live_points_n; i++) {
        const struct point *point = &catalog->points[i];
        struct naming naming;
        struct labels labels;
        char metric[METRIC_BYTES];
        if (!outside_labels(source->server->outside, point->id, &labels)) {
            const struct template_point *what = catalog_point_template(catalog, point);
            if (outside_made_template(catalog, what)) continue; /* never written */
            series_metric(what->key, metric);
            if (!metric_may(lists, lists_n, metric)) continue;
            e = catalog_labels(catalog, point, metric, &naming, &labels);
        }
        if (!e && matches_any(lists, lists_n, labels))
            e = each(context, point->id, labels);
    }
    return e;
}

/* --- the source --------------------------------------------------------------------- */

struct listing {
    struct series_source *source;
    struct arena *arena;
    size_t n, capacity;
    struct promql_series *at; /* memory.h while it grows */
};

static err copy_labels(struct arena *arena, struct labels labels, struct labels *out)
{
    struct label *at = arena_new(arena, labels.n + 1, sizeof *at);
    if (!at) return ERR_MEMORY;
    for (size_t i = 0; i < labels.n; i++) {
        at[i] = labels.at[i];
        if (i || !text_equal(at[i].name, LABEL_METRIC)) continue;
        at[i].value = arena_text(arena, at[i].value, strlen(at[i].value));
        if (!at[i].value) return ERR_MEMORY; /* the only text on a stack */
    }
    *out = (struct labels){labels.n, at};
    return ERR_OK;
}

static err list_one(void *context, uint32_t id, struct labels labels)
{
    struct listing *listing = context;
    if (listing->n == listing->capacity) {
        size_t capacity = listing->capacity ? 2 * listing->capacity : 64;
        struct promql_series *grown =
            memory_resize(listing->at, capacity, sizeof *grown);
        if (!grown) return ERR_MEMORY;
        listing->at = grown;
        listing->capacity = capacity;
    }
    const struct catalog *catalog = listing->source->catalog;
    const struct point *point = catalog_point(catalog, id);
    int64_t cycle_ms = catalog_device(catalog, point->device)->cycle_ms;
    int64_t lookback_ms = cycle_ms * LOOKBACK_CYCLES / 2;
    struct promql_series *series = &listing->at[listing->n];
    *series = (struct promql_series){
        .id = id,
        .cycle_ms = cycle_ms,
        .lookback_ms = lookback_ms > LOOKBACK_MS ? lookback_ms : LOOKBACK_MS};
    err e = copy_labels(listing->arena, labels, &series->labels);
    if (!e) listing->n++;
    return e;
}

static int by_labels(const void *a, const void *b)
{
    return labels_compare(((const struct promql_series *)a)->labels,
                          ((const struct promql_series *)b)->labels);
}

static err list_series(void *context, const struct promql_matchers *matchers,
                       struct arena *arena, struct promql_series **series, size_t *n)
{
    struct listing listing = {.source = context, .arena = arena};
    err e = series_each(context, matchers, 1, list_one, &listing);
    *n = 0;
    *series = NULL;
    if (!e && listing.n) {
        *series = arena_new(arena, listing.n, sizeof **series);
        if (!*series) e = ERR_MEMORY;
    }
    if (!e && listing.n) {
        *n = listing.n;
        memcpy(*series, listing.at, listing.n * sizeof **series);
        qsort(*series, *n, sizeof **series, by_labels);
    }
    memory_free(listing.at);
    return e;
}

static double value_of(const struct history_sample *sample)
{
    if (quality_is_usable(sample->quality)) return sample->value;
    return sample->quality == QUALITY_NOT_A_NUMBER ? (double)NAN : promql_absent();
}

static err add_samples(void *context, const struct history_sample *samples, size_t n)
{
    err e = ERR_OK;
    for (size_t i = 0; !e && i < n; i++)
        e = promql_samples_add(context, samples[i].time_ms, value_of(&samples[i]));
    return e;
}

static err read_samples(void *context, const struct promql_series *series,
                        const int64_t from_to_ms[2], struct promql_samples *out)
{
    struct series_source *source = context;
    const struct point *point = catalog_point(source->catalog, (uint32_t)series->id);
    const struct history_range range = {.device = point->device,
                                        .point = point->id,
                                        .from_ms = from_to_ms[0],
                                        .to_ms = from_to_ms[1] + 1};
    return historian_raw(source->server->historian, &range, add_samples, out);
}

static bool is_expired(void *context)
{
    const struct series_source *source = context;
    return clock_mono_ms(source->server->options.clock) > source->deadline_mono_ms;
}

struct promql_source series_promql(struct series_source *source)
{
    return (struct promql_source){.context = source,
                                  .series = list_series,
                                  .samples = read_samples,
                                  .expired = is_expired};
}
