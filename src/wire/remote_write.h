/* remote_write.h - Prometheus remote write 1.0: a snappy block of protobuf to series.
 *
 * Pure; memory from an arena, bounded by the size that the block says before it is
 * unpacked.  Source: prometheus.io "Remote-Write 1.0"; prompb/remote.proto, types.proto.
 */
#ifndef HEATNET_WIRE_REMOTE_WRITE_H
#define HEATNET_WIRE_REMOTE_WRITE_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum { REMOTE_WRITE_BYTES_MAX = 32 << 20, REMOTE_WRITE_LABELS_MAX = 64 };

enum { REMOTE_WRITE_WHY_BYTES = 160 };

struct remote_label {
    const char *name, *value; /* UTF-8 */
};

struct remote_sample {
    double value; /* remote_write_is_stale: the series ends here */
    int64_t time_ms;
};

struct remote_series {
    size_t labels_n, samples_n;
    struct remote_label *labels; /* as sent */
    struct remote_sample *samples;
};

/* Unpack a snappy block.  ERR_FRAME: it is none; ERR_FULL: over REMOTE_WRITE_BYTES_MAX;
 * ERR_MEMORY. */
MUST_USE err remote_write_unpack(struct bytes block, struct arena *arena,
                                 struct bytes *message);
/* The next series of a WriteRequest.  ERR_SHORT: none is left.  ERR_FRAME: not one, `why`
 * says what; ERR_MEMORY.  Metadata, exemplars and histograms are passed over. */
MUST_USE err remote_write_next(struct bytes *message, struct arena *arena,
                               struct remote_series *series,
                               char why[REMOTE_WRITE_WHY_BYTES]);
bool remote_write_is_stale(double value);

#endif
