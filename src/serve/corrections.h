/* corrections.h - values that a person puts in place of others: what stood there, who,
 * when and why are kept for ever.
 *
 * The new values go the way of every upload, so that history is rebuilt from the raw log
 * with them; the original frame stays in the raw log as it came. */
#ifndef HEATNET_SERVE_CORRECTIONS_H
#define HEATNET_SERVE_CORRECTIONS_H

#include "base/err.h"
#include "serve/outside.h"

#include <stdint.h>

enum { CORRECTION_REASON_BYTES = 400, CORRECTION_VALUES_MAX = 20000 };

struct correction_value {
    int64_t time_ms;
    double old_value, new_value; /* NaN = none */
    uint8_t old_quality, new_quality;
    bool had_old;
};

struct correction {
    uint64_t id;
    uint32_t point;
    int64_t made_ms;
    const char *author, *reason;
    size_t n;
    struct correction_value *values; /* by time, each once */
};

MUST_USE err corrections_migrate(const char *database_path);
/* Note it, durably, before it is sent; sets id and made_ms. */
MUST_USE err corrections_add(const char *database_path, struct correction *correction);
/* Those of a point with a value in the range, newest first, values in the arena of each
 * call: valid within `each`. */
MUST_USE err corrections_each(const char *database_path, const int64_t from_to_ms[2],
                              uint32_t point,
                              err (*each)(void *context, const struct correction *one),
                              void *context);

#endif
