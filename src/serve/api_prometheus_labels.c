/* api_prometheus_labels.c - what series there are: labels, their values, series,
 * metadata, and the fixed answers that Grafana asks for. */
#include "base/ensure.h"
#include "base/memory.h"
#include "base/text.h"
#include "serve/api.h"
#include "serve/js.h"
#include "serve/outside.h"
#include "serve/prometheus.h"
#include "serve/series.h"
#include "serve/server.h"

#include <stdlib.h>
#include <string.h>

enum { ARENA_BYTES_MAX = 96 << 20, LABEL_NAMES_MAX = 2000, TIMEOUT_MS = 30000 };

/* --- match[] ------------------------------------------------------------------------ */

struct looking {
    struct request *request;
    struct arena arena;
    struct series_source source;
    struct parameters parameters;
    size_t lists_n;
    struct promql_matchers lists[PARAMETERS_MAX];
    const char *name;      /* of label values */
    struct labels_map map; /* names or values, as the value of one label */
};

static bool read_lists(struct looking *looking)
{
    if (!prometheus_parameters(looking->request, &looking->parameters)) return false;
    for (size_t i = 0; i < looking->parameters.n; i++) {
        char why[PROMQL_WHY_BYTES] = "too large";
        if (!text_equal(looking->parameters.at[i].name, "match[]")) continue;
        err e = promql_parse_matchers(looking->parameters.at[i].value, &looking->arena,
                                      &looking->lists[looking->lists_n++], why);
        if (!e) continue;
        prometheus_error(looking->request, PROMETHEUS_BAD_DATA,
                         "invalid parameter \"match[]\": %s", why);
        return false;
    }
    return true;
}

/* NULL: an error has been answered. */
static struct looking *look(struct request *request)
{
    struct looking *looking = memory_new(1, sizeof *looking);
    if (!looking) {
        answer_err(request, ERR_MEMORY);
        return NULL;
    }
    looking->request = request;
    arena_open(&looking->arena, ARENA_BYTES_MAX);
    series_open(&looking->source, request->server,
                clock_mono_ms(request->server->options.clock) + TIMEOUT_MS);
    return looking;
}

static void look_end(struct looking *looking)
{
    series_close(&looking->source);
    arena_close(&looking->arena);
    memory_free(looking);
}

/* --- names and values --------------------------------------------------------------- */

static err note(struct looking *looking, const char *text)
{
    struct label key = {"", text};
    if (looking->map.n == looking->map.capacity) return ERR_FULL;
    size_t known = looking->map.n;
    size_t at = labels_map_put(&looking->map, (struct labels){1, &key});
    if (at != known) return ERR_OK;
    struct label *kept = arena_new(&looking->arena, 1, sizeof *kept);
    char *copy = arena_text(&looking->arena, text, strlen(text));
    if (!kept || !copy) return ERR_MEMORY;
    *kept = (struct label){"", copy};
    looking->map.sets[at] = (struct labels){1, kept};
    return ERR_OK;
}

static err note_names(void *context, uint32_t point, struct labels labels)
{
    (void)point;
    err e = ERR_OK;
    for (size_t i = 0; !e && i < labels.n; i++) e = note(context, labels.at[i].name);
    return e;
}

static err note_value(void *context, uint32_t point, struct labels labels)
{
    (void)point;
    struct looking *looking = context;
    const char *value = labels_value(labels, looking->name);
    return value[0] ? note(looking, value) : ERR_OK;
}

static int by_text(const void *a, const void *b)
{
    const struct labels *x = a, *y = b;
    return strcmp(x->at[0].value, y->at[0].value);
}

static void answer_notes(struct looking *looking, err e)
{
    struct request *request = looking->request;
    struct buffer *out = &request->out;
    if (e) {
        prometheus_error(request, PROMETHEUS_EXECUTION, "too many: give match[]");
        return;
    }
    if (looking->map.n)
        qsort(looking->map.sets, looking->map.n, sizeof *looking->map.sets, by_text);
    prometheus_begin(out);
    js_array(out);
    for (size_t i = 0; i < looking->map.n; i++)
        js_text(out, looking->map.sets[i].at[0].value);
    js_array_end(out);
    prometheus_end(out);
    prometheus_answer(request);
}

static void answer_list(struct looking *looking, size_t capacity,
                        err (*each)(void *context, uint32_t point, struct labels labels))
{
    err e = labels_map_open(&looking->map, &looking->arena, capacity);
    if (!e)
        e = series_each(&looking->source, looking->lists, looking->lists_n, each,
                        looking);
    answer_notes(looking, e);
}

void api_prometheus_labels(struct request *request)
{
    struct looking *looking = look(request);
    if (!looking) return;
    if (read_lists(looking)) answer_list(looking, LABEL_NAMES_MAX, note_names);
    look_end(looking);
}

