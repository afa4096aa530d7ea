/* spool_load.c - at opening: walk all segments, find the last sequence, cut a torn tail.
 *
 * Sequences within a spool are without gaps but for frames that were dropped or damaged;
 * so what is missing between two records is done. */
#include "base/ensure.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "collect/spool_internal.h"

#include <string.h>

enum { NAME_DIGITS = 8 };

/* A torn record was never promised to anybody, a damaged one was. */
enum state { GOOD, TORN, DAMAGED };

struct walk {
    struct spool *spool;
    uint64_t last;      /* highest sequence so far */
    bool tail_unknown;  /* bytes at the end that name no sequence */
    uint64_t tail_from; /* end of the last good record of the newest segment */
};

/* "00000001.spool" -> 1; 0 for other names. */
static uint64_t number_of(const char *name)
{
    char digits[NAME_DIGITS + 1];
    uint32_t number = 0;

    if (strlen(name) != NAME_DIGITS + strlen(".spool")) return 0;
    if (!text_equal(name + NAME_DIGITS, ".spool")) return 0;
    (void)text_copy_n(digits, sizeof digits, name, NAME_DIGITS);
    return text_to_u32(digits, &number) ? 0 : number;
}

static err list_one(void *context, const char *name)
{
    uint64_t number = number_of(name);
    return number ? spool_segment_add(context, number) : ERR_OK;
}

static void found(struct walk *w, struct spool_segment *segment,
                  const struct spool_record *record, enum state state)
{
    struct spool *s = w->spool;

    if (record->sequence == 0 || record->sequence <= w->last) return; /* written twice */
    if (w->last && record->sequence > w->last + 1)
        spool_lose(s, w->last + 1, record->sequence - 1, NULL);
    uint64_t *counter = state == DAMAGED ? &s->damaged_n : NULL;
    if (state != GOOD) spool_lose(s, record->sequence, record->sequence, counter);
    w->last = record->sequence;
    if (segment->first == 0) segment->first = record->sequence;
    segment->last = record->sequence;
    segment->newest_ms = record->closed_ms;
}

static void walk_bytes(struct walk *w, struct spool_segment *segment, struct bytes all,
                       bool newest)
{
    struct bytes in = all;
    struct spool_record record;
    uint64_t identity = 0, number = 0, skipped = 0;

    w->tail_unknown = false;
    w->tail_from = 0;
    if (spool_head_take(&in, &identity, &number))
        w->tail_unknown = all.n > SPOOL_HEAD_BYTES;
    for (;;) {
        err e = spool_record_take(&in, &record, &skipped);
        if (e == ERR_SHORT) break;
        bool torn = e == ERR_CHECK && in.n == 0 && newest;
        found(w, segment, &record, e == ERR_OK ? GOOD : torn ? TORN : DAMAGED);
        if (e == ERR_OK) w->tail_from = all.n - in.n;
        w->tail_unknown = false;
    }
    if (skipped > 0) w->tail_unknown = true;
}

static err walk_segment(struct walk *w, size_t i)
{
    struct spool *s = w->spool;
    struct spool_segment *segment = &s->segments[i];
    char path[FILE_PATH_BYTES];
    struct buffer bytes;

    if (!spool_segment_path(s, segment->number, path)) return ERR_RANGE;
    buffer_open(&bytes, s->options.segment_bytes + 8U * SPOOL_PAYLOAD_BYTES_MAX);
    err e = file_read_whole(path, &bytes);
    if (!e) {
        walk_bytes(w, segment, buffer_bytes(&bytes), i + 1 == s->segments_n);
        segment->bytes = bytes.n;
    }
    buffer_close(&bytes);
    return e;
}

/* The newest segment may end in a record that was never promised: cut it off. */
static err cut_tail(struct walk *w)
{
    struct spool *s = w->spool;
    struct spool_segment *segment = &s->segments[s->segments_n - 1];
    char path[FILE_PATH_BYTES];
    struct file file;

    if (w->tail_from == 0 || w->tail_from == segment->bytes) return ERR_OK;
    if (!spool_segment_path(s, segment->number, path)) return ERR_RANGE;
    err e = file_open_write(path, &file);
    if (e) return e;
    e = file_cut(&file, w->tail_from);
    if (!e) e = file_sync(&file);
    file_close(&file);
    log_event(LOG_WARNING, "spool", "tail_cut", "segment=%llu bytes=%llu error=%s",
              (unsigned long long)segment->number,
              (unsigned long long)(segment->bytes - w->tail_from), err_name(e));
    if (!e) segment->bytes = w->tail_from;
    return e;
}

/* Segments without a record go, so that restarts leave no empty files behind. */
static err remove_empty(struct spool *s)
{
    size_t kept = 0;
    err e = ERR_OK;

    for (size_t i = 0; i < s->segments_n; i++) {
        char path[FILE_PATH_BYTES];
        bool newest = i + 1 == s->segments_n; /* its number is not used again */
        if (s->segments[i].first == 0 && !newest) {
            if (!spool_segment_path(s, s->segments[i].number, path)) return ERR_RANGE;
            if (!e) e = file_remove(path);
            continue;
        }
        s->segments[kept++] = s->segments[i];
    }
    s->segments_n = kept;
    return e;
}

err spool_load(struct spool *s)
{
    struct walk w = {.spool = s};

    err e = folder_each(s->folder, list_one, s);
    for (size_t i = 0; i < s->segments_n && !e; i++) e = walk_segment(&w, i);
    if (!e && s->segments_n) e = cut_tail(&w);
    if (!e) e = remove_empty(s);
    if (e) return e;

    uint64_t next = w.last + 1;
    uint64_t done_next = s->done.n ? s->done.at[s->done.n - 1].last + 1 : 1;
    if (done_next > next) next = done_next;
    /* Bytes that name no sequence may have been a frame that was sent, and so may frames
     * of segments that somebody removed: jump to what the state says was never used. */
    if ((w.tail_unknown || w.last == 0) && s->reserved > next) next = s->reserved;
    if (next > 1 && w.last + 1 < next) spool_lose(s, w.last + 1, next - 1, NULL);
    s->next_sequence = next;
    if (s->segments_n && s->segments[0].first > 1)
        spool_lose(s, 1, s->segments[0].first - 1, NULL);
    return ERR_OK;
}
