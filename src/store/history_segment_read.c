/* history_segment_read.c - the reading half: total over any bytes, whatever the CRC says.
 */
#include "base/crc32c.h"
#include "base/ensure.h"
#include "base/memory.h"
#include "model/quality.h"
#include "store/history_segment.h"
#include "store/history_zstd.h"

#include <string.h>

enum { VERSION = 1, FLAG_JOINED = 1 };

enum {
    COLUMN_PRESENCE = 1,
    COLUMN_QUALITIES = 2,
    COLUMN_ABSENT_VALUES = 4,
    COLUMN_ZSTD = 128
};

enum { TIMES_EVEN = 0, TIMES_UNEVEN = 1, TIMES_ZSTD = 128 };

static bool take_sized(struct bytes *in, struct bytes *taken)
{
    uint64_t n;
    return bytes_take_varint(in, &n) && n <= in->n && bytes_take(in, (size_t)n, taken);
}

/* --- frame -------------------------------------------------------------------------- */

/* Where the directory ends, and whether what it says fits the body. */
static bool directory_split(struct segment *segment, struct bytes rest)
{
    struct bytes in = rest;
    uint64_t point = 0, total = 0;
    for (size_t c = 0; c < segment->columns_n; c++) {
        uint64_t gap, n;
        if (!bytes_take_varint(&in, &gap) || !bytes_take_varint(&in, &n)) return false;
        if ((c && gap == 0) || gap > UINT32_MAX - point) return false;
        if (n == 0 || n > SEGMENT_BYTES_MAX) return false;
        point += gap;
        total += n;
    }
    segment->directory = (struct bytes){rest.at, rest.n - in.n};
    segment->body = in;
    return segment->joined || total == in.n;
}

err segment_open(struct bytes blob, struct segment *segment)
{
    struct segment s = {0};
    struct bytes in = blob;
    uint32_t crc;
    uint8_t version, flags;
    uint64_t rows_n, columns_n;
    if (!bytes_take_u32_le(&in, &crc) || crc != crc32c(in)) return ERR_CORRUPT;
    if (!bytes_take_u8(&in, &version) || !bytes_take_u8(&in, &flags)) return ERR_CORRUPT;
    if (version != VERSION) return ERR_VERSION;
    if (flags > FLAG_JOINED) return ERR_CORRUPT;
    if (!bytes_take_varint(&in, &rows_n) || !bytes_take_varint(&in, &columns_n)) {
        return ERR_CORRUPT;
    }
    if (rows_n == 0 || rows_n > SEGMENT_ROWS_MAX ||
        columns_n > SEGMENT_CELLS_MAX / rows_n || columns_n > in.n) {
        return ERR_CORRUPT;
    }
    s.rows_n = (size_t)rows_n;
    s.columns_n = (size_t)columns_n;
    s.joined = flags & FLAG_JOINED;
    if (!take_sized(&in, &s.times) || !take_sized(&in, &s.seen)) return ERR_CORRUPT;
    if (!directory_split(&s, in)) return ERR_CORRUPT;
    *segment = s;
    return ERR_OK;
}

/* --- times and runs ----------------------------------------------------------------- */

static bool times_even_take(struct bytes in, size_t n, int64_t *times)
{
    int64_t first, step;
    if (!bytes_take_varint_i64(&in, &first) || !bytes_take_varint_i64(&in, &step))
        return false;
    if (in.n || (n > 1 && step <= 0)) return false;
    for (size_t i = 0; i < n; i++) {
        times[i] = (int64_t)((uint64_t)first + (uint64_t)step * i);
    }
    return n == 1 || times[n - 1] > first;
}

static bool times_uneven_take(struct bytes in, size_t n, int64_t *times)
{
    uint64_t step = 0;
    if (!bytes_take_varint_i64(&in, &times[0])) return false;
    for (size_t i = 1; i < n; i++) {
        int64_t change;
        if (!bytes_take_varint_i64(&in, &change)) return false;
        step += (uint64_t)change;
        times[i] = (int64_t)((uint64_t)times[i - 1] + step);
        if (times[i] <= times[i - 1]) return false;
    }
    return in.n == 0;
}

