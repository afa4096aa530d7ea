/* historian_day.c - one local day of one device.
 *
 * New rows that all lie behind what the day has are *in order*: they go into a segment of
 * their own together with the last segments that are not much larger (so the number of
 * segments of a day stays logarithmic, and each sample is rewritten that often), and
 * their spans are added to the day's roll-up.  Rows that lie before or between are
 * *late*: the day is written anew as one, and its roll-up with it. */
#include "store/historian_day.h"

#include "base/log.h"
#include "model/quality.h"

#include <string.h>

/* A day with more cells is not written anew for late rows; its samples are asked instead
 * of its roll-up. */
enum { ANEW_CELLS_MAX = 1 << 23, MERGE_CELLS_MAX = 1 << 20 };

static const struct statement segments_select = {
    "history.segments_of_day",
    "SELECT id, first_ms, last_ms, row_n, sample_n, length(data) FROM segment"
    " WHERE device = ?1 AND day_ms = ?2 ORDER BY id"};
static const struct statement segment_select = {"history.segment",
                                                "SELECT data FROM segment WHERE id = ?1"};
static const struct statement segment_delete = {"history.segment_delete",
                                                "DELETE FROM segment WHERE id = ?1"};
static const struct statement segment_insert = {
    "history.segment_insert",
    "INSERT INTO segment (device, day_ms, first_ms, last_ms, row_n, sample_n, data)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"};
static const struct statement rollup_select = {
    "history.rollup", "SELECT data FROM rollup WHERE device = ?1 AND day_ms = ?2"};
static const struct statement rollup_upsert = {
    "history.rollup_upsert",
    "INSERT INTO rollup (device, day_ms, data) VALUES (?1, ?2, ?3)"
    " ON CONFLICT (device, day_ms) DO UPDATE SET data = ?3"};

/* --- what the day has already ------------------------------------------------------- */

static err segments_load(struct day *day)
{
    struct history_flush *flush = day->flush;
    struct query *query = NULL;
    err e = query_open(day->historian->database, &segments_select, &query);
    if (e) return e;
    query_bind_i64(query, day->device);
    query_bind_i64(query, day->day_ms);
    size_t n = 0;
    while (!e && query_row(query)) {
        if (!history_reserve(&flush->segments, &flush->segments_room, n + 1,
                             sizeof *flush->segments)) {
            e = ERR_MEMORY;
            continue;
        }
        flush->segments[n++] = (struct segment_row){
            .id = query_i64(query, 0),
            .first_ms = query_i64(query, 1),
            .last_ms = query_i64(query, 2),
            .rows_n = (uint64_t)query_i64(query, 3),
            .samples_n = (uint64_t)query_i64(query, 4),
            .bytes = (uint64_t)query_i64(query, 5),
        };
    }
    err end = query_close(query);
    day->segments_n = n;
    return e ? e : end;
}

static err rollup_take(struct day *day, struct bytes blob, void *context)
{
    (void)context;
    return rollup_decode(blob, day->day_ms, 0, &day->flush->rollup);
}

/* The roll-up to go on with, or a decision to make it anew. */
static err rollup_load(struct day *day)
{
    struct rollup *rollup = &day->flush->rollup;
    uint64_t rows = day->rows_n;
    for (size_t i = 0; i < day->segments_n; i++) rows += day->flush->segments[i].rows_n;
    int64_t unit_ms = rows > ROLLUP_ROWS_COARSE_MAX ? ROLLUP_HOUR_MS : ROLLUP_COARSE_MS;
    day->summed = true;
    day->anew = !day->in_order;
    if (day->segments_n && day->in_order) {
        struct day_blob ask = {&rollup_select,
                               HISTORY_ROLLUP,
                               {day->device, day->day_ms},
                               2,
                               rollup_take,
                               NULL};
        err e = day_blob_read(day, &ask);
        if (e == ERR_CORRUPT) day_damaged(day, "rollup");
        if (e && e != ERR_CORRUPT && e != ERR_UNKNOWN) return e;
        day->anew = e || rollup->unit_ms != unit_ms;
        if (!e && rollup->units_n == 0) day->summed = day->anew = false;
    }
    if (day->anew || day->segments_n == 0) {
        rollup_clear(rollup, day->day_ms, day->next_ms, unit_ms);
    }
    return ERR_OK;
}

/* --- what is absorbed --------------------------------------------------------------- */

