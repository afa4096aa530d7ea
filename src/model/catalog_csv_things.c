/* catalog_csv_things.c - the growing arrays of an import, and their names. */
#include "base/ensure.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/catalog_csv_internal.h"
#include "model/nearest.h"

#include <string.h>

enum { ROOM_LEAST = 64, HINT_THINGS_MAX = 2000 };

struct name_key {
    enum row_kind kind;
    uint32_t scope;
    const char *code;
};

static const char *code_of(enum row_kind kind, const char *item)
{
    return item + row_tables[kind].code_offset;
}

static uint32_t scope_of(enum row_kind kind, const char *item)
{
    uint32_t scope = 0;
    if (row_tables[kind].scope_offset != 0)
        memcpy(&scope, item + row_tables[kind].scope_offset, sizeof scope);
    return scope;
}

static bool same_name(const void *items, uint32_t position, const void *key)
{
    const struct name_key *name = key;
    const char *item = (const char *)items + position * row_tables[name->kind].item_bytes;
    return scope_of(name->kind, item) == name->scope &&
           text_equal(code_of(name->kind, item), name->code);
}

void *things_at(const struct import *import, enum row_kind kind, size_t position)
{
    ensure(position < import->things[kind].n);
    return import->things[kind].items + position * row_tables[kind].item_bytes;
}

uint32_t things_find(const struct import *import, enum row_kind kind, uint32_t scope,
                     const char *code)
{
    struct name_key key = {kind, scope, code};
    const struct things *things = &import->things[kind];
    return index_find(&things->codes, index_hash_text(scope, code), same_name,
                      things->items, &key);
}

static err make_room(struct things *things, size_t item_bytes, size_t n)
{
    if (n <= things->capacity) return ERR_OK;
    size_t wider = things->capacity * 2 > n ? things->capacity * 2 : n + ROOM_LEAST;
    char *items = memory_resize(things->items, wider, item_bytes);
    if (items == NULL) return ERR_MEMORY;
    things->items = items;
    uint32_t *lines = memory_resize(things->lines, wider, sizeof *lines);
    if (lines == NULL) return ERR_MEMORY;
    things->lines = lines;
    things->capacity = wider;
    return ERR_OK;
}

static err index_new(struct import *import, enum row_kind kind, size_t position)
{
    const char *item = things_at(import, kind, position);
    uint32_t hash = index_hash_text(scope_of(kind, item), code_of(kind, item));
    return index_add(&import->things[kind].codes, hash, (uint32_t)position);
}

/* Start from what there is. */
static err take_old(struct import *import, enum row_kind kind, const void *items,
                    size_t n)
{
    struct things *things = &import->things[kind];
    size_t item_bytes = row_tables[kind].item_bytes;
    err e = make_room(things, item_bytes, n);
    if (!e) e = index_open(&things->codes, n);
    if (e) return e;
    if (n > 0) {
        memcpy(things->items, items, n * item_bytes);
        memset(things->lines, 0, n * sizeof *things->lines);
    }
    things->n = things->old_n = n;
    for (size_t i = 0; i < n && !e; i++) {
        uint32_t id;
        memcpy(&id, things_at(import, kind, i), sizeof id);
        if (id > things->id_max) things->id_max = id;
        e = index_new(import, kind, i);
    }
    return e;
}

err things_open(struct import *import)
{
    const struct catalog *now = import->now;
    err e = take_old(import, ROW_SITE, now->sites, now->sites_n);
    if (!e) e = take_old(import, ROW_PIPE, now->pipes, now->pipes_n);
    if (!e) e = take_old(import, ROW_TEMPLATE, now->templates, now->templates_n);
    if (!e) e = take_old(import, ROW_POINT, now->template_points, now->template_points_n);
    if (!e) e = take_old(import, ROW_DEVICE, now->devices, now->devices_n);
    return e;
}

void things_close(struct import *import)
{
    for (int kind = 0; kind < ROW_KIND_N; kind++) {
        memory_free(import->things[kind].items);
        memory_free(import->things[kind].lines);
        index_close(&import->things[kind].codes);
    }
}

static void set_defaults(enum row_kind kind, char *item)
{
    const struct row_table *table = &row_tables[kind];
    memset(item, 0, table->item_bytes);
    for (size_t i = 0; i < table->columns_n; i++) cell_default(&table->columns[i], item);
}

uint32_t things_add(struct import *import, enum row_kind kind, uint32_t scope,
                    const char *code)
{
    struct things *things = &import->things[kind];
    const struct row_table *table = &row_tables[kind];
    if (things->n >= CATALOG_SITES_MAX) {
        import_report(import, import->row.line, table->word,
                      "one installation has room for %d of these", CATALOG_SITES_MAX);
        return INDEX_NONE;
    }
    import->broken = make_room(things, table->item_bytes, things->n + 1);
    if (import->broken) return INDEX_NONE;

    size_t position = things->n++;
    char *item = things_at(import, kind, position);
    set_defaults(kind, item);
    things->lines[position] = 0;
    things->id_max++;
    memcpy(item, &things->id_max, sizeof things->id_max); /* the id comes first */
    (void)text_copy(item + table->code_offset, CATALOG_CODE_BYTES, code);
    if (table->scope_offset != 0)
        memcpy(item + table->scope_offset, &scope, sizeof scope);
    import->broken = index_new(import, kind, position);
    return import->broken ? INDEX_NONE : (uint32_t)position;
}

void things_hint(const struct import *import, enum row_kind kind, const char *code,
                 char *out, size_t out_n)
{
    const struct things *things = &import->things[kind];
    const char *best = NULL;
    size_t best_distance = SIZE_MAX;
    out[0] = '\0';
    for (size_t i = 0; i < things->n && things->n <= HINT_THINGS_MAX; i++) {
        const char *known = code_of(kind, things_at(import, kind, i));
        size_t distance = nearest_distance(code, known);
        if (distance >= best_distance) continue;
        best = known;
        best_distance = distance;
    }
    if (best != NULL && nearest_is_near(code, best_distance))
        (void)text_format(out, out_n, "; did you mean \"%s\"?", best);
}
