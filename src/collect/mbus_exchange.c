/* mbus_exchange.c - frames over a line; see mbus_exchange.h. */
#include "collect/mbus_exchange.h"

#include "base/ensure.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum {
    BITS_PER_BYTE = 11,
    BYTE_US_SLOWEST = 36667, /* 300 bits per second */
    ANSWER_BYTES = 30,       /* 330 bit times */
    ANSWER_MS = 50
};

/* SPEED of "serial:PATH:SPEED:MODE". */
static uint32_t speed_of(const char *line_name)
{
    if (!text_starts(line_name, "serial:")) return 0;
    const char *mode = strrchr(line_name, ':');
    if (!mode || mode == line_name) return 0;
    const char *speed = mode - 1;
    while (speed > line_name && *speed != ':')
        speed--;
    return (uint32_t)strtoul(speed + 1, NULL, 10);
}

void mbus_exchange_open(struct mbus_exchange *x, struct line *line, int64_t timeout_ms)
{
    ensure(x && line);

    *x = (struct mbus_exchange){.line = line, .timeout_ms = timeout_ms};
    x->line_speed_bd = x->speed_bd = speed_of(line_name(line));
}

err mbus_exchange_speed(struct mbus_exchange *x, uint32_t speed_bd)
{
    uint32_t wanted = speed_bd ? speed_bd : x->line_speed_bd;

    if (wanted == x->speed_bd) return ERR_OK;
    err e = x->line_speed_bd ? line_speed(x->line, wanted) : ERR_OK;
    if (!e) x->speed_bd = wanted;
    return e;
}

static int64_t byte_us(const struct mbus_exchange *x)
{
    if (x->speed_bd) return BITS_PER_BYTE * 1000000 / x->speed_bd;
    return line_byte_us(x->line);
}

/* Whether a frame stands in the bytes received.  What is no start byte before it is
 * noise of the line; our own request comes back from some level converters. */
static err look(struct mbus_exchange *x, struct bytes sent, struct mbus_frame *answer)
{
    struct bytes in = {x->bytes, x->bytes_n};
    struct bytes echo;

    if (in.n >= sent.n && memcmp(in.at, sent.at, sent.n) == 0)
        (void)bytes_take(&in, sent.n, &echo);
    while (in.n && in.at[0] != MBUS_ACKNOWLEDGE && in.at[0] != 0x68) {
        in.at++;
        in.n--;
    }
    err e = mbus_frame_decode(&in, answer, NULL);
    if (!e && in.n) return ERR_FRAME; /* several at once */
    return e == ERR_CHECK ? ERR_FRAME : e;
}

static err receive(struct mbus_exchange *x, struct bytes sent, struct mbus_frame *answer)
{
    int64_t frame_ms = MBUS_FRAME_BYTES_MAX * (int64_t)BYTE_US_SLOWEST / 1000;
    int64_t first_ms = x->timeout_ms + ANSWER_MS +
                       (int64_t)(ANSWER_BYTES + sent.n) * byte_us(x) / 1000;
    int64_t last_ms = line_deadline(x->line, first_ms + frame_ms);
    int64_t deadline_ms = line_deadline(x->line, first_ms);
    err e = ERR_SHORT;

    x->bytes_n = 0;
    while (e == ERR_SHORT) {
        size_t got = 0;
        if (x->bytes_n == sizeof x->bytes) return ERR_FRAME;
        e = line_receive(x->line, x->bytes + x->bytes_n, sizeof x->bytes - x->bytes_n,
                         deadline_ms < last_ms ? deadline_ms : last_ms, &got);
        if (e) return e == ERR_TIMEOUT && x->bytes_n > sent.n ? ERR_FRAME : e;
        x->bytes_n += got;
        deadline_ms = line_deadline(x->line, x->timeout_ms + byte_us(x) / 100);
        e = look(x, sent, answer);
    }
    return e;
}

err mbus_exchange_ask(struct mbus_exchange *x, const struct mbus_frame *request,
                      unsigned tries, struct mbus_frame *answer)
{
    uint8_t bytes[MBUS_FRAME_BYTES_MAX];
    struct bytes sent = {bytes, mbus_frame_encode(request, bytes)};
    err e = ERR_TIMEOUT;

    for (unsigned i = 0; i < tries && (e == ERR_TIMEOUT || e == ERR_FRAME); i++) {
        x->requests_n++;
        e = line_send(x->line, sent, line_deadline(x->line, x->timeout_ms));
        if (!e) e = receive(x, sent, answer);
    }
    return e;
}

err mbus_exchange_command(struct mbus_exchange *x, const struct mbus_frame *request,
                          unsigned tries)
{
    struct mbus_frame answer;

    err e = mbus_exchange_ask(x, request, tries, &answer);
    if (!e && answer.kind != MBUS_FRAME_ACKNOWLEDGE) e = ERR_FRAME;
    return e;
}

err mbus_exchange_select(struct mbus_exchange *x,
                         const uint8_t select[MBUS_SELECT_BYTES], unsigned tries)
{
    struct mbus_frame request = {
        .kind = MBUS_FRAME_LONG,
        .control = MBUS_SND_UD,
        .address = MBUS_ADDRESS_SELECTED,
        .info = MBUS_CI_SELECT,
        .data = {select, MBUS_SELECT_BYTES},
    };
    return mbus_exchange_command(x, &request, tries);
}
