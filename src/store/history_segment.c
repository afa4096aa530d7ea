/* history_segment.c - the writing half, and what both halves share. */
#include "store/history_segment.h"

#include "base/crc32c.h"
#include "base/ensure.h"
#include "base/memory.h"
#include "model/quality.h"
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

enum { JOIN_ROWS_MAX = 700, PACK_BYTES_MIN = 48 };

void segment_coder_open(struct segment_coder *coder)
{
    *coder = (struct segment_coder){0};
    buffer_open(&coder->plain, SEGMENT_BYTES_MAX);
    buffer_open(&coder->packed, SEGMENT_BYTES_MAX);
    buffer_open(&coder->body, SEGMENT_BYTES_MAX);
    buffer_open(&coder->runs, SEGMENT_BYTES_MAX);
    buffer_open(&coder->directory, SEGMENT_BYTES_MAX);
}

void segment_coder_close(struct segment_coder *coder)
{
    history_zstd_close(coder);
    buffer_close(&coder->plain);
    buffer_close(&coder->packed);
    buffer_close(&coder->body);
    buffer_close(&coder->runs);
    buffer_close(&coder->directory);
    memory_free(coder->values);
    column_room_close(&coder->room);
    *coder = (struct segment_coder){0};
}

static struct bytes view(const struct buffer *buffer, size_t from)
{
    return (struct bytes){buffer->at + from, buffer->n - from};
}

static void put_sized(struct buffer *out, struct bytes bytes)
{
    buffer_put_varint(out, bytes.n);
    buffer_put(out, bytes);
}

/* --- times -------------------------------------------------------------------------- */

static bool times_even(const int64_t *times, size_t n)
{
    for (size_t i = 2; i < n; i++) {
        if (times[i] - times[i - 1] != times[1] - times[0]) return false;
    }
    return true;
}

static err times_put(struct segment_coder *coder, const int64_t *times, size_t n,
                     struct buffer *out)
{
    struct buffer *plain = &coder->plain;
    buffer_clear(plain);
    if (times_even(times, n)) {
        buffer_put_u8(plain, TIMES_EVEN);
        buffer_put_varint_i64(plain, times[0]);
        buffer_put_varint_i64(plain, n > 1 ? times[1] - times[0] : 0);
        put_sized(out, buffer_bytes(plain));
        return plain->broken;
    }
    buffer_put_varint_i64(plain, times[0]);
    int64_t before = 0;
    for (size_t i = 1; i < n; i++) {
        int64_t step = times[i] - times[i - 1];
        buffer_put_varint_i64(plain, step - before);
        before = step;
    }
    if (plain->broken) return plain->broken;
    buffer_clear(&coder->packed);
    buffer_put_u8(&coder->packed, TIMES_UNEVEN);
    bool packed = false;
    err e =
        history_pack(coder, buffer_bytes(plain), PACK_BYTES_MIN, &coder->packed, &packed);
    if (e) return e;
    if (packed) coder->packed.at[0] = TIMES_UNEVEN | TIMES_ZSTD;
    put_sized(out, buffer_bytes(&coder->packed));
    return ERR_OK;
}

/* --- columns ------------------------------------------------------------------------ */

/* A part of a column of the matrix. */
struct slice {
    const double *values;
    const uint16_t *qualities;
    size_t n;
};

struct slice_facts {
    size_t samples_n;
    bool all_good, absent_values;
};

static bool is_usual_nan(double value)
{
    static const double nan_value = __builtin_nan("");
    return memcmp(&value, &nan_value, sizeof value) == 0;
}

static struct slice_facts slice_look(struct slice slice)
{
    struct slice_facts facts = {.all_good = true};
    unsigned any = 0;
    for (size_t i = 0; i < slice.n; i++) any |= slice.qualities[i];
    if (any == QUALITY_GOOD) { /* nearly always */
        facts.samples_n = slice.n;
        return facts;
    }
    for (size_t i = 0; i < slice.n; i++) {
        uint16_t quality = slice.qualities[i];
        facts.samples_n += quality != HISTORY_NO_SAMPLE;
        if (quality == QUALITY_GOOD || quality == HISTORY_NO_SAMPLE) continue;
        facts.all_good = false;
        bool absent = !quality_has_value((uint8_t)quality);
        if (absent && !is_usual_nan(slice.values[i])) facts.absent_values = true;
    }
    return facts;
}

