/* historian_day.h - the part of a flush that makes one device's local day anew. */
#ifndef HEATNET_STORE_HISTORIAN_DAY_H
#define HEATNET_STORE_HISTORIAN_DAY_H

#include "store/historian_state.h"

/* One device's day in the making. */
struct day {
    struct historian *historian;
    struct history_flush *flush;
    uint32_t device;
    int64_t day_ms, next_ms;
    size_t views_n;         /* of the device's rows in the head */
    size_t rows_at, rows_n; /* of flush->rows: the new ones of this day */
    size_t segments_n;
    size_t keep_n; /* the first of them stay, the others are absorbed */
    bool in_order; /* all new rows lie behind all segments */
    bool summed;   /* flush->rollup is to be kept up */
    bool anew;     /* ... from all rows of the day */
};

/* A blob of the database, and what to do with it within its row. */
struct day_blob {
    const struct statement *statement;
    enum history_kind kind;
    int64_t keys[2];
    size_t keys_n;
    err (*take)(struct day *day, struct bytes blob, void *context);
    void *context;
};

MUST_USE err day_blob_read(struct day *day, const struct day_blob *ask); /* ERR_UNKNOWN */

/* Merge the day's new rows into its segments, roll-up and newest samples. */
MUST_USE err day_flush(struct day *day);
/* Something stored cannot be read: say so, once a flush. */
void day_damaged(const struct day *day, const char *what);

/* Make *at hold at least `n` items, new ones zeroed; false when out of memory. */
bool history_reserve(void *at, size_t *room, size_t n, size_t item_bytes);

#endif
