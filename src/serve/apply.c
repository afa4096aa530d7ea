/* apply.c - see apply.h. */
#include "serve/apply.h"

#include "base/ensure.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/ring.h"
#include "base/text.h"
#include "base/thread.h"
#include "serve/receive.h"
#include "serve/server.h"
#include "serve/terminals.h"
#include "serve/watchdog.h"

enum {
    APPLY_UPLOADS_MAX = 256,
    BATCH_MAX = 64,
    WAIT_MS = 250,
    TICK_MS = 1000,
    RETRY_MS = 5000,
    REPLAY_BATCH = 256,
    REPLAY_ARENA_BYTES = 128 << 20,
    REPLAY_KEEP_BYTES = 1 << 20,
    NEWEST_AHEAD_MS = 24 * 3600 * 1000
};

struct apply {
    struct server *server;
    struct ring *ring;
    struct thread thread;
    struct catalog *catalog; /* the one that alarms and live table know */
    uint64_t number;         /* last applied raw-log record */
    int64_t tick_mono_ms, retry_mono_ms;
    err stuck; /* history could not take a frame: it must come by replay, so nothing more
                */
    struct watchdog watchdog;
    struct lock lock;
    struct signal settled;
    uint64_t put_n, taken_n; /* uploads; under the lock */
    uint64_t applied;        /* as `number`, for others; under the lock */
    uint64_t samples;        /* under the lock */
};

err apply_open(struct server *server, struct apply **apply)
{
    struct apply *made = memory_new(1, sizeof *made);
    if (!made) return ERR_MEMORY;
    made->server = server;
    lock_open(&made->lock);
    signal_open(&made->settled);
    err e = ring_open(APPLY_UPLOADS_MAX, &made->ring);
    if (e) {
        apply_close(made);
        return e;
    }
    *apply = made;
    return ERR_OK;
}

void apply_close(struct apply *apply)
{
    if (!apply) return;
    apply_stop(apply);
    ring_close(apply->ring);
    catalog_release(apply->catalog);
    watchdog_close(&apply->watchdog);
    signal_close(&apply->settled);
    lock_close(&apply->lock);
    memory_free(apply);
}

void apply_expect(struct apply *apply)
{
    lock_take(&apply->lock);
    apply->put_n++;
    lock_give(&apply->lock);
}

err apply_put(struct apply *apply, struct upload *upload)
{
    err e = ring_put_wait(apply->ring, upload);
    if (!e) return ERR_OK;
    lock_take(&apply->lock);
    apply->put_n--;
    signal_all(&apply->settled);
    lock_give(&apply->lock);
    return e;
}

uint64_t apply_samples(struct apply *apply)
{
    lock_take(&apply->lock);
    uint64_t samples = apply->samples;
    lock_give(&apply->lock);
    return samples;
}

void apply_settle(struct apply *apply)
{
    lock_take(&apply->lock);
    while (apply->taken_n < apply->put_n) signal_wait(&apply->settled, &apply->lock);
    lock_give(&apply->lock);
}

bool apply_wait(struct apply *apply, uint64_t number, int64_t timeout_ms)
{
    lock_take(&apply->lock);
    bool good = true;
    while (good && apply->applied < number)
        good = signal_wait_ms(&apply->settled, &apply->lock, timeout_ms);
    lock_give(&apply->lock);
    return good;
}

/* --- one frame ---------------------------------------------------------------------- */

/* Errors that say "not now": the frame must not be passed over. */
static bool is_ours(err e)
{
    return e == ERR_MEMORY || e == ERR_IO || e == ERR_SPACE || e == ERR_CORRUPT ||
           e == ERR_STATE;
}

static void write_alarms(struct apply *apply)
{
    struct server *server = apply->server;
    uint64_t before = alarms_version(server->alarms);
    err e = alarms_write(server->alarms);
    if (e) log_event(LOG_ERROR, "serve", "alarms_write", "error=%s", err_name(e));
    if (alarms_version(server->alarms) != before) live_wake(server->live);
}

static err apply_block(struct apply *apply, const struct block *block,
                       int64_t received_ms)
{
    struct server *server = apply->server;
    live_update(server->live, block, received_ms);
    err e = alarms_block(server->alarms, block);
    if (e == ERR_FULL) { /* nothing was judged: too many wait to be written */
        write_alarms(apply);
        e = alarms_block(server->alarms, block);
    }
    if (e) log_event(LOG_ERROR, "serve", "alarms_block", "error=%s", err_name(e));
    e = historian_append(server->historian, block);
    if (e)
        log_event(LOG_ERROR, "serve", "historian_append", "device=%u error=%s",
                  (unsigned)block->device, err_name(e));
    return is_ours(e) ? e : ERR_OK;
}

