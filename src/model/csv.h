/* csv.h - rows of a CSV file (RFC 4180), one at a time; private to model/.
 *
 * Comma, semicolon or tab, found out from the file's first row; quoted cells; a row ends
 * at LF, CR LF or CR.  Blanks around a cell are taken off.  Empty rows and rows that
 * begin with # are skipped.  A row lives in the caller's `struct csv_row` until the next
 * is read. */
#ifndef HEATNET_MODEL_CSV_H
#define HEATNET_MODEL_CSV_H

#include "base/bytes.h"
#include "base/err.h"

#include <stddef.h>

enum { CSV_CELLS_MAX = 64, CSV_ROW_BYTES = 32768 };

struct csv_reader {
    struct bytes rest;
    char separator;
    size_t line; /* of the next row, 1 = first */
};

struct csv_row {
    size_t line;
    size_t cells_n;
    const char *cells[CSV_CELLS_MAX];
    char text[CSV_ROW_BYTES];
};

/* NULL, or a sentence that says why this cannot be an import file at all. */
const char *csv_open(struct csv_reader *reader, struct bytes csv, const char *first_cell);

/* ERR_OK: a row.  ERR_SHORT: the end.  ERR_FRAME: `*fault` says what is wrong with the
 * row of row->line; reading can go on behind it. */
MUST_USE err csv_next(struct csv_reader *reader, struct csv_row *row, const char **fault);

/* Append a cell, quoted where it has to be. */
void csv_put(struct buffer *out, const char *cell);

#endif
