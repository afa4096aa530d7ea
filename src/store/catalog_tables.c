/* catalog_tables.c - see catalog_tables.h. */
#include "store/catalog_tables.h"

#include "base/text.h"

/* --- rows --------------------------------------------------------------------------- */

static uint32_t take_u32(struct catalog_row *row)
{
    int64_t value = query_i64(row->query, row->column++);
    if (value < 0 || value > UINT32_MAX) row->broken = ERR_CORRUPT;
    return (uint32_t)value;
}

static double take_double(struct catalog_row *row)
{
    return query_double(row->query, row->column++);
}

static void take_text(struct catalog_row *row, char *out, size_t out_n)
{
    const char *text = query_text(row->query, row->column++);
    if (!text_copy(out, out_n, text)) row->broken = ERR_CORRUPT;
}

static void site_read(struct catalog_row *row, void *item)
{
    struct site *site = item;
    site->id = take_u32(row);
    site->parent = take_u32(row);
    char word[CATALOG_CODE_BYTES];
    take_text(row, word, sizeof word);
    if (site_kind_from_word(word, &site->kind)) row->broken = ERR_CORRUPT;
    take_text(row, site->code, sizeof site->code);
    take_text(row, site->name, sizeof site->name);
    take_text(row, site->name_en, sizeof site->name_en);
    take_text(row, site->time_zone, sizeof site->time_zone);
    site->area_m2 = take_double(row);
    site->x = take_double(row);
    site->y = take_double(row);
}

static void site_bind(struct query *query, const struct catalog *catalog,
                      const void *item)
{
    (void)catalog;
    const struct site *site = item;
    query_bind_i64(query, site->id);
    query_bind_id(query, site->parent);
    query_bind_text(query, site_kind_word(site->kind));
    query_bind_text(query, site->code);
    query_bind_text(query, site->name);
    query_bind_text(query, site->name_en);
    query_bind_text(query, site->time_zone);
    query_bind_double(query, site->area_m2);
    query_bind_double(query, site->x);
    query_bind_double(query, site->y);
}

static void pipe_read(struct catalog_row *row, void *item)
{
    struct pipe *pipe = item;
    pipe->id = take_u32(row);
    pipe->from = take_u32(row);
    pipe->to = take_u32(row);
    take_text(row, pipe->code, sizeof pipe->code);
    pipe->length_m = take_double(row);
    pipe->diameter_mm = take_double(row);
}

static void pipe_bind(struct query *query, const struct catalog *catalog,
                      const void *item)
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

static void template_read(struct catalog_row *row, void *item)
{
    struct template *template = item;
    template->id = take_u32(row);
    take_text(row, template->code, sizeof template->code);
    take_text(row, template->name, sizeof template->name);
    take_text(row, template->name_en, sizeof template->name_en);
    take_text(row, template->protocol, sizeof template->protocol);
    take_text(row, template->picture, sizeof template->picture);
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

static void template_point_read(struct catalog_row *row, void *item)
{
    struct template_point *point = item;
    point->id = take_u32(row);
    point->template_id = take_u32(row);
    take_text(row, point->key, sizeof point->key);
    take_text(row, point->name, sizeof point->name);
    take_text(row, point->name_en, sizeof point->name_en);
    char word[CATALOG_CODE_BYTES];
    take_text(row, word, sizeof word);
    if (quantity_from_word(word, &point->quantity)) row->broken = ERR_CORRUPT;
    take_text(row, point->address, sizeof point->address);
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
    take_text(row, point->bits, sizeof point->bits);
    take_text(row, point->rules, sizeof point->rules);
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
    query_bind_text(query, point->rules);
}

static void terminal_read(struct catalog_row *row, void *item)
{
    struct terminal *terminal = item;
    terminal->id = take_u32(row);
    take_text(row, terminal->code, sizeof terminal->code);
    take_text(row, terminal->name, sizeof terminal->name);
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

static void device_read(struct catalog_row *row, void *item)
{
    struct device *device = item;
    device->id = take_u32(row);
    device->site = take_u32(row);
    device->template_id = take_u32(row);
    device->terminal = take_u32(row);
    take_text(row, device->code, sizeof device->code);
    take_text(row, device->name, sizeof device->name);
    take_text(row, device->name_en, sizeof device->name_en);
    take_text(row, device->address, sizeof device->address);
    device->cycle_ms = take_u32(row);
}

static void device_bind(struct query *query, const struct catalog *catalog,
                        const void *item)
{
    (void)catalog;
    const struct device *device = item;
    query_bind_i64(query, device->id);
    query_bind_i64(query, device->site);
    query_bind_i64(query, device->template_id);
    query_bind_id(query, device->terminal);
    query_bind_text(query, device->code);
    query_bind_text(query, device->name);
    query_bind_text(query, device->name_en);
    query_bind_text(query, device->address);
    query_bind_i64(query, device->cycle_ms);
}

static void point_read(struct catalog_row *row, void *item)
{
    struct point *point = item;
    point->id = take_u32(row);
    point->device = take_u32(row);
    point->template_point = take_u32(row); /* still its id: see points_resolve */
}

static void point_bind(struct query *query, const struct catalog *catalog,
                       const void *item)
{
    const struct point *point = item;
    query_bind_i64(query, point->id);
    query_bind_i64(query, point->device);
    query_bind_i64(query, catalog->template_points[point->template_point].id);
}

/* --- the table of tables ------------------------------------------------------------ */

#define TABLE(name, field, columns, marks, order, sets)                                  \
    {                                                                                    \
        {"catalog." #name "_count", "SELECT count(*) FROM " #name},                      \
            {"catalog." #name, "SELECT " columns " FROM " #name " ORDER BY " order},     \
            {"catalog." #name "_upsert",                                                 \
             "INSERT INTO " #name " (" columns ") VALUES (" marks                        \
             ") ON CONFLICT (id) DO UPDATE SET " sets},                                  \
            offsetof(struct catalog, field), offsetof(struct catalog, field##_n),        \
            sizeof(struct name), name##_read, name##_bind                                \
    }

const struct catalog_table catalog_tables[CATALOG_TABLES_N] = {
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
          " dead_band, delay_s, priority_outer, priority_inner, bits,"
          " rules",
          "?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,"
          " ?18, ?19, ?20, ?21, ?22, ?23, ?24",
          "template, id",
          "template = ?2, key = ?3, name = ?4, name_en = ?5, quantity = ?6, address = ?7,"
          " factor = ?8, offset = ?9, decimals = ?10, range_low = ?11, range_high = ?12,"
          " rate_high = ?13, frozen_s = ?14, low_low = ?15, low = ?16, high = ?17,"
          " high_high = ?18, dead_band = ?19, delay_s = ?20, priority_outer = ?21,"
          " priority_inner = ?22, bits = ?23, rules = ?24"),
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
#undef TABLE
