/* wire_snmp_trap_fuzz.c - any bytes as an SNMP notification.
 *
 * Property: an error says why and where inside the bytes; what is taken has names. */
#include "base/ensure.h"
#include "wire/snmp_trap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct report report;

    arena_open(&arena, 16 << 20);
    err e = snmp_trap_decode((struct bytes){data, size}, &arena, &report);
    ensure(e ? report.why[0] != 0 && report.at <= size : report.why[0] == 0);
    for (size_t i = 0; i < report.values_n; i++)
        ensure(report.values[i].name[0] && report.values[i].text);
    arena_close(&arena);
    return 0;
}
