/* catalog_records.c - loading and storing are one loop over the table of tables. */
#include "store/catalog_records.h"

#include "base/ensure.h"
#include "base/memory.h"
#include "base/text.h"
#include "store/catalog_tables.h"

#include <stdlib.h>
#include <string.h>

/* --- the arrays of a catalog -------------------------------------------------------- */

static void **items_of(const struct catalog_table *table, struct catalog *catalog)
{
    return (void **)(void *)((uint8_t *)catalog + table->items);
}

static size_t *items_n_of(const struct catalog_table *table, struct catalog *catalog)
{
    return (size_t *)(void *)((uint8_t *)catalog + table->items_n);
}

static const uint8_t *items_read(const struct catalog_table *table,
                                 const struct catalog *catalog, size_t *n)
{
    const uint8_t *base = (const uint8_t *)catalog;
    memcpy(n, base + table->items_n, sizeof *n);
    const uint8_t *items = NULL;
    memcpy(&items, base + table->items, sizeof(void *));
    return items;
}

static void arrays_free(struct catalog *arrays)
{
    for (size_t i = 0; i < CATALOG_TABLES_N; i++)
        memory_free(*items_of(&catalog_tables[i], arrays));
}

/* --- load --------------------------------------------------------------------------- */

static err one_number(struct database *database, const struct statement *statement,
                      int64_t *number)
{
    struct query *query = NULL;
    err e = query_open(database, statement, &query);
    if (e) return e;
    bool found = query_row(query);
    int64_t value = found ? query_i64(query, 0) : 0;
    e = query_close(query);
    if (!e && !found) e = ERR_CORRUPT;
    if (!e) *number = value;
    return e;
}

static err table_load(struct database *database, const struct catalog_table *table,
                      struct catalog *arrays)
{
    int64_t n = 0;
    err e = one_number(database, &table->count, &n);
    if (e || n == 0) return e;
    if (n > CATALOG_POINTS_MAX) return ERR_FULL;
    uint8_t *items = memory_new((size_t)n, table->item_bytes);
    if (!items) return ERR_MEMORY;
    *items_of(table, arrays) = items;
    *items_n_of(table, arrays) = (size_t)n;

    struct catalog_row row = {.broken = ERR_OK};
    e = query_open(database, &table->select, &row.query);
    if (e) return e;
    int64_t i = 0;
    for (; i < n && query_row(row.query); i++) {
        row.column = 0;
        table->read(&row, items + (size_t)i * table->item_bytes);
    }
    e = query_close(row.query);
    if (!e) e = row.broken;
    if (!e && i < n) e = ERR_CORRUPT;
    return e;
}

struct id_index {
    uint32_t id, index;
};

static int id_index_order(const void *a, const void *b)
{
    const struct id_index *left = a, *right = b;
    return (left->id > right->id) - (left->id < right->id);
}

/* The records name a point's template point by id, the catalog by index. */
static err points_resolve(struct catalog *arrays)
{
    size_t n = arrays->template_points_n;
    if (arrays->points_n == 0) return ERR_OK;
    if (n == 0) return ERR_CORRUPT;
    struct id_index *ids = memory_new(n, sizeof *ids);
    if (!ids) return ERR_MEMORY;
    for (size_t i = 0; i < n; i++) {
        ids[i] = (struct id_index){arrays->template_points[i].id, (uint32_t)i};
    }
    qsort(ids, n, sizeof *ids, id_index_order);

    err e = ERR_OK;
    for (size_t i = 0; !e && i < arrays->points_n; i++) {
        struct point *point = &arrays->points[i];
        struct id_index key = {point->template_point, 0};
        const struct id_index *found = bsearch(&key, ids, n, sizeof *ids, id_index_order);
        if (found) {
            point->template_point = found->index;
        } else {
            e = ERR_CORRUPT;
        }
        if (point->id > arrays->point_id_max) arrays->point_id_max = point->id;
    }
    memory_free(ids);
    return e;
}

static const struct statement version_read = {
    "catalog.version", "SELECT version FROM catalog WHERE one = 1"};
static const struct statement version_write = {
    "catalog.version_write", "UPDATE catalog SET version = ?1 WHERE one = 1"};

static err arrays_load(struct database *database, struct catalog *arrays)
{
    int64_t version = 0;
    err e = one_number(database, &version_read, &version);
    for (size_t i = 0; !e && i < CATALOG_TABLES_N; i++) {
        e = table_load(database, &catalog_tables[i], arrays);
    }
    if (!e) e = points_resolve(arrays);
    arrays->version = (uint64_t)version;
    return e;
}

err catalog_records_load(struct database *database, struct catalog **catalog)
{
    ensure(database != NULL);
    ensure(catalog != NULL);

    struct catalog arrays = {0};
    err e = database_picture_begin(database);
    if (e) return e;
    e = arrays_load(database, &arrays);
    database_picture_end(database);
    if (!e) e = catalog_make(&arrays, catalog);
    if (e) arrays_free(&arrays);
    return e;
}

/* --- store -------------------------------------------------------------------------- */

static uint32_t id_of(const uint8_t *item)
{
    uint32_t id; /* the first field of each of them */
    memcpy(&id, item, sizeof id);
    return id;
}

static int id_order(const void *key, const void *item)
{
    uint32_t a = id_of(key), b = id_of(item);
    return (a > b) - (a < b);
}

/* Arrays sorted by id are searched; the others (by template or device, then id) are
 * compared from where the last one was found, as both pictures have the same order. */
