/* frame_decode.c - the outer layers of an upload: envelopes, frame, states.
 *
 * Total over any bytes: every length is looked at against what is there before memory is
 * asked for.  The blocks' matrices are read in frame_block.c. */
#include "base/crc32c.h"
#include "base/ensure.h"
#include "base/text.h"
#include "wire/frame.h"
#include "wire/frame_block.h"
#include "wire/frame_fields.h"
#include "wire/protobuf.h"

#include <string.h>

/* --- envelopes -------------------------------------------------------------------- */

static bool read_envelope(struct bytes in, struct bytes *frame_bytes,
                          uint32_t *check_code)
{
    struct protobuf_field field;
    *frame_bytes = (struct bytes){in.at, 0};
    *check_code = 0;
    while (in.n > 0) {
        if (!protobuf_next(&in, &field)) return false;
        if (field.number == ENVELOPE_FRAME && field.type == PROTOBUF_BYTES)
            *frame_bytes = field.bytes;
        if (field.number == ENVELOPE_CHECK_CODE && field.type == PROTOBUF_FIXED32)
            *check_code = (uint32_t)field.value;
    }
    return true;
}

err upload_next(struct bytes *upload, struct bytes *envelope, struct bytes *frame_bytes,
                uint32_t *check_code)
{
    ensure(upload != NULL);
    ensure(envelope != NULL && frame_bytes != NULL && check_code != NULL);
    struct bytes rest = *upload;
    while (rest.n > 0) {
        struct protobuf_field field;
        struct bytes found = rest, content;
        uint32_t code;
        if (!protobuf_next(&rest, &field)) return ERR_FRAME;
        if (field.number != UPLOAD_ENVELOPES || field.type != PROTOBUF_BYTES) continue;
        if (!read_envelope(field.bytes, &content, &code)) return ERR_FRAME;

        found.n -= rest.n;
        *upload = rest;
        *envelope = found;
        *frame_bytes = content;
        *check_code = code;
        return crc32c(content) == code ? ERR_OK : ERR_CHECK;
    }
    return ERR_SHORT;
}

/* --- head ------------------------------------------------------------------------- */

static bool take_terminal(struct bytes bytes, char terminal[CATALOG_CODE_BYTES])
{
    if (bytes.n == 0 || bytes.n >= CATALOG_CODE_BYTES) return false;
    if (!text_is_clean((const char *)bytes.at, bytes.n)) return false;
    return text_copy_n(terminal, CATALOG_CODE_BYTES, (const char *)bytes.at, bytes.n);
}

/* One field of the head; false when it is wrong.  Others are none of its business. */
static bool take_head_field(const struct protobuf_field *field, struct frame *frame,
                            uint64_t *version)
{
    bool varint = field->type == PROTOBUF_VARINT;
    if (field->number == FRAME_VERSION_FIELD && varint) *version = field->value;
    if (field->number == FRAME_SEQUENCE && varint) frame->sequence = field->value;
    if (field->number == FRAME_TRANSMITTED && varint)
        frame->transmitted_ms = (int64_t)field->value;
    if (field->number == FRAME_SPOOL && field->type == PROTOBUF_FIXED64)
        frame->spool = field->value;
    if (field->number == FRAME_TERMINAL && field->type == PROTOBUF_BYTES)
        return take_terminal(field->bytes, frame->terminal);
    return true;
}

/* The head, and how many states and blocks the body has. */
static err read_head(struct bytes in, struct frame *frame, char *why)
{
    uint64_t version = 0;
    if (in.n > FRAME_BYTES_MAX)
        return frame_wrong(ERR_RANGE, why, "the frame is longer than %d bytes",
                           FRAME_BYTES_MAX);
    while (in.n > 0) {
        struct protobuf_field field;
        if (!protobuf_next(&in, &field))
            return frame_wrong(ERR_FRAME, why, "the frame is not protobuf, or cut short");
        if (!take_head_field(&field, frame, &version))
            return frame_wrong(ERR_FRAME, why,
                               "the terminal's code is empty, longer than %d "
                               "bytes or not clean text",
                               CATALOG_CODE_BYTES - 1);
        if (field.type != PROTOBUF_BYTES) continue;
        frame->status_n += field.number == FRAME_STATUS;
        frame->blocks_n += field.number == FRAME_BLOCKS;
    }
    if (version != FRAME_VERSION)
        return frame_wrong(ERR_VERSION, why, "frame version %llu is not known, send %d",
                           (unsigned long long)version, FRAME_VERSION);
    if (frame->terminal[0] == '\0')
        return frame_wrong(ERR_FRAME, why, "the frame names no terminal");
    if (frame->sequence == 0)
        return frame_wrong(ERR_RANGE, why, "the sequence number is 0, it begins at 1");
    return ERR_OK;
}

err frame_decode_head(struct bytes frame_bytes, struct frame *frame)
{
    ensure(frame != NULL);
    struct frame found = {0};
    err e = read_head(frame_bytes, &found, NULL);
    if (e) return e;
    found.status_n = found.blocks_n = 0;
    *frame = found;
    return ERR_OK;
}

/* --- states ----------------------------------------------------------------------- */

static bool take_u32(const struct protobuf_field *field, uint32_t *value)
{
    if (field->value > UINT32_MAX) return false;
    *value = (uint32_t)field->value;
    return true;
}

