/* wire_cjt188_fuzz.c - any bytes as a CJ/T 188 telegram, in a dialect that the first byte
 * chooses.
 *
 * Property: an error says why and where; what is taken encodes to the same bytes; values
 * are finite and have names. */
#include "base/ensure.h"
#include "wire/cjt188.h"

#include <math.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct bytes in, err e, const struct telegram *t)
{
    struct cjt188_frame frame;
    uint8_t again[CJT188_FRAME_BYTES_MAX];
    size_t at = 0;

    ensure((e == ERR_OK) == (t->why[0] == 0));
    ensure(t->at <= in.n);
    for (size_t i = 0; i < t->values_n; i++)
        ensure(t->values[i].name[0] && isfinite(t->values[i].number));
    if (e) return;
    ensure(cjt188_frame_decode(&in, &frame, &at) == ERR_OK);
    size_t n = cjt188_frame_encode(&frame, again);
    ensure(memcmp(in.at - n, again, n) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct telegram t;
    struct cjt188_frame frame;

    if (size == 0) return 0;
    struct cjt188_dialect dialect = {data[0] & 1,  data[0] & 2,  data[0] & 4,
                                     data[0] & 8,  data[0] & 16, 0};
    struct bytes in = {data + 1, size - 1};
    arena_open(&arena, 1 << 20);
    bool told = data[0] & 32;
    err e = cjt188_decode(in, told ? &dialect : NULL, &arena, &t);
    check(in, e, &t);
    if (!e) ensure(cjt188_frame_find(in, &frame) == ERR_OK);
    arena_close(&arena);
    return 0;
}
