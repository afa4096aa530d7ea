/* catalog_records.c - the catalog in the database: one table of tables, a reader and a
 * binder each, so that loading and storing are one loop. */
#include "store/catalog_records.h"

#include "base/ensure.h"
#include "base/memory.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* --- rows -------------------------------------------------------------------------------- */

/* Reads the columns of a row one after the other; remembers the first that does not fit. */
struct row {
    struct query *query;
    int column;
    err broken;
};

static uint32_t take_u32(struct row *row)
{
    int64_t value = query_i64(row->query, row->column++);
    if (value < 0 || value > UINT32_MAX) row->broken = ERR_CORRUPT;
    return (uint32_t)value;
}

static double take_double(struct row *row)
{
    return query_double(row->query, row->column++);
}

static void take_text(struct row *row, char *out, size_t out_n)
{
    const char *text = query_text(row->query, row->column++);
    if (!text_copy(out, out_n, text)) row->broken = ERR_CORRUPT;
}

#define TAKE_TEXT(row, field) take_text(row, field, sizeof(field))

static void bind_id(struct query *query, uint32_t id) /* 0 = none */
{
    if (id) {
        query_bind_i64(query, id);
    } else {
        query_bind_text(query, NULL);
    }
}

static void site_read(struct row *row, void *item)
{
    struct site *site = item;
    site->id = take_u32(row);
    site->parent = take_u32(row);
    char word[CATALOG_CODE_BYTES];
    TAKE_TEXT(row, word);
    if (site_kind_from_word(word, &site->kind)) row->broken = ERR_CORRUPT;
    TAKE_TEXT(row, site->code);
    TAKE_TEXT(row, site->name);
    TAKE_TEXT(row, site->name_en);
    TAKE_TEXT(row, site->time_zone);
    site->area_m2 = take_double(row);
    site->x = take_double(row);
    site->y = take_double(row);
}

static void site_bind(struct query *query, const struct catalog *catalog, const void *item)
{
    (void)catalog;
    const struct site *site = item;
    query_bind_i64(query, site->id);
    bind_id(query, site->parent);
    query_bind_text(query, site_kind_word(site->kind));
    query_bind_text(query, site->code);
    query_bind_text(query, site->name);
    query_bind_text(query, site->name_en);
    query_bind_text(query, site->time_zone);
    query_bind_double(query, site->area_m2);
    query_bind_double(query, site->x);
    query_bind_double(query, site->y);
}

static void pipe_read(struct row *row, void *item)
{
    struct pipe *pipe = item;
    pipe->id = take_u32(row);
    pipe->from = take_u32(row);
    pipe->to = take_u32(row);
    TAKE_TEXT(row, pipe->code);
    pipe->length_m = take_double(row);
    pipe->diameter_mm = take_double(row);
}

static void pipe_bind(struct query *query, const struct catalog *catalog, const void *item)
{
    (void)catalog;
    const struct pipe *pipe = item;
    query_bind_i64(query, pipe->id);
    query_bind_i64(query, pipe->from);
    query_bind_i64(query, pipe->to);
    query_bind_text(query, pipe->code);
    query_bind_double(query, pipe->length_m);
    query_bind_double(query, pipe->diameter_mm);
}

static void template_read(struct row *row, void *item)
{
    struct template *template = item;
    template->id = take_u32(row);
    TAKE_TEXT(row, template->code);
    TAKE_TEXT(row, template->name);
    TAKE_TEXT(row, template->name_en);
    TAKE_TEXT(row, template->protocol);
    TAKE_TEXT(row, template->picture);
}

static void template_bind(struct query *query, const struct catalog *catalog,
                          const void *item)
{
    (void)catalog;
    const struct template *template = item;
    query_bind_i64(query, template->id);
    query_bind_text(query, template->code);
    query_bind_text(query, template->name);
    query_bind_text(query, template->name_en);
    query_bind_text(query, template->protocol);
    query_bind_text(query, template->picture);
}

static void template_point_read(struct row *row, void *item)
{
    struct template_point *point = item;
    point->id = take_u32(row);
    point->template_id = take_u32(row);
    TAKE_TEXT(row, point->key);
    TAKE_TEXT(row, point->name);
    TAKE_TEXT(row, point->name_en);
    char word[CATALOG_CODE_BYTES];
    TAKE_TEXT(row, word);
    if (quantity_from_word(word, &point->quantity)) row->broken = ERR_CORRUPT;
    TAKE_TEXT(row, point->address);
    point->factor = take_double(row);
    point->offset = take_double(row);
    point->decimals = take_u32(row);
    point->range_low = take_double(row);
    point->range_high = take_double(row);
    point->rate_high = take_double(row);
    point->frozen_s = take_double(row);
    point->low_low = take_double(row);
    point->low = take_double(row);
    point->high = take_double(row);
    point->high_high = take_double(row);
    point->dead_band = take_double(row);
    point->delay_s = take_double(row);
    point->priority_outer = take_u32(row);
    point->priority_inner = take_u32(row);
    TAKE_TEXT(row, point->bits);
}