static void presence_put(struct slice slice, struct buffer *out)
{
    bool with = true;
    size_t run = 0;
    for (size_t i = 0; i < slice.n; i++) {
        if ((slice.qualities[i] != HISTORY_NO_SAMPLE) != with) {
            buffer_put_varint(out, run);
            with = !with;
            run = 0;
        }
        run++;
    }
    buffer_put_varint(out, run);
}

static void qualities_put(struct slice slice, struct buffer *out)
{
    uint16_t quality = HISTORY_NO_SAMPLE;
    size_t run = 0;
    for (size_t i = 0; i < slice.n; i++) {
        uint16_t next = slice.qualities[i];
        if (next == HISTORY_NO_SAMPLE) continue;
        if (next != quality && run) {
            buffer_put_u8(out, (uint8_t)quality);
            buffer_put_varint(out, run);
            run = 0;
        }
        quality = next;
        run++;
    }
    if (run == 0) return;
    buffer_put_u8(out, (uint8_t)quality);
    buffer_put_varint(out, run);
}

static err values_room(struct segment_coder *coder, size_t n)
{
    if (n <= coder->values_n) return ERR_OK;
    double *more = memory_resize(coder->values, n, sizeof *more);
    if (!more) return ERR_MEMORY;
    coder->values = more;
    coder->values_n = n;
    return ERR_OK;
}

static bool is_valued(uint16_t quality, bool absent_values)
{
    if (quality == HISTORY_NO_SAMPLE) return false;
    return absent_values || quality_has_value((uint8_t)quality);
}

/* The values that are coded, without gaps. */
static const double *values_dense(struct segment_coder *coder, struct slice slice,
                                  struct slice_facts facts, size_t *n)
{
    if (facts.all_good && facts.samples_n == slice.n) {
        *n = slice.n;
        return slice.values;
    }
    *n = 0;
    for (size_t i = 0; i < slice.n; i++) {
        if (is_valued(slice.qualities[i], facts.absent_values)) {
            coder->values[(*n)++] = slice.values[i];
        }
    }
    return coder->values;
}

static err column_put(struct segment_coder *coder, struct slice slice,
                      struct slice_facts facts, struct buffer *out, int *decimals)
{
    uint8_t flags = 0;
    struct buffer *plain = &coder->plain, *runs = &coder->runs;
    buffer_clear(plain);
    if (facts.samples_n < slice.n) {
        flags |= COLUMN_PRESENCE;
        buffer_clear(runs);
        presence_put(slice, runs);
        put_sized(plain, buffer_bytes(runs));
    }
    if (!facts.all_good) {
        flags |= COLUMN_QUALITIES;
        buffer_clear(runs);
        qualities_put(slice, runs);
        put_sized(plain, buffer_bytes(runs));
    }
    if (facts.absent_values) flags |= COLUMN_ABSENT_VALUES;
    size_t n = 0;
    const double *values = values_dense(coder, slice, facts, &n);
    err e = ERR_OK;
    if (n) e = column_encode(values, n, &coder->room, plain, decimals);
    if (!e) e = plain->broken;
    if (e) return e;

    size_t at = out->n;
    bool packed = false;
    buffer_put_u8(out, flags);
    /* Small segments are packed as a whole instead. */
    size_t pack_min = slice.n > JOIN_ROWS_MAX ? PACK_BYTES_MIN : SIZE_MAX;
    e = history_pack(coder, buffer_bytes(plain), pack_min, out, &packed);
    if (!e && packed) out->at[at] |= COLUMN_ZSTD;
    return e ? e : out->broken;
}

/* --- the whole ---------------------------------------------------------------------- */

static struct slice slice_of(const struct segment_part *part, size_t column)
{
    size_t at = column * part->matrix->rows_n + part->row;
    return (struct slice){part->matrix->values + at, part->matrix->qualities + at,
                          part->rows_n};
}