static size_t day_columns(const struct day *day)
{
    size_t columns = 1;
    for (size_t i = 0; i < day->segments_n; i++) {
        const struct segment_row *segment = &day->flush->segments[i];
        size_t n =
            (size_t)(segment->samples_n / (segment->rows_n ? segment->rows_n : 1)) + 1;
        if (n > columns) columns = n;
    }
    for (size_t v = 0; v < day->views_n; v++) {
        size_t n = day->flush->views[v].columns_n;
        if (n > columns) columns = n;
    }
    return columns;
}

static void absorb_choose(struct day *day)
{
    uint64_t columns = day_columns(day), rows = day->rows_n;
    size_t keep = day->segments_n;
    uint64_t limit = (day->anew ? ANEW_CELLS_MAX : MERGE_CELLS_MAX) / columns;
    while (keep > 0) {
        uint64_t more = day->flush->segments[keep - 1].rows_n;
        if (rows + more > limit || (!day->anew && more > 2 * rows)) break;
        rows += more;
        keep--;
    }
    if (day->anew && keep > 0) { /* too much to be done again */
        keep = day->segments_n;
        day->anew = day->summed = false;
    }
    day->keep_n = keep;
}

static err part_take(struct day *day, struct bytes blob, void *context)
{
    struct segment segment;
    err e = segment_open(blob, &segment);
    return e ? e : segment_matrix(&segment, &day->flush->coder, context);
}

/* Decode what is absorbed.  A damaged segment stays where it is, as does all before it.
 */
static err absorb(struct day *day, size_t *parts_n)
{
    struct history_flush *flush = day->flush;
    size_t n = day->segments_n - day->keep_n;
    if (!history_reserve(&flush->parts, &flush->parts_room, n, sizeof *flush->parts))
        return ERR_MEMORY;
    *parts_n = 0;
    for (size_t i = day->segments_n; i-- > day->keep_n;) {
        struct matrix *part = &flush->parts[*parts_n];
        struct day_blob ask = {&segment_select,
                               HISTORY_SEGMENT,
                               {flush->segments[i].id},
                               1,
                               part_take,
                               part};
        err e = day_blob_read(day, &ask);
        if (e == ERR_CORRUPT || e == ERR_VERSION) {
            day_damaged(day, "segment");
            day->keep_n = i + 1;
            if (day->anew) day->anew = day->summed = false;
            break;
        }
        if (e) return e;
        ++*parts_n;
    }
    return ERR_OK;
}

/* --- putting together --------------------------------------------------------------- */

/* parts[] are newest first; views must be oldest first, the head's behind all of them. */
static err merge(struct day *day, size_t parts_n)
{
    struct history_flush *flush = day->flush;
    size_t rows_n = day->rows_n, views_n = day->views_n + parts_n;
    for (size_t i = 0; i < parts_n; i++) rows_n += flush->parts[i].rows_n;
    if (!history_reserve(&flush->views, &flush->views_room, views_n,
                         sizeof *flush->views) ||
        !history_reserve(&flush->all_rows, &flush->all_rows_room, rows_n,
                         sizeof *flush->all_rows) ||
        !history_reserve(&flush->spare, &flush->spare_room, rows_n,
                         sizeof *flush->spare)) {
        return ERR_MEMORY;
    }
    size_t at = 0;
    for (size_t i = 0; i < parts_n; i++) {
        struct matrix *part = &flush->parts[parts_n - 1 - i];
        size_t view = day->views_n + i;
        flush->views[view] = matrix_as_view(part);
        for (size_t r = 0; r < part->rows_n; r++) {
            flush->all_rows[at++] =
                (struct matrix_row){part->times_ms[r], (uint32_t)view, (uint32_t)r};
        }
    }
    memcpy(flush->all_rows + at, flush->rows + day->rows_at,
           day->rows_n * sizeof *flush->all_rows);
    matrix_sort(flush->all_rows, rows_n, flush->spare);
    return matrix_fill(&flush->merged, flush->views, views_n, flush->all_rows, rows_n);
}

/* --- roll-up ------------------------------------------------------------------------ */

/* Which of the merged rows lie in a unit: from row[unit] to before row[unit + 1]. */
struct day_units {
    size_t row[ROLLUP_UNITS_MAX + 1];
};

static void units_find(const struct day *day, size_t row, struct day_units *units)
{
    const struct rollup *rollup = &day->flush->rollup;
    const struct matrix *merged = &day->flush->merged;
    units->row[0] = row;
    for (size_t u = 0; u < rollup->units_n; u++) {
        int64_t end_ms = rollup->day_ms + (int64_t)(u + 1) * rollup->unit_ms;
        bool last = u + 1 == rollup->units_n;
        while (row < merged->rows_n && (last || merged->times_ms[row] < end_ms)) row++;
        units->row[u + 1] = row;
    }
}