static void template_point_bind(struct query *query, const struct catalog *catalog,
                                const void *item)
{
    (void)catalog;
    const struct template_point *point = item;
    query_bind_i64(query, point->id);
    query_bind_i64(query, point->template_id);
    query_bind_text(query, point->key);
    query_bind_text(query, point->name);
    query_bind_text(query, point->name_en);
    query_bind_text(query, quantity_word(point->quantity));
    query_bind_text(query, point->address);
    query_bind_double(query, point->factor);
    query_bind_double(query, point->offset);
    query_bind_i64(query, point->decimals);
    query_bind_double(query, point->range_low);
    query_bind_double(query, point->range_high);
    query_bind_double(query, point->rate_high);
    query_bind_double(query, point->frozen_s);
    query_bind_double(query, point->low_low);
    query_bind_double(query, point->low);
    query_bind_double(query, point->high);
    query_bind_double(query, point->high_high);
    query_bind_double(query, point->dead_band);
    query_bind_double(query, point->delay_s);
    query_bind_i64(query, point->priority_outer);
    query_bind_i64(query, point->priority_inner);
    query_bind_text(query, point->bits);
}

static void terminal_read(struct row *row, void *item)
{
    struct terminal *terminal = item;
    terminal->id = take_u32(row);
    TAKE_TEXT(row, terminal->code);
    TAKE_TEXT(row, terminal->name);
    terminal->enabled = take_u32(row) != 0;
}

static void terminal_bind(struct query *query, const struct catalog *catalog,
                          const void *item)
{
    (void)catalog;
    const struct terminal *terminal = item;
    query_bind_i64(query, terminal->id);
    query_bind_text(query, terminal->code);
    query_bind_text(query, terminal->name);
    query_bind_i64(query, terminal->enabled);
}

static void device_read(struct row *row, void *item)
{
    struct device *device = item;
    device->id = take_u32(row);
    device->site = take_u32(row);
    device->template_id = take_u32(row);
    device->terminal = take_u32(row);
    TAKE_TEXT(row, device->code);
    TAKE_TEXT(row, device->name);
    TAKE_TEXT(row, device->name_en);
    TAKE_TEXT(row, device->address);
    device->cycle_ms = take_u32(row);
}

static void device_bind(struct query *query, const struct catalog *catalog, const void *item)
{
    (void)catalog;
    const struct device *device = item;
    query_bind_i64(query, device->id);
    query_bind_i64(query, device->site);
    query_bind_i64(query, device->template_id);
    bind_id(query, device->terminal);
    query_bind_text(query, device->code);
    query_bind_text(query, device->name);
    query_bind_text(query, device->name_en);
    query_bind_text(query, device->address);
    query_bind_i64(query, device->cycle_ms);
}

static void point_read(struct row *row, void *item)
{
    struct point *point = item;
    point->id = take_u32(row);
    point->device = take_u32(row);
    point->template_point = take_u32(row); /* still its id: see points_resolve */
}

static void point_bind(struct query *query, const struct catalog *catalog, const void *item)
{
    const struct point *point = item;
    query_bind_i64(query, point->id);
    query_bind_i64(query, point->device);
    query_bind_i64(query, catalog->template_points[point->template_point].id);
}

/* --- the table of tables ----------------------------------------------------------------- */

struct table {
    struct statement count, select, upsert;
    size_t items, items_n; /* offsets in struct catalog */
    size_t item_bytes;
    void (*read)(struct row *row, void *item);
    void (*bind)(struct query *query, const struct catalog *catalog, const void *item);
};

