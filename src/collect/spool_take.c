/* spool_take.c - handing frames to the two lanes, and hearing that they are done. */
#include "base/ensure.h"
#include "base/log.h"
#include "collect/spool_internal.h"

#include <string.h>

/* --- live ------------------------------------------------------------------------ */

static void live_remove(struct spool *s, size_t i)
{
    s->live_n--;
    memmove(s->live + i, s->live + i + 1, (s->live_n - i) * sizeof s->live[0]);
}

/* Choose from the newest back what fits; marks them taken, oldest first into `out`. */
static size_t choose_live(struct spool *s, size_t bytes_max,
                          struct spool_live out[SPOOL_LIVE_N + 1])
{
    size_t bytes = 0, n = 0, first = s->live_n;

    for (size_t i = s->live_n; i-- > 0;) {
        if (s->live[i].taken) continue;
        bytes += s->live[i].payload_n;
        if (bytes > bytes_max && n > 0) break;
        first = i;
        n++;
    }
    n = 0;
    for (size_t i = first; i < s->live_n; i++) {
        if (s->live[i].taken) continue;
        s->live[i].taken = true;
        out[n++] = s->live[i];
    }
    return n;
}

static err read_live(struct spool *s, const struct spool_live *live, struct buffer *out)
{
    char path[FILE_PATH_BYTES];
    struct file file;
    struct spool_record record;
    uint64_t skipped = 0;
    size_t n = SPOOL_RECORD_HEAD_BYTES + live->payload_n, before = out->n;

    if (!spool_segment_path(s, live->segment, path)) return ERR_RANGE;
    err e = file_open_read(path, &file);
    if (e) return e;
    uint8_t *at = buffer_extend(out, n);
    e = at ? file_read_at(&file, live->offset, at, n) : ERR_FULL;
    file_close(&file);
    struct bytes in = {at, n};
    if (!e) e = spool_record_take(&in, &record, &skipped);
    if (!e && (skipped || record.sequence != live->sequence)) e = ERR_CORRUPT;
    if (e) {
        out->n = before;
        return e;
    }
    memmove(at, at + SPOOL_RECORD_HEAD_BYTES,
            live->payload_n); /* only the payload is sent */
    out->n = before + live->payload_n;
    return ERR_OK;
}

static void take_live(struct spool *s, size_t bytes_max, struct spool_batch *batch)
{
    struct spool_live chosen[SPOOL_LIVE_N + 1];

    lock_take(&s->lock);
    size_t n = choose_live(s, bytes_max, chosen);
    lock_give(&s->lock);
    for (size_t i = 0; i < n; i++) {
        err e = read_live(s, &chosen[i], &batch->bytes);
        if (!e) {
            batch->sequences[batch->n++] = chosen[i].sequence;
            continue;
        }
        log_event(LOG_ERROR, "spool", "read_failed", "sequence=%llu error=%s",
                  (unsigned long long)chosen[i].sequence, err_name(e));
        lock_take(&s->lock);
        spool_lose(s, chosen[i].sequence, chosen[i].sequence, &s->damaged_n);
        for (size_t j = s->live_n; j-- > 0;)
            if (s->live[j].sequence == chosen[i].sequence) live_remove(s, j);
        lock_give(&s->lock);
    }
}

/* --- backlog --------------------------------------------------------------------- */

/* The segment that the cursor stands in, or the next one; false when there is none.
 * *is_last: no segment follows. */
static bool cursor_segment(struct spool *s, struct spool_segment *segment, bool *is_last)
{
    lock_take(&s->lock);
    size_t i = spool_segment_find(s, s->cursor_segment);
    bool any = i < s->segments_n;
    *is_last = i + 1 >= s->segments_n;
    if (any) *segment = s->segments[i];
    lock_give(&s->lock);
    if (any && segment->number != s->cursor_segment) {
        s->cursor_segment = segment->number;
        s->cursor_offset = SPOOL_HEAD_BYTES;
    }
    return any;
}

