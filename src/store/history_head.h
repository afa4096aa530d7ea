/* history_head.h - the rows that are not in segments yet, per device, as they came.
 *
 * Row by row, so that the usual block (one poll of a device) is one copy; rows with the
 * same columns lie in one chunk then.  A block of many rows (a backlog) is a chunk by
 * itself, in columns as it came, which also is one copy.  Not locked here: the
 * historian's lock is. */
#ifndef HEATNET_STORE_HISTORY_HEAD_H
#define HEATNET_STORE_HISTORY_HEAD_H

#include "base/err.h"
#include "model/block.h"
#include "store/history_matrix.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct head_layout {
    size_t columns_n;
    uint32_t points[];
};

struct head_chunk {
    struct head_layout *layout;
    bool in_columns; /* closed: nothing is added */
    size_t rows_n, rows_room, cells_room;
    int64_t *times_ms;
    double *values; /* [row * columns_n + column]; in columns [column * rows_n + row] */
    uint8_t *qualities; /* likewise */
};

struct head_device {
    uint32_t device;
    struct head_chunk *chunks; /* in order of appending */
    size_t chunks_n, chunks_room;
    int64_t least_ms, most_ms; /* of the rows here */
    int64_t grown_ms;          /* how far its newest time has moved on */
};

struct head {
    struct head_device **slots; /* open addressing */
    size_t slots_n, devices_n;
    size_t bytes;
    uint64_t samples;
    int64_t grown_ms; /* the most of any device */
};

MUST_USE err head_open(struct head *head);
void head_close(struct head *head);

/* All or nothing.  ERR_MEMORY. */
MUST_USE err head_append(struct head *head, const struct block *block);
/* Forget all rows; the memory of a usual chunk is kept for the next ones. */
void head_clear(struct head *head);
/* NULL when it has no rows here. */
const struct head_device *head_find(const struct head *head, uint32_t device);

struct matrix_view head_chunk_view(const struct head_chunk *chunk);

#endif
