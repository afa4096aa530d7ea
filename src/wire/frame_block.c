/* frame_block.c - one block: five packed lists of numbers become a matrix.
 *
 * A packed list may come in pieces or number by number, as protobuf allows; then it is
 * put together first.  The usual list is one piece and is read where it lies.  How many
 * numbers a list has is counted (its bytes below 0x80) before there is memory for them,
 * so memory is at most nine times what was received. */
#include "wire/frame_block.h"

#include "base/ensure.h"
#include "base/text.h"
#include "model/quality.h"
#include "wire/frame_column.h"
#include "wire/frame_fields.h"
#include "wire/protobuf.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

enum { LISTS_N = BLOCK_QUALITIES + 1 }; /* by field number; 0 and 1 are unused */

struct lists {
    struct bytes raw[LISTS_N];
    size_t n[LISTS_N]; /* numbers in each */
};

err frame_wrong(err e, char *why, const char *format, ...)
{
    if (why == NULL) return e;
    va_list list;
    va_start(list, format);
    (void)text_format_list(why, FRAME_WHY_BYTES, format, list);
    va_end(list);
    return e;
}

const char *frame_person_text(struct arena *arena, struct bytes bytes)
{
    size_t n = bytes.n;
    if (n == 0) return "";
    if (n > FRAME_TEXT_BYTES_MAX) {
        n = FRAME_TEXT_BYTES_MAX;
        while (n > 0 && (bytes.at[n] & 0xc0) == 0x80) n--;
    }
    char *text = arena_text(arena, (const char *)bytes.at, n);
    if (text == NULL || text_is_clean(text, n)) return text;
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)text[i] < 0x20 || (unsigned char)text[i] >= 0x7f)
            text[i] = '?';
    return text;
}

/* --- lists ------------------------------------------------------------------------ */

static bool is_piece(const struct protobuf_field *field)
{
    return field->number >= BLOCK_TIMES && field->number <= BLOCK_QUALITIES &&
           (field->type == PROTOBUF_BYTES || field->type == PROTOBUF_VARINT);
}

/* First look: the device, how long each list is, and where it lies if in one piece. */
static bool find_lists(struct bytes in, struct block *block, struct lists *lists,
                       bool *in_pieces)
{
    while (in.n > 0) {
        struct protobuf_field field;
        if (!protobuf_next(&in, &field)) return false;
        if (field.number == BLOCK_DEVICE && field.type == PROTOBUF_VARINT) {
            if (field.value > UINT32_MAX) return false;
            block->device = (uint32_t)field.value;
        }
        if (!is_piece(&field)) continue;
        struct bytes *raw = &lists->raw[field.number];
        if (raw->n > 0) *in_pieces = true;
        *raw = (struct bytes){field.bytes.at, raw->n + field.bytes.n};
    }
    return true;
}

/* Second look, for lists in pieces: put them together. */
static err join_lists(struct bytes in, struct arena *arena, struct lists *lists)
{
    uint8_t *at[LISTS_N] = {0};
    for (size_t i = BLOCK_TIMES; i < LISTS_N; i++) {
        if (lists->raw[i].n == 0) continue;
        at[i] = arena_new(arena, lists->raw[i].n, 1);
        if (at[i] == NULL) return ERR_MEMORY;
        lists->raw[i].at = at[i];
    }
    while (in.n > 0) {
        struct protobuf_field field;
        ensure(protobuf_next(&in, &field)); /* as at the first look */
        if (!is_piece(&field) || field.bytes.n == 0) continue;
        memcpy(at[field.number], field.bytes.at, field.bytes.n);
        at[field.number] += field.bytes.n;
    }
    return ERR_OK;
}

static bool count_lists(struct lists *lists)
{
    for (size_t i = BLOCK_TIMES; i < LISTS_N; i++)
        if (!protobuf_packed_n(lists->raw[i], &lists->n[i])) return false;
    return true;
}

static err read_lists(struct bytes in, struct frame_reader *reader, struct block *block,
                      struct lists *lists)
{
    bool in_pieces = false;
    if (!find_lists(in, block, lists, &in_pieces))
        return frame_wrong(ERR_FRAME, reader->why, "a block is damaged");
    if (in_pieces) {
        err e = join_lists(in, reader->arena, lists);
        if (e) return e;
    }
    if (!count_lists(lists))
        return frame_wrong(ERR_FRAME, reader->why,
                           "the block of device %u has a list that is cut",
                           block->device);
    return ERR_OK;
}

/* --- matrix ----------------------------------------------------------------------- */

static err check_shape(const struct lists *lists, struct block *block, char *why)
{
    size_t times_n = lists->n[BLOCK_TIMES], columns_n = lists->n[BLOCK_POINTS];
    if (times_n == 0 || columns_n == 0 || times_n > BLOCK_TIMES_MAX ||
        columns_n > BLOCK_COLUMNS_MAX || times_n * columns_n > BLOCK_SAMPLES_MAX)
        return frame_wrong(ERR_RANGE, why,
                           "the block of device %u has %zu times and %zu points; a block "
                           "has 1..%d times, 1..%d points and at most %d samples",
                           block->device, times_n, columns_n, BLOCK_TIMES_MAX,
                           BLOCK_COLUMNS_MAX, BLOCK_SAMPLES_MAX);
    if (lists->n[BLOCK_SCALES] != columns_n)
        return frame_wrong(ERR_FRAME, why,
                           "the block of device %u has %zu points and %zu scales",
                           block->device, columns_n, lists->n[BLOCK_SCALES]);
    if (lists->n[BLOCK_VALUES] != times_n * columns_n)
        return frame_wrong(ERR_FRAME, why,
                           "the block of device %u has %zu values for %zu samples",
                           block->device, lists->n[BLOCK_VALUES], times_n * columns_n);
    if (lists->n[BLOCK_QUALITIES] % 2 != 0)
        return frame_wrong(ERR_FRAME, why,
                           "the block of device %u has half a pair of qualities",
                           block->device);
    block->times_n = times_n;
    block->columns_n = columns_n;
    return ERR_OK;
}

