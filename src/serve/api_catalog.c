/* api_catalog.c - the catalog as JSON for the screens. */
#include "base/text.h"
#include "serve/api.h"
#include "serve/js.h"
#include "serve/request.h"
#include "serve/server.h"

#include <math.h>

static void put_names(struct buffer *out, const char *code, const char *name,
                      const char *name_en)
{
    js_put_text(out, "code", code);
    js_put_text(out, "name", name);
    js_put_text(out, "name_en", name_en);
}

static void put_site(struct buffer *out, const struct site *site)
{
    js_object(out);
    js_put_u64(out, "id", site->id);
    put_names(out, site->code, site->name, site->name_en);
    js_put_text(out, "type", site_kind_word(site->kind));
    js_put_i64_or_null(out, "parent", site->parent);
    js_put_double(out, "area_m2", site->area_m2);
    js_put_double(out, "x_m", site->x);
    js_put_double(out, "y_m", site->y);
    js_object_end(out);
}

static void put_pipe(struct buffer *out, const struct pipe *pipe)
{
    js_object(out);
    js_put_u64(out, "id", pipe->id);
    js_put_text(out, "code", pipe->code);
    js_put_u64(out, "from", pipe->from);
    js_put_u64(out, "to", pipe->to);
    js_put_double(out, "length_m", pipe->length_m);
    js_put_double(out, "diameter_mm", pipe->diameter_mm);
    js_object_end(out);
}

static void put_template_point(struct buffer *out, const struct template_point *point)
{
    js_object(out);
    js_put_u64(out, "id", point->id);
    js_put_text(out, "key", point->key);
    js_put_text(out, "name", point->name);
    js_put_text(out, "name_en", point->name_en);
    js_put_text(out, "quantity", quantity_word(point->quantity));
    js_put_text(out, "unit", quantity_unit(point->quantity));
    js_put_u64(out, "decimals", point->decimals);
    js_put_double(out, "range_low", point->range_low);
    js_put_double(out, "range_high", point->range_high);
    js_put_double(out, "low_low", point->low_low);
    js_put_double(out, "low", point->low);
    js_put_double(out, "high", point->high);
    js_put_double(out, "high_high", point->high_high);
    js_put_double(out, "dead_band", isnan(point->dead_band) ? 0 : point->dead_band);
    js_put_double(out, "delay_s", isnan(point->delay_s) ? 0 : point->delay_s);
    js_put_u64(out, "priority_outer", point->priority_outer);
    js_put_u64(out, "priority_inner", point->priority_inner);
    js_put_text(out, "bits", point->bits);
    js_put_text(out, "rules", point->rules);
    js_object_end(out);
}

static void put_template(struct buffer *out, const struct catalog *catalog,
                         const struct template *template)
{
    js_object(out);
    js_put_u64(out, "id", template->id);
    put_names(out, template->code, template->name, template->name_en);
    js_put_text(out, "protocol", template->protocol);
    js_put_text(out, "picture", template->picture);
    js_key(out, "points");
    js_array(out);
    for (uint32_t i = 0; i < template->point_n; i++)
        put_template_point(out, &catalog->template_points[template->point_first + i]);
    js_array_end(out);
    js_object_end(out);
}

/* In the order of the template's points; both are sorted by template point. */
static void put_device_points(struct buffer *out, const struct catalog *catalog,
                              const struct device *device)
{
    const struct template *template = catalog_template(catalog, device->template_id);
    uint32_t next = device->point_first;
    uint32_t end = device->point_first + device->point_n;
    js_array(out);
    for (uint32_t i = 0; template && i < template->point_n; i++) {
        bool there = next < end &&
                     catalog->points[next].template_point == template->point_first + i;
        if (there) {
            js_u64(out, catalog->points[next++].id);
        } else {
            js_u64(out, 0);
        }
    }
    js_array_end(out);
}

static void put_device(struct buffer *out, const struct catalog *catalog,
                       const struct device *device)
{
    const struct terminal *terminal = catalog_terminal(catalog, device->terminal);
    js_object(out);
    js_put_u64(out, "id", device->id);
    put_names(out, device->code, device->name, device->name_en);
    js_put_u64(out, "site", device->site);
    js_put_u64(out, "template", device->template_id);
    js_put_text(out, "terminal", terminal ? terminal->code : NULL);
    js_put_text(out, "address", device->address);
    js_put_double(out, "cycle_s", device->cycle_ms / 1000.0);
    js_key(out, "points");
    put_device_points(out, catalog, device);
    js_object_end(out);
}

static bool is_household(const struct catalog *catalog, uint32_t site_id)
{
    const struct site *site = catalog_site(catalog, site_id);
    return site && site->kind == SITE_HOUSEHOLD;
}

static void put_sites(struct buffer *out, const struct catalog *catalog, bool households)
{
    js_key(out, "sites");
    js_array(out);
    for (size_t i = 0; i < catalog->sites_n; i++) {
        if (!households && catalog->sites[i].kind == SITE_HOUSEHOLD) continue;
        put_site(out, &catalog->sites[i]);
    }
    js_array_end(out);
    js_key(out, "pipes");
    js_array(out);
    for (size_t i = 0; i < catalog->pipes_n; i++) put_pipe(out, &catalog->pipes[i]);
    js_array_end(out);
}

static void put_devices(struct buffer *out, const struct catalog *catalog,
                        bool households)
{
    js_key(out, "templates");
    js_array(out);
    for (size_t i = 0; i < catalog->templates_n; i++)
        put_template(out, catalog, &catalog->templates[i]);
    js_array_end(out);
    js_key(out, "devices");
    js_array(out);
    for (size_t i = 0; i < catalog->devices_n; i++) {
        const struct device *device = &catalog->devices[i];
        if (!households && is_household(catalog, device->site)) continue;
        put_device(out, catalog, device);
    }
    js_array_end(out);
}

void api_catalog(struct request *request)
{
    int64_t households = 1;
    if (request_query_i64(request, "households", 0, 1, &households)) return;
    struct buffer *out = &request->out;
    struct catalog *catalog = server_catalog(request->server);
    char tag[64];
    text_format(tag, sizeof tag, "\"%llu-%lld-" HEATNET_VERSION "\"",
                (unsigned long long)catalog->version, (long long)households);
    const char *known = request_header(request, "If-None-Match");
    bool same = known && text_equal(known, tag);
    if (!same) {
        js_object(out);
        js_put_u64(out, "version", catalog->version);
        js_put_text(out, "time_zone", catalog_time_zone(catalog));
        put_sites(out, catalog, households != 0);
        put_devices(out, catalog, households != 0);
        js_object_end(out);
    }
    catalog_release(catalog);
    if (same) {
        answer_empty(request, 304);
    } else {
        answer_json(request, 200);
    }
    answer_header_format(request, "ETag", "%s", tag);
    answer_header(request, "Cache-Control", "no-cache");
}
