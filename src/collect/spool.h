/* spool.h - the terminal's disk buffer: frames stay until the server has made them
 * durable.
 *
 *   folder/ 00000001.spool ...   segments of records (spool_record.h), append only,
 * oldest first state                identity, which sequences are done, counts;
 * atomically replaced lock                 one process at a time
 *
 *                    append            taken as live (the newest few)
 *   framer ── waiting ──▶ segments ──┬──────────────────────────────▶ live lane ──┐
 *             (memory)    (durable)  └── taken as backlog, oldest first ▶ lane ───┤
 *                                       spool_done(sequence) ◀── verdict ◀────────┘
 *
 * - A frame is handed out only after it is durable, and a sequence is never given twice,
 * also after a crash: so (identity, sequence) names one content for ever.
 * - Which frames are done is written every few seconds; losing the last of it costs
 * repeated transmissions only, which the server detects.
 * - Bounded by size and age: the oldest segment goes, its frames not done are counted in
 *   dropped_frames.  Done segments are kept `keep_ms` within the size: the terminal's raw
 * log.
 * - A torn tail is cut at opening; a damaged record is skipped and counted.
 * - Disk full or failing: frames wait in memory (bounded, the oldest goes, counted) and
 * are written as soon as it works again; done segments are given up first.
 *
 * spool_next_sequence, spool_append, spool_maintain: one thread, the framer.  Live lane,
 * backlog lane: one thread each.  The others: any. */
#ifndef HEATNET_COLLECT_SPOOL_H
#define HEATNET_COLLECT_SPOOL_H

#include "base/bytes.h"
#include "base/clock.h"
#include "base/err.h"
#include "collect/spool_record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SPOOL_BATCH_N_MAX = 256, SPOOL_BATCH_BYTES_MAX = 256 * 1024 };

struct spool_options {
    const char *folder;
    uint64_t bytes_max;      /* of all segments; at least 2 segments */
    uint64_t segment_bytes;  /* a new one is begun behind this size */
    int64_t age_ms_max;      /* older frames are dropped, done or not */
    int64_t keep_ms;         /* done frames are kept so long */
    size_t memory_bytes_max; /* of waiting frames */
    int64_t save_ms;         /* how often what is done is written */
};

struct spool_options spool_options_default(const char *folder);

struct spool_counts {
    uint64_t frames;         /* not done, waiting ones included */
    uint64_t bytes;          /* of all segments on disk */
    uint64_t last_sequence;  /* given */
    uint64_t dropped_frames; /* ever: too many or too old */
    uint64_t refused_frames; /* ever: given up by the server's verdict */
    uint64_t damaged_frames; /* ever: lost to damage on disk */
    uint64_t waiting_frames; /* in memory because the disk does not take them */
    err trouble;             /* of the last attempt to write, ERR_OK = none */
    int64_t
        oldest_ms; /* closing time of the oldest segment's frames not done, 0 = none */
};

struct spool;

/* Opens or creates.  ERR_BUSY: another process has it.  Other errors: of the disk. */
MUST_USE err spool_open(const struct spool_options *options, const struct clock *clock,
                        struct spool **spool);
/* Writes what waits (as far as the disk takes it) and the state.  NULL is allowed. */
void spool_close(struct spool *spool);

uint64_t spool_identity(const struct spool *spool);
uint64_t spool_next_sequence(struct spool *spool);

/* Append frames with one sync.  Their bytes are copied.  ERR_OK: durable.  ERR_FULL: a
 * payload beyond SPOOL_PAYLOAD_BYTES_MAX, nothing taken.  Other errors: they wait in
 * memory. */
MUST_USE err spool_append(struct spool *spool, const struct spool_record *frames,
                          size_t n);
/* Write waiting frames, save what is done, remove what is past keeping; every second or
 * so. The error of writing, ERR_OK when nothing waits. */
MUST_USE err spool_maintain(struct spool *spool);

enum spool_lane { SPOOL_LIVE, SPOOL_BACKLOG };

struct spool_batch {     /* the caller's; zeroed before first use */
    struct buffer bytes; /* the payloads back to back: an Upload; opened by the caller */
    size_t n;
    uint64_t sequences[SPOOL_BATCH_N_MAX];
    enum spool_lane lane;
    uint64_t from_segment, from_offset; /* private */
};

/* Frames to be sent: up to `bytes_max` (but at least one), waiting up to `timeout_ms` of
 * real time for the first.  Returns batch->n.  They are the lane's until spool_batch_end,
 * which hands back those not done. */
size_t spool_take(struct spool *spool, enum spool_lane lane, size_t bytes_max,
                  int64_t timeout_ms, struct spool_batch *batch);
void spool_batch_end(struct spool *spool, struct spool_batch *batch);

/* The frame need not be sent any more: durable at the server, or refused by it for good.
 */
void spool_done(struct spool *spool, uint64_t sequence, bool refused);

/* Make waiting takers return at once, for ever. */
void spool_wake(struct spool *spool);
void spool_counts(struct spool *spool, struct spool_counts *counts);

#endif
