/* history_matrix.c - see history_matrix.h. */
#include "store/history_matrix.h"

#include "base/ensure.h"
#include "base/memory.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS_MAX = 1 << 20, TILE_ROWS = 64 };

void matrix_close(struct matrix *matrix)
{
    memory_free(matrix->times_ms);
    memory_free(matrix->points);
    memory_free(matrix->values);
    memory_free(matrix->qualities);
    memory_free(matrix->map);
    *matrix = (struct matrix){0};
}

static bool grow(void **at, size_t *room, size_t n, size_t item_bytes)
{
    if (n <= *room) return true;
    void *more = memory_resize(*at, n, item_bytes);
    if (!more) return false;
    *at = more;
    *room = n;
    return true;
}

err matrix_reserve(struct matrix *matrix, size_t rows_n, size_t columns_n)
{
    size_t cells = rows_n * columns_n, values_room = matrix->cells_room;
    size_t rows_room = matrix->rows_room;
    bool good =
        grow((void **)&matrix->times_ms, &rows_room, rows_n, sizeof(int64_t)) &&
        grow((void **)&matrix->points, &matrix->columns_room, columns_n,
             sizeof(uint32_t)) &&
        grow((void **)&matrix->values, &values_room, cells, sizeof(double)) &&
        grow((void **)&matrix->qualities, &matrix->cells_room, cells, sizeof(uint16_t));
    matrix->rows_room = rows_room;
    return good ? ERR_OK : ERR_MEMORY;
}

/* --- sorting ------------------------------------------------------------------------ */

static void merge(const struct matrix_row *from, size_t low, size_t middle, size_t high,
                  struct matrix_row *to)
{
    size_t left = low, right = middle;
    for (size_t i = low; i < high; i++) {
        bool take_left =
            left < middle && (right >= high || from[left].time_ms <= from[right].time_ms);
        to[i] = take_left ? from[left++] : from[right++];
    }
}

void matrix_sort(struct matrix_row *rows, size_t n, struct matrix_row *spare)
{
    size_t sorted = 1;
    while (sorted < n && rows[sorted - 1].time_ms <= rows[sorted].time_ms) sorted++;
    if (sorted >= n) return; /* as nearly always */

    struct matrix_row *from = rows, *to = spare;
    for (size_t width = 1; width < n; width *= 2) {
        for (size_t low = 0; low < n; low += 2 * width) {
            size_t middle = low + width < n ? low + width : n;
            size_t high = low + 2 * width < n ? low + 2 * width : n;
            merge(from, low, middle, high, to);
        }
        struct matrix_row *swap = from;
        from = to;
        to = swap;
    }
    if (from != rows) memcpy(rows, from, n * sizeof *rows);
}

/* --- columns ------------------------------------------------------------------------ */

