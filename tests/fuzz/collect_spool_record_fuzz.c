/* collect_spool_record_fuzz.c - any bytes as a segment of the spool.
 *
 * Property: reading ends, and what is found encodes to the bytes where it was found. */
#include "base/ensure.h"
#include "collect/spool_record.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes in = {data, size};
    struct spool_record record;
    struct buffer again;
    uint64_t identity, number, skipped;

    buffer_open(&again, 2 * SPOOL_PAYLOAD_BYTES_MAX);
    if (spool_head_take(&in, &identity, &number) == ERR_OK) {
        spool_head_put(&again, identity, number);
        ensure(again.n == SPOOL_HEAD_BYTES);
    }
    for (;;) {
        size_t before = in.n;
        err e = spool_record_take(&in, &record, &skipped);
        if (e == ERR_SHORT) break;
        ensure(in.n < before);
        if (e) continue;
        buffer_clear(&again);
        spool_record_put(&again, &record);
        ensure(memcmp(again.at, in.at - again.n, again.n) == 0);
    }
    ensure(in.n == 0);
    buffer_close(&again);
    return 0;
}
