/* wire_mbus_fuzz.c - any bytes as an M-Bus telegram.
 *
 * The bytes are tried as they are and, so that the check sum does not stop everything, as
 * the user data of a long frame.  Properties: the decoder ends; a failure says why and
 * where; every value has a name and is finite; a frame that was read is written back byte
 * for byte. */
#include "base/ensure.h"
#include "wire/mbus.h"

#include <math.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void decode(struct bytes in)
{
    struct telegram t;
    struct arena arena;

    arena_open(&arena, 4 * 1024 * 1024);
    err e = mbus_decode(in, "", &arena, &t);
    ensure(!e == !t.why[0]);
    ensure(t.at <= in.n);
    for (size_t i = 0; i < t.values_n; i++) {
        ensure(t.values[i].name[0]);
        ensure(t.values[i].at < in.n);
        ensure(memchr(t.values[i].text, 0, sizeof t.values[i].text));
        ensure(t.values[i].raw.n <= in.n);
    }
    arena_close(&arena);
}

static void write_back(struct bytes in)
{
    struct mbus_frame frame;
    uint8_t out[MBUS_FRAME_BYTES_MAX];

    struct bytes rest = in;
    if (mbus_frame_decode(&rest, &frame, NULL)) return;
    size_t n = mbus_frame_encode(&frame, out);
    ensure(n == in.n - rest.n);
    ensure(memcmp(out, in.at, n) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t frame[MBUS_FRAME_BYTES_MAX];

    decode((struct bytes){data, size});
    write_back((struct bytes){data, size});
    if (!size || size > MBUS_DATA_BYTES_MAX) return 0;
    struct mbus_frame made = {.kind = MBUS_FRAME_LONG,
                              .control = 8,
                              .address = 1,
                              .info = data[0],
                              .data = {data + 1, size - 1}};
    decode((struct bytes){frame, mbus_frame_encode(&made, frame)});
    return 0;
}
