/* spool.c - opening, appending, keeping within bounds.  Taking is in spool_take.c. */
#include "collect/spool.h"

#include "base/ensure.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "collect/spool_internal.h"

#include <string.h>
#include <sys/random.h>

enum { CHUNK_BYTES = 512 * 1024, DAY_MS = 86400000 };

struct spool_options spool_options_default(const char *folder)
{
    return (struct spool_options){.folder = folder,
                                  .bytes_max = 1024ULL * 1024 * 1024,
                                  .segment_bytes = 1024 * 1024,
                                  .age_ms_max = 90LL * DAY_MS,
                                  .keep_ms = 7LL * DAY_MS,
                                  .memory_bytes_max = 4 * 1024 * 1024,
                                  .save_ms = 5000};
}

/* --- segments -------------------------------------------------------------------- */

bool spool_segment_path(const struct spool *s, uint64_t number,
                        char path[FILE_PATH_BYTES])
{
    return text_format(path, FILE_PATH_BYTES, "%s/%08llu.spool", s->folder,
                       (unsigned long long)number);
}

size_t spool_segment_find(const struct spool *s, uint64_t number)
{
    size_t i = 0;
    while (i < s->segments_n && s->segments[i].number < number) i++;
    return i;
}

err spool_segment_add(struct spool *s, uint64_t number)
{
    if (s->segments_n == s->segments_capacity) {
        size_t capacity = s->segments_capacity ? 2 * s->segments_capacity : 16;
        struct spool_segment *at = memory_resize(s->segments, capacity, sizeof *at);
        if (!at) return ERR_MEMORY;
        s->segments = at;
        s->segments_capacity = capacity;
    }
    s->segments[s->segments_n++] = (struct spool_segment){.number = number};
    return ERR_OK;
}

bool spool_segment_is_done(const struct spool *s, const struct spool_segment *segment)
{
    if (segment->first == 0) return true;
    uint64_t n = segment->last - segment->first + 1;
    return intervals_count(&s->done, segment->first, segment->last) == n;
}

void spool_lose(struct spool *s, uint64_t first, uint64_t last, uint64_t *counter)
{
    uint64_t n = last - first + 1 - intervals_count(&s->done, first, last);

    if (n == 0) return;
    if (counter) *counter += n;
    s->done_changed = true;
    if (intervals_add(&s->done, first, last))
        log_event(LOG_ERROR, "spool", "set_full", "intervals=%zu", s->done.n);
}

err spool_segment_drop(struct spool *s)
{
    char path[FILE_PATH_BYTES];
    struct spool_segment *oldest = &s->segments[0];

    if (!spool_segment_path(s, oldest->number, path)) return ERR_RANGE;
    err e = file_remove(path);
    if (e && e != ERR_UNKNOWN) return e;
    if (oldest->first) spool_lose(s, oldest->first, oldest->last, &s->dropped_n);
    s->segments_n--;
    memmove(oldest, oldest + 1, s->segments_n * sizeof *oldest);
    return ERR_OK;
}

/* --- life ------------------------------------------------------------------------ */

static err open_files(struct spool *s)
{
    char path[FILE_PATH_BYTES];

    err e = folder_make(s->folder);
    if (!e && !file_path(path, s->folder, "lock")) e = ERR_RANGE;
    if (!e) e = file_lock(path, &s->lock_file);
    if (e) return e;
    e = spool_state_load(s);
    if (e != ERR_UNKNOWN && e != ERR_CORRUPT) return e;
    /* Without its memory of what is done the spool is a new one: old frames carry their
     * old identity in their bytes and are sent again, which the server recognises. */
    if (e == ERR_CORRUPT)
        log_event(LOG_ERROR, "spool", "state_damaged", "folder=%s", s->folder);
    intervals_close(&s->done);
    s->reserved = s->dropped_n = s->refused_n = s->damaged_n = 0;
    return getrandom(&s->identity, sizeof s->identity, 0) == sizeof s->identity ? ERR_OK
                                                                                : ERR_IO;
}

