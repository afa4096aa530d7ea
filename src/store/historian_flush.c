/* historian_flush.c - the head becomes segments, one local day at a time.
 *
 * Everything of a flush is one transaction together with the checkpoint: killed anywhere,
 * the raw log behind the old checkpoint is replayed into the same result. */
#include "base/ensure.h"
#include "base/log.h"
#include "base/memory.h"
#include "store/historian_day.h"

#include <string.h>

enum { BLOB_BYTES_MAX = 1 << 27 };

static const struct statement latest_select = {
    "history.latest", "SELECT data FROM latest WHERE device = ?1"};
static const struct statement latest_upsert = {
    "history.latest_upsert", "INSERT INTO latest (device, data) VALUES (?1, ?2)"
                             " ON CONFLICT (device) DO UPDATE SET data = ?2"};
static const struct statement state_write = {
    "history.state_write",
    "UPDATE history SET checkpoint = ?1, samples = ?2, segments = ?3, segment_bytes = ?4,"
    " late_rows = ?5 WHERE one = 1"};

void history_flush_open(struct history_flush *flush, struct seal *seal)
{
    *flush = (struct history_flush){0};
    segment_coder_open(&flush->coder);
    history_box_open(&flush->box, seal);
    buffer_open(&flush->blob, BLOB_BYTES_MAX);
}

void history_flush_close(struct history_flush *flush)
{
    segment_coder_close(&flush->coder);
    history_box_close(&flush->box);
    matrix_close(&flush->merged);
    for (size_t i = 0; i < flush->parts_room; i++) matrix_close(&flush->parts[i]);
    memory_free(flush->parts);
    memory_free(flush->views);
    memory_free(flush->rows);
    memory_free(flush->all_rows);
    memory_free(flush->spare);
    memory_free(flush->segments);
    memory_free(flush->decimals);
    rollup_close(&flush->rollup);
    latest_close(&flush->latest);
    buffer_close(&flush->blob);
}

bool history_reserve(void *at, size_t *room, size_t n, size_t item_bytes)
{
    if (n <= *room) return true;
    void *old;
    memcpy(&old, at, sizeof old); /* `at` is a pointer to a pointer of some type */
    size_t more_n = n + n / 2 + 8;
    uint8_t *more = memory_resize(old, more_n, item_bytes);
    if (!more) return false;
    memset(more + *room * item_bytes, 0, (more_n - *room) * item_bytes);
    memcpy(at, &more, sizeof more);
    *room = more_n;
    return true;
}

err day_blob_read(struct day *day, const struct day_blob *ask)
{
    struct query *query = NULL;
    err e = query_open(day->historian->database, ask->statement, &query);
    if (e) return e;
    for (size_t i = 0; i < ask->keys_n; i++) query_bind_i64(query, ask->keys[i]);
    bool found = query_row(query);
    struct bytes plain;
    const struct history_place place = {
        ask->kind, day->device, ask->kind == HISTORY_LATEST ? 0 : day->day_ms};
    if (found)
        e = history_box_take(&day->flush->box, &place, query_bytes(query, 0), &plain);
    if (found && !e) e = ask->take(day, plain, ask->context);
    err end = query_close(query);
    if (e) return e;
    return end ? end : found ? ERR_OK : ERR_UNKNOWN;
}

void day_damaged(const struct day *day, const char *what)
{
    log_event(LOG_ERROR, "history", "damaged", "what=%s device=%u day_ms=%lld", what,
              (unsigned)day->device, (long long)day->day_ms);
}

static err latest_take(struct day *day, struct bytes blob, void *context)
{
    (void)context;
    return latest_decode(blob, &day->flush->latest);
}

static err latest_load(struct day *day)
{
    day->flush->latest.n = 0;
    struct day_blob ask = {
        &latest_select, HISTORY_LATEST, {day->device}, 1, latest_take, NULL};
    err e = day_blob_read(day, &ask);
    if (e == ERR_CORRUPT) { /* begins anew with what comes */
        day_damaged(day, "latest");
        day->flush->latest.n = 0;
    }
    return e == ERR_CORRUPT || e == ERR_UNKNOWN ? ERR_OK : e;
}