static err cursor_read(struct spool *s, const struct spool_segment *segment)
{
    char path[FILE_PATH_BYTES];
    struct file file;
    size_t n = (size_t)(segment->bytes - s->cursor_offset);

    buffer_clear(&s->cursor_bytes);
    s->cursor_bytes_from = s->cursor_offset;
    if (!spool_segment_path(s, segment->number, path)) return ERR_RANGE;
    err e = file_open_read(path, &file);
    if (e) return e;
    uint8_t *at = buffer_extend(&s->cursor_bytes, n);
    e = at ? file_read_at(&file, s->cursor_offset, at, n) : ERR_FULL;
    file_close(&file);
    if (e) buffer_clear(&s->cursor_bytes);
    return e;
}

/* Bring the rest of the cursor's segment into memory.  False: nothing more to read now.
 */
static bool cursor_load(struct spool *s)
{
    struct spool_segment segment;
    bool is_last = false;

    while (cursor_segment(s, &segment, &is_last)) {
        if (s->cursor_offset < segment.bytes) {
            err e = cursor_read(s, &segment);
            if (!e) return true;
            log_event(LOG_ERROR, "spool", "read_failed", "segment=%llu error=%s",
                      (unsigned long long)segment.number, err_name(e));
        }
        if (is_last) return false;
        s->cursor_segment = segment.number + 1;
        s->cursor_offset = SPOOL_HEAD_BYTES;
    }
    return false;
}

/* What is still to be read of the loaded bytes. */
static struct bytes cursor_rest(const struct spool *s)
{
    uint64_t used = s->cursor_offset - s->cursor_bytes_from;
    struct bytes all = buffer_bytes(&s->cursor_bytes);

    if (s->cursor_offset < s->cursor_bytes_from || used >= all.n)
        return (struct bytes){0};
    return (struct bytes){all.at + used, all.n - used};
}

enum step { STEP_TAKEN, STEP_SKIPPED, STEP_STOP };

/* Look at one record of the loaded bytes: take it, pass over it, or stop before it. */
static enum step cursor_step(struct spool *s, size_t bytes_max, struct spool_batch *batch)
{
    struct spool_record record;
    uint64_t skipped = 0;
    struct bytes in = cursor_rest(s), from = in;
    err e = spool_record_take(&in, &record, &skipped);
    enum step step = STEP_SKIPPED;

    lock_take(&s->lock);
    uint64_t live_low = s->live_n ? s->live[0].sequence : UINT64_MAX;
    if (e != ERR_SHORT && record.sequence >= live_low)
        step = STEP_STOP;
    else if (e == ERR_OK && !intervals_has(&s->done, record.sequence) &&
             record.sequence > s->cursor_last)
        step = batch->n && batch->bytes.n + record.payload.n > bytes_max ? STEP_STOP
                                                                         : STEP_TAKEN;
    if (step != STEP_STOP && e != ERR_SHORT) {
        /* Records before this one that were not found are lost; and so is a damaged one.
         */
        if (s->cursor_last && record.sequence > s->cursor_last + 1)
            spool_lose(s, s->cursor_last + 1, record.sequence - 1, &s->damaged_n);
        if (e == ERR_CHECK)
            spool_lose(s, record.sequence, record.sequence, &s->damaged_n);
        if (record.sequence > s->cursor_last) s->cursor_last = record.sequence;
    }
    lock_give(&s->lock);
    if (step == STEP_STOP) return step;
    s->cursor_offset += from.n - in.n;
    if (step == STEP_TAKEN) {
        buffer_put(&batch->bytes, record.payload);
        batch->sequences[batch->n++] = record.sequence;
    }
    return step;
}

/* The segment is read to its end: what its last records were and were not found is lost.
 */
static void cursor_segment_end(struct spool *s)
{
    lock_take(&s->lock);
    size_t i = spool_segment_find(s, s->cursor_segment);
    if (i < s->segments_n && s->segments[i].number == s->cursor_segment &&
        s->cursor_offset >= s->segments[i].bytes && s->segments[i].first) {
        uint64_t from = s->cursor_last >= s->segments[i].first ? s->cursor_last + 1
                                                               : s->segments[i].first;
        if (from <= s->segments[i].last)
            spool_lose(s, from, s->segments[i].last, &s->damaged_n);
    }
    lock_give(&s->lock);
}