static int point_order(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

/* The sorted union of all views' points. */
static err points_unite(struct matrix *matrix, const struct matrix_view *views,
                        size_t views_n)
{
    const uint32_t *before = NULL;
    matrix->columns_n = 0;
    for (size_t v = 0; v < views_n; v++) {
        size_t known_n = matrix->columns_n, n = known_n;
        if (views[v].rows_n == 0 || views[v].points == before) continue;
        before = views[v].points;
        if (known_n == views[v].columns_n &&
            memcmp(before, matrix->points, known_n * sizeof *before) == 0)
            continue; /* nearly always */
        if (n + views[v].columns_n > COLUMNS_MAX) return ERR_FULL;
        if (!grow((void **)&matrix->points, &matrix->columns_room, n + views[v].columns_n,
                  sizeof(uint32_t))) {
            return ERR_MEMORY;
        }
        for (size_t c = 0; c < views[v].columns_n; c++) {
            bool known = known_n && bsearch(&before[c], matrix->points, known_n,
                                            sizeof(uint32_t), point_order);
            if (!known) matrix->points[n++] = before[c];
        }
        bool sorted = true;
        for (size_t i = 1; i < n; i++)
            sorted &= matrix->points[i - 1] < matrix->points[i];
        if (!sorted) qsort(matrix->points, n, sizeof(uint32_t), point_order);
        matrix->columns_n = n;
    }
    return ERR_OK;
}

static void map_make(struct matrix *matrix, const struct matrix_view *view)
{
    for (size_t c = 0; c < view->columns_n; c++) {
        uint32_t point = view->points[c];
        if (c < matrix->columns_n && matrix->points[c] == point) { /* nearly always */
            matrix->map[c] = (uint32_t)c;
            continue;
        }
        const uint32_t *found =
            bsearch(&point, matrix->points, matrix->columns_n, sizeof point, point_order);
        ensure(found != NULL);
        matrix->map[c] = (uint32_t)(found - matrix->points);
    }
}

/* --- cells -------------------------------------------------------------------------- */

static size_t distinct_times(const struct matrix_row *rows, size_t n)
{
    size_t distinct = 0;
    for (size_t i = 0; i < n; i++) {
        distinct += i == 0 || rows[i].time_ms != rows[i - 1].time_ms;
    }
    return distinct;
}

static void row_copy(struct matrix *matrix, size_t to, const struct matrix_view *view,
                     size_t row)
{
    size_t from = row * view->row_step;
    for (size_t c = 0; c < view->columns_n; c++, from += view->column_step) {
        uint16_t quality = view->bytes ? view->bytes[from] : view->qualities[from];
        if (quality == HISTORY_NO_SAMPLE) continue;
        size_t cell = matrix->map[c] * matrix->rows_n + to;
        matrix->values[cell] = view->values[from];
        matrix->qualities[cell] = quality;
    }
}

static void map_take(struct matrix *matrix, const struct matrix_view *view,
                     const uint32_t **mapped)
{
    if (view->points == *mapped) return;
    map_make(matrix, view);
    *mapped = view->points;
}

static void cells_clear(struct matrix *matrix, size_t row, size_t n)
{
    for (size_t c = 0; c < matrix->columns_n; c++) {
        double *values = matrix->values + c * matrix->rows_n + row;
        uint16_t *qualities = matrix->qualities + c * matrix->rows_n + row;
        for (size_t i = 0; i < n; i++) {
            values[i] = 0;
            qualities[i] = HISTORY_NO_SAMPLE;
        }
    }
}

/* Rows [row, row + n) of one column of a view to [to, ...) of the matrix's. */
struct column_run {
    size_t column, row, n, to;
};

static void column_copy(struct matrix *matrix, const struct matrix_view *view,
                        struct column_run run)
{
    size_t step = view->row_step;
    size_t from = run.row * step + run.column * view->column_step;
    size_t cell = matrix->map[run.column] * matrix->rows_n + run.to;
    double *values = matrix->values + cell;
    uint16_t *qualities = matrix->qualities + cell;
    if (step == 1) {
        memcpy(values, view->values + from, run.n * sizeof *values);
    } else {
        for (size_t i = 0; i < run.n; i++) values[i] = view->values[from + i * step];
    }
    if (view->bytes) {
        for (size_t i = 0; i < run.n; i++) qualities[i] = view->bytes[from + i * step];
    } else {
        for (size_t i = 0; i < run.n; i++)
            qualities[i] = view->qualities[from + i * step];
    }
}

/* Rows that follow each other in one view.  What lies row by row is turned in tiles that
 * stay in the cache. */
static void rows_copy(struct matrix *matrix, const struct matrix_view *view, size_t row,
                      size_t to, size_t n)
{
    size_t tile = view->row_step == 1 ? n : TILE_ROWS;
    if (view->columns_n < matrix->columns_n) cells_clear(matrix, to, n);
    for (size_t done = 0; done < n; done += tile) {
        size_t part = n - done < tile ? n - done : tile;
        for (size_t c = 0; c < view->columns_n; c++)
            column_copy(matrix, view,
                        (struct column_run){c, row + done, part, to + done});
    }
}

/* As nearly always: each time is in one row of one view only. */
static void cells_fill_distinct(struct matrix *matrix, const struct matrix_view *views,
                                const struct matrix_row *rows)
{
    const uint32_t *mapped = NULL;
    for (size_t i = 0; i < matrix->rows_n;) {
        const struct matrix_view *view = &views[rows[i].view];
        size_t n = 0;
        while (i + n < matrix->rows_n && rows[i + n].view == rows[i].view &&
               rows[i + n].row == rows[i].row + n) {
            matrix->times_ms[i + n] = rows[i + n].time_ms;
            n++;
        }
        map_take(matrix, view, &mapped);
        rows_copy(matrix, view, rows[i].row, i, n);
        i += n;
    }
}

static void cells_fill(struct matrix *matrix, const struct matrix_view *views,
                       const struct matrix_row *rows, size_t rows_n)
{
    cells_clear(matrix, 0, matrix->rows_n);
    const uint32_t *mapped = NULL;
    size_t row = 0;
    for (size_t i = 0; i < rows_n; i++) {
        const struct matrix_view *view = &views[rows[i].view];
        if (i && rows[i].time_ms != rows[i - 1].time_ms) row++;
        map_take(matrix, view, &mapped);
        matrix->times_ms[row] = rows[i].time_ms;
        row_copy(matrix, row, view, rows[i].row);
    }
}

err matrix_fill(struct matrix *matrix, const struct matrix_view *views, size_t views_n,
                const struct matrix_row *rows, size_t rows_n)
{
    size_t widest = 0;
    for (size_t v = 0; v < views_n; v++) {
        if (views[v].columns_n > widest) widest = views[v].columns_n;
    }
    if (!grow((void **)&matrix->map, &matrix->map_room, widest, sizeof(uint32_t))) {
        return ERR_MEMORY;
    }
    err e = points_unite(matrix, views, views_n);
    if (e) return e;
    size_t times = distinct_times(rows, rows_n);
    e = matrix_reserve(matrix, times, matrix->columns_n);
    if (e) return e;
    matrix->rows_n = times;
    if (times == rows_n) {
        cells_fill_distinct(matrix, views, rows);
    } else {
        cells_fill(matrix, views, rows, rows_n);
    }
    return ERR_OK;
}

struct matrix_view matrix_as_view(const struct matrix *matrix)
{
    return (struct matrix_view){
        .rows_n = matrix->rows_n,
        .columns_n = matrix->columns_n,
        .times_ms = matrix->times_ms,
        .points = matrix->points,
        .values = matrix->values,
        .qualities = matrix->qualities,
        .row_step = 1,
        .column_step = matrix->rows_n,
    };
}