/* All columns' codes into coder->body. */
static err columns_put(struct segment_coder *coder, const struct segment_part *part,
                       struct buffer *directory, struct segment_facts *facts)
{
    const struct matrix *matrix = part->matrix;
    uint32_t before = 0;
    for (size_t c = 0; c < matrix->columns_n; c++) {
        struct slice slice = slice_of(part, c);
        struct slice_facts found = slice_look(slice);
        int decimals = COLUMN_DECIMALS_NONE;
        if (found.samples_n) {
            size_t start = coder->body.n;
            err e = column_put(coder, slice, found, &coder->body, &decimals);
            if (e) return e;
            buffer_put_varint(directory, matrix->points[c] - before);
            buffer_put_varint(directory, coder->body.n - start);
            before = matrix->points[c];
            facts->samples_n += found.samples_n;
            facts->columns_n++;
        }
        if (facts->decimals) facts->decimals[c] = decimals;
    }
    return directory->broken;
}

static bool row_is_seen(const struct matrix *matrix, size_t row)
{
    for (size_t c = 0; c < matrix->columns_n; c++) {
        if (matrix->qualities[c * matrix->rows_n + row] < QUALITY_NO_ANSWER) return true;
    }
    return false;
}

static void seen_put(const struct segment_part *part, struct buffer *out)
{
    bool with = true, all = true;
    size_t run = 0, start = out->n;
    for (size_t r = 0; r < part->rows_n; r++) {
        bool seen = row_is_seen(part->matrix, part->row + r);
        all &= seen;
        if (seen != with) {
            buffer_put_varint(out, run);
            with = seen;
            run = 0;
        }
        run++;
    }
    buffer_put_varint(out, run);
    if (all && !out->broken) out->n = start;
}

static err body_put(struct segment_coder *coder, uint8_t *flags, struct buffer *out)
{
    bool packed = false;
    size_t pack_min = *flags & FLAG_JOINED ? PACK_BYTES_MIN : SIZE_MAX;
    err e = history_pack(coder, buffer_bytes(&coder->body), pack_min, out, &packed);
    if (!packed) *flags &= (uint8_t)~FLAG_JOINED;
    return e;
}

/* Everything before the body, with room for the CRC. */
static err front_put(struct segment_coder *coder, const struct segment_part *part,
                     const struct segment_facts *facts, struct buffer *out)
{
    buffer_put_u32_le(out, 0);
    buffer_put_u8(out, VERSION);
    buffer_put_u8(out, 0); /* flags */
    buffer_put_varint(out, part->rows_n);
    buffer_put_varint(out, facts->columns_n);
    err e = times_put(coder, part->matrix->times_ms + part->row, part->rows_n, out);
    buffer_clear(&coder->runs);
    seen_put(part, &coder->runs);
    put_sized(out, buffer_bytes(&coder->runs));
    return e ? e : coder->runs.broken;
}

err segment_encode(struct segment_coder *coder, const struct segment_part *part,
                   struct buffer *out, struct segment_facts *facts)
{
    ensure(part->rows_n >= 1 && part->rows_n <= SEGMENT_ROWS_MAX);
    ensure(part->row + part->rows_n <= part->matrix->rows_n);

    err e = values_room(coder, part->rows_n);
    if (e) return e;
    facts->samples_n = facts->columns_n = 0;
    buffer_clear(&coder->body);
    buffer_clear(&coder->directory);
    e = columns_put(coder, part, &coder->directory, facts);
    size_t start = out->n;
    uint8_t flags = part->rows_n <= JOIN_ROWS_MAX ? FLAG_JOINED : 0;
    if (!e) e = front_put(coder, part, facts, out);
    buffer_put(out, buffer_bytes(&coder->directory));
    if (!e) e = body_put(coder, &flags, out);
    if (!e) e = out->broken;
    if (e) return e;
    out->at[start + 5] = flags;
    uint32_t crc = crc32c(view(out, start + 4));
    for (int i = 0; i < 4; i++) out->at[start + (size_t)i] = (uint8_t)(crc >> (8 * i));
    return ERR_OK;
}
