/* historian_state.h - what the files of the historian share; nobody else includes it.
 *
 *   historian.c          open, close, append, pool of readers
 *   historian_flush.c    head -> segments, roll-ups, newest samples, in one transaction
 *   historian_read.c     samples of a point, times of a device, newest samples
 *   historian_spans.c    buckets, local hours and days
 *
 * The lock guards the head, the pool and the figures.  The thread that appends may read
 * the head without it, because only that thread changes it. */
#ifndef HEATNET_STORE_HISTORIAN_STATE_H
#define HEATNET_STORE_HISTORIAN_STATE_H

#include "base/file.h"
#include "base/thread.h"
#include "store/database.h"
#include "store/historian.h"
#include "store/history_box.h"
#include "store/history_head.h"
#include "store/history_latest.h"
#include "store/history_matrix.h"
#include "store/history_rollup.h"
#include "store/history_segment.h"

#include <stdbool.h>

enum { READERS_KEPT_MAX = 8 };

/* A blob belongs to a local day; days are never longer than this. */
enum { DAY_MS_MAX = 27 * 3600000 };

struct sample_list {
    struct history_sample *at;
    size_t n, room;
};

/* What one asking needs; borrowed from the pool for its length. */
struct history_reader {
    struct database *database;
    struct segment_coder coder;
    struct history_box box;
    struct rollup rollup;
    struct sample_list head, day; /* `head`: copied at the start of the asking */
    struct history_sample *spare;
    size_t spare_n;
    int64_t *times_ms;
    double *values;
    uint16_t *qualities;
    bool *seen;
    size_t rows_room;
};

/* A segment's row without its blob. */
struct segment_row {
    int64_t id, first_ms, last_ms;
    uint64_t rows_n, samples_n, bytes;
};

/* Scratch of the flush, kept from device to device. */
struct history_flush {
    struct segment_coder coder;
    struct history_box box;
    struct matrix merged;
    struct matrix *parts; /* absorbed segments */
    struct matrix_view *views;
    struct matrix_row *rows, *all_rows, *spare;
    struct segment_row *segments;
    int *decimals;
    size_t parts_room, views_room, rows_room, all_rows_room, spare_room, segments_room;
    size_t decimals_room;
    struct rollup rollup;
    struct latest latest;
    struct buffer blob;
};

struct historian {
    struct historian_options options;
    char path[FILE_PATH_BYTES];
    struct database *database; /* of the thread that appends */
    struct history_flush flush;
    struct historian_figures next; /* as they will be when the flush is committed */

    struct lock lock;
    struct head head;
    struct history_reader *readers[READERS_KEPT_MAX];
    size_t readers_n;
    struct historian_figures figures;
    uint64_t checkpoint;
};

MUST_USE err history_reader_take(struct historian *historian,
                                 struct history_reader **reader);
void history_reader_give(struct historian *historian, struct history_reader *reader);
/* Room for a segment's rows in times_ms, values, qualities and seen. */
MUST_USE err history_reader_rows(struct history_reader *reader, size_t n);

MUST_USE err sample_list_add(struct sample_list *list,
                             const struct history_sample *sample);
/* Sort by time; of equal times only the last one added stays. */
MUST_USE err sample_list_settle(struct history_reader *reader, struct sample_list *list);

/* The point's samples of the head with from <= time < to, settled, into reader->head. */
MUST_USE err history_head_copy(struct historian *historian, struct history_reader *reader,
                               const struct history_range *range);
/* Add the samples of an open segment with from <= time < to to the list. */
MUST_USE err history_segment_samples(struct history_reader *reader, struct bytes blob,
                                     const struct history_range *range,
                                     struct sample_list *list);
/* The times of the device's rows of one day with a sample that is not absent: as samples,
 * settled, those of the head (given in reader->head) among them; in reader->day. */
MUST_USE err history_day_times(struct history_reader *reader, uint32_t device,
                               int64_t day_ms, int64_t next_ms);
/* The times of the head's rows with a sample that is not absent, into reader->head. */
MUST_USE err history_head_times(struct historian *historian,
                                struct history_reader *reader,
                                const struct history_range *range);
/* All samples of the point on one day (head's among them), settled, into reader->day. */
MUST_USE err history_day_samples(struct history_reader *reader,
                                 const struct history_range *range, int64_t day_ms,
                                 int64_t next_ms);
/* A reader's transaction around several statements. */
MUST_USE err history_picture_begin(struct history_reader *reader);
void history_picture_end(struct history_reader *reader);

void history_flush_open(struct history_flush *flush, struct seal *seal);
void history_flush_close(struct history_flush *flush);

#endif
