/* historian.c - the lifetime of the historian, its head, and its pool of readers. */
#include "store/historian.h"

#include "base/ensure.h"
#include "base/memory.h"
#include "base/text.h"
#include "store/historian_state.h"
#include "store/schema.h"

#include <string.h>

/* Times beyond the year 9999 are nobody's readings, and calendars end somewhere. */
enum { SPAN_BYTES_PART = 16, SPANS_MAX = 24 };

#define TIME_MS_MAX 253402300800000

static const struct statement state_read = {
    "history.state", "SELECT checkpoint, samples, segments, segment_bytes, late_rows"
                     " FROM history WHERE one = 1"};

static err state_load(struct historian *historian)
{
    struct query *query = NULL;
    err e = query_open(historian->database, &state_read, &query);
    if (e) return e;
    bool found = query_row(query);
    if (found) {
        historian->checkpoint = (uint64_t)query_i64(query, 0);
        historian->figures.samples = (uint64_t)query_i64(query, 1);
        historian->figures.segments = (uint64_t)query_i64(query, 2);
        historian->figures.segment_bytes = (uint64_t)query_i64(query, 3);
        historian->figures.late_rows = (uint64_t)query_i64(query, 4);
    }
    e = query_close(query);
    return e ? e : found ? ERR_OK : ERR_CORRUPT;
}

err historian_open(const struct historian_options *options, struct historian **historian)
{
    ensure(options != NULL);
    ensure(options->calendar != NULL);
    ensure(historian != NULL);

    struct historian *h = memory_new(1, sizeof *h);
    if (!h) return ERR_MEMORY;
    lock_open(&h->lock);
    history_flush_open(&h->flush, options->seal);
    h->options = *options;
    h->options.database_path = h->path;
    err e =
        text_copy(h->path, sizeof h->path, options->database_path) ? ERR_OK : ERR_FULL;
    if (!e) e = head_open(&h->head);
    if (!e) e = database_open(h->path, &h->database);
    if (!e) e = store_migrate(h->database);
    if (!e) e = state_load(h);
    if (e) {
        historian_close(h);
        return e;
    }
    *historian = h;
    return ERR_OK;
}

static void reader_close(struct history_reader *reader)
{
    if (!reader) return;
    database_close(reader->database);
    segment_coder_close(&reader->coder);
    history_box_close(&reader->box);
    rollup_close(&reader->rollup);
    memory_free(reader->head.at);
    memory_free(reader->day.at);
    memory_free(reader->spare);
    memory_free(reader->times_ms);
    memory_free(reader->values);
    memory_free(reader->qualities);
    memory_free(reader->seen);
    memory_free(reader);
}

void historian_close(struct historian *historian)
{
    if (!historian) return;
    for (size_t i = 0; i < historian->readers_n; i++) reader_close(historian->readers[i]);
    head_close(&historian->head);
    history_flush_close(&historian->flush);
    database_close(historian->database);
    lock_close(&historian->lock);
    memory_free(historian);
}

uint64_t historian_checkpoint(const struct historian *historian)
{
    return historian->checkpoint;
}

/* --- append ------------------------------------------------------------------------- */

static bool times_fit(const struct block *block)
{
    if (block->times_n == 0) return true;
    return block->times_ms[0] >= 0 && block->times_ms[block->times_n - 1] < TIME_MS_MAX;
}

err historian_append(struct historian *historian, const struct block *block)
{
    ensure(historian != NULL);
    ensure(block != NULL);

    if (!times_fit(block)) return ERR_RANGE;
    lock_take(&historian->lock);
    err e = head_append(&historian->head, block);
    lock_give(&historian->lock);
    return e;
}

bool historian_flush_due(const struct historian *historian)
{
    const struct head *head = &historian->head;
    const struct historian_options *options = &historian->options;
    if (head->bytes > options->head_bytes_max) return true;
    if (head->grown_ms <= options->head_span_ms) return false;
    /* A backlog grows by hours with every frame: it waits until writing pays. */
    return head->bytes > options->head_bytes_max / SPAN_BYTES_PART ||
           head->grown_ms / SPANS_MAX > options->head_span_ms;
}