static void apply_status(struct apply *apply, const struct device_status *status)
{
    if (status->state == DEVICE_STATE_NONE) return;
    err e = alarms_device(apply->server->alarms, status->device,
                          status->state != DEVICE_OFFLINE, status->since_ms);
    if (e) log_event(LOG_ERROR, "serve", "alarms_device", "error=%s", err_name(e));
}

/* The step that live operation and replay share. */
static err apply_record(struct apply *apply, const struct rawlog_record *record,
                        const struct frame *frame)
{
    terminals_take(apply->server->terminals, record, frame);
    uint64_t samples = 0;
    err e = ERR_OK;
    if (record->verdict == RAWLOG_STORED && frame) {
        for (size_t i = 0; i < frame->status_n; i++)
            apply_status(apply, &frame->status[i]);
        for (size_t i = 0; !e && i < frame->blocks_n; i++) {
            const struct block *block = &frame->blocks[i];
            e = apply_block(apply, block, record->received_ms);
            samples += block->times_n * block->columns_n;
        }
    }
    if (e) return e;
    apply->number = record->number;
    lock_take(&apply->lock);
    apply->samples += samples;
    lock_give(&apply->lock);
    return ERR_OK;
}

/* --- flush -------------------------------------------------------------------------- */

static err save_also(void *context, struct database *database)
{
    struct server *server = context;
    lock_take(&server->received_lock);
    err e = received_save(server->received, database);
    lock_give(&server->received_lock);
    if (!e) e = terminals_save(server->terminals, database);
    if (!e) e = alarms_save(server->alarms, database);
    return e;
}

static err flush(struct apply *apply)
{
    struct server *server = apply->server;
    int64_t now_ms = clock_mono_ms(server->options.clock);
    int64_t start_us = clock_mono_us(server->options.clock);
    apply->retry_mono_ms = now_ms + RETRY_MS;
    err e = historian_flush(server->historian, apply->number, save_also, server);
    if (e) {
        log_event(LOG_ERROR, "serve", "historian_flush", "error=%s", err_name(e));
        health_of_err(&server->health, e, "history");
        return e;
    }
    apply->retry_mono_ms = 0;
    log_event(LOG_DEBUG, "serve", "flushed", "checkpoint=%llu ms=%lld",
              (unsigned long long)apply->number,
              (long long)((clock_mono_us(server->options.clock) - start_us) / 1000));
    return ERR_OK;
}

static void flush_when_due(struct apply *apply)
{
    if (apply->stuck || !historian_flush_due(apply->server->historian)) return;
    if (clock_mono_ms(apply->server->options.clock) < apply->retry_mono_ms) return;
    (void)flush(apply); /* the head keeps everything; it is tried again */
}

/* --- the catalog -------------------------------------------------------------------- */

static err follow_catalog(struct apply *apply)
{
    struct server *server = apply->server;
    struct catalog *now = server_catalog(server);
    if (now == apply->catalog) {
        catalog_release(now);
        return ERR_OK;
    }
    err e = live_grow(server->live, now->point_id_max);
    if (!e) e = alarms_catalog(server->alarms, now);
    if (e) {
        log_event(LOG_ERROR, "serve", "catalog_change", "error=%s", err_name(e));
        catalog_release(now);
        return e;
    }
    watchdog_catalog(&apply->watchdog, now);
    catalog_release(apply->catalog);
    apply->catalog = now;
    return ERR_OK;
}

/* --- replay ------------------------------------------------------------------------- */

struct fill {
    struct server *server;
    uint32_t device;
};

static err fill_point(void *context, uint32_t point, const struct history_sample *sample)
{
    struct fill *fill = context;
    int64_t time_ms = sample->time_ms;
    uint32_t id = point;
    double value = sample->value;
    uint8_t quality = sample->quality;
    struct block block = {.device = fill->device,
                          .times_n = 1,
                          .columns_n = 1,
                          .times_ms = &time_ms,
                          .points = &id,
                          .values = &value,
                          .qualities = &quality};
    live_update(fill->server->live, &block, time_ms);
    return ERR_OK;
}

static err fill_live(struct apply *apply)
{
    struct server *server = apply->server;
    const struct catalog *catalog = apply->catalog;
    int64_t at_ms = server_now_ms(server) + NEWEST_AHEAD_MS;
    err e = ERR_OK;
    for (size_t i = 0; !e && i < catalog->devices_n; i++) {
        struct fill fill = {server, catalog->devices[i].id};
        e = historian_newest(server->historian, fill.device, at_ms, fill_point, &fill);
    }
    return e;
}