err segment_times(const struct segment *segment, struct segment_coder *coder,
                  int64_t *times_ms)
{
    struct bytes in = segment->times;
    uint8_t tag;
    if (!bytes_take_u8(&in, &tag)) return ERR_CORRUPT;
    if (tag == (TIMES_UNEVEN | TIMES_ZSTD)) {
        err e = history_unpack(coder, in, &coder->plain);
        if (e) return e;
        in = buffer_bytes(&coder->plain);
    } else if (tag != TIMES_EVEN && tag != TIMES_UNEVEN) {
        return ERR_CORRUPT;
    }
    bool good = tag == TIMES_EVEN ? times_even_take(in, segment->rows_n, times_ms)
                                  : times_uneven_take(in, segment->rows_n, times_ms);
    return good ? ERR_OK : ERR_CORRUPT;
}

err segment_seen(const struct segment *segment, bool *seen)
{
    struct bytes in = segment->seen;
    bool with = true;
    size_t at = 0;
    if (in.n == 0) {
        memset(seen, 1, segment->rows_n);
        return ERR_OK;
    }
    while (in.n > 0) {
        uint64_t run;
        if (!bytes_take_varint(&in, &run) || run > segment->rows_n - at)
            return ERR_CORRUPT;
        memset(seen + at, with, (size_t)run);
        at += (size_t)run;
        with = !with;
    }
    return at == segment->rows_n ? ERR_OK : ERR_CORRUPT;
}

/* Marks rows with a sample as good for the moment, the others as without. */
static bool presence_take(struct bytes in, size_t n, uint16_t *qualities,
                          size_t *samples_n)
{
    bool with = true;
    size_t at = 0;
    *samples_n = 0;
    while (in.n > 0) {
        uint64_t run;
        if (!bytes_take_varint(&in, &run) || run > n - at) return false;
        for (size_t i = 0; i < run; i++) {
            qualities[at++] = with ? (uint16_t)QUALITY_GOOD : (uint16_t)HISTORY_NO_SAMPLE;
        }
        if (with) *samples_n += (size_t)run;
        with = !with;
    }
    return at == n;
}

static bool qualities_take(struct bytes in, size_t n, uint16_t *qualities)
{
    size_t at = 0;
    while (in.n > 0) {
        uint8_t quality;
        uint64_t run;
        if (!bytes_take_u8(&in, &quality) || !bytes_take_varint(&in, &run)) return false;
        for (; run > 0; run--) {
            while (at < n && qualities[at] == HISTORY_NO_SAMPLE) at++;
            if (at == n) return false;
            qualities[at++] = quality;
        }
    }
    while (at < n && qualities[at] == HISTORY_NO_SAMPLE) at++;
    return at == n;
}

/* --- columns ------------------------------------------------------------------------ */

static size_t valued_n(const uint16_t *qualities, size_t n, bool absent_values)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        bool valued =
            absent_values ? qualities[i] < HISTORY_NO_SAMPLE : qualities[i] < 192;
        count += valued;
    }
    return count;
}

/* Spread the dense values over the rows, from the end, in place. */
static void values_spread(double *values, const uint16_t *qualities, size_t n,
                          size_t dense_n, bool absent_values)
{
    size_t from = dense_n;
    for (size_t i = n; i-- > 0;) {
        bool valued =
            absent_values ? qualities[i] < HISTORY_NO_SAMPLE : qualities[i] < 192;
        if (valued) {
            values[i] = values[--from];
        } else {
            values[i] = qualities[i] == HISTORY_NO_SAMPLE ? 0 : __builtin_nan("");
        }
    }
}