static bool take_status_field(const struct protobuf_field *field,
                              struct device_status *status)
{
    if (field->type != PROTOBUF_VARINT) return true;
    switch (field->number) {
    case STATUS_DEVICE: return take_u32(field, &status->device);
    case STATUS_STATE: /* words of a later version mean nothing here */
        status->state = field->value <= DEVICE_OFFLINE ? (enum device_state)field->value
                                                       : DEVICE_STATE_NONE;
        return true;
    case STATUS_SINCE: status->since_ms = (int64_t)field->value; return true;
    case STATUS_ANSWERED: status->answered_ms = (int64_t)field->value; return true;
    case STATUS_POLLS: return take_u32(field, &status->polls);
    case STATUS_FAILURES: return take_u32(field, &status->failures);
    case STATUS_RESPONSE: return take_u32(field, &status->response_ms);
    default: return true;
    }
}

static err read_status(struct bytes in, struct frame_reader *reader,
                       struct device_status *status)
{
    *status = (struct device_status){.error = ""};
    while (in.n > 0) {
        struct protobuf_field field;
        if (!protobuf_next(&in, &field) || !take_status_field(&field, status))
            return frame_wrong(ERR_FRAME, reader->why, "a device status is damaged");
        if (field.number != STATUS_ERROR || field.type != PROTOBUF_BYTES) continue;
        status->error = frame_person_text(reader->arena, field.bytes);
        if (status->error == NULL) return ERR_MEMORY;
    }
    if (status->device == 0)
        return frame_wrong(ERR_RANGE, reader->why, "a device status names no device");
    return ERR_OK;
}

static void take_terminal_field(const struct protobuf_field *field,
                                struct terminal_status *status)
{
    if (field->type != PROTOBUF_VARINT) return;
    if (field->number == TERMINAL_STARTED) status->started_ms = (int64_t)field->value;
    if (field->number == TERMINAL_SPOOL_FRAMES) status->spool_frames = field->value;
    if (field->number == TERMINAL_SPOOL_BYTES) status->spool_bytes = field->value;
    if (field->number == TERMINAL_DROPPED) status->dropped_frames = field->value;
    if (field->number == TERMINAL_MISSED) status->missed_polls = field->value;
    if (field->number == TERMINAL_MEMORY) status->memory_bytes = field->value;
}

static err read_terminal_status(struct bytes in, struct frame_reader *reader,
                                struct terminal_status *status)
{
    while (in.n > 0) {
        struct protobuf_field field;
        if (!protobuf_next(&in, &field))
            return frame_wrong(ERR_FRAME, reader->why, "the terminal status is damaged");
        take_terminal_field(&field, status);
        if (field.number != TERMINAL_VERSION || field.type != PROTOBUF_BYTES) continue;
        status->version = frame_person_text(reader->arena, field.bytes);
        if (status->version == NULL) return ERR_MEMORY;
    }
    return ERR_OK;
}

/* --- the whole -------------------------------------------------------------------- */

/* What was read so far; `frame` has the room that the head's count asked for. */
struct body {
    struct frame *frame;
    size_t status_n, blocks_n;
};

static err read_part(const struct protobuf_field *field, struct frame_reader *reader,
                     struct body *body)
{
    struct frame *frame = body->frame;
    switch (field->number) {
    case FRAME_STATUS:
        ensure(frame->status != NULL && body->status_n < frame->status_n);
        return read_status(field->bytes, reader, &frame->status[body->status_n++]);
    case FRAME_BLOCKS:
        ensure(frame->blocks != NULL && body->blocks_n < frame->blocks_n);
        return frame_read_block(field->bytes, reader, &frame->blocks[body->blocks_n++]);
    case FRAME_TERMINAL_STATUS:
        frame->has_terminal_status = true;
        return read_terminal_status(field->bytes, reader, &frame->terminal_status);
    default: return ERR_OK;
    }
}

static err read_body(struct bytes in, struct frame_reader *reader, struct frame *frame)
{
    struct body body = {.frame = frame};
    err e = ERR_OK;
    while (in.n > 0 && !e) {
        struct protobuf_field field;
        ensure(protobuf_next(&in, &field)); /* the head's reader has been over them all */
        if (field.type == PROTOBUF_BYTES) e = read_part(&field, reader, &body);
    }
    return e;
}

static err make_room(struct arena *arena, struct frame *frame, char *why)
{
    if (frame->status_n > FRAME_STATUS_MAX)
        return frame_wrong(ERR_RANGE, why, "the frame has more than %d device states",
                           FRAME_STATUS_MAX);
    if (frame->blocks_n > FRAME_BLOCKS_MAX)
        return frame_wrong(ERR_RANGE, why, "the frame has more than %d blocks",
                           FRAME_BLOCKS_MAX);
    if (frame->status_n > 0) {
        frame->status = arena_new(arena, frame->status_n, sizeof *frame->status);
        if (frame->status == NULL) return ERR_MEMORY;
    }
    if (frame->blocks_n > 0) {
        frame->blocks = arena_new(arena, frame->blocks_n, sizeof *frame->blocks);
        if (frame->blocks == NULL) return ERR_MEMORY;
    }
    return ERR_OK;
}

err frame_decode(struct bytes frame_bytes, struct arena *arena, struct frame *frame,
                 char *why)
{
    ensure(arena != NULL);
    ensure(frame != NULL);
    struct frame_reader reader = {arena, why};
    struct frame found = {.terminal_status = {.version = ""}};
    if (why != NULL) why[0] = '\0';

    err e = read_head(frame_bytes, &found, why);
    if (!e) e = make_room(arena, &found, why);
    if (!e) e = read_body(frame_bytes, &reader, &found);
    if (e == ERR_MEMORY) return frame_wrong(e, why, "not enough memory for the frame");
    if (!e) *frame = found;
    return e;
}
