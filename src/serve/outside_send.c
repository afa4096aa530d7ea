/* outside_send.c - samples to frames to an upload; durable before it returns. */
#include "base/ensure.h"
#include "base/memory.h"
#include "base/text.h"
#include "serve/apply.h"
#include "serve/outside.h"
#include "serve/receive.h"
#include "serve/server.h"
#include "serve/upload.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    FRAME_SAMPLES_MAX = 100000,
    FRAME_PIECES_MAX = 8000, /* blocks */
    BODY_BYTES_MAX = 64 << 20,
    APPLIED_WITHIN_MS = 2000
};

struct sorted {
    const struct outside_sample *sample;
    size_t order; /* as it came: of two for one moment the later counts */
};

struct sending {
    struct outside_batch *batch;
    size_t n;
    struct sorted *at; /* by device, time, point */
    struct frame frame;
    size_t frame_samples;
    struct buffer body;
};

static int by_place(const void *a, const void *b)
{
    const struct sorted *x = a, *y = b;
    const struct outside_sample *s = x->sample, *t = y->sample;
    if (s->device != t->device) return s->device < t->device ? -1 : 1;
    if (s->time_ms != t->time_ms) return s->time_ms < t->time_ms ? -1 : 1;
    if (s->point != t->point) return s->point < t->point ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

static err sort(struct sending *sending)
{
    const struct outside_batch *batch = sending->batch;
    size_t n = 0, kept = 0;
    struct sorted *at = arena_new(batch->arena, batch->n + 1, sizeof *at);
    if (!at) return ERR_MEMORY;
    for (size_t i = 0; i < batch->n; i++)
        if (batch->samples[i].point) at[n++] = (struct sorted){&batch->samples[i], i};
    if (n) qsort(at, n, sizeof *at, by_place);
    for (size_t i = 0; i < n; i++) {
        const struct outside_sample *s = at[i].sample,
                                    *t = i + 1 < n ? at[i + 1].sample : NULL;
        if (t && s->point == t->point && s->time_ms == t->time_ms) continue;
        at[kept++] = at[i];
    }
    sending->at = at;
    sending->n = kept;
    return ERR_OK;
}

/* How many samples from `i` on are of one device and one moment. */
static size_t row_n(const struct sending *sending, size_t i)
{
    const struct outside_sample *first = sending->at[i].sample;
    size_t n = 1;
    while (i + n < sending->n && n < BLOCK_COLUMNS_MAX) {
        const struct outside_sample *next = sending->at[i + n].sample;
        if (next->device != first->device || next->time_ms != first->time_ms) break;
        n++;
    }
    return n;
}

static bool same_points(const struct sending *sending, size_t a, size_t b, size_t n)
{
    if (sending->at[a].sample->device != sending->at[b].sample->device) return false;
    for (size_t i = 0; i < n; i++)
        if (sending->at[a + i].sample->point != sending->at[b + i].sample->point)
            return false;
    return true;
}

/* Rows from `i` on that have the same points: a block has no holes. */
static size_t rows_n(const struct sending *sending, size_t i, size_t columns_n)
{
    size_t rows = 1, at = i + columns_n;
    while (at < sending->n && rows < BLOCK_TIMES_MAX &&
           (rows + 1) * columns_n <= FRAME_SAMPLES_MAX / 2) {
        if (row_n(sending, at) != columns_n || !same_points(sending, i, at, columns_n))
            break;
        rows++;
        at += columns_n;
    }
    return rows;
}

static err fill_block(struct sending *sending, size_t i, struct block *block)
{
    struct arena *arena = sending->batch->arena;
    size_t cells = block->times_n * block->columns_n;
    block->device = sending->at[i].sample->device;
    block->times_ms = arena_new(arena, block->times_n, sizeof *block->times_ms);
    block->points = arena_new(arena, block->columns_n, sizeof *block->points);
    block->values = arena_new(arena, cells, sizeof *block->values);
    block->qualities = arena_new(arena, cells, 1);
    if (!block->times_ms || !block->points || !block->values || !block->qualities)
        return ERR_MEMORY;
    for (size_t r = 0; r < block->times_n; r++) {
        for (size_t c = 0; c < block->columns_n; c++) {
            const struct outside_sample *sample =
                sending->at[i + r * block->columns_n + c].sample;
            block->times_ms[r] = sample->time_ms;
            block->points[c] = sample->point;
            block->values[c * block->times_n + r] = sample->value;
            block->qualities[c * block->times_n + r] = sample->quality;
        }
    }
    return ERR_OK;
}

static err end_frame(struct sending *sending)
{
    struct frame *frame = &sending->frame;
    if (!frame->blocks_n) return ERR_OK;
    struct server *server = sending->batch->server;
    text_copy(frame->terminal, sizeof frame->terminal, sending->batch->terminal);
    frame->transmitted_ms = server_now_ms(server);
    err e = outside_sequence(server->outside, frame->terminal, &frame->spool,
                             &frame->sequence);
    if (!e) e = frame_encode(frame, &sending->body);
    frame->blocks_n = 0;
    sending->frame_samples = 0;
    return e;
}

static err make_frames(struct sending *sending)
{
    struct frame *frame = &sending->frame;
    frame->blocks =
        arena_new(sending->batch->arena, FRAME_PIECES_MAX, sizeof *frame->blocks);
    if (!frame->blocks) return ERR_MEMORY;
    err e = ERR_OK;
    for (size_t i = 0; !e && i < sending->n;) {
        struct block block = {.columns_n = row_n(sending, i)};
        block.times_n = rows_n(sending, i, block.columns_n);
        size_t cells = block.times_n * block.columns_n;
        if (frame->blocks_n == FRAME_PIECES_MAX ||
            sending->frame_samples + cells > FRAME_SAMPLES_MAX)
            e = end_frame(sending);
        if (!e) e = fill_block(sending, i, &block);
        if (e) return e;
        frame->blocks[frame->blocks_n++] = block;
        sending->frame_samples += cells;
        i += cells;
    }
    return e ? e : end_frame(sending);
}

/* --- the way through receive -------------------------------------------------------- */

struct waiting {
    struct lock lock;
    struct signal signal;
    bool done, stored;
    uint64_t number; /* of its last record */
};

/* From the receive thread. */
static void decided(struct upload *upload, void *context)
{
    struct waiting *waiting = context;
    lock_take(&waiting->lock);
    waiting->done = true;
    waiting->stored = upload->items_n > 0;
    for (size_t i = 0; i < upload->items_n; i++) {
        const struct upload_item *item = &upload->items[i];
        if (item->later || item->verdict != RAWLOG_STORED) waiting->stored = false;
        waiting->number = item->number;
    }
    signal_all(&waiting->signal);
    lock_give(&waiting->lock);
}

static err put(struct server *server, struct upload *upload, struct waiting *waiting)
{
    upload->received_ms = server_now_ms(server);
    upload->done = decided;
    upload->context = waiting;
    err e = receive_admit(server->receive, upload) ? upload_read(upload, NULL) : ERR_BUSY;
    if (!e) e = receive_put(server->receive, upload);
    if (e) receive_free(server->receive, upload);
    return e == ERR_FULL ? ERR_BUSY : e;
}

static err pass(struct server *server, struct upload *upload)
{
    struct waiting waiting = {0};
    lock_open(&waiting.lock);
    signal_open(&waiting.signal);
    err e = put(server, upload, &waiting);
    lock_take(&waiting.lock);
    while (!e && !waiting.done) signal_wait(&waiting.signal, &waiting.lock);
    lock_give(&waiting.lock);
    if (!e && !waiting.stored) e = ERR_SPACE;
    if (!e) (void)apply_wait(server->apply, waiting.number, APPLIED_WITHIN_MS);
    signal_close(&waiting.signal);
    lock_close(&waiting.lock);
    return e;
}

err outside_send(struct outside_batch *batch)
{
    struct sending sending = {.batch = batch};
    struct upload *upload = NULL;
    buffer_open(&sending.body, BODY_BYTES_MAX);
    err e = sort(&sending);
    if (!e) e = make_frames(&sending);
    bool some = !e && sending.body.n > 0;
    if (some) {
        e = receive_upload(batch->server->receive, &sending.body, batch->terminal,
                           &upload);
    }
    buffer_close(&sending.body);
    return !e && some ? pass(batch->server, upload) : e;
}
