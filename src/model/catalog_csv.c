/* catalog_csv.c - the import's two passes over the rows.
 *
 * Pass 1 registers every name (so a row may speak of one further down), pass 2 reads all
 * cells.  A thing that is there keeps what the table has no column for; an empty cell
 * means the column's default.  All faults are collected; with any, nothing is made. */
#include "model/catalog_csv.h"

#include "base/ensure.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/catalog_csv_internal.h"
#include "model/nearest.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void import_report(struct import *import, size_t line, const char *field,
                   const char *format, ...)
{
    char text[DIAG_TEXT_BYTES];
    va_list list;
    va_start(list, format);
    (void)text_format_list(text, sizeof text, format, list); /* too long is cut */
    va_end(list);
    import->faults_n++;
    diag_add(import->diag, line, field, "%s", text);
}

/* --- header rows ------------------------------------------------------------------ */

static void header_read(struct import *import)
{
    struct header *header = &import->header;
    const struct csv_row *row = &import->row;
    *header = (struct header){.line = row->line, .names_n = row->cells_n};
    for (size_t i = 0; i < row->cells_n; i++) {
        const char *name = row->cells[i];
        bool fits = text_copy(header->names[i], sizeof header->names[i], name);
        if (!import->registering || name[0] == '\0') continue;
        if (!fits) import_report(import, row->line, "kind", "a column name is too long");
        for (size_t k = 0; k < i; k++)
            if (text_equal(header->names[k], header->names[i]))
                import_report(import, row->line, name, "the column is named twice");
    }
}

static size_t column_of(const struct row_table *table, const char *name)
{
    size_t i = 0;
    while (i < table->columns_n && !text_equal(table->columns[i].name, name)) i++;
    return i;
}

static void report_unknown_column(struct import *import, const struct row_table *table,
                                  const char *name)
{
    const char *best = NULL;
    size_t best_distance = SIZE_MAX;
    for (size_t i = 0; i < table->columns_n; i++) {
        size_t distance = nearest_distance(name, table->columns[i].name);
        if (distance >= best_distance) continue;
        best = table->columns[i].name;
        best_distance = distance;
    }
    ensure(best != NULL);
    import_report(import, import->header.line, name,
                  "%s rows have no column \"%s\"; the nearest is \"%s\"", table->word,
                  name, best);
}

/* Find the columns of this kind in the header above; faults are told once, in pass 1. */
static void header_map(struct import *import, enum row_kind kind)
{
    struct header *header = &import->header;
    const struct row_table *table = &row_tables[kind];
    bool has[COLUMNS_MAX] = {false};
    for (size_t i = 1; i < header->names_n; i++) {
        if (header->names[i][0] == '\0') continue;
        size_t column = column_of(table, header->names[i]);
        if (column == table->columns_n) {
            header->odd[kind] = true;
            if (import->registering)
                report_unknown_column(import, table, header->names[i]);
            continue;
        }
        header->column[kind][i] = (uint8_t)(column + 1);
        has[column] = true;
    }
    header->mapped[kind] = true;
    header->usable[kind] = true;
    for (size_t i = 0; i < table->columns_n; i++) {
        const struct csv_column *column = &table->columns[i];
        if (has[i] || (column->kind != CELL_CODE && column->kind != CELL_SCOPE)) continue;
        header->usable[kind] = false;
        if (import->registering)
            import_report(import, header->line, column->name,
                          "%s rows need this column, and the header above them has none",
                          table->word);
    }
}

/* --- one row ---------------------------------------------------------------------- */

/* The row's cell of a kind, "" when it has none. */
static const char *cell_of_kind(const struct import *import, enum row_kind kind,
                                enum cell_kind wanted)
{
    const uint8_t *column = import->header.column[kind];
    for (size_t i = 1; i < import->row.cells_n; i++)
        if (column[i] != 0 && row_tables[kind].columns[column[i] - 1].kind == wanted)
            return import->row.cells[i];
    return "";
}

static const char *name_of_kind(enum row_kind kind, enum cell_kind wanted)
{
    const struct row_table *table = &row_tables[kind];
    for (size_t i = 0; i < table->columns_n; i++)
        if (table->columns[i].kind == wanted) return table->columns[i].name;
    return "";
}

/* The thing that the row names, made when it is new; INDEX_NONE, reported, when the name
 * is wrong or was stated before. */