err spool_open(const struct spool_options *options, const struct clock *clock,
               struct spool **spool)
{
    ensure(options && clock && spool);

    struct spool *s = memory_new(1, sizeof *s);
    if (!s) return ERR_MEMORY;
    s->options = *options;
    s->clock = clock;
    s->lock_file.handle = s->open.handle = -1;
    clock_machine(&s->machine);
    s->saved_mono_ms = clock_mono_ms(&s->machine);
    lock_open(&s->lock);
    signal_open(&s->changed);
    buffer_open(&s->writing, CHUNK_BYTES + 2U * SPOOL_PAYLOAD_BYTES_MAX);
    buffer_open(&s->cursor_bytes, options->segment_bytes + 8U * SPOOL_PAYLOAD_BYTES_MAX);
    err e = text_copy(s->folder, sizeof s->folder, options->folder) ? ERR_OK : ERR_RANGE;
    if (!e) e = open_files(s);
    if (!e) e = spool_load(s);
    if (e) {
        s->next_sequence = 0; /* nothing is to be saved */
        spool_close(s);
        return e;
    }
    *spool = s;
    return ERR_OK;
}

static void waiting_drop_first(struct spool *s)
{
    struct spool_waiting *first = s->waiting_first;

    s->waiting_first = first->next;
    if (!s->waiting_first) s->waiting_last = NULL;
    s->waiting_n--;
    s->waiting_bytes -= first->record.payload.n;
    memory_free(first);
}

void spool_close(struct spool *s)
{
    if (!s) return;
    if (s->next_sequence) {
        err e = spool_maintain(s);
        if (!e) e = spool_state_save(s, true);
        if (e) log_event(LOG_ERROR, "spool", "close_failed", "error=%s", err_name(e));
    }
    while (s->waiting_first) waiting_drop_first(s);
    if (s->open.handle >= 0) file_close(&s->open);
    if (s->lock_file.handle >= 0) file_close(&s->lock_file);
    buffer_close(&s->writing);
    buffer_close(&s->cursor_bytes);
    intervals_close(&s->done);
    memory_free(s->segments);
    signal_close(&s->changed);
    lock_close(&s->lock);
    memory_free(s);
}

uint64_t spool_identity(const struct spool *s)
{
    return s->identity;
}

uint64_t spool_next_sequence(struct spool *s)
{
    lock_take(&s->lock);
    uint64_t sequence = s->next_sequence++;
    lock_give(&s->lock);
    return sequence;
}

/* --- writing --------------------------------------------------------------------- */

/* A new segment file: its head is written with its first records. */
static err begin_segment(struct spool *s)
{
    char path[FILE_PATH_BYTES];
    uint64_t number = s->segments_n ? s->segments[s->segments_n - 1].number + 1 : 1;

    if (!spool_segment_path(s, number, path)) return ERR_RANGE;
    err e = file_open_write(path, &s->open);
    if (e) return e;
    buffer_clear(&s->writing);
    spool_head_put(&s->writing, s->identity, number);
    e = file_cut(&s->open, 0);
    if (!e) e = file_write_at(&s->open, 0, buffer_bytes(&s->writing));
    if (!e) e = folder_sync(s->folder);
    lock_take(&s->lock);
    if (!e) e = spool_segment_add(s, number);
    if (!e) s->segments[s->segments_n - 1].bytes = SPOOL_HEAD_BYTES;
    lock_give(&s->lock);
    if (!e) return ERR_OK;
    file_close(&s->open);
    err removed = file_remove(path); /* an empty file would do no harm */
    if (removed) log_event(LOG_WARNING, "spool", "remove_failed", "path=%s", path);
    return e;
}

static void publish_one(struct spool *s, struct spool_segment *segment, uint64_t offset,
                        const struct spool_record *record)
{
    if (segment->first == 0) segment->first = record->sequence;
    segment->last = record->sequence;
    segment->newest_ms = record->closed_ms;
    s->live[s->live_n++] = (struct spool_live){.sequence = record->sequence,
                                               .segment = segment->number,
                                               .offset = offset,
                                               .payload_n = (uint32_t)record->payload.n};
    if (s->live_n <= SPOOL_LIVE_N) return;
    /* The oldest that is not on its way falls back to the backlog. */
    size_t out = 0;
    while (s->live[out].taken) out++;
    s->live_n--;
    memmove(s->live + out, s->live + out + 1, (s->live_n - out) * sizeof s->live[0]);
}