static bool row_is_seen(const struct matrix *matrix, size_t row)
{
    for (size_t c = 0; c < matrix->columns_n; c++) {
        uint16_t quality = matrix->qualities[c * matrix->rows_n + row];
        if (quality < QUALITY_NO_ANSWER) return true;
    }
    return false;
}

static bool all_good(const uint16_t *qualities, size_t n)
{
    unsigned any = 0;
    for (size_t i = 0; i < n; i++) any |= qualities[i];
    return any == QUALITY_GOOD;
}

static void column_sum(const struct day *day, size_t column,
                       const struct day_units *units, struct history_span *spans)
{
    const struct matrix *matrix = &day->flush->merged;
    const double *values = matrix->values + column * matrix->rows_n;
    const uint16_t *qualities = matrix->qualities + column * matrix->rows_n;
    for (size_t u = 0; u < day->flush->rollup.units_n; u++) {
        size_t row = units->row[u], end = units->row[u + 1];
        if (all_good(qualities + row, end - row)) {
            span_add_good(&spans[u], matrix->times_ms + row, values + row, end - row);
            continue;
        }
        for (; row < end; row++) {
            if (qualities[row] == HISTORY_NO_SAMPLE) continue;
            (void)span_add(&spans[u], matrix->times_ms[row], values[row], qualities[row]);
        }
    }
}

static bool has_samples(const struct matrix *matrix, size_t column, size_t row)
{
    const uint16_t *qualities = matrix->qualities + column * matrix->rows_n;
    while (row < matrix->rows_n && qualities[row] == HISTORY_NO_SAMPLE) row++;
    return row < matrix->rows_n;
}

static bool is_fresh(const struct rollup *rollup, const struct history_span *spans)
{
    for (size_t u = 0; u < rollup->units_n; u++) {
        if (spans[u].n) return false;
    }
    return true;
}

static int8_t decimals_join(bool fresh, int8_t before, int found)
{
    if (found == COLUMN_DECIMALS_NONE) return COLUMN_DECIMALS_NONE;
    if (fresh) return (int8_t)found;
    if (before == COLUMN_DECIMALS_NONE) return before;
    return before > found ? before : (int8_t)found;
}

/* Sum up the merged rows from `row` on; flush->decimals tells of their columns. */
static err rollup_add(struct day *day, size_t row)
{
    struct rollup *rollup = &day->flush->rollup;
    const struct matrix *merged = &day->flush->merged;
    struct day_units units;
    units_find(day, row, &units);
    for (size_t c = 0; c < merged->columns_n; c++) {
        size_t index;
        if (!has_samples(merged, c, row)) continue;
        struct history_span *spans = rollup_point(rollup, merged->points[c], &index);
        if (!spans) return ERR_MEMORY;
        bool fresh = is_fresh(rollup, spans);
        column_sum(day, c, &units, spans);
        rollup->decimals[index] =
            decimals_join(fresh, rollup->decimals[index], day->flush->decimals[c]);
        for (size_t u = 0; u < rollup->units_n; u++) {
            span_round(&spans[u], rollup->decimals[index]);
        }
    }
    for (size_t r = row; r < merged->rows_n; r++) {
        if (row_is_seen(merged, r))
            rollup->rows[rollup_unit(rollup, merged->times_ms[r])]++;
    }
    return ERR_OK;
}

static err rollup_store(struct day *day)
{
    struct history_flush *flush = day->flush;
    if (!day->summed) {
        flush->rollup.units_n = 0;
        flush->rollup.points_n = 0;
    }
    buffer_clear(&flush->blob);
    err e = rollup_encode(&flush->rollup, &flush->coder.room, &flush->blob);
    const struct history_place place = {HISTORY_ROLLUP, day->device, day->day_ms};
    if (!e) e = history_box_put(&flush->box, &place, &flush->blob);
    struct query *query = NULL;
    if (!e) e = query_open(day->historian->database, &rollup_upsert, &query);
    if (e) return e;
    query_bind_i64(query, day->device);
    query_bind_i64(query, day->day_ms);
    query_bind_bytes(query, buffer_bytes(&flush->blob));
    return query_run(query);
}

/* --- segments ----------------------------------------------------------------------- */

