/* history_segment.h - a segment: one device's rows over a span, as the bytes of a blob.
 *
 *   segment  | crc 4 (of all that follows) | version 1 | flags 1 | rows | columns
 *            | times n | times | seen n | seen | directory | body |
 *   flags      bit 0: the body is one zstd frame of all columns' codes (small segments),
 *              else each column's code stands alone and is read alone
 *   times      tag 1: 0 = first, step (all steps alike)
 *                     1 = first, then second differences; +128: zstd of the rest, its
 * plain length before it seen       runs of rows that have a sample which is not absent
 * (see runs); empty = all directory  per column: point - point before | bytes of its code
 *   column     flags 1: bit 0 some rows have no sample: runs of presence follow
 *                       bit 1 not all samples are good (0): runs of qualities follow
 *                       bit 2 absent samples (quality >= 192) have values worth keeping;
 * else they are the usual NaN and stand not among the values bit 7 the rest is zstd, its
 * plain length before it | presence n | presence | qualities n | qualities | values:
 * history_column.h | presence   lengths of runs, in turn with and without qualities
 * (quality 1, length)*, of the rows with a sample
 *
 * Lengths and counts without a size are varints (LEB128), signed ones zigzag coded. */
#ifndef HEATNET_STORE_HISTORY_SEGMENT_H
#define HEATNET_STORE_HISTORY_SEGMENT_H

#include "base/bytes.h"
#include "base/err.h"
#include "store/history_column.h"
#include "store/history_matrix.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* More rows or cells are never in one segment; whoever writes splits. */
enum { SEGMENT_ROWS_MAX = 1 << 20, SEGMENT_CELLS_MAX = 1 << 22 };

enum { SEGMENT_BYTES_MAX = 1 << 27 };

/* What coding needs beside its input; one a thread. */
struct segment_coder {
    void *pack, *unpack; /* zstd contexts */
    struct buffer plain, packed, body, runs, directory;
    double *values;
    size_t values_n;
    struct column_room room;
};

void segment_coder_open(struct segment_coder *coder);
void segment_coder_close(struct segment_coder *coder);

/* Rows [row, row + rows_n) of a matrix. */
struct segment_part {
    const struct matrix *matrix;
    size_t row, rows_n;
};

/* What was found while coding. */
struct segment_facts {
    uint64_t samples_n, columns_n; /* that went in */
    int *decimals; /* of each column of the matrix, as column_encode tells; may be NULL */
};

/* Append the part as a segment.  Columns without any sample there are left out. */
MUST_USE err segment_encode(struct segment_coder *coder, const struct segment_part *part,
                            struct buffer *out, struct segment_facts *facts);

/* A blob opened for reading; views into it. */
struct segment {
    size_t rows_n, columns_n;
    bool joined;
    struct bytes times, seen, directory, body;
};

/* Checks the CRC and the frame, not yet the columns.  ERR_CORRUPT, ERR_VERSION. */
MUST_USE err segment_open(struct bytes blob, struct segment *segment);
/* rows_n times, strictly rising. */
MUST_USE err segment_times(const struct segment *segment, struct segment_coder *coder,
                           int64_t *times_ms);
/* rows_n flags. */
MUST_USE err segment_seen(const struct segment *segment, bool *seen);

/* One point's rows; HISTORY_NO_SAMPLE where there is none. */
struct segment_rows {
    double *values; /* rows_n of them, the caller's */
    uint16_t *qualities;
    bool found; /* the segment has the point */
};

MUST_USE err segment_column(const struct segment *segment, struct segment_coder *coder,
                            uint32_t point, struct segment_rows *rows);
/* All of it. */
MUST_USE err segment_matrix(const struct segment *segment, struct segment_coder *coder,
                            struct matrix *matrix);

#endif
