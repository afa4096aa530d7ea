/* catalog.c - look-ups in a catalog, and its life.  Making one: catalog_make.c. */
#include "model/catalog.h"

#include "base/ensure.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/catalog_internal.h"

#include <string.h>

static const char *const default_zone = "Asia/Shanghai";

void catalog_free_arrays(struct catalog *arrays)
{
    memory_free(arrays->sites);
    memory_free(arrays->pipes);
    memory_free(arrays->templates);
    memory_free(arrays->template_points);
    memory_free(arrays->terminals);
    memory_free(arrays->devices);
    memory_free(arrays->points);
}

struct catalog *catalog_hold(struct catalog *catalog)
{
    ensure(catalog != NULL);
    lock_take(&catalog->count->lock);
    catalog->count->n++;
    lock_give(&catalog->count->lock);
    return catalog;
}

void catalog_release(struct catalog *catalog)
{
    if (catalog == NULL) return;
    lock_take(&catalog->count->lock);
    ensure(catalog->count->n > 0);
    size_t left_n = --catalog->count->n;
    lock_give(&catalog->count->lock);
    if (left_n > 0) return;

    index_close(&catalog->index->site_codes);
    index_close(&catalog->index->template_codes);
    index_close(&catalog->index->terminal_codes);
    index_close(&catalog->index->device_codes);
    index_close(&catalog->index->point_ids);
    lock_close(&catalog->count->lock);
    memory_free(catalog->index);
    memory_free(catalog->count);
    catalog_free_arrays(catalog);
    memory_free(catalog);
}

static uint32_t id_at(const void *items, size_t i, size_t item_bytes)
{
    uint32_t id;
    memcpy(&id, (const char *)items + i * item_bytes, sizeof id);
    return id;
}

const void *catalog_find_id(const void *items, size_t n, size_t item_bytes, uint32_t id)
{
    if (id == 0) return NULL;
    /* Nothing is ever removed but by hand, so ids are mostly 1, 2, 3 ... */
    if (id <= n && id_at(items, id - 1, item_bytes) == id)
        return (const char *)items + (id - 1) * item_bytes;
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        uint32_t found = id_at(items, middle, item_bytes);
        if (found == id) return (const char *)items + middle * item_bytes;
        if (found < id)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const struct site *catalog_site(const struct catalog *catalog, uint32_t id)
{
    return catalog_find_id(catalog->sites, catalog->sites_n, sizeof(struct site), id);
}

const struct template *catalog_template(const struct catalog *catalog, uint32_t id)
{
    return catalog_find_id(catalog->templates, catalog->templates_n,
                           sizeof(struct template), id);
}

const struct device *catalog_device(const struct catalog *catalog, uint32_t id)
{
    return catalog_find_id(catalog->devices, catalog->devices_n, sizeof(struct device),
                           id);
}

const struct terminal *catalog_terminal(const struct catalog *catalog, uint32_t id)
{
    return catalog_find_id(catalog->terminals, catalog->terminals_n,
                           sizeof(struct terminal), id);
}

static bool same_point(const void *items, uint32_t position, const void *key)
{
    const struct point *points = items;
    return points[position].id == *(const uint32_t *)key;
}

const struct point *catalog_point(const struct catalog *catalog, uint32_t id)
{
    uint32_t at = index_find(&catalog->index->point_ids, index_hash_number(id),
                             same_point, catalog->points, &id);
    return at == INDEX_NONE ? NULL : &catalog->points[at];
}

const struct template_point *catalog_point_template(const struct catalog *catalog,
                                                    const struct point *point)
{
    ensure(point->template_point < catalog->template_points_n);
    return &catalog->template_points[point->template_point];
}

static bool same_site(const void *items, uint32_t position, const void *key)
{
    return text_equal(((const struct site *)items)[position].code, key);
}

static bool same_template(const void *items, uint32_t position, const void *key)
{
    return text_equal(((const struct template *)items)[position].code, key);
}

static bool same_terminal(const void *items, uint32_t position, const void *key)
{
    return text_equal(((const struct terminal *)items)[position].code, key);
}

static bool same_device(const void *items, uint32_t position, const void *key)
{
    return text_equal(((const struct device *)items)[position].code, key);
}

const struct site *catalog_site_by_code(const struct catalog *catalog, const char *code)
{
    uint32_t at = index_find(&catalog->index->site_codes, index_hash_text(0, code),
                             same_site, catalog->sites, code);
    return at == INDEX_NONE ? NULL : &catalog->sites[at];
}

const struct template *catalog_template_by_code(const struct catalog *catalog,
                                                const char *code)
{
    uint32_t at = index_find(&catalog->index->template_codes, index_hash_text(0, code),
                             same_template, catalog->templates, code);
    return at == INDEX_NONE ? NULL : &catalog->templates[at];
}

const struct terminal *catalog_terminal_by_code(const struct catalog *catalog,
                                                const char *code)
{
    uint32_t at = index_find(&catalog->index->terminal_codes, index_hash_text(0, code),
                             same_terminal, catalog->terminals, code);
    return at == INDEX_NONE ? NULL : &catalog->terminals[at];
}

const struct device *catalog_device_by_code(const struct catalog *catalog,
                                            const char *code)
{
    uint32_t at = index_find(&catalog->index->device_codes, index_hash_text(0, code),
                             same_device, catalog->devices, code);
    return at == INDEX_NONE ? NULL : &catalog->devices[at];
}

const struct point *catalog_point_by_code(const struct catalog *catalog, const char *code)
{
    const char *dot = strchr(code, '.');
    char device_code[CATALOG_CODE_BYTES];
    if (dot == NULL) return NULL;
    if (!text_copy_n(device_code, sizeof device_code, code, (size_t)(dot - code)))
        return NULL;
    const struct device *device = catalog_device_by_code(catalog, device_code);
    if (device == NULL) return NULL;

    for (uint32_t i = 0; i < device->point_n; i++) {
        const struct point *point = &catalog->points[device->point_first + i];
        if (text_equal(catalog_point_template(catalog, point)->key, dot + 1))
            return point;
    }
    return NULL;
}

const char *catalog_time_zone(const struct catalog *catalog)
{
    for (size_t i = 0; i < catalog->sites_n; i++) {
        const struct site *site = &catalog->sites[i];
        if (site->kind == SITE_COMPANY && site->time_zone[0] != '\0')
            return site->time_zone;
    }
    return default_zone;
}

bool catalog_code_is_valid(const char *code)
{
    size_t n = 0;
    for (; code[n] != '\0'; n++) {
        char c = code[n];
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        bool digit = c >= '0' && c <= '9';
        if (n + 1 >= CATALOG_CODE_BYTES) return false;
        if (!letter && !digit && c != '_' && c != '-') return false;
    }
    return n > 0;
}

#define SITE_WORD_ROW(name, word) word,
static const char *const site_words[] = {SITE_KIND_LIST(SITE_WORD_ROW)};
#undef SITE_WORD_ROW

const char *site_kind_word(enum site_kind kind)
{
    ensure((unsigned)kind < SITE_KIND_N);
    return site_words[kind];
}

err site_kind_from_word(const char *word, enum site_kind *kind)
{
    for (size_t i = 0; i < COUNT(site_words); i++) {
        if (!text_equal(word, site_words[i])) continue;
        *kind = (enum site_kind)i;
        return ERR_OK;
    }
    return ERR_UNKNOWN;
}