/* The first `n` waiting frames are durable behind `offset` of the open segment. */
static void publish(struct spool *s, size_t n, uint64_t offset)
{
    lock_take(&s->lock);
    struct spool_segment *segment = &s->segments[s->segments_n - 1];
    for (size_t i = 0; i < n; i++) {
        const struct spool_record *record = &s->waiting_first->record;
        publish_one(s, segment, offset, record);
        offset += SPOOL_RECORD_HEAD_BYTES + record->payload.n;
        waiting_drop_first(s);
    }
    segment->bytes = offset;
    signal_all(&s->changed);
    lock_give(&s->lock);
}

/* Write as many waiting frames as make one chunk, with one sync. */
static err write_chunk(struct spool *s)
{
    size_t n = 0;

    if (s->open.handle >= 0 &&
        s->segments[s->segments_n - 1].bytes >= s->options.segment_bytes)
        file_close(&s->open);
    err e = s->open.handle < 0 ? begin_segment(s) : ERR_OK;
    if (e) return e;
    uint64_t offset = s->segments[s->segments_n - 1].bytes;
    buffer_clear(&s->writing);
    for (struct spool_waiting *w = s->waiting_first; w && s->writing.n < CHUNK_BYTES;
         w = w->next) {
        spool_record_put(&s->writing, &w->record);
        n++;
    }
    e = s->writing.broken;
    if (!e) e = file_write_at(&s->open, offset, buffer_bytes(&s->writing));
    if (!e) e = file_sync(&s->open);
    if (!e) {
        publish(s, n, offset);
        return ERR_OK;
    }
    /* What the file holds behind `offset` is not known to be on the disk: go on in a new
     * one when it cannot be cut back. */
    if (s->open.sync_failed || file_cut(&s->open, offset)) file_close(&s->open);
    return e;
}

static void note_trouble(struct spool *s, err e)
{
    lock_take(&s->lock);
    err before = s->trouble;
    s->trouble = e;
    size_t waiting = s->waiting_n;
    lock_give(&s->lock);
    if (e && e != before)
        log_event(LOG_ERROR, "spool", "write_failed", "error=%s waiting=%zu", err_name(e),
                  waiting);
    if (!e && before)
        log_event(LOG_INFO, "spool", "write_recovered", "waiting=%zu", waiting);
}

/* The oldest segment, if all of it is done and it is not the one being written. */
static bool drop_done_segment(struct spool *s)
{
    lock_take(&s->lock);
    bool gone = s->segments_n > 1 && spool_segment_is_done(s, &s->segments[0]) &&
                spool_segment_drop(s) == ERR_OK;
    lock_give(&s->lock);
    return gone;
}

static err write_waiting(struct spool *s)
{
    err e = ERR_OK;

    if (!s->waiting_first) return ERR_OK;
    if (s->waiting_last->record.sequence >= s->reserved) e = spool_state_save(s, false);
    while (s->waiting_first && !e) {
        e = write_chunk(s);
        if (e == ERR_SPACE && drop_done_segment(s)) e = ERR_OK;
    }
    note_trouble(s, e);
    return e;
}

static err wait_one(struct spool *s, const struct spool_record *frame)
{
    struct spool_waiting *w = memory_new(1, sizeof *w + frame->payload.n);
    if (!w) {
        lock_take(&s->lock);
        spool_lose(s, frame->sequence, frame->sequence, &s->dropped_n);
        lock_give(&s->lock);
        return ERR_MEMORY;
    }
    uint8_t *copy = (uint8_t *)(w + 1);
    memcpy(copy, frame->payload.at, frame->payload.n);
    w->record = *frame;
    w->record.payload.at = copy;
    lock_take(&s->lock);
    if (s->waiting_last)
        s->waiting_last->next = w;
    else
        s->waiting_first = w;
    s->waiting_last = w;
    s->waiting_n++;
    s->waiting_bytes += frame->payload.n;
    lock_give(&s->lock);
    return ERR_OK;
}

