/* historian_read.c - samples of a point, times of a device, newest samples.
 *
 * The head is copied first and the database read then: what a flush moves meanwhile is
 * seen twice, which settles, but never not at all. */
#include "base/ensure.h"
#include "base/memory.h"
#include "model/quality.h"
#include "store/historian_state.h"

#include <string.h>

static const struct statement segments_of_range = {
    "history.segments_of_range",
    "SELECT day_ms, data FROM segment WHERE device = ?1 AND day_ms > ?2 AND day_ms < ?3"
    " AND first_ms < ?3 AND last_ms >= ?4 ORDER BY day_ms, id"};
static const struct statement segments_of_day = {
    "history.segments_data", "SELECT data FROM segment WHERE device = ?1 AND day_ms = ?2"
                             " ORDER BY id"};

err history_picture_begin(struct history_reader *reader)
{
    return database_picture_begin(reader->database);
}

void history_picture_end(struct history_reader *reader)
{
    database_picture_end(reader->database);
}

/* --- from the head ------------------------------------------------------------------ */

static err chunk_samples(const struct head_chunk *chunk,
                         const struct history_range *range, struct sample_list *list)
{
    struct matrix_view view = head_chunk_view(chunk);
    size_t c = 0;
    while (c < view.columns_n && view.points[c] != range->point) c++;
    if (c == view.columns_n) return ERR_OK;
    err e = ERR_OK;
    for (size_t r = 0; !e && r < view.rows_n; r++) {
        int64_t time_ms = view.times_ms[r];
        if (time_ms < range->from_ms || time_ms >= range->to_ms) continue;
        size_t at = r * view.row_step + c * view.column_step;
        struct history_sample sample = {time_ms, view.values[at], view.bytes[at]};
        e = sample_list_add(list, &sample);
    }
    return e;
}

static bool row_is_seen(const struct matrix_view *view, size_t row)
{
    for (size_t c = 0; c < view->columns_n; c++) {
        size_t at = row * view->row_step + c * view->column_step;
        if (quality_has_value(view->bytes[at])) return true;
    }
    return false;
}

static err chunk_times(const struct head_chunk *chunk, const struct history_range *range,
                       struct sample_list *list)
{
    struct matrix_view view = head_chunk_view(chunk);
    err e = ERR_OK;
    for (size_t r = 0; !e && r < view.rows_n; r++) {
        int64_t time_ms = view.times_ms[r];
        if (time_ms < range->from_ms || time_ms >= range->to_ms) continue;
        if (!row_is_seen(&view, r)) continue;
        struct history_sample sample = {.time_ms = time_ms};
        e = sample_list_add(list, &sample);
    }
    return e;
}

typedef err (*chunk_take)(const struct head_chunk *chunk,
                          const struct history_range *range, struct sample_list *list);

/* What `take` finds in the device's part of the head, in order of time. */
static err head_take(struct historian *historian, struct history_reader *reader,
                     const struct history_range *range, chunk_take take)
{
    reader->head.n = 0;
    err e = ERR_OK;
    lock_take(&historian->lock);
    const struct head_device *device = head_find(&historian->head, range->device);
    for (size_t c = 0; !e && device && c < device->chunks_n; c++)
        e = take(&device->chunks[c], range, &reader->head);
    lock_give(&historian->lock);
    return e ? e : sample_list_settle(reader, &reader->head);
}

err history_head_copy(struct historian *historian, struct history_reader *reader,
                      const struct history_range *range)
{
    return head_take(historian, reader, range, chunk_samples);
}

err history_head_times(struct historian *historian, struct history_reader *reader,
                       const struct history_range *range)
{
    return head_take(historian, reader, range, chunk_times);
}

/* --- from segments ------------------------------------------------------------------ */

err history_segment_samples(struct history_reader *reader, struct bytes blob,
                            const struct history_range *range, struct sample_list *list)
{
    struct segment segment;
    err e = segment_open(blob, &segment);
    if (!e) e = history_reader_rows(reader, segment.rows_n);
    struct segment_rows rows = {reader->values, reader->qualities, false};
    if (!e) e = segment_column(&segment, &reader->coder, range->point, &rows);
    if (e || !rows.found) return e;
    e = segment_times(&segment, &reader->coder, reader->times_ms);
    for (size_t r = 0; !e && r < segment.rows_n; r++) {
        int64_t time_ms = reader->times_ms[r];
        if (reader->qualities[r] == HISTORY_NO_SAMPLE) continue;
        if (time_ms < range->from_ms || time_ms >= range->to_ms) continue;
        struct history_sample sample = {time_ms, reader->values[r],
                                        (uint8_t)reader->qualities[r]};
        e = sample_list_add(list, &sample);
    }
    return e;
}

