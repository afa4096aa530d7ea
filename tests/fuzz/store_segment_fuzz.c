/* store_segment_fuzz.c - any bytes as a blob of the history: segment, roll-up, newest.
 *
 * The first byte chooses which; the CRC is made right, so that what is behind it is
 * reached. Properties: nothing is read or written outside; a segment that can be read is
 * the same after being written and read again; one column alone reads as the same column
 * among all. */
#include "base/crc32c.h"
#include "base/ensure.h"
#include "base/memory.h"
#include "store/history_latest.h"
#include "store/history_rollup.h"
#include "store/history_segment.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void columns_agree(const struct segment *segment, struct segment_coder *coder,
                          const struct matrix *matrix)
{
    size_t n = matrix->rows_n;
    struct segment_rows rows = {memory_new(n, sizeof(double)),
                                memory_new(n, sizeof(uint16_t)), false};
    ensure(rows.values && rows.qualities);
    for (size_t c = 0; c < matrix->columns_n && c < 8; c++) {
        ensure(segment_column(segment, coder, matrix->points[c], &rows) == ERR_OK);
        ensure(rows.found);
        for (size_t r = 0; r < n; r++) {
            ensure(rows.qualities[r] == matrix->qualities[c * n + r]);
            ensure(!memcmp(&rows.values[r], &matrix->values[c * n + r], sizeof(double)));
        }
    }
    memory_free(rows.values);
    memory_free(rows.qualities);
}

static void matrices_agree(const struct matrix *a, const struct matrix *b)
{
    ensure(a->rows_n == b->rows_n);
    ensure(!memcmp(a->times_ms, b->times_ms, a->rows_n * sizeof(int64_t)));
    size_t at = 0; /* columns without samples are left out of `b` */
    for (size_t c = 0; c < a->columns_n; c++) {
        bool samples = false, same = at < b->columns_n && b->points[at] == a->points[c];
        for (size_t r = 0; r < a->rows_n; r++) {
            uint16_t quality = a->qualities[c * a->rows_n + r];
            samples |= quality != HISTORY_NO_SAMPLE;
            if (quality == HISTORY_NO_SAMPLE) continue;
            ensure(same);
            ensure(b->qualities[at * b->rows_n + r] == quality);
            ensure(!memcmp(&b->values[at * b->rows_n + r], &a->values[c * a->rows_n + r],
                           sizeof(double)));
        }
        at += samples;
    }
    ensure(at == b->columns_n);
}

static void try_again(struct segment_coder *coder, const struct matrix *matrix)
{
    struct buffer out;
    struct matrix again = {0};
    struct segment segment;
    struct segment_facts facts = {0};
    struct segment_part part = {matrix, 0, matrix->rows_n};
    buffer_open(&out, SEGMENT_BYTES_MAX);
    ensure(segment_encode(coder, &part, &out, &facts) == ERR_OK);
    ensure(segment_open(buffer_bytes(&out), &segment) == ERR_OK);
    ensure(segment_matrix(&segment, coder, &again) == ERR_OK);
    matrices_agree(matrix, &again);
    matrix_close(&again);
    buffer_close(&out);
}

static void try_segment(struct bytes blob)
{
    struct segment_coder coder;
    struct matrix matrix = {0};
    struct segment segment;
    segment_coder_open(&coder);
    if (!segment_open(blob, &segment) &&
        segment.rows_n * (segment.columns_n + 1) < 300000 &&
        !segment_matrix(&segment, &coder, &matrix)) {
        columns_agree(&segment, &coder, &matrix);
        try_again(&coder, &matrix);
        bool *seen = memory_new(segment.rows_n, sizeof *seen);
        err e = segment_seen(&segment, seen);
        (void)e;
        memory_free(seen);
    }
    matrix_close(&matrix);
    segment_coder_close(&coder);
}

static void try_rollup(struct bytes blob)
{
    struct rollup all = {0}, one = {0};
    struct buffer out;
    struct column_room room = {0};
    buffer_open(&out, ROLLUP_BYTES_MAX);
    err e = rollup_decode(blob, 1774569600000, 0, &all);
    if (!e) e = rollup_encode(&all, &room, &out);
    if (!e && all.points_n) {
        ensure(rollup_decode(buffer_bytes(&out), all.day_ms, all.points[0], &one) ==
               ERR_OK);
        ensure(one.points_n == 1);
    }
    rollup_close(&all);
    rollup_close(&one);
    column_room_close(&room);
    buffer_close(&out);
}

static void try_latest(struct bytes blob)
{
    struct latest latest = {0};
    struct buffer out;
    buffer_open(&out, LATEST_BYTES_MAX);
    if (!latest_decode(blob, &latest)) {
        ensure(latest_encode(&latest, &out) == ERR_OK);
        ensure(out.n <= blob.n); /* a varint may have been longer than needed */
    }
    latest_close(&latest);
    buffer_close(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const kinds[])(struct bytes blob) = {try_segment, try_rollup,
                                                       try_latest};
    if (size < 6) return 0;
    uint8_t *copy = memory_new(size - 1, 1);
    ensure(copy);
    memcpy(copy, data + 1, size - 1);
    uint32_t crc = crc32c((struct bytes){copy + 4, size - 5});
    for (int i = 0; i < 4; i++) copy[i] = (uint8_t)(crc >> (8 * i));
    kinds[data[0] % COUNT(kinds)]((struct bytes){copy, size - 1});
    memory_free(copy);
    return 0;
}