static const uint8_t *item_find(const uint8_t *items, size_t n, size_t item_bytes,
                                const uint8_t *item, size_t *at)
{
    if (*at < n && id_of(items + *at * item_bytes) == id_of(item)) {
        return items + (*at)++ * item_bytes;
    }
    const uint8_t *found = bsearch(item, items, n, item_bytes, id_order);
    if (found) *at = (size_t)(found - items) / item_bytes + 1;
    return found;
}

static bool point_same(const struct catalog *now, const struct catalog *next,
                       const uint8_t *a, const uint8_t *b)
{
    const struct point *left = (const void *)a, *right = (const void *)b;
    return left->device == right->device &&
           now->template_points[left->template_point].id ==
               next->template_points[right->template_point].id;
}

/* Padding and the rest of a text buffer may differ without meaning: then a row is written
 * once more, which changes nothing. */
static bool item_same(const struct catalog_table *table, const struct catalog *now,
                      const struct catalog *next, const uint8_t *a, const uint8_t *b)
{
    if (table == &catalog_tables[CATALOG_TABLE_POINT]) return point_same(now, next, a, b);
    return memcmp(a, b, table->item_bytes) == 0;
}

static err item_store(struct database *database, const struct catalog_table *table,
                      const struct catalog *next, const uint8_t *item)
{
    struct query *query = NULL;
    err e = query_open(database, &table->upsert, &query);
    if (e) return e;
    table->bind(query, next, item);
    return query_run(query);
}

static err table_store(struct database *database, const struct catalog_table *table,
                       const struct catalog *now, const struct catalog *next)
{
    size_t now_n = 0, next_n = 0, at = 0;
    const uint8_t *now_items = items_read(table, now, &now_n);
    const uint8_t *next_items = items_read(table, next, &next_n);
    err e = ERR_OK;
    for (size_t i = 0; !e && i < next_n; i++) {
        const uint8_t *item = next_items + i * table->item_bytes;
        const uint8_t *old =
            now_n ? item_find(now_items, now_n, table->item_bytes, item, &at) : NULL;
        if (old && item_same(table, now, next, old, item)) continue;
        e = item_store(database, table, next, item);
    }
    return e;
}

static err version_check(struct database *database, uint64_t expected)
{
    int64_t version = 0;
    err e = one_number(database, &version_read, &version);
    if (!e && (uint64_t)version != expected) e = ERR_STATE;
    return e;
}

static err store_all(struct database *database, const struct catalog *now,
                     const struct catalog *next)
{
    err e = version_check(database, now->version);
    for (size_t i = 0; !e && i < CATALOG_TABLES_N; i++) {
        e = table_store(database, &catalog_tables[i], now, next);
    }
    struct query *query = NULL;
    if (!e) e = query_open(database, &version_write, &query);
    if (e) return e;
    query_bind_i64(query, (int64_t)next->version);
    return query_run(query);
}

err catalog_records_store(struct database *database, const struct catalog *now,
                          const struct catalog *next)
{
    ensure(database != NULL);
    ensure(now != NULL);
    ensure(next != NULL);

    err e = database_begin(database);
    if (e) return e;
    e = store_all(database, now, next);
    if (e) {
        database_rollback(database);
        return e;
    }
    return database_commit(database);
}

/* --- a new terminal ----------------------------------------------------------------- */

/* Copies of all arrays, the one of terminals with room for one more. */
static err arrays_copy(const struct catalog *from, struct catalog *to)
{
    for (size_t i = 0; i < CATALOG_TABLES_N; i++) {
        const struct catalog_table *table = &catalog_tables[i];
        size_t n = 0;
        const uint8_t *items = items_read(table, from, &n);
        size_t room = n + (table == &catalog_tables[CATALOG_TABLE_TERMINAL]);
        if (room == 0) continue;
        void *copy = memory_new(room, table->item_bytes);
        if (!copy) return ERR_MEMORY;
        if (n) memcpy(copy, items, n * table->item_bytes);
        *items_of(table, to) = copy;
        *items_n_of(table, to) = n;
    }
    to->version = from->version;
    to->point_id_max = from->point_id_max;
    return ERR_OK;
}

static err terminal_append(struct catalog *arrays, const char *code, const char *name)
{
    struct terminal fresh = {.id = 1, .enabled = true};
    if (!*code || !text_copy(fresh.code, sizeof fresh.code, code)) return ERR_RANGE;
    if (!text_copy(fresh.name, sizeof fresh.name, name)) return ERR_RANGE;
    for (size_t i = 0; i < arrays->terminals_n; i++) {
        if (arrays->terminals[i].id >= fresh.id) fresh.id = arrays->terminals[i].id + 1;
    }
    arrays->terminals[arrays->terminals_n++] = fresh;
    arrays->version++;
    return ERR_OK;
}

err catalog_records_add_terminal(struct database *database, const struct catalog *now,
                                 const char *code, const char *name,
                                 struct catalog **next)
{
    ensure(code != NULL);
    ensure(name != NULL);
    ensure(next != NULL);

    if (catalog_terminal_by_code(now, code)) return ERR_DUPLICATE;
    struct catalog arrays = {0};
    err e = arrays_copy(now, &arrays);
    if (!e) e = terminal_append(&arrays, code, name);
    struct catalog *made = NULL;
    if (!e) e = catalog_make(&arrays, &made);
    if (e) {
        arrays_free(&arrays);
        return e;
    }
    e = catalog_records_store(database, now, made);
    if (e) {
        catalog_release(made);
        return e;
    }
    *next = made;
    return ERR_OK;
}