/* Move the head's samples before `end_ms` from *at on to the list. */
static err head_append_until(const struct sample_list *head, size_t *at, int64_t end_ms,
                             struct sample_list *list)
{
    err e = ERR_OK;
    while (!e && *at < head->n && head->at[*at].time_ms < end_ms) {
        e = sample_list_add(list, &head->at[(*at)++]);
    }
    return e;
}

static err head_append_between(const struct sample_list *head, int64_t from_ms,
                               int64_t to_ms, struct sample_list *list)
{
    size_t at = 0;
    while (at < head->n && head->at[at].time_ms < from_ms) at++;
    return head_append_until(head, &at, to_ms, list);
}

static err day_open(struct history_reader *reader, uint32_t device, int64_t day_ms,
                    struct query **query)
{
    err e = query_open(reader->database, &segments_of_day, query);
    if (e) return e;
    query_bind_i64(*query, device);
    query_bind_i64(*query, day_ms);
    return ERR_OK;
}

err history_day_samples(struct history_reader *reader, const struct history_range *range,
                        int64_t day_ms, int64_t next_ms)
{
    struct query *query = NULL;
    reader->day.n = 0;
    err e = day_open(reader, range->device, day_ms, &query);
    if (e) return e;
    const struct history_place place = {HISTORY_SEGMENT, range->device, day_ms};
    while (!e && query_row(query)) {
        struct bytes blob;
        e = history_box_take(&reader->box, &place, query_bytes(query, 0), &blob);
        if (!e) e = history_segment_samples(reader, blob, range, &reader->day);
    }
    err end = query_close(query);
    if (!e) e = end;
    if (!e) e = head_append_between(&reader->head, day_ms, next_ms, &reader->day);
    return e ? e : sample_list_settle(reader, &reader->day);
}

static err segment_times_add(struct history_reader *reader, struct bytes blob,
                             struct sample_list *list)
{
    struct segment segment;
    err e = segment_open(blob, &segment);
    if (!e) e = history_reader_rows(reader, segment.rows_n);
    if (!e) e = segment_times(&segment, &reader->coder, reader->times_ms);
    if (!e) e = segment_seen(&segment, reader->seen);
    for (size_t r = 0; !e && r < segment.rows_n; r++) {
        struct history_sample sample = {.time_ms = reader->times_ms[r]};
        if (reader->seen[r]) e = sample_list_add(list, &sample);
    }
    return e;
}

err history_day_times(struct history_reader *reader, uint32_t device, int64_t day_ms,
                      int64_t next_ms)
{
    struct query *query = NULL;
    reader->day.n = 0;
    err e = day_open(reader, device, day_ms, &query);
    if (e) return e;
    const struct history_place place = {HISTORY_SEGMENT, device, day_ms};
    while (!e && query_row(query)) {
        struct bytes blob;
        e = history_box_take(&reader->box, &place, query_bytes(query, 0), &blob);
        if (!e) e = segment_times_add(reader, blob, &reader->day);
    }
    err end = query_close(query);
    if (!e) e = end;
    if (!e) e = head_append_between(&reader->head, day_ms, next_ms, &reader->day);
    return e ? e : sample_list_settle(reader, &reader->day);
}

/* --- walking a range ---------------------------------------------------------------- */

/* Hand the day that was gathered to `each`, with what the head has before `end_ms`. */
static err day_emit(struct history_reader *reader, size_t *head_at, int64_t end_ms,
                    history_each each, void *context)
{
    err e = head_append_until(&reader->head, head_at, end_ms, &reader->day);
    if (!e) e = sample_list_settle(reader, &reader->day);
    if (!e && reader->day.n) e = each(context, reader->day.at, reader->day.n);
    reader->day.n = 0;
    return e;
}

