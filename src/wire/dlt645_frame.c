/* dlt645_frame.c - length first, then the check code. */
#include "wire/dlt645_frame.h"

#include "base/ensure.h"
#include "wire/bcd.h"

#include <string.h>

enum { LEADER = 0xFE, START = 0x68, END = 0x16, TAIL_N = 2, OFFSET = 0x33 };

static err wrong(err what, const struct bytes *in, const uint8_t *where, size_t *at)
{
    *at = (size_t)(where - in->at);
    return what;
}

err dlt645_frame_decode(struct bytes *in, struct dlt645_frame *frame, size_t *at)
{
    ensure(in && frame && at);

    struct bytes rest = *in;
    while (rest.n > 0 && rest.at[0] == LEADER)
        rest = (struct bytes){rest.at + 1, rest.n - 1};
    const uint8_t *b = rest.at;
    if (rest.n > 0 && b[0] != START) return wrong(ERR_FRAME, in, b, at);
    if (rest.n > 7 && b[7] != START) return wrong(ERR_FRAME, in, b + 7, at);
    if (rest.n < DLT645_HEAD_N) return wrong(ERR_SHORT, in, b + rest.n, at);
    size_t n = DLT645_HEAD_N + (size_t)b[DLT645_HEAD_N - 1];
    if (rest.n < n + TAIL_N) return wrong(ERR_SHORT, in, b + rest.n, at);
    if (b[n + 1] != END) return wrong(ERR_FRAME, in, b + n + 1, at);
    if (b[n] != bcd_sum((struct bytes){b, n})) return wrong(ERR_CHECK, in, b + n, at);
    memcpy(frame->address, b + 1, DLT645_ADDRESS_N);
    frame->control = b[8];
    frame->data_n = b[9];
    frame->at = (size_t)(b - in->at) + DLT645_HEAD_N;
    for (size_t i = 0; i < frame->data_n; i++)
        frame->data[i] = (uint8_t)(b[DLT645_HEAD_N + i] - OFFSET);
    *in = (struct bytes){b + n + TAIL_N, rest.n - n - TAIL_N};
    return ERR_OK;
}

err dlt645_frame_find(struct bytes in, struct dlt645_frame *frame)
{
    size_t at = 0;

    for (; in.n > 0; in = (struct bytes){in.at + 1, in.n - 1}) {
        if (in.at[0] != START) continue;
        struct bytes rest = in;
        if (!dlt645_frame_decode(&rest, frame, &at)) return ERR_OK;
    }
    return ERR_SHORT;
}

size_t dlt645_frame_encode(const struct dlt645_frame *frame, uint8_t *out)
{
    ensure(frame && out);

    size_t n = DLT645_HEAD_N + frame->data_n;
    out[0] = START;
    memcpy(out + 1, frame->address, DLT645_ADDRESS_N);
    out[7] = START;
    out[8] = frame->control;
    out[9] = frame->data_n;
    for (size_t i = 0; i < frame->data_n; i++)
        out[DLT645_HEAD_N + i] = (uint8_t)(frame->data[i] + OFFSET);
    out[n] = bcd_sum((struct bytes){out, n});
    out[n + 1] = END;
    return n + TAIL_N;
}