static err replay_record(struct apply *apply, const struct rawlog_record *record,
                         struct arena *arena)
{
    struct server *server = apply->server;
    struct frame frame = {0};
    if (record->verdict != RAWLOG_STORED) return apply_record(apply, record, NULL);
    err e =
        received_add(server->received, record->terminal, record->spool, record->sequence);
    if (e && e != ERR_DUPLICATE) return e; /* the saved set may be ahead: no harm */
    e = upload_decode(record->bytes, arena, &frame);
    if (e) {
        log_event(LOG_ERROR, "serve", "replay_frame", "number=%llu error=%s",
                  (unsigned long long)record->number, err_name(e));
        return apply_record(apply, record, NULL);
    }
    return apply_record(apply, record, &frame);
}

static err replay_all(struct apply *apply, struct rawlog_cursor *cursor, uint64_t *n)
{
    struct arena arena;
    arena_open(&arena, REPLAY_ARENA_BYTES);
    err e = ERR_OK;
    for (*n = 0; !e;) {
        struct rawlog_record record;
        e = rawlog_read(cursor, &record);
        if (e) break;
        e = replay_record(apply, &record, &arena);
        arena_clear(&arena, REPLAY_KEEP_BYTES);
        if (!e && ++*n % REPLAY_BATCH == 0) {
            write_alarms(apply);
            flush_when_due(apply);
        }
    }
    arena_close(&arena);
    return e == ERR_SHORT ? ERR_OK : e;
}

err apply_replay(struct apply *apply)
{
    struct server *server = apply->server;
    int64_t start_us = clock_mono_us(server->options.clock);
    apply->number = historian_checkpoint(server->historian);
    err e = follow_catalog(apply);
    if (!e) e = fill_live(apply);
    if (e) return e;

    uint64_t n = 0;
    struct rawlog_cursor *cursor = NULL;
    e = rawlog_read_open(server->rawlog_folder, server->seal, apply->number + 1, &cursor);
    if (!e) e = replay_all(apply, cursor, &n);
    rawlog_read_close(cursor);
    write_alarms(apply);
    log_event(e ? LOG_ERROR : LOG_INFO, "serve", "replayed",
              "records=%llu checkpoint=%llu ms=%lld", (unsigned long long)n,
              (unsigned long long)historian_checkpoint(server->historian),
              (long long)((clock_mono_us(server->options.clock) - start_us) / 1000));
    return e;
}

/* --- the thread --------------------------------------------------------------------- */

static void apply_upload(struct apply *apply, struct upload *upload)
{
    struct rawlog_record record = {.received_ms = upload->received_ms};
    text_copy(record.terminal, sizeof record.terminal, upload->terminal);
    for (size_t i = 0; !apply->stuck && i < upload->items_n; i++) {
        struct upload_item *item = &upload->items[i];
        if (!item->number) continue; /* put off */
        record.number = item->number;
        record.verdict = item->verdict;
        apply->stuck = apply_record(apply, &record, &item->frame);
    }
    if (apply->stuck) health_of_err(&apply->server->health, apply->stuck, "history");
    receive_free(apply->server->receive, upload);
}

static void tick(struct apply *apply)
{
    struct server *server = apply->server;
    int64_t mono_ms = clock_mono_ms(server->options.clock);
    if (mono_ms - apply->tick_mono_ms < TICK_MS) return;
    apply->tick_mono_ms = mono_ms;
    watchdog_look(&apply->watchdog, server);
    err e = alarms_tick(server->alarms, server_now_ms(server));
    if (e) log_event(LOG_ERROR, "serve", "alarms_tick", "error=%s", err_name(e));
    write_alarms(apply);
}

static void count_taken(struct apply *apply, size_t n)
{
    lock_take(&apply->lock);
    apply->taken_n += n;
    apply->applied = apply->number;
    signal_all(&apply->settled);
    lock_give(&apply->lock);
}

static void *apply_run(void *context)
{
    struct apply *apply = context;
    void *uploads[BATCH_MAX];
    for (;;) {
        size_t n = ring_take(apply->ring, uploads, BATCH_MAX, WAIT_MS);
        if (!n && ring_is_shut(apply->ring)) break;
        (void)follow_catalog(apply); /* logged; tried again with the next batch */
        for (size_t i = 0; i < n; i++) apply_upload(apply, uploads[i]);
        if (n) write_alarms(apply);
        if (n) count_taken(apply, n);
        tick(apply);
        flush_when_due(apply);
    }
    return NULL;
}

err apply_start(struct apply *apply)
{
    return thread_start(&apply->thread, "apply", apply_run, apply);
}

void apply_stop(struct apply *apply)
{
    if (!apply->ring || ring_is_shut(apply->ring)) return;
    ring_shut(apply->ring);
    if (!apply->thread.started) return;
    thread_join(&apply->thread);
    if (!apply->stuck) (void)flush(apply); /* logged; replay brings it otherwise */
}
