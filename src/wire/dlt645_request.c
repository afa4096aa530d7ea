/* dlt645_request.c - what a master sends. */
#include "base/ensure.h"
#include "wire/bcd.h"
#include "wire/dlt645.h"

#include <string.h>

enum { LEADERS = 4, LEADER = 0xFE, VALUES_MAX = 200, DI_N = 4 };

static size_t encode(const struct dlt645_frame *frame, uint8_t *out)
{
    memset(out, LEADER, LEADERS);
    return LEADERS + dlt645_frame_encode(frame, out + LEADERS);
}

size_t dlt645_request_encode(const struct dlt645_request *request, uint8_t *out)
{
    ensure(request && out && request->values.n <= VALUES_MAX);

    struct dlt645_frame frame = {.control = request->control};
    size_t n = 0;

    memcpy(frame.address, request->address, DLT645_ADDRESS_N);
    if (request->control != DLT645_READ_ADDRESS)
        for (; n < DI_N; n++) frame.data[n] = (uint8_t)(request->di >> (8 * n));
    if (request->values.n) memcpy(frame.data + n, request->values.at, request->values.n);
    frame.data_n = (uint8_t)(n + request->values.n);
    return encode(&frame, out);
}

size_t dlt645_broadcast_time(const struct dlt645_time *time, uint8_t *out)
{
    ensure(time && out);

    struct dlt645_frame frame = {.control = DLT645_BROADCAST_TIME,
                                 .data_n = DLT645_ADDRESS_N};
    const int parts[] = {time->second, time->minute, time->hour,
                         time->day,    time->month,  time->year % 100};

    memset(frame.address, 0x99, DLT645_ADDRESS_N);
    for (size_t i = 0; i < COUNT(parts); i++)
        bcd_put((uint64_t)parts[i], false, frame.data + i, 1);
    return encode(&frame, out);
}

err dlt645_address(const char *digits, uint8_t address[DLT645_ADDRESS_N])
{
    ensure(digits && address);

    uint8_t out[DLT645_ADDRESS_N] = {0};
    size_t n = strlen(digits);

    if (n < 1 || n > 2 * DLT645_ADDRESS_N) return ERR_RANGE;
    for (size_t i = 0; i < n; i++) {
        char c = digits[n - 1 - i];
        bool is_any = c == 'A' || c == 'a';
        if (!is_any && (c < '0' || c > '9')) return ERR_RANGE;
        out[i / 2] |= (uint8_t)((is_any ? 10 : c - '0') << (i % 2 ? 4 : 0));
    }
    memcpy(address, out, sizeof out);
    return ERR_OK;
}

bool dlt645_answer_di(const struct dlt645_frame *frame, uint32_t *di)
{
    struct bytes data = {frame->data, frame->data_n};
    uint8_t code = frame->control & 0x1F;

    if (code != DLT645_READ && code != DLT645_READ_NEXT) return false;
    if (frame->control & DLT645_ERROR) return false;
    return bytes_take_u32_le(&data, di);
}
