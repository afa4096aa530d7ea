/* wire_dlt645_fuzz.c - any bytes as a DL/T 645 telegram, and as what stands behind any
 * data identifier.
 *
 * Property: an error says why and where; what is taken encodes to the same bytes; values
 * are finite and have names. */
#include "base/ensure.h"
#include "wire/dlt645.h"

#include <math.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_values(const struct telegram *t)
{
    for (size_t i = 0; i < t->values_n; i++)
        ensure(t->values[i].name[0] && isfinite(t->values[i].number));
}

static void check(struct bytes in, err e, const struct telegram *t)
{
    struct dlt645_frame frame;
    uint8_t again[DLT645_FRAME_BYTES_MAX];
    size_t at = 0;

    ensure((e == ERR_OK) == (t->why[0] == 0));
    ensure(t->at <= in.n);
    check_values(t);
    if (e) return;
    ensure(dlt645_frame_find(in, &frame) == ERR_OK);
    ensure(dlt645_frame_decode(&in, &frame, &at) == ERR_OK);
    size_t n = dlt645_frame_encode(&frame, again);
    ensure(memcmp(in.at - n, again, n) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct telegram t;
    struct bytes in = {data, size};
    uint32_t di = 0;

    arena_open(&arena, 1 << 20);
    err e = dlt645_decode(in, &arena, &t);
    check(in, e, &t);
    memset(&t, 0, sizeof t);
    if (bytes_take_u32_le(&in, &di) && in.n < 1024) {
        e = dlt645_values(di, in, 0, &arena, &t);
        ensure(e == ERR_OK || e == ERR_FULL);
        check_values(&t);
    }
    arena_close(&arena);
    return 0;
}