static bool label_is_valid(const char *name)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    return name[0] && !(name[0] >= '0' && name[0] <= '9') &&
           strspn(name, allowed) == strlen(name);
}

void api_prometheus_values(struct request *request)
{
    struct looking *looking = look(request);
    if (!looking) return;
    looking->name = request->words[0];
    if (!label_is_valid(looking->name))
        prometheus_error(request, PROMETHEUS_BAD_DATA, "invalid label name: \"%.60s\"",
                         looking->name);
    else if (read_lists(looking))
        answer_list(looking, looking->source.catalog->live_points_n + 1, note_value);
    look_end(looking);
}

/* --- series ------------------------------------------------------------------------- */

static err put_series(void *context, uint32_t point, struct labels labels)
{
    (void)point;
    struct buffer *out = context;
    prometheus_labels(out, labels);
    return out->broken;
}

static void answer_series(struct looking *looking)
{
    struct request *request = looking->request;
    if (!looking->lists_n) {
        prometheus_error(request, PROMETHEUS_BAD_DATA, "no match[] parameter provided");
        return;
    }
    prometheus_begin(&request->out);
    js_array(&request->out);
    err e = series_each(&looking->source, looking->lists, looking->lists_n, put_series,
                        &request->out);
    js_array_end(&request->out);
    prometheus_end(&request->out);
    if (e && !request->out.broken)
        prometheus_error(request, PROMETHEUS_EXECUTION, "%s", err_text(e));
    else
        prometheus_answer(request);
}

void api_prometheus_series(struct request *request)
{
    struct looking *looking = look(request);
    if (!looking) return;
    if (read_lists(looking)) answer_series(looking);
    look_end(looking);
}

/* --- metadata: one entry a metric of the catalog ------------------------------------ */

static bool stands_before(const struct catalog *catalog, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (text_equal(catalog->template_points[k].key, catalog->template_points[i].key))
            return true;
    return false;
}

static void put_metadata(struct buffer *out, const struct template_point *point)
{
    char metric[CATALOG_CODE_BYTES + 8];
    series_metric(point->key, metric);
    js_key(out, metric);
    js_array(out);
    js_object(out);
    js_put_text(out, "type", series_counts(point->quantity) ? "counter" : "gauge");
    js_put_text(out, "help", point->name_en[0] ? point->name_en : point->name);
    js_put_text(out, "unit", quantity_unit(point->quantity));
    js_object_end(out);
    js_array_end(out);
}

void api_prometheus_metadata(struct request *request)
{
    const char *wanted = request_query(request, "metric");
    const char *limit_text = request_query(request, "limit");
    int64_t limit = INT64_MAX;
    if (limit_text && text_to_i64(limit_text, &limit)) {
        prometheus_error(request, PROMETHEUS_BAD_DATA, "limit must be a number");
        return;
    }
    struct buffer *out = &request->out;
    struct catalog *catalog = server_catalog(request->server);
    prometheus_begin(out);
    js_object(out);
    for (size_t i = 0; i < catalog->template_points_n && limit > 0; i++) {
        char metric[CATALOG_CODE_BYTES + 8];
        series_metric(catalog->template_points[i].key, metric);
        if (wanted && !text_equal(wanted, metric)) continue;
        if (outside_made_template(catalog, &catalog->template_points[i])) continue;
        if (stands_before(catalog, i)) continue;
        put_metadata(out, &catalog->template_points[i]);
        limit--;
    }
    js_object_end(out);
    prometheus_end(out);
    catalog_release(catalog);
    prometheus_answer(request);
}

/* --- fixed answers ------------------------------------------------------------------ */

/* What stands in the place of the {} of the fixed data. */
static void answer_fixed(struct request *request, const char *data)
{
    prometheus_begin(&request->out);
    buffer_put_text(&request->out, data);
    prometheus_end(&request->out);
    prometheus_answer(request);
}

void api_prometheus_rules(struct request *request)
{
    answer_fixed(request, "{\"groups\":[]}");
}

void api_prometheus_alerts(struct request *request)
{
    answer_fixed(request, "{\"alerts\":[]}");
}

void api_prometheus_targets(struct request *request)
{
    answer_fixed(request, "{\"activeTargets\":[],\"droppedTargets\":[]}");
}

void api_prometheus_exemplars(struct request *request)
{
    answer_fixed(request, "[]");
}

void api_prometheus_buildinfo(struct request *request)
{
    answer_fixed(request,
                 "{\"version\":\"2.42.0\",\"revision\":\"heatnet-" HEATNET_VERSION
                 "\",\"branch\":\"\",\"buildUser\":\"heatnet\",\"buildDate\":\"\","
                 "\"goVersion\":\"\"}");
}