static err make_room(struct arena *arena, struct block *block)
{
    size_t samples_n = block->times_n * block->columns_n;
    block->times_ms = arena_room(arena, block->times_n, sizeof *block->times_ms);
    block->points = arena_room(arena, block->columns_n, sizeof *block->points);
    block->values = arena_room(arena, samples_n, sizeof *block->values);
    block->qualities = arena_new(arena, samples_n, sizeof *block->qualities);
    if (block->times_ms == NULL || block->points == NULL) return ERR_MEMORY;
    if (block->values == NULL || block->qualities == NULL) return ERR_MEMORY;
    return ERR_OK;
}

/* Differences must not be negative, nor lead beyond what 64 bits hold. */
static bool read_times(struct bytes raw, struct block *block)
{
    const uint8_t *at = raw.at;
    uint64_t number;
    if (!protobuf_varint(&at, &number)) return false;
    block->times_ms[0] = (int64_t)protobuf_unzigzag(number);
    for (size_t i = 1; i < block->times_n; i++) {
        if (!protobuf_varint(&at, &number)) return false;
        int64_t step = (int64_t)protobuf_unzigzag(number);
        if (step < 0 ||
            __builtin_add_overflow(block->times_ms[i - 1], step, &block->times_ms[i]))
            return false;
    }
    return true;
}

static bool read_points(struct bytes raw, struct block *block)
{
    const uint8_t *at = raw.at;
    for (size_t i = 0; i < block->columns_n; i++) {
        uint64_t number;
        if (!protobuf_varint(&at, &number) || number > UINT32_MAX) return false;
        block->points[i] = (uint32_t)number;
    }
    return true;
}

/* `bits` says whether any column came as bit patterns: only those can be not finite. */
static bool read_values(const struct lists *lists, struct block *block, bool *bits)
{
    const uint8_t *scale_at = lists->raw[BLOCK_SCALES].at;
    const uint8_t *at = lists->raw[BLOCK_VALUES].at;
    if (block->times_n == 1)
        return column_take_ones(scale_at, at, block->values, block->columns_n, bits);
    for (size_t c = 0; c < block->columns_n; c++) {
        uint64_t scale;
        if (!protobuf_varint(&scale_at, &scale) || !column_scale_is_known(scale))
            return false;
        if (!column_take(&at, (unsigned)scale, block->values + c * block->times_n,
                         block->times_n))
            return false;
        *bits = *bits || scale == COLUMN_BITS;
    }
    return true;
}

/* Runs that say more than there are samples are wrong; what they leave is good. */
static bool read_qualities(const struct lists *lists, struct block *block)
{
    const uint8_t *at = lists->raw[BLOCK_QUALITIES].at;
    size_t done = 0, samples_n = block->times_n * block->columns_n;
    for (size_t i = 0; i < lists->n[BLOCK_QUALITIES]; i += 2) {
        uint64_t run, quality;
        if (!protobuf_varint(&at, &run) || !protobuf_varint(&at, &quality)) return false;
        if (run > samples_n - done || quality > UINT8_MAX) return false;
        memset(block->qualities + done, (int)quality, (size_t)run);
        if (!quality_has_value((uint8_t)quality))
            for (size_t k = done; k < done + run; k++) block->values[k] = (double)NAN;
        done += (size_t)run;
    }
    return true;
}

/* Nobody behind this door meets a present value that is not a number. */
static void mark_not_finite(struct block *block)
{
    for (size_t i = 0; i < block->times_n * block->columns_n; i++) {
        block->qualities[i] = column_quality(block->values[i], block->qualities[i]);
        if (!quality_has_value(block->qualities[i])) block->values[i] = (double)NAN;
    }
}

err frame_read_block(struct bytes in, struct frame_reader *reader, struct block *block)
{
    struct lists lists = {0};
    bool bits = false;
    char *why = reader->why;
    *block = (struct block){0};

    err e = read_lists(in, reader, block, &lists);
    if (!e) e = check_shape(&lists, block, why);
    if (!e) e = make_room(reader->arena, block);
    if (e) return e;

    if (!read_times(lists.raw[BLOCK_TIMES], block))
        return frame_wrong(ERR_FRAME, why, "the times of device %u fall or are damaged",
                           block->device);
    if (!read_points(lists.raw[BLOCK_POINTS], block))
        return frame_wrong(ERR_FRAME, why, "the points of device %u are damaged",
                           block->device);
    if (!read_values(&lists, block, &bits))
        return frame_wrong(ERR_FRAME, why,
                           "the values of device %u are damaged, or a scale is not known",
                           block->device);
    if (!read_qualities(&lists, block))
        return frame_wrong(ERR_FRAME, why,
                           "the qualities of device %u do not fit its samples",
                           block->device);
    const char *fault = block_fault(block);
    if (fault != NULL)
        return frame_wrong(ERR_RANGE, why, "the block of device %u is refused: %s",
                           block->device, fault);
    if (bits) mark_not_finite(block);
    return ERR_OK;
}
