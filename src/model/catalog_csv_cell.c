/* catalog_csv_cell.c - one cell: read, defaulted, compared. */
#include "base/ensure.h"
#include "base/text.h"
#include "model/calendar.h"
#include "model/catalog_csv_internal.h"
#include "model/nearest.h"

#include <limits.h>
#include <math.h>
#include <string.h>

enum { HINT_BYTES = 80, MS_PER_S = 1000 };

static void *field_of(const struct csv_column *column, void *item)
{
    return (char *)item + column->offset;
}

static bool wrong(struct import *import, const struct csv_column *column,
                  const char *text)
{
    import_report(import, import->row.line, column->name, "%s", text);
    return false;
}

/* The nearest of `n` words, or NULL when none is near. */
static const char *nearest_word(const char *word, const char *(*nth)(size_t), size_t n)
{
    const char *best = NULL;
    size_t best_distance = SIZE_MAX;
    for (size_t i = 0; i < n; i++) {
        size_t distance = nearest_distance(word, nth(i));
        if (distance >= best_distance) continue;
        best = nth(i);
        best_distance = distance;
    }
    return best != NULL && nearest_is_near(word, best_distance) ? best : NULL;
}

static const char *nth_site_kind(size_t i)
{
    return site_kind_word((enum site_kind)i);
}

static const char *nth_quantity(size_t i)
{
    return quantity_word((enum quantity)i);
}

static bool wrong_word(struct import *import, const struct csv_column *column,
                       const char *cell, const char *(*nth)(size_t), size_t n)
{
    char list[DIAG_TEXT_BYTES] = "";
    const char *near = nearest_word(cell, nth, n);
    if (near != NULL) {
        import_report(import, import->row.line, column->name,
                      "\"%s\" is no %s; did you mean \"%s\"?", cell, column->name, near);
        return false;
    }
    for (size_t i = 0, used = 0; i < n; i++, used = strlen(list))
        (void)text_format(list + used, sizeof list - used, "%s%s", i ? ", " : "", nth(i));
    import_report(import, import->row.line, column->name,
                  "\"%s\" is no %s; write one of %s", cell, column->name, list);
    return false;
}

/* --- kinds of cells --------------------------------------------------------------- */

static bool read_text(struct import *import, const struct csv_column *column,
                      const char *cell, void *item)
{
    if (text_copy(field_of(column, item), column->bytes, cell)) return true;
    import_report(
        import, import->row.line, column->name,
        "the text is %zu bytes long, at most %zu fit (a Chinese character takes 3)",
        strlen(cell), column->bytes - 1);
    return false;
}

static bool read_double(struct import *import, const struct csv_column *column,
                        const char *cell, double *value)
{
    double found;
    if (text_to_double(cell, &found)) {
        bool comma = strchr(cell, ',') != NULL;
        import_report(import, import->row.line, column->name, "\"%s\" is no number%s",
                      cell,
                      comma ? "; write a point, no comma: 1.5 or 1500"
                            : "; write digits, as 1.5, without a unit");
        return false;
    }
    if (found < column->least || found > column->most) {
        import_report(import, import->row.line, column->name,
                      "%s is outside %.15g .. %.15g", cell, column->least, column->most);
        return false;
    }
    *value = found == 0 ? 0 : found; /* no -0 */
    return true;
}

static bool read_whole(struct import *import, const struct csv_column *column,
                       const char *cell, void *item)
{
    double value;
    unsigned *field = field_of(column, item);
    if (!read_double(import, column, cell, &value)) return false;
    if (value != rint(value)) return wrong(import, column, "write a whole number");
    *field = (unsigned)value;
    return true;
}

static bool read_seconds(struct import *import, const struct csv_column *column,
                         const char *cell, void *item)
{
    double value;
    uint32_t *ms = field_of(column, item);
    if (!read_double(import, column, cell, &value)) return false;
    *ms = (uint32_t)lround(value * MS_PER_S);
    return true;
}

static bool read_site_kind(struct import *import, const struct csv_column *column,
                           const char *cell, void *item)
{
    enum site_kind *kind = field_of(column, item);
    return !site_kind_from_word(cell, kind) ||
           wrong_word(import, column, cell, nth_site_kind, SITE_KIND_N);
}

static bool read_quantity(struct import *import, const struct csv_column *column,
                          const char *cell, void *item)
{
    enum quantity *quantity = field_of(column, item);
    return !quantity_from_word(cell, quantity) ||
           wrong_word(import, column, cell, nth_quantity, QUANTITY_N);
}