static err column_take(struct segment_coder *coder, struct bytes in, size_t n,
                       double *values, uint16_t *qualities)
{
    uint8_t flags;
    if (!bytes_take_u8(&in, &flags)) return ERR_CORRUPT;
    if (flags & COLUMN_ZSTD) {
        err e = history_unpack(coder, in, &coder->plain);
        if (e) return e;
        in = buffer_bytes(&coder->plain);
    }
    struct bytes runs;
    size_t samples_n = n;
    bool absent_values = flags & COLUMN_ABSENT_VALUES;
    if (flags & COLUMN_PRESENCE) {
        if (!take_sized(&in, &runs)) return ERR_CORRUPT;
        if (!presence_take(runs, n, qualities, &samples_n)) return ERR_CORRUPT;
    } else {
        memset(qualities, 0, n * sizeof *qualities);
    }
    size_t dense_n = samples_n;
    if (flags & COLUMN_QUALITIES) {
        if (!take_sized(&in, &runs)) return ERR_CORRUPT;
        if (!qualities_take(runs, n, qualities)) return ERR_CORRUPT;
        dense_n = valued_n(qualities, n, absent_values);
    }
    if (dense_n == 0 && in.n != 0) return ERR_CORRUPT;
    err e = dense_n ? column_decode(in, dense_n, values) : ERR_OK;
    if (!e && dense_n < n) values_spread(values, qualities, n, dense_n, absent_values);
    return e;
}

/* The body's codes, unpacked when they are packed together. */
static err body_get(const struct segment *segment, struct segment_coder *coder,
                    struct bytes *body)
{
    *body = segment->body;
    if (!segment->joined) return ERR_OK;
    err e = history_unpack(coder, segment->body, &coder->body);
    if (!e) *body = buffer_bytes(&coder->body);
    return e;
}

/* Next entry of the directory and its bytes of the body. */
static bool directory_next(struct bytes *directory, struct bytes *body, uint64_t *point,
                           struct bytes *code)
{
    uint64_t gap, n;
    if (!bytes_take_varint(directory, &gap) || !bytes_take_varint(directory, &n))
        return false;
    *point += gap;
    return n <= body->n && bytes_take(body, (size_t)n, code);
}

err segment_column(const struct segment *segment, struct segment_coder *coder,
                   uint32_t point, struct segment_rows *rows)
{
    rows->found = false;
    struct bytes directory = segment->directory, body, code;
    uint64_t at = 0, skip = 0, gap, n = 0;
    for (size_t c = 0; c < segment->columns_n; c++) {
        bool fits =
            bytes_take_varint(&directory, &gap) && bytes_take_varint(&directory, &n);
        ensure(fits); /* segment_open has walked it */
        at += gap;
        if (at >= point) break;
        skip += n;
    }
    if (at != point || segment->columns_n == 0) return ERR_OK;

    err e = body_get(segment, coder, &body);
    if (e) return e;
    if (skip > body.n || !bytes_take(&body, (size_t)skip, &code)) return ERR_CORRUPT;
    if (n > body.n || !bytes_take(&body, (size_t)n, &code)) return ERR_CORRUPT;
    e = column_take(coder, code, segment->rows_n, rows->values, rows->qualities);
    if (!e) rows->found = true;
    return e;
}

err segment_matrix(const struct segment *segment, struct segment_coder *coder,
                   struct matrix *matrix)
{
    err e = matrix_reserve(matrix, segment->rows_n, segment->columns_n);
    if (e) return e;
    matrix->rows_n = segment->rows_n;
    matrix->columns_n = segment->columns_n;
    e = segment_times(segment, coder, matrix->times_ms);
    struct bytes directory = segment->directory, body, code;
    if (!e) e = body_get(segment, coder, &body);
    uint64_t point = 0;
    for (size_t c = 0; !e && c < segment->columns_n; c++) {
        if (!directory_next(&directory, &body, &point, &code)) return ERR_CORRUPT;
        matrix->points[c] = (uint32_t)point;
        size_t at = c * segment->rows_n;
        e = column_take(coder, code, segment->rows_n, matrix->values + at,
                        matrix->qualities + at);
    }
    if (!e && body.n != 0) e = ERR_CORRUPT;
    return e;
}
