/* history_matrix.h - rows of a device from several sources, made one sorted table.
 *
 * A *view* is rows that somebody else holds (a chunk of the head, a decoded segment).
 * Views are given oldest first; where two have a sample of the same point and time, the
 * later view wins, and within a view the later row. */
#ifndef HEATNET_STORE_HISTORY_MATRIX_H
#define HEATNET_STORE_HISTORY_MATRIX_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

/* In a matrix: this point has no sample at this time (any quality byte is a sample). */
enum { HISTORY_NO_SAMPLE = 256 };

struct matrix_view {
    size_t rows_n, columns_n;
    const int64_t *times_ms;
    const uint32_t *points;
    const double *values; /* of row r and column c: [r * row_step + c * column_step] */
    const uint8_t *bytes; /* qualities, one of the two */
    const uint16_t *qualities;
    size_t row_step, column_step;
};

/* A row of a view. */
struct matrix_row {
    int64_t time_ms;
    uint32_t view, row;
};

/* rows_n distinct times, rising; columns_n points, rising.  The cell of row r and column
 * c stands at [c * rows_n + r].  Its memory grows and is used again. */
struct matrix {
    size_t rows_n, columns_n;
    int64_t *times_ms;
    uint32_t *points;
    double *values;
    uint16_t *qualities;
    size_t rows_room, columns_room, cells_room;
    uint32_t *map; /* column of a view -> column of the matrix */
    size_t map_room;
};

void matrix_close(struct matrix *matrix);
MUST_USE err matrix_reserve(struct matrix *matrix, size_t rows_n, size_t columns_n);

/* Sort rows by time; equal times stay in the order given.  `spare` has the same size. */
void matrix_sort(struct matrix_row *rows, size_t n, struct matrix_row *spare);

/* Fill from sorted rows.  ERR_MEMORY; ERR_FULL: too many different points. */
MUST_USE err matrix_fill(struct matrix *matrix, const struct matrix_view *views,
                         size_t views_n, const struct matrix_row *rows, size_t rows_n);

/* The whole matrix as a view. */
struct matrix_view matrix_as_view(const struct matrix *matrix);

#endif
