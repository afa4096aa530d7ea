/* cjt188_frame.c - length first, then the check code. */
#include "wire/cjt188_frame.h"

#include "base/ensure.h"
#include "wire/bcd.h"

#include <string.h>

enum { LEADER = 0xFE, START = 0x68, END = 0x16, TAIL_N = 2 };

static err wrong(err what, const struct bytes *in, const uint8_t *where, size_t *at)
{
    *at = (size_t)(where - in->at);
    return what;
}

err cjt188_frame_decode(struct bytes *in, struct cjt188_frame *frame, size_t *at)
{
    ensure(in && frame && at);

    struct bytes rest = *in;
    while (rest.n > 0 && rest.at[0] == LEADER)
        rest = (struct bytes){rest.at + 1, rest.n - 1};
    const uint8_t *b = rest.at;
    if (rest.n > 0 && b[0] != START) return wrong(ERR_FRAME, in, b, at);
    if (rest.n < CJT188_HEAD_N) return wrong(ERR_SHORT, in, b + rest.n, at);
    size_t n = CJT188_HEAD_N + (size_t)b[CJT188_HEAD_N - 1];
    if (rest.n < n + TAIL_N) return wrong(ERR_SHORT, in, b + rest.n, at);
    if (b[n + 1] != END) return wrong(ERR_FRAME, in, b + n + 1, at);
    if (b[n] != bcd_sum((struct bytes){b, n})) return wrong(ERR_CHECK, in, b + n, at);
    frame->type = b[1];
    memcpy(frame->address, b + 2, CJT188_ADDRESS_N);
    frame->control = b[9];
    frame->data = (struct bytes){b + CJT188_HEAD_N, n - CJT188_HEAD_N};
    *in = (struct bytes){b + n + TAIL_N, rest.n - n - TAIL_N};
    return ERR_OK;
}

err cjt188_frame_find(struct bytes in, struct cjt188_frame *frame)
{
    size_t at = 0;

    for (; in.n > 0; in = (struct bytes){in.at + 1, in.n - 1}) {
        if (in.at[0] != START) continue;
        struct bytes rest = in;
        if (!cjt188_frame_decode(&rest, frame, &at)) return ERR_OK;
    }
    return ERR_SHORT;
}

size_t cjt188_frame_encode(const struct cjt188_frame *frame, uint8_t *out)
{
    ensure(frame && out && frame->data.n <= CJT188_DATA_MAX);

    size_t n = CJT188_HEAD_N + frame->data.n;
    out[0] = START;
    out[1] = frame->type;
    memcpy(out + 2, frame->address, CJT188_ADDRESS_N);
    out[9] = frame->control;
    out[10] = (uint8_t)frame->data.n;
    if (frame->data.n) memcpy(out + CJT188_HEAD_N, frame->data.at, frame->data.n);
    out[n] = bcd_sum((struct bytes){out, n});
    out[n + 1] = END;
    return n + TAIL_N;
}
