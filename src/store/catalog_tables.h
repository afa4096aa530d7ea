/* catalog_tables.h - the catalog's records as one table of tables: what is read, what is
 * written, and how a row becomes an item and an item a row. */
#ifndef HEATNET_STORE_CATALOG_TABLES_H
#define HEATNET_STORE_CATALOG_TABLES_H

#include "base/err.h"
#include "model/catalog.h"
#include "store/database.h"

#include <stddef.h>

/* Reads the columns of a row one after the other; remembers that one does not fit. */
struct catalog_row {
    struct query *query;
    int column;
    err broken;
};

struct catalog_table {
    struct statement count, select, upsert;
    size_t items, items_n; /* offsets in struct catalog */
    size_t item_bytes;     /* every item begins with its id */
    void (*read)(struct catalog_row *row, void *item);
    void (*bind)(struct query *query, const struct catalog *catalog, const void *item);
};

enum {
    CATALOG_TABLE_SITE,
    CATALOG_TABLE_PIPE,
    CATALOG_TABLE_TEMPLATE,
    CATALOG_TABLE_TEMPLATE_POINT,
    CATALOG_TABLE_TERMINAL,
    CATALOG_TABLE_DEVICE,
    CATALOG_TABLE_POINT, /* its template point is read as an id, to be made an index */
    CATALOG_TABLES_N
};

extern const struct catalog_table catalog_tables[CATALOG_TABLES_N];

#endif
