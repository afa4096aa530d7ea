/* catalog_csv_write.c - a catalog as an import file, table after table. */
#include "base/ensure.h"
#include "base/text.h"
#include "model/catalog_csv_internal.h"

#include <math.h>
#include <string.h>

enum { NUMBER_BYTES = 32 };

static const char *site_code(const struct catalog *catalog, uint32_t id)
{
    const struct site *site = catalog_site(catalog, id);
    return site != NULL ? site->code : "";
}

static const char *template_code(const struct catalog *catalog, uint32_t id)
{
    const struct template *template = catalog_template(catalog, id);
    return template != NULL ? template->code : "";
}

static const char *terminal_code(const struct catalog *catalog, uint32_t id)
{
    const struct terminal *terminal = catalog_terminal(catalog, id);
    return terminal != NULL ? terminal->code : "";
}

static void number_text(double value, char out[NUMBER_BYTES])
{
    out[0] = '\0';
    if (isfinite(value)) text_from_double(value, out);
}

/* The cell's text: the field itself, or written into `out`. */
static const char *cell_text(const struct catalog *catalog,
                             const struct csv_column *column, const char *item,
                             char out[NUMBER_BYTES])
{
    const char *field = item + column->offset;
    uint32_t word = 0;
    double number;
    out[0] = '\0';
    if (column->kind != CELL_UNIT) memcpy(&word, field, sizeof word);
    switch (column->kind) {
    case CELL_CODE:
    case CELL_TEXT:
    case CELL_ZONE:
    case CELL_BITS: return field;
    case CELL_NUMBER:
        memcpy(&number, field, sizeof number);
        number_text(number, out);
        return out;
    case CELL_COUNT:
    case CELL_DECIMALS: number_text(word, out); return out;
    case CELL_SECONDS: number_text(word / 1000.0, out); return out;
    case CELL_SITE_KIND: return site_kind_word((enum site_kind)word);
    case CELL_QUANTITY: return quantity_word((enum quantity)word);
    case CELL_UNIT:
        return quantity_unit(
            ((const struct template_point *)(const void *)item)->quantity);
    case CELL_SITE: return site_code(catalog, word);
    case CELL_SCOPE:
    case CELL_TEMPLATE: return template_code(catalog, word);
    case CELL_TERMINAL: return terminal_code(catalog, word);
    }
    return out;
}

static void put_table(struct buffer *out, const struct catalog *catalog,
                      enum row_kind kind, const void *items, size_t n)
{
    const struct row_table *table = &row_tables[kind];
    if (n == 0) return;
    buffer_put_text(out, "kind");
    for (size_t i = 0; i < table->columns_n; i++)
        buffer_format(out, ",%s", table->columns[i].name);
    buffer_put_text(out, "\r\n");
    for (size_t k = 0; k < n && !out->broken; k++) {
        const char *item = (const char *)items + k * table->item_bytes;
        buffer_put_text(out, table->word);
        for (size_t i = 0; i < table->columns_n; i++) {
            char text[NUMBER_BYTES];
            buffer_put_u8(out, ',');
            csv_put(out, cell_text(catalog, &table->columns[i], item, text));
        }
        buffer_put_text(out, "\r\n");
    }
}

err catalog_csv_write(const struct catalog *catalog, struct buffer *out)
{
    ensure(catalog != NULL);
    ensure(out != NULL);
    buffer_put_text(out, "\xef\xbb\xbf"); /* so that spreadsheets read it as UTF-8 */
    put_table(out, catalog, ROW_SITE, catalog->sites, catalog->sites_n);
    put_table(out, catalog, ROW_PIPE, catalog->pipes, catalog->pipes_n);
    put_table(out, catalog, ROW_TEMPLATE, catalog->templates, catalog->templates_n);
    put_table(out, catalog, ROW_POINT, catalog->template_points,
              catalog->template_points_n);
    put_table(out, catalog, ROW_DEVICE, catalog->devices, catalog->devices_n);
    return out->broken;
}