#define TABLE(name, field, columns, marks, order, sets)                                  \
    {                                                                                    \
        {"catalog." #name "_count", "SELECT count(*) FROM " #name},                      \
        {"catalog." #name, "SELECT " columns " FROM " #name " ORDER BY " order},         \
        {"catalog." #name "_upsert", "INSERT INTO " #name " (" columns ") VALUES (" marks \
                                     ") ON CONFLICT (id) DO UPDATE SET " sets},          \
        offsetof(struct catalog, field), offsetof(struct catalog, field##_n),            \
        sizeof(struct name), name##_read, name##_bind                                    \
    }

static const struct table tables[] = {
    TABLE(site, sites,
          "id, parent, kind, code, name, name_en, time_zone, area_m2, x_m, y_m",
          "?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10", "id",
          "parent = ?2, kind = ?3, code = ?4, name = ?5, name_en = ?6, time_zone = ?7,"
          " area_m2 = ?8, x_m = ?9, y_m = ?10"),
    TABLE(pipe, pipes, "id, from_site, to_site, code, length_m, diameter_mm",
          "?1, ?2, ?3, ?4, ?5, ?6", "id",
          "from_site = ?2, to_site = ?3, code = ?4, length_m = ?5, diameter_mm = ?6"),
    TABLE(template, templates, "id, code, name, name_en, protocol, picture",
          "?1, ?2, ?3, ?4, ?5, ?6", "id",
          "code = ?2, name = ?3, name_en = ?4, protocol = ?5, picture = ?6"),
    TABLE(template_point, template_points,
          "id, template, key, name, name_en, quantity, address, factor, offset, decimals,"
          " range_low, range_high, rate_high, frozen_s, low_low, low, high, high_high,"
          " dead_band, delay_s, priority_outer, priority_inner, bits",
          "?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,"
          " ?18, ?19, ?20, ?21, ?22, ?23",
          "template, id",
          "template = ?2, key = ?3, name = ?4, name_en = ?5, quantity = ?6, address = ?7,"
          " factor = ?8, offset = ?9, decimals = ?10, range_low = ?11, range_high = ?12,"
          " rate_high = ?13, frozen_s = ?14, low_low = ?15, low = ?16, high = ?17,"
          " high_high = ?18, dead_band = ?19, delay_s = ?20, priority_outer = ?21,"
          " priority_inner = ?22, bits = ?23"),
    TABLE(terminal, terminals, "id, code, name, enabled", "?1, ?2, ?3, ?4", "id",
          "code = ?2, name = ?3, enabled = ?4"),
    TABLE(device, devices,
          "id, site, template, terminal, code, name, name_en, address, cycle_ms",
          "?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9", "id",
          "site = ?2, template = ?3, terminal = ?4, code = ?5, name = ?6, name_en = ?7,"
          " address = ?8, cycle_ms = ?9"),
    TABLE(point, points, "id, device, template_point", "?1, ?2, ?3", "device, id",
          "device = ?2, template_point = ?3"),
};

static void **items_of(const struct table *table, struct catalog *catalog)
{
    return (void **)(void *)((uint8_t *)catalog + table->items);
}

static size_t *items_n_of(const struct table *table, struct catalog *catalog)
{
    return (size_t *)(void *)((uint8_t *)catalog + table->items_n);
}

static const uint8_t *items_read(const struct table *table, const struct catalog *catalog,
                                 size_t *n)
{
    const uint8_t *base = (const uint8_t *)catalog;
    memcpy(n, base + table->items_n, sizeof *n);
    const uint8_t *items = NULL;
    memcpy(&items, base + table->items, sizeof(void *));
    return items;
}

static void arrays_free(struct catalog *arrays)
{
    for (size_t i = 0; i < COUNT(tables); i++) memory_free(*items_of(&tables[i], arrays));
}

/* --- load -------------------------------------------------------------------------------- */

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

static err table_load(struct database *database, const struct table *table,
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

    struct row row = {.broken = ERR_OK};
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
/* A reader's transaction: one picture of all tables while somebody else writes. */
static const struct statement picture_begin = {"catalog.picture_begin", "BEGIN"};
static const struct statement picture_end = {"catalog.picture_end", "COMMIT"};

static err run_plain(struct database *database, const struct statement *statement)
{
    struct query *query = NULL;
    err e = query_open(database, statement, &query);
    return e ? e : query_run(query);
}

static err arrays_load(struct database *database, struct catalog *arrays)
{
    int64_t version = 0;
    err e = one_number(database, &version_read, &version);
    for (size_t i = 0; !e && i < COUNT(tables); i++) {
        e = table_load(database, &tables[i], arrays);
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
    err e = run_plain(database, &picture_begin);
    if (e) return e;
    e = arrays_load(database, &arrays);
    err end = run_plain(database, &picture_end);
    if (!e) e = end;
    if (!e) e = catalog_make(&arrays, catalog);
    if (e) arrays_free(&arrays);
    return e;
}

/* --- store ------------------------------------------------------------------------------- */

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
static bool item_same(const struct table *table, const struct catalog *now,
                      const struct catalog *next, const uint8_t *a, const uint8_t *b)
{
    if (table->bind == point_bind) return point_same(now, next, a, b);
    return memcmp(a, b, table->item_bytes) == 0;
}

static err item_store(struct database *database, const struct table *table,
                      const struct catalog *next, const uint8_t *item)
{
    struct query *query = NULL;
    err e = query_open(database, &table->upsert, &query);
    if (e) return e;
    table->bind(query, next, item);
    return query_run(query);
}

static err table_store(struct database *database, const struct table *table,
                       const struct catalog *now, const struct catalog *next)
{
    size_t now_n = 0, next_n = 0, at = 0;
    const uint8_t *now_items = items_read(table, now, &now_n);
    const uint8_t *next_items = items_read(table, next, &next_n);
    err e = ERR_OK;
    for (size_t i = 0; !e && i < next_n; i++) {
        const uint8_t *item = next_items + i * table->item_bytes;
        const uint8_t *old = now_n
            ? item_find(now_items, now_n, table->item_bytes, item, &at) : NULL;
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
    for (size_t i = 0; !e && i < COUNT(tables); i++) {
        e = table_store(database, &tables[i], now, next);
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

/* --- a new terminal ---------------------------------------------------------------------- */

/* Copies of all arrays, the one of terminals with room for one more. */
static err arrays_copy(const struct catalog *from, struct catalog *to)
{
    for (size_t i = 0; i < COUNT(tables); i++) {
        const struct table *table = &tables[i];
        size_t n = 0;
        const uint8_t *items = items_read(table, from, &n);
        size_t room = n + (table->bind == terminal_bind);
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
                                 const char *code, const char *name, struct catalog **next)
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