static bool read_reference(struct import *import, const struct csv_column *column,
                           const char *cell, void *item)
{
    enum row_kind kind = column->kind == CELL_SITE ? ROW_SITE : ROW_TEMPLATE;
    uint32_t at = things_find(import, kind, 0, cell), *id = field_of(column, item);
    if (at != INDEX_NONE) {
        memcpy(id, things_at(import, kind, at), sizeof *id);
        return true;
    }
    char hint[HINT_BYTES];
    things_hint(import, kind, cell, hint, sizeof hint);
    import_report(import, import->row.line, column->name,
                  "there is no %s \"%s\", neither in this file nor in the catalog%s",
                  row_tables[kind].word, cell, hint);
    return false;
}

static bool read_terminal(struct import *import, const struct csv_column *column,
                          const char *cell, void *item)
{
    const struct terminal *terminal = catalog_terminal_by_code(import->now, cell);
    uint32_t *id = field_of(column, item);
    if (terminal == NULL) {
        import_report(
            import, import->row.line, column->name,
            "there is no terminal \"%s\": create it with `heatnet terminal add %s`", cell,
            cell);
        return false;
    }
    *id = terminal->id;
    return true;
}

static bool read_zone(struct import *import, const struct csv_column *column,
                      const char *cell, void *item)
{
    if (!text_equal(cell, import->known_zone)) {
        struct calendar *calendar = NULL;
        err e = calendar_open_zone(cell, &calendar);
        calendar_close(calendar);
        if (e) {
            import_report(import, import->row.line, column->name,
                          "there is no time zone \"%s\"; write one as Asia/Shanghai",
                          cell);
            return false;
        }
        (void)text_copy(import->known_zone, sizeof import->known_zone, cell);
    }
    return read_text(import, column, cell, item);
}

bool cell_read(struct import *import, const struct csv_column *column, const char *cell,
               void *item)
{
    if (cell[0] == '\0') {
        cell_default(column, item);
        return !column->required || wrong(import, column, "this cell must not be empty");
    }
    switch (column->kind) {
    case CELL_CODE:
    case CELL_SCOPE:
    case CELL_UNIT: /* read with the row */ return true;
    case CELL_TEXT:
    case CELL_BITS: return read_text(import, column, cell, item);
    case CELL_NUMBER: return read_double(import, column, cell, field_of(column, item));
    case CELL_COUNT:
    case CELL_DECIMALS: return read_whole(import, column, cell, item);
    case CELL_SECONDS: return read_seconds(import, column, cell, item);
    case CELL_SITE_KIND: return read_site_kind(import, column, cell, item);
    case CELL_QUANTITY: return read_quantity(import, column, cell, item);
    case CELL_SITE:
    case CELL_TEMPLATE: return read_reference(import, column, cell, item);
    case CELL_TERMINAL: return read_terminal(import, column, cell, item);
    case CELL_ZONE: return read_zone(import, column, cell, item);
    }
    return false;
}

/* --- empty cells and comparing ---------------------------------------------------- */

void cell_default(const struct csv_column *column, void *item)
{
    double *number = field_of(column, item);
    unsigned *count = field_of(column, item);
    switch (column->kind) {
    case CELL_CODE:
    case CELL_SCOPE:
    case CELL_UNIT: return;
    case CELL_TEXT:
    case CELL_BITS:
    case CELL_ZONE: memset(count, 0, column->bytes); return;
    case CELL_NUMBER: *number = column->empty; return;
    case CELL_COUNT: *count = (unsigned)column->empty; return;
    case CELL_DECIMALS:
        *count = UINT_MAX; /* the quantity's, once that is known */
        return;
    case CELL_SECONDS: *count = (unsigned)column->empty * MS_PER_S; return;
    case CELL_SITE_KIND:
    case CELL_QUANTITY:
    case CELL_SITE:
    case CELL_TEMPLATE:
    case CELL_TERMINAL: *count = 0; return;
    }
}

bool cell_same(const struct csv_column *column, const void *a, const void *b)
{
    const char *p = (const char *)a + column->offset,
               *q = (const char *)b + column->offset;
    double x, y;
    switch (column->kind) {
    case CELL_UNIT: return true;
    case CELL_CODE:
    case CELL_TEXT:
    case CELL_BITS:
    case CELL_ZONE: return text_equal(p, q);
    case CELL_NUMBER:
        memcpy(&x, p, sizeof x);
        memcpy(&y, q, sizeof y);
        return x == y || (isnan(x) && isnan(y));
    case CELL_SCOPE:
    case CELL_COUNT:
    case CELL_DECIMALS:
    case CELL_SECONDS:
    case CELL_SITE_KIND:
    case CELL_QUANTITY:
    case CELL_SITE:
    case CELL_TEMPLATE:
    case CELL_TERMINAL: return memcmp(p, q, sizeof(uint32_t)) == 0;
    }
    return false;
}