static err latest_store(struct day *day)
{
    struct history_flush *flush = day->flush;
    buffer_clear(&flush->blob);
    err e = latest_encode(&flush->latest, &flush->blob);
    const struct history_place place = {HISTORY_LATEST, day->device, 0};
    if (!e) e = history_box_put(&flush->box, &place, &flush->blob);
    struct query *query = NULL;
    if (!e) e = query_open(day->historian->database, &latest_upsert, &query);
    if (e) return e;
    query_bind_i64(query, day->device);
    query_bind_bytes(query, buffer_bytes(&flush->blob));
    return query_run(query);
}

/* All rows of the device in the head, sorted, into flush->rows. */
static err rows_gather(struct history_flush *flush, const struct head_device *device,
                       size_t *rows_n)
{
    size_t n = 0;
    for (size_t c = 0; c < device->chunks_n; c++) n += device->chunks[c].rows_n;
    if (!history_reserve(&flush->views, &flush->views_room, device->chunks_n,
                         sizeof *flush->views) ||
        !history_reserve(&flush->rows, &flush->rows_room, n, sizeof *flush->rows) ||
        !history_reserve(&flush->spare, &flush->spare_room, n, sizeof *flush->spare)) {
        return ERR_MEMORY;
    }
    size_t at = 0;
    for (size_t c = 0; c < device->chunks_n; c++) {
        flush->views[c] = head_chunk_view(&device->chunks[c]);
        for (size_t r = 0; r < device->chunks[c].rows_n; r++) {
            flush->rows[at++] = (struct matrix_row){device->chunks[c].times_ms[r],
                                                    (uint32_t)c, (uint32_t)r};
        }
    }
    matrix_sort(flush->rows, n, flush->spare);
    *rows_n = n;
    return ERR_OK;
}

static err device_flush(struct historian *historian, const struct head_device *device)
{
    struct history_flush *flush = &historian->flush;
    const struct calendar *calendar = historian->options.calendar;
    size_t rows_n = 0;
    err e = rows_gather(flush, device, &rows_n);
    struct day day = {.historian = historian,
                      .flush = flush,
                      .device = device->device,
                      .views_n = device->chunks_n};
    if (!e) e = latest_load(&day);
    size_t at = 0;
    while (!e && at < rows_n) {
        day.day_ms = calendar_day_start(calendar, flush->rows[at].time_ms);
        day.next_ms = calendar_day_next(calendar, flush->rows[at].time_ms);
        day.rows_at = at;
        while (at < rows_n && flush->rows[at].time_ms < day.next_ms) at++;
        day.rows_n = at - day.rows_at;
        e = day_flush(&day);
    }
    return e ? e : latest_store(&day);
}

static err state_store(struct historian *historian, uint64_t checkpoint)
{
    struct query *query = NULL;
    err e = query_open(historian->database, &state_write, &query);
    if (e) return e;
    const struct historian_figures *figures = &historian->next;
    query_bind_i64(query, (int64_t)checkpoint);
    query_bind_i64(query, (int64_t)figures->samples);
    query_bind_i64(query, (int64_t)figures->segments);
    query_bind_i64(query, (int64_t)figures->segment_bytes);
    query_bind_i64(query, (int64_t)figures->late_rows);
    return query_run(query);
}

static err head_flush(struct historian *historian)
{
    const struct head *head = &historian->head;
    err e = ERR_OK;
    for (size_t i = 0; !e && i < head->slots_n; i++) {
        const struct head_device *device = head->slots[i];
        if (device && device->chunks_n) e = device_flush(historian, device);
    }
    return e;
}

err historian_flush(struct historian *historian, uint64_t checkpoint,
                    err (*also)(void *context, struct database *database), void *context)
{
    ensure(historian != NULL);

    /* The head stays as it is and visible to askers until the commit: only this thread
     * changes it, so it can be read here without the lock. */
    historian->next = historian->figures;
    err e = database_begin(historian->database);
    if (e) return e;
    e = head_flush(historian);
    if (!e) e = state_store(historian, checkpoint);
    if (!e && also) e = also(context, historian->database);
    if (e) {
        database_rollback(historian->database);
    } else {
        e = database_commit(historian->database);
    }
    lock_take(&historian->lock);
    if (!e) {
        historian->figures = historian->next;
        historian->checkpoint = checkpoint;
        head_clear(&historian->head);
    }
    lock_give(&historian->lock);
    return e;
}