static uint32_t row_register(struct import *import, enum row_kind kind, uint32_t scope)
{
    const char *code = cell_of_kind(import, kind, CELL_CODE);
    const char *field = name_of_kind(kind, CELL_CODE);
    size_t line = import->row.line;
    if (!catalog_code_is_valid(code)) {
        import_report(import, line, field,
                      code[0] == '\0' ? "the %s is missing%s"
                                      : "a %s has 1 to 39 of A-Z a-z 0-9 _ - and nothing "
                                        "else, which \"%s\" has not",
                      field, code);
        return INDEX_NONE;
    }
    uint32_t at = things_find(import, kind, scope, code);
    if (at == INDEX_NONE) at = things_add(import, kind, scope, code);
    if (at == INDEX_NONE) return at;

    uint32_t *stated = &import->things[kind].lines[at];
    if (*stated != 0) {
        import_report(import, line, field, "\"%s\" is stated twice, here and in line %u",
                      code, *stated);
        return INDEX_NONE;
    }
    *stated = (uint32_t)line;
    return at;
}

/* Pass 2: what pass 1 made of the row; points are made now, when all templates are known.
 */
static uint32_t row_thing(struct import *import, enum row_kind kind)
{
    if (kind != ROW_POINT) {
        uint32_t at = things_find(import, kind, 0, cell_of_kind(import, kind, CELL_CODE));
        bool ours =
            at != INDEX_NONE && import->things[kind].lines[at] == import->row.line;
        return ours ? at : INDEX_NONE;
    }
    const char *code = cell_of_kind(import, kind, CELL_SCOPE);
    uint32_t template_at = things_find(import, ROW_TEMPLATE, 0, code), scope;
    if (template_at != INDEX_NONE) {
        memcpy(&scope, things_at(import, ROW_TEMPLATE, template_at), sizeof scope);
        return row_register(import, kind, scope);
    }
    char hint[80];
    things_hint(import, ROW_TEMPLATE, code, hint, sizeof hint);
    import_report(
        import, import->row.line, "template",
        "there is no template \"%s\", neither in this file nor in the catalog%s", code,
        hint);
    return INDEX_NONE;
}

/* Cells that no column name stands above must be empty. */
static void check_stray_cells(struct import *import)
{
    const struct header *header = &import->header;
    for (size_t i = 1; i < import->row.cells_n; i++) {
        bool named = i < header->names_n && header->names[i][0] != '\0';
        if (named || import->row.cells[i][0] == '\0') continue;
        import_report(import, import->row.line, "kind",
                      "cell %zu (\"%.40s\") has no column name above it in line %zu",
                      i + 1, import->row.cells[i], header->line);
        return;
    }
}

static void check_required(struct import *import, enum row_kind kind, const bool *given)
{
    const struct row_table *table = &row_tables[kind];
    for (size_t i = 0; i < table->columns_n; i++)
        if (table->columns[i].required && !given[i])
            import_report(import, import->row.line, table->columns[i].name,
                          "a new %s needs this column", table->word);
}

static const void *old_thing(const struct import *import, enum row_kind kind, uint32_t at)
{
    const struct catalog *now = import->now;
    const void *const arrays[ROW_KIND_N] = {now->sites, now->pipes, now->templates,
                                            now->template_points, now->devices};
    if (at >= import->things[kind].old_n) return NULL;
    return (const char *)arrays[kind] + at * row_tables[kind].item_bytes;
}

static void count_change(struct import *import, enum row_kind kind, const void *old,
                         const void *item)
{
    const struct row_table *table = &row_tables[kind];
    struct catalog_change_count *count = &import->counts[kind];
    if (old == NULL) {
        count->created++;
        return;
    }
    size_t i = 0;
    while (i < table->columns_n && cell_same(&table->columns[i], old, item)) i++;
    if (i < table->columns_n)
        count->changed++;
    else
        count->unchanged++;
}