void historian_figures(struct historian *historian, struct historian_figures *out)
{
    lock_take(&historian->lock);
    *out = historian->figures;
    out->head_samples = historian->head.samples;
    out->head_bytes = historian->head.bytes;
    lock_give(&historian->lock);
}

/* --- readers ------------------------------------------------------------------------ */

err history_reader_take(struct historian *historian, struct history_reader **reader)
{
    struct history_reader *r = NULL;
    lock_take(&historian->lock);
    if (historian->readers_n) r = historian->readers[--historian->readers_n];
    lock_give(&historian->lock);
    if (r) {
        *reader = r;
        return ERR_OK;
    }
    r = memory_new(1, sizeof *r);
    if (!r) return ERR_MEMORY;
    segment_coder_open(&r->coder);
    history_box_open(&r->box, historian->options.seal);
    err e = database_open(historian->path, &r->database);
    if (e) {
        reader_close(r);
        return e;
    }
    *reader = r;
    return ERR_OK;
}

void history_reader_give(struct historian *historian, struct history_reader *reader)
{
    lock_take(&historian->lock);
    bool keep = historian->readers_n < READERS_KEPT_MAX;
    if (keep) historian->readers[historian->readers_n++] = reader;
    lock_give(&historian->lock);
    if (!keep) reader_close(reader);
}

err history_reader_rows(struct history_reader *reader, size_t n)
{
    if (n <= reader->rows_room) return ERR_OK;
    int64_t *times = memory_resize(reader->times_ms, n, sizeof *times);
    if (times) reader->times_ms = times;
    double *values = memory_resize(reader->values, n, sizeof *values);
    if (values) reader->values = values;
    uint16_t *qualities = memory_resize(reader->qualities, n, sizeof *qualities);
    if (qualities) reader->qualities = qualities;
    bool *seen = memory_resize(reader->seen, n, sizeof *seen);
    if (seen) reader->seen = seen;
    if (!times || !values || !qualities || !seen) return ERR_MEMORY;
    reader->rows_room = n;
    return ERR_OK;
}

/* --- lists of samples --------------------------------------------------------------- */

err sample_list_add(struct sample_list *list, const struct history_sample *sample)
{
    if (list->n == list->room) {
        size_t room = list->room ? list->room * 2 : 256;
        struct history_sample *more = memory_resize(list->at, room, sizeof *more);
        if (!more) return ERR_MEMORY;
        list->at = more;
        list->room = room;
    }
    list->at[list->n++] = *sample;
    return ERR_OK;
}

static bool rises(const struct sample_list *list)
{
    for (size_t i = 1; i < list->n; i++) {
        if (list->at[i - 1].time_ms >= list->at[i].time_ms) return false;
    }
    return true;
}

static void merge(const struct history_sample *from, size_t low, size_t middle,
                  size_t high, struct history_sample *to)
{
    size_t left = low, right = middle;
    for (size_t i = low; i < high; i++) {
        bool take_left =
            left < middle && (right >= high || from[left].time_ms <= from[right].time_ms);
        to[i] = take_left ? from[left++] : from[right++];
    }
}

static void sort(struct history_sample *at, size_t n, struct history_sample *spare)
{
    struct history_sample *from = at, *to = spare;
    for (size_t width = 1; width < n; width *= 2) {
        for (size_t low = 0; low < n; low += 2 * width) {
            size_t middle = low + width < n ? low + width : n;
            size_t high = low + 2 * width < n ? low + 2 * width : n;
            merge(from, low, middle, high, to);
        }
        struct history_sample *swap = from;
        from = to;
        to = swap;
    }
    if (from != at) memcpy(at, from, n * sizeof *at);
}

err sample_list_settle(struct history_reader *reader, struct sample_list *list)
{
    if (rises(list)) return ERR_OK; /* as nearly always */
    if (reader->spare_n < list->n) {
        struct history_sample *more = memory_resize(reader->spare, list->n, sizeof *more);
        if (!more) return ERR_MEMORY;
        reader->spare = more;
        reader->spare_n = list->n;
    }
    sort(list->at, list->n, reader->spare);
    size_t kept = 0;
    for (size_t i = 0; i < list->n; i++) {
        bool same = kept && list->at[kept - 1].time_ms == list->at[i].time_ms;
        if (same) kept--;
        list->at[kept++] = list->at[i];
    }
    list->n = kept;
    return ERR_OK;
}
