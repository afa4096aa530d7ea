/* outside_state.h - private to outside*.c. */
#ifndef HEATNET_SERVE_OUTSIDE_STATE_H
#define HEATNET_SERVE_OUTSIDE_STATE_H

#include "base/thread.h"
#include "serve/label_book.h"
#include "serve/outside.h"

#define OUTSIDE_CODE_STARTS "x-" /* and 16 hex digits of a hash */

enum { OUTSIDE_CODE_BYTES = 20 };

struct outside_writer {
    char terminal[CATALOG_CODE_BYTES];
    uint64_t sequence;
};

struct outside {
    const char *database_path;
    struct lock lock;      /* of all below, for moments only */
    struct lock make_lock; /* one maker of points at a time; taken first */
    struct label_book series, types;
    uint32_t *entry_of_1; /* by point id: position in series + 1 */
    size_t points_n;
    uint64_t spool;
    size_t writers_n;
    struct outside_writer *writers;
    struct outside_counts counts;
};

/* outside_make.c: points for the samples that have none; under make_lock. */
MUST_USE err outside_make(struct outside *outside, struct outside_batch *batch);
/* Codes of the device, template and point that a sample becomes. */
void outside_device_code(const struct outside_sample *sample,
                         char out[OUTSIDE_CODE_BYTES]);
void outside_template_code(const char *measurement, char out[OUTSIDE_CODE_BYTES]);
void outside_key(const char *field, char out[CATALOG_CODE_BYTES]);
/* Enter the series of `point`.  Under make_lock, within the caller's transaction. */
MUST_USE err outside_enter(struct outside *outside, struct database *database,
                           struct labels labels, uint32_t point);
/* Database, measurement and field as a label set for the book of types. */
struct labels outside_type_key(const struct outside_batch *batch,
                               const struct outside_sample *sample, struct label at[2]);

#endif