static void row_fill(struct import *import, enum row_kind kind)
{
    const struct row_table *table = &row_tables[kind];
    const uint8_t *column = import->header.column[kind];
    bool given[COLUMNS_MAX] = {false};
    check_stray_cells(import);
    uint32_t at = row_thing(import, kind);
    if (at == INDEX_NONE) return;

    void *item = things_at(import, kind, at);
    const void *old = old_thing(import, kind, at);
    size_t faults_n = import->faults_n;
    for (size_t i = 1; i < import->header.names_n; i++) {
        if (column[i] == 0) continue;
        const char *cell = i < import->row.cells_n ? import->row.cells[i] : "";
        given[column[i] - 1] = true;
        (void)cell_read(import, &table->columns[column[i] - 1], cell, item);
    }
    if (old == NULL && !import->header.odd[kind]) check_required(import, kind, given);
    if (kind == ROW_POINT && import->faults_n == faults_n)
        rules_point_row(import, item, old, given, cell_of_kind(import, kind, CELL_UNIT));
    count_change(import, kind, old, item);
}

/* --- passes ----------------------------------------------------------------------- */

static void report_unknown_kind(struct import *import, const char *word)
{
    enum row_kind best = ROW_SITE;
    for (int kind = 1; kind < ROW_KIND_N; kind++)
        if (nearest_distance(word, row_tables[kind].word) <
            nearest_distance(word, row_tables[best].word))
            best = (enum row_kind)kind;
    import_report(
        import, import->row.line, "kind",
        "a row begins with kind, site, pipe, template, point or device, not with "
        "\"%.40s\"; the nearest is \"%s\"",
        word, row_tables[best].word);
}

static void take_row(struct import *import)
{
    const char *word = import->row.cells[0];
    if (text_equal(word, "kind")) {
        header_read(import);
        return;
    }
    int kind = 0;
    while (kind < ROW_KIND_N && !text_equal(word, row_tables[kind].word)) kind++;
    if (kind == ROW_KIND_N) {
        if (import->registering) report_unknown_kind(import, word);
        return;
    }
    if (!import->header.mapped[kind]) header_map(import, (enum row_kind)kind);
    if (!import->header.usable[kind]) return;
    if (!import->registering)
        row_fill(import, (enum row_kind)kind);
    else if (kind != ROW_POINT)
        (void)row_register(import, (enum row_kind)kind, 0);
}

static void pass(struct import *import, struct bytes csv)
{
    struct csv_reader reader;
    const char *fault = csv_open(&reader, csv, "kind");
    if (fault != NULL) {
        if (import->registering) import_report(import, 1, "kind", "%s", fault);
        return;
    }
    err e = ERR_OK;
    while (e != ERR_SHORT && !import->broken) {
        e = csv_next(&reader, &import->row, &fault);
        if (e == ERR_FRAME && import->registering)
            import_report(import, import->row.line, "", "%s", fault);
        if (e == ERR_OK) take_row(import);
    }
}

static int compare_lines(const void *a, const void *b)
{
    const struct diag_line *p = a, *q = b;
    return (p->line > q->line) - (p->line < q->line);
}

static err run(struct import *import, struct bytes csv, struct catalog **next)
{
    err e = things_open(import);
    if (e) return e;
    import->registering = true;
    pass(import, csv);
    import->registering = false;
    if (!import->broken) pass(import, csv);
    if (import->broken) return import->broken;
    if (import->faults_n == 0) rules_whole(import);
    if (import->faults_n == 0) {
        e = import_build(import, next);
        if (e) return e;
    }
    if (import->diag != NULL)
        qsort(import->diag->at, import->diag->n, sizeof import->diag->at[0],
              compare_lines);
    return import->faults_n > 0 ? ERR_RANGE : ERR_OK;
}

/* tidy: allow parameters: three inputs and three outputs, each of another owner */
err catalog_csv_read(struct bytes csv, const struct catalog *now,
                     catalog_address_check check, struct catalog **next,
                     struct catalog_change_counts *counts, struct diag *diag)
{
    ensure(now != NULL && next != NULL && counts != NULL);
    if (csv.n > CATALOG_CSV_BYTES_MAX) {
        diag_add(diag, 0, "", "the file is larger than %d MiB",
                 CATALOG_CSV_BYTES_MAX / 1024 / 1024);
        return ERR_RANGE;
    }
    struct import *import = memory_new(1, sizeof *import);
    if (import == NULL) return ERR_MEMORY;
    import->now = now;
    import->check = check;
    import->diag = diag;
    err e = run(import, csv, next);
    if (!e)
        *counts = (struct catalog_change_counts){
            import->counts[ROW_SITE], import->counts[ROW_PIPE],
            import->counts[ROW_TEMPLATE], import->counts[ROW_POINT],
            import->counts[ROW_DEVICE]};
    things_close(import);
    memory_free(import);
    return e;
}
