/* historian_newest.c - the newest sample of each point of a device at some time.
 *
 * Mostly that time is now, and the head and the device's row of newest samples answer.
 * Only points that have samples behind the time asked for are searched in segments,
 * backwards. */
#include "base/ensure.h"
#include "store/historian_state.h"

static const struct statement segments_backwards = {
    "history.segments_backwards",
    "SELECT day_ms, data FROM segment WHERE device = ?1 AND day_ms <= ?2"
    " ORDER BY day_ms DESC, id DESC"};
static const struct statement latest_of_device = {
    "history.latest_of_device", "SELECT data FROM latest WHERE device = ?1"};

struct search {
    struct historian *historian;
    struct history_reader *reader;
    uint32_t device;
    int64_t at_ms;
    struct latest head;   /* newest of the head, not behind at_ms */
    struct latest stored; /* newest of the segments, whenever */
    struct latest late;   /* those of them that are behind at_ms and to be searched */
    struct latest found;  /* the answer */
};

static err head_look(struct search *s)
{
    err e = ERR_OK;
    lock_take(&s->historian->lock);
    const struct head_device *device = head_find(&s->historian->head, s->device);
    for (size_t i = 0; !e && device && i < device->chunks_n; i++) {
        struct matrix_view view = head_chunk_view(&device->chunks[i]);
        for (size_t j = 0; !e && j < view.rows_n * view.columns_n; j++) {
            size_t row = j / view.columns_n, column = j % view.columns_n;
            size_t at = row * view.row_step + column * view.column_step;
            struct history_sample sample = {view.times_ms[row], view.values[at],
                                            view.bytes[at]};
            if (sample.time_ms > s->at_ms) continue;
            e = latest_add(&s->head, view.points[column], &sample);
        }
    }
    lock_give(&s->historian->lock);
    return e;
}

static err stored_look(struct search *s)
{
    struct query *query = NULL;
    err e = query_open(s->reader->database, &latest_of_device, &query);
    if (e) return e;
    query_bind_i64(query, s->device);
    const struct history_place place = {HISTORY_LATEST, s->device, 0};
    struct bytes blob;
    if (query_row(query)) {
        e = history_box_take(&s->reader->box, &place, query_bytes(query, 0), &blob);
        if (!e) e = latest_decode(blob, &s->stored);
    }
    err end = query_close(query);
    if (!e) e = end;
    for (size_t i = 0; !e && i < s->stored.n; i++) {
        const struct latest_point *point = &s->stored.at[i];
        bool late = point->sample.time_ms > s->at_ms;
        e = latest_add(late ? &s->late : &s->found, point->point, &point->sample);
    }
    return e;
}

static err point_search(struct search *s, const struct segment *segment, uint32_t point)
{
    struct history_reader *reader = s->reader;
    struct segment_rows rows = {reader->values, reader->qualities, false};
    err e = segment_column(segment, &reader->coder, point, &rows);
    if (!e && rows.found) e = segment_times(segment, &reader->coder, reader->times_ms);
    if (e || !rows.found) return e;
    size_t r = segment->rows_n;
    while (r > 0 && (reader->times_ms[r - 1] > s->at_ms ||
                     reader->qualities[r - 1] == HISTORY_NO_SAMPLE)) {
        r--;
    }
    if (r == 0) return ERR_OK;
    struct history_sample sample = {reader->times_ms[r - 1], reader->values[r - 1],
                                    (uint8_t)reader->qualities[r - 1]};
    return latest_add_older(&s->found, point, &sample);
}

static err segment_search(struct search *s, struct bytes blob)
{
    struct segment segment;
    err e = segment_open(blob, &segment);
    if (!e) e = history_reader_rows(s->reader, segment.rows_n);
    for (size_t i = 0; !e && i < s->late.n; i++) {
        e = point_search(s, &segment, s->late.at[i].point);
    }
    return e;
}

static void late_strike(struct search *s)
{
    size_t kept = 0;
    for (size_t i = 0; i < s->late.n; i++) {
        if (!latest_find(&s->found, s->late.at[i].point))
            s->late.at[kept++] = s->late.at[i];
    }
    s->late.n = kept;
}

/* Segments of a day may overlap, so a day is read to its end before a point counts as
 * found; days do not. */
static err late_search(struct search *s)
{
    struct query *query = NULL;
    if (s->late.n == 0) return ERR_OK;
    err e = query_open(s->reader->database, &segments_backwards, &query);
    if (e) return e;
    query_bind_i64(query, s->device);
    query_bind_i64(query, s->at_ms);
    int64_t day_ms = INT64_MAX;
    while (!e && query_row(query)) {
        if (query_i64(query, 0) != day_ms) late_strike(s);
        day_ms = query_i64(query, 0);
        if (s->late.n == 0) break;
        const struct history_place place = {HISTORY_SEGMENT, s->device, day_ms};
        struct bytes blob;
        e = history_box_take(&s->reader->box, &place, query_bytes(query, 1), &blob);
        if (!e) e = segment_search(s, blob);
    }
    err end = query_close(query);
    return e ? e : end;
}

static err search_run(struct search *s)
{
    err e = head_look(s);
    if (!e) e = stored_look(s);
    if (!e) e = late_search(s);
    for (size_t i = 0; !e && i < s->head.n; i++) {
        e = latest_add(&s->found, s->head.at[i].point, &s->head.at[i].sample);
    }
    return e;
}

err historian_newest(struct historian *historian, uint32_t device, int64_t at_ms,
                     err (*each)(void *context, uint32_t point,
                                 const struct history_sample *sample),
                     void *context)
{
    ensure(historian != NULL);

    struct search s = {.historian = historian, .device = device, .at_ms = at_ms};
    err e = history_reader_take(historian, &s.reader);
    if (e) return e;
    e = search_run(&s);
    history_reader_give(historian, s.reader);
    for (size_t i = 0; !e && i < s.found.n; i++) {
        e = each(context, s.found.at[i].point, &s.found.at[i].sample);
    }
    latest_close(&s.head);
    latest_close(&s.stored);
    latest_close(&s.late);
    latest_close(&s.found);
    return e;
}
