/* wire_modbus_telegram_fuzz.c - any bytes as a captured Modbus frame, TCP and RTU, and as
 * the answer to an RTU request.
 *
 * Properties: a failure says why, at a place within the bytes; an answer that is found is
 * as long as asked. */
#include "base/ensure.h"
#include "wire/modbus_rtu.h"
#include "wire/modbus_telegram.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARENA_BYTES = 4 * 1024 * 1024 };

typedef err (*decoder)(struct bytes in, const char *dialect, struct arena *arena,
                       struct telegram *telegram);

static void try(decoder decode, struct bytes in)
{
    struct arena arena;
    struct telegram telegram;

    arena_open(&arena, ARENA_BYTES);
    err e = decode(in, "", &arena, &telegram);
    ensure((e == ERR_OK) == (telegram.why[0] == 0));
    ensure(telegram.at <= in.n);
    for (size_t i = 0; i < telegram.values_n; i++) ensure(telegram.values[i].at <= in.n);
    arena_close(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes in = {data, size}, found = {0};
    struct modbus_ask ask = {1, MODBUS_READ_HOLDING, 5, 2, NULL};
    uint8_t exception = 0;

    try(modbus_tcp_telegram, in);
    try(modbus_rtu_telegram, in);
    if (!modbus_rtu_decode(&ask, in, &found, &exception)) ensure(found.n == 4);
    return 0;
}
