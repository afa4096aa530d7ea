/* wire_sparkplug_fuzz.c - any bytes as a Sparkplug B payload.
 *
 * Property: an error says why and where inside the bytes; what is taken has names and
 * texts, and binding aliases never changes how many values there are. */
#include "base/ensure.h"
#include "wire/sparkplug.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sparkplug_names names = {0};
    struct arena arena;
    struct report first, second;
    struct telegram telegram = {0};

    arena_open(&arena, 16 << 20);
    err e = sparkplug_decode((struct bytes){data, size}, NULL, &arena, &first);
    ensure(e ? first.why[0] != 0 && first.at <= size : first.why[0] == 0);
    for (size_t i = 0; i < first.values_n; i++)
        ensure(first.values[i].name && first.values[i].text);
    if (!e && sparkplug_names_learn(&names, &first) == ERR_OK) {
        e = sparkplug_decode((struct bytes){data, size}, &names, &arena, &second);
        ensure(e || second.values_n == first.values_n);
    }
    e = report_telegram(&first, &arena, &telegram);
    ensure(e || telegram.values_n >= first.values_n);
    sparkplug_names_close(&names);
    arena_close(&arena);
    return 0;
}
