/* historian.h - the history of every point: head in memory, segments in the database.
 *
 *   historian_append -> head (columns per device) -> historian_flush -> segment rows
 *                                                    + hourly and daily roll-ups
 *
 * A segment is one device's samples over a span: shared times, one compressed column a
 * point, quality runs, a summary a point.  The head is not durable by itself: the raw log
 * is, and the flush stores in the same transaction up to which raw-log record it contains
 * (`checkpoint`). Same (device, time) appended again replaces the earlier row point by
 * point (newest wins).
 *
 * One thread appends and flushes; any thread asks (each asking opens its own connection
 * or borrows one from the pool inside). */
#ifndef HEATNET_STORE_HISTORIAN_H
#define HEATNET_STORE_HISTORIAN_H

#include "base/err.h"
#include "model/block.h"
#include "model/calendar.h"
#include "store/database.h"
#include "vault/seal.h"

#include <stdbool.h>
#include <stdint.h>

struct historian;

struct historian_options {
    const char *database_path;
    struct seal *seal; /* keys for what is written, outliving us; NULL: plain */
    const struct calendar *calendar; /* for hours and days; outlives the historian */
    size_t head_bytes_max; /* flush is due when the head is larger, or is a sixteenth of
                              that ... */
    int64_t head_span_ms;  /* ... and holds more than this span of a device, or whatever
                              its size more than 24 such spans */
};

MUST_USE err historian_open(const struct historian_options *options,
                            struct historian **historian);
void historian_close(struct historian *historian);

/* Raw-log record up to which everything is in segments (0 = none): replay goes on behind.
 */
uint64_t historian_checkpoint(const struct historian *historian);

MUST_USE err historian_append(struct historian *historian, const struct block *block);
bool historian_flush_due(const struct historian *historian);
/* Write the head as segments, refresh the touched roll-ups, and store `checkpoint`.  The
 * caller may add its own records to the same transaction through `also` (may be NULL). */
MUST_USE err historian_flush(struct historian *historian, uint64_t checkpoint,
                             err (*also)(void *context, struct database *database),
                             void *context);

/* A sample as asked for. */
struct history_sample {
    int64_t time_ms;
    double value;
    uint8_t quality;
};

/* All samples of `point` (of `device`) with from <= time < to, in order of time, in
 * batches; stops at the first error of `each`. */
typedef err (*history_each)(void *context, const struct history_sample *samples,
                            size_t n);

struct history_range {
    uint32_t device, point;
    int64_t from_ms, to_ms;
};

MUST_USE err historian_raw(struct historian *historian, const struct history_range *range,
                           history_each each, void *context);

/* What a span of time held.  Only usable samples count; n == 0: the rest is NaN. */
struct history_bucket {
    int64_t start_ms;
    uint64_t n, bad_n; /* usable, not usable */
    double min, max, sum;
    double first, last;
    int64_t first_ms, last_ms;
    double mean;     /* time-weighted, a value held until the next usable one or the end
                        of the bucket, at most 2 h */
    double increase; /* of a counter: sum of rises from sample to sample, the one before
                        in the range included; a fall counts as a new start */
};

/* `n` equal buckets over the range; never loses a min or max; answered from roll-ups
 * where they serve, from samples elsewhere.  Exact, but for buckets that are at least
 * twice as long as a roll-up's unit (an hour; six hours of sparse data): there an edge
 * may be moved by up to half a unit.
 * ERR_RANGE: n > 1,000,000, or more buckets than milliseconds. */
MUST_USE err historian_buckets(struct historian *historian,
                               const struct history_range *range,
                               struct history_bucket *out, size_t n);

/* Every local hour or day that begins in the range, each whole and exact, empty ones
 * too.  ERR_RANGE: an empty range, or more than a million of them. */
enum history_step { HISTORY_HOUR, HISTORY_DAY };

MUST_USE err historian_steps(struct historian *historian,
                             const struct history_range *range, enum history_step step,
                             err (*each)(void *context,
                                         const struct history_bucket *bucket),
                             void *context);

/* The distinct times at which a device has a row with at least one sample that is not
 * absent (for completeness and gaps). */
/* tidy: allow parameters: a range would carry a point that means nothing here */
MUST_USE err historian_times(
    struct historian *historian, uint32_t device, int64_t from_ms, int64_t to_ms,
    err (*each)(void *context, const int64_t *times_ms, size_t n), void *context);
/* Rows of a device by local hour or day, as above; from summaries (fast over years).
 * The range's point means nothing here. */
MUST_USE err historian_row_counts(
    struct historian *historian, const struct history_range *device_range,
    enum history_step step, err (*each)(void *context, int64_t start_ms, uint64_t rows),
    void *context);

/* Newest sample of each point of a device at or before `at_ms` (to fill the live table at
 * start): calls `each` once a point that has one. */
MUST_USE err historian_newest(struct historian *historian, uint32_t device, int64_t at_ms,
                              err (*each)(void *context, uint32_t point,
                                          const struct history_sample *sample),
                              void *context);

struct historian_figures {
    uint64_t samples, segments, segment_bytes, head_samples, head_bytes, late_rows;
};

void historian_figures(struct historian *historian, struct historian_figures *out);

#endif
