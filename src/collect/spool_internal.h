/* spool_internal.h - what spool*.c share.  State under `lock` unless said otherwise. */
#ifndef HEATNET_COLLECT_SPOOL_INTERNAL_H
#define HEATNET_COLLECT_SPOOL_INTERNAL_H

#include "base/file.h"
#include "base/thread.h"
#include "collect/intervals.h"
#include "collect/spool.h"

enum { SPOOL_LIVE_N = 8, SPOOL_RESERVE_N = 256 };

struct spool_segment {
    uint64_t number;      /* of the file, from 1 */
    uint64_t first, last; /* sequences; first 0 = no record */
    uint64_t bytes;       /* durable */
    int64_t newest_ms;    /* closing time of its last record */
};

struct spool_live {
    uint64_t sequence, segment, offset;
    uint32_t payload_n;
    bool taken;
};

struct spool_waiting {
    struct spool_record record; /* owns its payload */
    struct spool_waiting *next;
};

struct spool {
    struct spool_options options;
    char folder[FILE_PATH_BYTES];
    const struct clock *clock; /* ages of frames */
    struct clock machine;      /* how often the state is saved: real time */
    struct file lock_file;
    uint64_t identity; /* fixed after opening */

    /* The framer's own: */
    struct file open; /* the last segment, -1 = begin a new one */
    struct buffer writing;
    uint64_t reserved; /* sequences below may have been used, says the state on disk */
    int64_t saved_mono_ms;

    struct lock lock;
    struct signal changed;
    bool woken;
    size_t segments_n, segments_capacity;
    struct spool_segment *segments; /* oldest first */
    uint64_t next_sequence;
    struct intervals done;
    bool done_changed;
    size_t live_n;
    struct spool_live live[SPOOL_LIVE_N + 1]; /* oldest first */
    size_t waiting_n, waiting_bytes;
    struct spool_waiting *waiting_first, *waiting_last;
    uint64_t dropped_n, refused_n, damaged_n;
    err trouble;

    /* The backlog lane's own: */
    uint64_t cursor_segment, cursor_offset; /* where the next record is looked for */
    uint64_t cursor_last;       /* sequence of the record before it, 0 = none */
    struct buffer cursor_bytes; /* of that segment, from ... */
    uint64_t cursor_bytes_from; /* ... this offset on */
};

bool spool_segment_path(const struct spool *spool, uint64_t number,
                        char path[FILE_PATH_BYTES]);
/* Index of the first segment numbered `number` or more; segments_n = none. */
size_t spool_segment_find(const struct spool *spool, uint64_t number);
MUST_USE err spool_segment_add(struct spool *spool, uint64_t number);
/* Remove the oldest segment; what of it is not done is counted as dropped. */
MUST_USE err spool_segment_drop(struct spool *spool);
/* Frames first..last can no longer be had: done, and counted where they were not. */
void spool_lose(struct spool *spool, uint64_t first, uint64_t last, uint64_t *counter);
bool spool_segment_is_done(const struct spool *spool,
                           const struct spool_segment *segment);

/* spool_state.c; durable.  Loading: ERR_UNKNOWN none, ERR_CORRUPT damaged. */
MUST_USE err spool_state_save(struct spool *spool, bool closing);
MUST_USE err spool_state_load(struct spool *spool);

/* spool_load.c: walk the segments on disk at opening. */
MUST_USE err spool_load(struct spool *spool);

#endif