static void take_backlog(struct spool *s, size_t bytes_max, struct spool_batch *batch)
{
    bool first = true;

    for (;;) {
        if (cursor_rest(s).n == 0 && !cursor_load(s)) break;
        if (first) {
            batch->from_segment = s->cursor_segment;
            batch->from_offset = s->cursor_offset;
            first = false;
        }
        if (batch->n == SPOOL_BATCH_N_MAX || batch->bytes.n >= bytes_max) break;
        if (cursor_step(s, bytes_max, batch) == STEP_STOP) break;
        if (cursor_rest(s).n == 0) cursor_segment_end(s);
    }
    if (batch->n > 0 || cursor_rest(s).n > 0) return;
    size_t most = s->cursor_bytes.bytes_max; /* nothing is left: give the memory back */
    buffer_close(&s->cursor_bytes);
    buffer_open(&s->cursor_bytes, most);
}

/* --- both ------------------------------------------------------------------------ */

/* Something for the lane?  For the backlog only a guess: the cursor finds out. */
static bool is_there(const struct spool *s, enum spool_lane lane)
{
    size_t taken = 0;
    uint64_t last = s->next_sequence - 1;

    for (size_t i = 0; i < s->live_n; i++) taken += s->live[i].taken;
    if (lane == SPOOL_LIVE) return taken < s->live_n;
    uint64_t left = last ? last - intervals_count(&s->done, 1, last) : 0;
    return left > s->live_n + s->waiting_n;
}

size_t spool_take(struct spool *s, enum spool_lane lane, size_t bytes_max,
                  int64_t timeout_ms, struct spool_batch *batch)
{
    ensure(s && batch && bytes_max <= SPOOL_BATCH_BYTES_MAX);

    batch->n = 0;
    batch->lane = lane;
    buffer_clear(&batch->bytes);
    lock_take(&s->lock);
    bool in_time = true;
    while (!s->woken && in_time && !is_there(s, lane))
        in_time = signal_wait_ms(&s->changed, &s->lock, timeout_ms);
    bool there = !s->woken && is_there(s, lane);
    lock_give(&s->lock);
    if (!there) return 0;
    if (lane == SPOOL_LIVE)
        take_live(s, bytes_max, batch);
    else
        take_backlog(s, bytes_max, batch);
    if (batch->n) return batch->n;
    /* What is left is on its way as live, or not written yet: do not look again at once.
     */
    lock_take(&s->lock);
    if (!s->woken) (void)signal_wait_ms(&s->changed, &s->lock, timeout_ms);
    lock_give(&s->lock);
    return 0;
}

void spool_batch_end(struct spool *s, struct spool_batch *batch)
{
    ensure(s && batch);

    bool all_done = true;
    lock_take(&s->lock);
    for (size_t i = 0; i < batch->n; i++) {
        bool done = intervals_has(&s->done, batch->sequences[i]);
        all_done = all_done && done;
        if (batch->lane != SPOOL_LIVE) continue;
        for (size_t j = s->live_n; j-- > 0;) {
            if (s->live[j].sequence != batch->sequences[i]) continue;
            if (done)
                live_remove(s, j);
            else
                s->live[j].taken = false;
        }
    }
    signal_all(&s->changed);
    lock_give(&s->lock);
    if (batch->lane == SPOOL_BACKLOG && batch->n && !all_done) {
        s->cursor_segment = batch->from_segment;
        s->cursor_offset = batch->from_offset;
        s->cursor_last = 0;
        buffer_clear(&s->cursor_bytes);
    }
    batch->n = 0;
}

void spool_done(struct spool *s, uint64_t sequence, bool refused)
{
    ensure(s && sequence > 0);

    lock_take(&s->lock);
    bool known = sequence < s->next_sequence && !intervals_has(&s->done, sequence);
    if (known && intervals_add(&s->done, sequence, sequence) == ERR_OK) {
        s->refused_n += refused;
        s->done_changed = true;
    }
    lock_give(&s->lock);
}

void spool_wake(struct spool *s)
{
    lock_take(&s->lock);
    s->woken = true;
    signal_all(&s->changed);
    lock_give(&s->lock);
}
