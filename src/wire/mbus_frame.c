/* mbus_frame.c - the three forms of mbus_frame.h, told apart by their first byte. */
#include "wire/mbus_frame.h"

#include "base/ensure.h"

#include <string.h>

enum {
    START_SHORT = 0x10,
    START_LONG = 0x68,
    STOP = 0x16,
    HEAD_N = 4,  /* 68 L L 68 */
    FIXED_N = 3, /* C A CI */
    TAIL_N = 2,  /* CS 16 */
    SHORT_N = 5
};

static uint8_t sum(struct bytes body)
{
    uint8_t total = 0;
    for (size_t i = 0; i < body.n; i++)
        total = (uint8_t)(total + body.at[i]);
    return total;
}

static err wrong(err what, size_t offset, size_t *at)
{
    if (at) *at = offset;
    return what;
}

static err decode_short(struct bytes *in, struct mbus_frame *frame, size_t *at)
{
    struct bytes all;

    struct bytes rest = *in;
    if (!bytes_take(&rest, SHORT_N, &all)) return wrong(ERR_SHORT, in->n, at);
    if (all.at[4] != STOP) return wrong(ERR_FRAME, 4, at);
    if (sum((struct bytes){all.at + 1, 2}) != all.at[3]) return wrong(ERR_CHECK, 3, at);
    *frame = (struct mbus_frame){
        .kind = MBUS_FRAME_SHORT, .control = all.at[1], .address = all.at[2]};
    *in = rest;
    return ERR_OK;
}

static err decode_long(struct bytes *in, struct mbus_frame *frame, size_t *at)
{
    struct bytes head, body, tail;

    struct bytes rest = *in;
    if (rest.n >= 3 && rest.at[1] != rest.at[2]) return wrong(ERR_FRAME, 2, at);
    if (rest.n >= 2 && rest.at[1] < FIXED_N) return wrong(ERR_FRAME, 1, at);
    if (!bytes_take(&rest, HEAD_N, &head)) return wrong(ERR_SHORT, in->n, at);
    if (head.at[3] != START_LONG) return wrong(ERR_FRAME, 3, at);
    if (!bytes_take(&rest, head.at[1], &body)) return wrong(ERR_SHORT, in->n, at);
    if (!bytes_take(&rest, TAIL_N, &tail)) return wrong(ERR_SHORT, in->n, at);
    if (tail.at[1] != STOP) return wrong(ERR_FRAME, HEAD_N + body.n + 1, at);
    if (tail.at[0] != sum(body)) return wrong(ERR_CHECK, HEAD_N + body.n, at);
    *frame = (struct mbus_frame){
        .kind = MBUS_FRAME_LONG,
        .control = body.at[0],
        .address = body.at[1],
        .info = body.at[2],
        .data = {body.at + FIXED_N, body.n - FIXED_N},
    };
    *in = rest;
    return ERR_OK;
}

err mbus_frame_decode(struct bytes *in, struct mbus_frame *frame, size_t *at)
{
    ensure(in != NULL);
    ensure(frame != NULL);

    if (!in->n) return wrong(ERR_SHORT, 0, at);
    if (in->at[0] == START_SHORT) return decode_short(in, frame, at);
    if (in->at[0] == START_LONG) return decode_long(in, frame, at);
    if (in->at[0] != MBUS_ACKNOWLEDGE) return wrong(ERR_FRAME, 0, at);
    *frame = (struct mbus_frame){.kind = MBUS_FRAME_ACKNOWLEDGE};
    in->at++;
    in->n--;
    return ERR_OK;
}

static size_t encode_long(const struct mbus_frame *frame,
                          uint8_t out[MBUS_FRAME_BYTES_MAX])
{
    size_t body_n = FIXED_N + frame->data.n;
    uint8_t *body = out + HEAD_N;

    out[0] = out[3] = START_LONG;
    out[1] = out[2] = (uint8_t)body_n;
    body[0] = frame->control;
    body[1] = frame->address;
    body[2] = frame->info;
    if (frame->data.n) memcpy(body + FIXED_N, frame->data.at, frame->data.n);
    body[body_n] = sum((struct bytes){body, body_n});
    body[body_n + 1] = STOP;
    return HEAD_N + body_n + TAIL_N;
}

size_t mbus_frame_encode(const struct mbus_frame *frame,
                         uint8_t out[MBUS_FRAME_BYTES_MAX])
{
    ensure(frame->data.n <= MBUS_DATA_BYTES_MAX);

    switch (frame->kind) {
    case MBUS_FRAME_ACKNOWLEDGE: out[0] = MBUS_ACKNOWLEDGE; return 1;
    case MBUS_FRAME_SHORT:
        out[0] = START_SHORT;
        out[1] = frame->control;
        out[2] = frame->address;
        out[3] = (uint8_t)(frame->control + frame->address);
        out[4] = STOP;
        return SHORT_N;
    case MBUS_FRAME_LONG: return encode_long(frame, out);
    }
    return 0;
}
