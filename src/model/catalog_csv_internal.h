/* catalog_csv_internal.h - the import's tables and its state; for catalog_csv*.c only.
 *
 * A const table says what each kind of row is made of; the same table reads a cell,
 * compares a thing with what it was, and writes it back. */
#ifndef HEATNET_MODEL_CATALOG_CSV_INTERNAL_H
#define HEATNET_MODEL_CATALOG_CSV_INTERNAL_H

#include "model/catalog_csv.h"
#include "model/csv.h"
#include "model/index.h"

enum row_kind { ROW_SITE, ROW_PIPE, ROW_TEMPLATE, ROW_POINT, ROW_DEVICE, ROW_KIND_N };

enum cell_kind {
    CELL_CODE,  /* this row's name; `scope` is what it is unique in */
    CELL_SCOPE, /* point: the template's code */
    CELL_TEXT,
    CELL_NUMBER,  /* double, empty = `empty` */
    CELL_COUNT,   /* unsigned, within least..most */
    CELL_SECONDS, /* seconds in the file, uint32_t ms in the struct */
    CELL_SITE_KIND,
    CELL_QUANTITY,
    CELL_UNIT, /* not kept: converts the row's numbers */
    CELL_SITE, /* code in the file, id in the struct */
    CELL_TEMPLATE,
    CELL_TERMINAL,
    CELL_ZONE,
    CELL_DECIMALS, /* empty = the quantity's */
    CELL_BITS
};

struct csv_column {
    const char *name;
    enum cell_kind kind;
    size_t offset;          /* in the thing's struct */
    size_t bytes;           /* of a text field */
    bool required, in_unit; /* in_unit: multiplied by the unit's factor */
    double least, most, empty;
};

enum { COLUMNS_MAX = 32 };

struct row_table {
    const char *word; /* "site" */
    const struct csv_column *columns;
    size_t columns_n, item_bytes, code_offset, scope_offset; /* scope_offset: 0 = none */
};

extern const struct row_table row_tables[ROW_KIND_N];

/* The things of one kind while they are changed: those of `now` at their old positions,
 * then the new ones. */
struct things {
    char *items;
    size_t n, capacity, old_n;
    uint32_t id_max;
    uint32_t *lines; /* the row that states each, 0 = none in this file */
    struct index codes;
};

struct header {
    size_t line, names_n;
    char names[CSV_CELLS_MAX][CATALOG_CODE_BYTES];
    bool mapped[ROW_KIND_N], usable[ROW_KIND_N];
    bool odd[ROW_KIND_N]; /* has an unknown column: perhaps the one that is missing */
    uint8_t column[ROW_KIND_N][CSV_CELLS_MAX]; /* index + 1; 0 = none */
};

struct import {
    const struct catalog *now;
    catalog_address_check check;
    struct diag *diag;
    size_t faults_n;
    err broken;       /* out of memory */
    bool registering; /* first pass: names; second: everything else */
    struct things things[ROW_KIND_N];
    struct catalog_change_count counts[ROW_KIND_N];
    struct header header;
    struct csv_row row;
    char known_zone[CATALOG_CODE_BYTES];
};

void import_report(struct import *import, size_t line, const char *field,
                   const char *format, ...) __attribute__((format(printf, 4, 5)));

/* things: catalog_csv_things.c */
MUST_USE err things_open(struct import *import);
void things_close(struct import *import);
void *things_at(const struct import *import, enum row_kind kind, size_t position);
/* INDEX_NONE when there is none. */
uint32_t things_find(const struct import *import, enum row_kind kind, uint32_t scope,
                     const char *code);
/* A new one with defaults and a fresh id; INDEX_NONE when out of memory or over the limit
 * (reported). */
uint32_t things_add(struct import *import, enum row_kind kind, uint32_t scope,
                    const char *code);
/* ` Did you mean "X"?` or "": X is the nearest code of few. */
void things_hint(const struct import *import, enum row_kind kind, const char *code,
                 char *out, size_t out_n);

/* cells: catalog_csv_cell.c */
bool cell_read(struct import *import, const struct csv_column *column, const char *cell,
               void *item);
void cell_default(const struct csv_column *column, void *item);
bool cell_same(const struct csv_column *column, const void *a, const void *b);

/* rules between cells and rows: catalog_csv_rules.c */
/* `given`: the columns that the row states; `unit`: "" = the quantity's own. */
void rules_point_row(struct import *import, struct template_point *point,
                     const struct template_point *old, const bool *given,
                     const char *unit);
void rules_whole(struct import *import);
/* NULL, or what is wrong with the words of a point's bits or states. */
const char *rules_bits_fault(enum quantity quantity, const char *bits);

/* the new catalog: catalog_csv_build.c */
MUST_USE err import_build(struct import *import, struct catalog **next);

#endif
