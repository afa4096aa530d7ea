/* frame_encode.c - structs to bytes.  The decoder refuses what this does not write, so
 * the limits are looked at here too: a frame that was encoded can be decoded. */
#include "base/crc32c.h"
#include "base/ensure.h"
#include "wire/frame.h"
#include "wire/frame_column.h"
#include "wire/frame_fields.h"
#include "wire/protobuf.h"

#include <string.h>

static bool frame_is_good(const struct frame *frame)
{
    if (frame->terminal[0] == '\0' || frame->sequence == 0) return false;
    if (frame->status_n > FRAME_STATUS_MAX || frame->blocks_n > FRAME_BLOCKS_MAX)
        return false;
    for (size_t i = 0; i < frame->status_n; i++)
        if (frame->status[i].device == 0) return false;
    for (size_t i = 0; i < frame->blocks_n; i++)
        if (block_fault(&frame->blocks[i]) != NULL) return false;
    return true;
}

static void put_status(struct buffer *out, const struct device_status *status)
{
    size_t begun = protobuf_begin(out, FRAME_STATUS);
    protobuf_put_number(out, STATUS_DEVICE, status->device);
    protobuf_put_number(out, STATUS_STATE, (uint64_t)status->state);
    protobuf_put_number(out, STATUS_SINCE, (uint64_t)status->since_ms);
    protobuf_put_number(out, STATUS_ANSWERED, (uint64_t)status->answered_ms);
    protobuf_put_number(out, STATUS_POLLS, status->polls);
    protobuf_put_number(out, STATUS_FAILURES, status->failures);
    protobuf_put_number(out, STATUS_RESPONSE, status->response_ms);
    protobuf_put_text(out, STATUS_ERROR, status->error ? status->error : "");
    protobuf_end(out, begun);
}

static void put_terminal(struct buffer *out, const struct terminal_status *status)
{
    size_t begun = protobuf_begin(out, FRAME_TERMINAL_STATUS);
    protobuf_put_number(out, TERMINAL_STARTED, (uint64_t)status->started_ms);
    protobuf_put_number(out, TERMINAL_SPOOL_FRAMES, status->spool_frames);
    protobuf_put_number(out, TERMINAL_SPOOL_BYTES, status->spool_bytes);
    protobuf_put_number(out, TERMINAL_DROPPED, status->dropped_frames);
    protobuf_put_number(out, TERMINAL_MISSED, status->missed_polls);
    protobuf_put_number(out, TERMINAL_MEMORY, status->memory_bytes);
    protobuf_put_text(out, TERMINAL_VERSION, status->version ? status->version : "");
    protobuf_end(out, begun);
}

static void put_times(struct buffer *out, const struct block *block)
{
    size_t begun = protobuf_begin(out, BLOCK_TIMES);
    uint64_t before = 0;
    for (size_t i = 0; i < block->times_n; i++) {
        uint64_t now = (uint64_t)block->times_ms[i];
        buffer_put_varint(out, protobuf_zigzag(now - before));
        before = now;
    }
    protobuf_end(out, begun);
}

static void put_values(struct buffer *out, const struct block *block)
{
    uint8_t scales[BLOCK_COLUMNS_MAX];
    size_t n = block->times_n;
    size_t begun = protobuf_begin(out, BLOCK_SCALES);
    for (size_t c = 0; c < block->columns_n; c++) {
        size_t first = c * n;
        scales[c] =
            (uint8_t)column_scale(block->values + first, block->qualities + first, n);
        buffer_put_varint(out, scales[c]);
    }
    protobuf_end(out, begun);

    begun = protobuf_begin(out, BLOCK_VALUES);
    for (size_t c = 0; c < block->columns_n; c++) {
        size_t first = c * n;
        column_put(out, scales[c], block->values + first, block->qualities + first, n);
    }
    protobuf_end(out, begun);
}

static uint8_t quality_at(const struct block *block, size_t i)
{
    return column_quality(block->values[i], block->qualities[i]);
}

static void put_qualities(struct buffer *out, const struct block *block)
{
    size_t left = block->times_n * block->columns_n;
    while (left > 0 && quality_at(block, left - 1) == 0)
        left--; /* the good tail is silent */
    if (left == 0) return;

    size_t begun = protobuf_begin(out, BLOCK_QUALITIES);
    for (size_t i = 0; i < left;) {
        uint8_t quality = quality_at(block, i);
        size_t run = 1;
        while (i + run < left && quality_at(block, i + run) == quality) run++;
        buffer_put_varint(out, run);
        buffer_put_varint(out, quality);
        i += run;
    }
    protobuf_end(out, begun);
}

static void put_block(struct buffer *out, const struct block *block)
{
    size_t begun = protobuf_begin(out, FRAME_BLOCKS);
    protobuf_put_number(out, BLOCK_DEVICE, block->device);
    put_times(out, block);
    size_t points = protobuf_begin(out, BLOCK_POINTS);
    for (size_t c = 0; c < block->columns_n; c++)
        buffer_put_varint(out, block->points[c]);
    protobuf_end(out, points);
    put_values(out, block);
    put_qualities(out, block);
    protobuf_end(out, begun);
}

static void put_frame(struct buffer *out, const struct frame *frame)
{
    protobuf_put_number(out, FRAME_VERSION_FIELD, FRAME_VERSION);
    protobuf_put_text(out, FRAME_TERMINAL, frame->terminal);
    protobuf_put_fixed64(out, FRAME_SPOOL, frame->spool);
    protobuf_put_number(out, FRAME_SEQUENCE, frame->sequence);
    protobuf_put_number(out, FRAME_TRANSMITTED, (uint64_t)frame->transmitted_ms);
    for (size_t i = 0; i < frame->status_n; i++) put_status(out, &frame->status[i]);
    for (size_t i = 0; i < frame->blocks_n; i++) put_block(out, &frame->blocks[i]);
    if (frame->has_terminal_status) put_terminal(out, &frame->terminal_status);
}

err frame_encode(const struct frame *frame, struct buffer *upload)
{
    ensure(frame != NULL);
    ensure(upload != NULL);
    if (upload->broken) return upload->broken;
    if (!frame_is_good(frame)) return ERR_RANGE;

    size_t start = upload->n;
    size_t envelope = protobuf_begin(upload, UPLOAD_ENVELOPES);
    size_t content = protobuf_begin(upload, ENVELOPE_FRAME);
    put_frame(upload, frame);

    size_t frame_bytes = upload->n - content;
    uint32_t code = 0;
    if (!upload->broken) code = crc32c((struct bytes){upload->at + content, frame_bytes});
    protobuf_end(upload, content);
    protobuf_put_fixed32(upload, ENVELOPE_CHECK_CODE, code);
    protobuf_end(upload, envelope);

    err e = upload->broken;
    if (!e && frame_bytes > FRAME_BYTES_MAX) e = ERR_FULL;
    if (e) { /* as if nothing had been asked */
        upload->n = start;
        upload->broken = ERR_OK;
    }
    return e;
}