typedef err (*segment_take)(struct history_reader *reader, struct bytes blob,
                            const struct history_range *range);

/* Segments come by day; a day is emitted when the next one begins. */
static err range_walk(struct history_reader *reader, const struct history_range *range,
                      segment_take take, history_each each, void *context)
{
    struct query *query = NULL;
    err e = query_open(reader->database, &segments_of_range, &query);
    if (e) return e;
    query_bind_i64(query, range->device);
    query_bind_i64(query, range->from_ms - DAY_MS_MAX);
    query_bind_i64(query, range->to_ms);
    query_bind_i64(query, range->from_ms);
    size_t head_at = 0;
    int64_t day_ms = INT64_MIN;
    reader->day.n = 0;
    while (!e && query_row(query)) {
        int64_t next_ms = query_i64(query, 0);
        if (next_ms != day_ms) e = day_emit(reader, &head_at, next_ms, each, context);
        day_ms = next_ms;
        const struct history_place place = {HISTORY_SEGMENT, range->device, day_ms};
        struct bytes blob;
        if (!e)
            e = history_box_take(&reader->box, &place, query_bytes(query, 1), &blob);
        if (!e) e = take(reader, blob, range);
    }
    err end = query_close(query);
    if (!e) e = end;
    return e ? e : day_emit(reader, &head_at, range->to_ms, each, context);
}

static err take_samples(struct history_reader *reader, struct bytes blob,
                        const struct history_range *range)
{
    return history_segment_samples(reader, blob, range, &reader->day);
}

static bool range_clip(struct history_range *range)
{
    /* So that a day's length can be taken from or added to it. */
    const int64_t least = -4000000000000000, most = 4000000000000000;
    if (range->from_ms < least) range->from_ms = least;
    if (range->to_ms > most) range->to_ms = most;
    return range->from_ms < range->to_ms;
}

err historian_raw(struct historian *historian, const struct history_range *range,
                  history_each each, void *context)
{
    ensure(historian != NULL);
    ensure(range != NULL);

    struct history_range clipped = *range;
    if (!range_clip(&clipped)) return ERR_OK;
    struct history_reader *reader = NULL;
    err e = history_reader_take(historian, &reader);
    if (e) return e;
    e = history_head_copy(historian, reader, &clipped);
    if (!e) e = range_walk(reader, &clipped, take_samples, each, context);
    history_reader_give(historian, reader);
    return e;
}

static err take_times(struct history_reader *reader, struct bytes blob,
                      const struct history_range *range)
{
    size_t start = reader->day.n, kept = start;
    err e = segment_times_add(reader, blob, &reader->day);
    for (size_t i = start; !e && i < reader->day.n; i++) {
        int64_t time_ms = reader->day.at[i].time_ms;
        if (time_ms < range->from_ms || time_ms >= range->to_ms) continue;
        reader->day.at[kept++] = reader->day.at[i];
    }
    reader->day.n = kept;
    return e;
}

struct times_out {
    err (*each)(void *context, const int64_t *times_ms, size_t n);
    void *context;
};

static err times_emit(void *context, const struct history_sample *samples, size_t n)
{
    enum { BATCH = 512 };
    const struct times_out *out = context;
    int64_t times[BATCH];
    err e = ERR_OK;
    for (size_t i = 0; !e && i < n; i += BATCH) {
        size_t batch = n - i < BATCH ? n - i : BATCH;
        for (size_t b = 0; b < batch; b++) times[b] = samples[i + b].time_ms;
        e = out->each(out->context, times, batch);
    }
    return e;
}

/* tidy: allow parameters: see the header */
err historian_times(struct historian *historian, uint32_t device, int64_t from_ms,
                    int64_t to_ms,
                    err (*each)(void *context, const int64_t *times_ms, size_t n),
                    void *context)
{
    ensure(historian != NULL);

    struct history_range range = {.device = device, .from_ms = from_ms, .to_ms = to_ms};
    if (!range_clip(&range)) return ERR_OK;
    struct times_out out = {each, context};
    struct history_reader *reader = NULL;
    err e = history_reader_take(historian, &reader);
    if (e) return e;
    e = history_head_times(historian, reader, &range);
    if (!e) e = range_walk(reader, &range, take_times, times_emit, &out);
    history_reader_give(historian, reader);
    return e;
}
