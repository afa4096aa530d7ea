/* wire_remote_write_fuzz.c - any bytes as a remote write: as a snappy block and, since a
 * block is hard to guess, as what stands in one.
 *
 * Property: bounded memory, an error says why. */
#include "base/ensure.h"
#include "wire/remote_write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARENA_BYTES = 80 << 20 };

static void read_all(struct bytes message, struct arena *arena)
{
    struct remote_series series;
    char why[REMOTE_WRITE_WHY_BYTES];
    err e = ERR_OK;
    while (!e) {
        size_t before = message.n;
        e = remote_write_next(&message, arena, &series, why);
        ensure(e || message.n < before);
        ensure((e == ERR_FRAME) == (why[0] != '\0'));
        ensure(e || series.labels_n <= REMOTE_WRITE_LABELS_MAX);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct bytes in = {data, size}, message;
    arena_open(&arena, ARENA_BYTES);
    if (!remote_write_unpack(in, &arena, &message)) read_all(message, &arena);
    read_all(in, &arena);
    arena_close(&arena);
    return 0;
}