err spool_append(struct spool *s, const struct spool_record *frames, size_t n)
{
    ensure(s && frames);

    err e = ERR_OK;
    for (size_t i = 0; i < n; i++)
        if (frames[i].payload.n > SPOOL_PAYLOAD_BYTES_MAX) return ERR_FULL;
    for (size_t i = 0; i < n; i++) {
        err one = wait_one(s, &frames[i]);
        if (one) e = one;
    }
    err written = write_waiting(s);
    lock_take(&s->lock);
    while (s->waiting_bytes > s->options.memory_bytes_max && s->waiting_n > 1) {
        uint64_t sequence = s->waiting_first->record.sequence;
        spool_lose(s, sequence, sequence, &s->dropped_n);
        waiting_drop_first(s);
    }
    lock_give(&s->lock);
    return e ? e : written;
}

/* --- bounds ---------------------------------------------------------------------- */

/* True when the oldest segment has to go now. */
static bool oldest_must_go(const struct spool *s, int64_t now_ms)
{
    if (s->segments_n < 2) return false;
    const struct spool_segment *oldest = &s->segments[0];
    uint64_t bytes = 0;

    for (size_t i = 0; i < s->segments_n; i++) bytes += s->segments[i].bytes;
    if (bytes > s->options.bytes_max) return true;
    int64_t age_ms = now_ms - oldest->newest_ms;
    if (age_ms > s->options.age_ms_max) return true;
    return age_ms > s->options.keep_ms && spool_segment_is_done(s, oldest);
}

static void keep_bounds(struct spool *s)
{
    int64_t now_ms = clock_utc_ms(s->clock);

    lock_take(&s->lock);
    uint64_t dropped_before = s->dropped_n;
    err e = ERR_OK;
    while (!e && oldest_must_go(s, now_ms)) e = spool_segment_drop(s);
    uint64_t dropped = s->dropped_n - dropped_before;
    lock_give(&s->lock);
    if (e) log_event(LOG_ERROR, "spool", "remove_failed", "error=%s", err_name(e));
    if (dropped)
        log_event(LOG_WARNING, "spool", "frames_dropped", "frames=%llu",
                  (unsigned long long)dropped);
}

err spool_maintain(struct spool *s)
{
    ensure(s);

    err e = write_waiting(s);
    keep_bounds(s);
    int64_t now = clock_mono_ms(&s->machine);
    lock_take(&s->lock);
    bool save = s->done_changed && now - s->saved_mono_ms >= s->options.save_ms;
    lock_give(&s->lock);
    if (!save) return e;
    s->saved_mono_ms = now;
    err saved = spool_state_save(s, false);
    if (saved && saved != ERR_SPACE)
        log_event(LOG_ERROR, "spool", "state_failed", "error=%s", err_name(saved));
    return e;
}

void spool_counts(struct spool *s, struct spool_counts *counts)
{
    ensure(s && counts);

    *counts = (struct spool_counts){0};
    lock_take(&s->lock);
    uint64_t last = s->next_sequence - 1;
    counts->last_sequence = last;
    counts->frames = last ? last - intervals_count(&s->done, 1, last) : 0;
    for (size_t i = 0; i < s->segments_n; i++) {
        const struct spool_segment *segment = &s->segments[i];
        counts->bytes += segment->bytes;
        if (counts->oldest_ms == 0 && !spool_segment_is_done(s, segment))
            counts->oldest_ms = segment->newest_ms;
    }
    counts->dropped_frames = s->dropped_n;
    counts->refused_frames = s->refused_n;
    counts->damaged_frames = s->damaged_n;
    counts->waiting_frames = s->waiting_n;
    counts->trouble = s->trouble;
    lock_give(&s->lock);
}
