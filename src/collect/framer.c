/* framer.c - see the header. */
#include "collect/framer.h"

#include "base/ensure.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "wire/frame.h"

enum { ARENA_BYTES_MAX = 64 * 1024 * 1024 };

void framer_open(struct framer *f, const char *terminal, struct spool *spool,
                 const struct clock *clock)
{
    ensure(f && terminal && spool && clock);

    *f = (struct framer){.spool = spool, .clock = clock};
    (void)text_copy(f->terminal, sizeof f->terminal, terminal);
    clock_machine(&f->machine);
    f->started_ms = clock_utc_ms(clock);
    f->status_mono_ms = clock_mono_ms(&f->machine) - FRAMER_STATUS_MS;
    arena_open(&f->arena, ARENA_BYTES_MAX);
    buffer_open(&f->upload, SPOOL_PAYLOAD_BYTES_MAX);
}

void framer_close(struct framer *f)
{
    ensure(f);
    arena_close(&f->arena);
    buffer_close(&f->upload);
}

static void fill_terminal_status(const struct framer *f, struct poller *poller,
                                 struct frame *frame)
{
    struct spool_counts spool;
    struct poller_counts polls;

    spool_counts(f->spool, &spool);
    poller_counts(poller, &polls);
    frame->has_terminal_status = true;
    frame->terminal_status = (struct terminal_status){
        .started_ms = f->started_ms,
        .spool_frames = spool.frames,
        .spool_bytes = spool.bytes,
        .dropped_frames = spool.dropped_frames + spool.damaged_frames,
        .missed_polls = f->missed_before + polls.missed,
        .memory_bytes = process_resident_bytes(),
        .version = HEATNET_VERSION};
}

/* Encode under a sequence of its own and hand it to the spool. */
static err send(struct framer *f, struct poller *poller, struct frame *frame, bool status)
{
    (void)text_copy(frame->terminal, sizeof frame->terminal, f->terminal);
    frame->spool = spool_identity(f->spool);
    frame->sequence = spool_next_sequence(f->spool);
    frame->transmitted_ms = clock_utc_ms(f->clock);
    if (status) fill_terminal_status(f, poller, frame);
    buffer_clear(&f->upload);
    err e = frame_encode(frame, &f->upload);
    if (e) {
        /* Our own bounds keep frames far below the limit; never leave the number pending.
         */
        log_event(LOG_ERROR, "collect", "frame_lost", "sequence=%llu error=%s",
                  (unsigned long long)frame->sequence, err_name(e));
        spool_done(f->spool, frame->sequence, true);
        return e;
    }
    struct spool_record record = {frame->sequence, frame->transmitted_ms,
                                  buffer_bytes(&f->upload)};
    return spool_append(f->spool, &record, 1);
}

/* One frame; *more tells whether there may be rows for another. */
static err flush_one(struct framer *f, struct poller *poller, bool all, bool *more)
{
    struct frame frame = {0};

    err e = poller_take(poller, &f->arena, &frame.blocks, &frame.blocks_n);
    if (!e)
        e = poller_take_status(poller, all, &f->arena, &frame.status, &frame.status_n);
    *more = !e && frame.blocks_n > 0;
    if (!e && (frame.blocks_n > 0 || frame.status_n > 0))
        e = send(f, poller, &frame, all);
    arena_close(&f->arena);
    return e;
}

err framer_flush(struct framer *f, struct poller *poller)
{
    ensure(f && poller);

    int64_t now = clock_mono_ms(&f->machine);
    bool all = now - f->status_mono_ms >= FRAMER_STATUS_MS, more = true;
    err e = ERR_OK;

    if (all) f->status_mono_ms = now;
    while (more) {
        err one = flush_one(f, poller, all, &more);
        if (one) e = one;
        all = false;
    }
    return e;
}