static err segment_insert_one(struct day *day, const struct segment_part *part,
                              int *decimals)
{
    struct history_flush *flush = day->flush;
    struct historian_figures *figures = &day->historian->next;
    struct segment_facts facts = {.decimals = decimals};
    const int64_t *times_ms = part->matrix->times_ms + part->row;
    buffer_clear(&flush->blob);
    err e = segment_encode(&flush->coder, part, &flush->blob, &facts);
    const struct history_place place = {HISTORY_SEGMENT, day->device, day->day_ms};
    if (!e) e = history_box_put(&flush->box, &place, &flush->blob);
    struct query *query = NULL;
    if (!e) e = query_open(day->historian->database, &segment_insert, &query);
    if (e) return e;
    query_bind_i64(query, day->device);
    query_bind_i64(query, day->day_ms);
    query_bind_i64(query, times_ms[0]);
    query_bind_i64(query, times_ms[part->rows_n - 1]);
    query_bind_i64(query, (int64_t)part->rows_n);
    query_bind_i64(query, (int64_t)facts.samples_n);
    query_bind_bytes(query, buffer_bytes(&flush->blob));
    e = query_run(query);
    figures->samples += facts.samples_n;
    figures->segments++;
    figures->segment_bytes += flush->blob.n;
    return e;
}

/* As many segments as their limits ask for, nearly always one. */
static err segments_store(struct day *day)
{
    struct history_flush *flush = day->flush;
    const struct matrix *merged = &flush->merged;
    size_t columns = merged->columns_n ? merged->columns_n : 1;
    size_t rows_max = SEGMENT_CELLS_MAX / columns;
    if (rows_max > SEGMENT_ROWS_MAX) rows_max = SEGMENT_ROWS_MAX;
    if (rows_max == 0) rows_max = 1;
    if (!history_reserve(&flush->decimals, &flush->decimals_room, 2 * columns,
                         sizeof *flush->decimals))
        return ERR_MEMORY;
    int *found = flush->decimals + columns;
    err e = ERR_OK;
    for (size_t row = 0; !e && row < merged->rows_n; row += rows_max) {
        size_t left = merged->rows_n - row;
        struct segment_part part = {merged, row, left < rows_max ? left : rows_max};
        e = segment_insert_one(day, &part, found);
        for (size_t c = 0; !e && c < merged->columns_n; c++) {
            flush->decimals[c] =
                decimals_join(row == 0, (int8_t)flush->decimals[c], found[c]);
        }
    }
    return e;
}

static err absorbed_delete(struct day *day)
{
    struct historian_figures *figures = &day->historian->next;
    err e = ERR_OK;
    for (size_t i = day->keep_n; !e && i < day->segments_n; i++) {
        const struct segment_row *segment = &day->flush->segments[i];
        struct query *query = NULL;
        e = query_open(day->historian->database, &segment_delete, &query);
        if (e) continue;
        query_bind_i64(query, segment->id);
        e = query_run(query);
        figures->samples -= segment->samples_n;
        figures->segments--;
        figures->segment_bytes -= segment->bytes;
    }
    return e;
}

/* --- a day, a device, the head ------------------------------------------------------ */

static void order_judge(struct day *day)
{
    int64_t first_ms = day->flush->rows[day->rows_at].time_ms;
    day->in_order = true;
    for (size_t i = 0; i < day->segments_n; i++) {
        if (day->flush->segments[i].last_ms >= first_ms) day->in_order = false;
    }
    if (!day->in_order) day->historian->next.late_rows += day->rows_n;
}

static size_t first_new_row(const struct day *day)
{
    const struct matrix *merged = &day->flush->merged;
    if (day->anew) return 0;
    int64_t first_ms = day->flush->rows[day->rows_at].time_ms;
    size_t row = merged->rows_n;
    while (row > 0 && merged->times_ms[row - 1] >= first_ms) row--;
    return row;
}

err day_flush(struct day *day)
{
    size_t parts_n = 0;
    err e = segments_load(day);
    if (e) return e;
    order_judge(day);
    e = rollup_load(day);
    if (e) return e;
    absorb_choose(day);
    e = absorb(day, &parts_n);
    if (!e) e = merge(day, parts_n);
    if (!e) e = segments_store(day);
    if (!e) e = absorbed_delete(day);
    if (!e && day->summed) e = rollup_add(day, first_new_row(day));
    if (!e) e = rollup_store(day);
    if (!e) e = latest_add_matrix(&day->flush->latest, &day->flush->merged, 0);
    return e;
}
