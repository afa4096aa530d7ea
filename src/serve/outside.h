/* outside.h - series that programs write: line protocol and remote write become points.
 *
 *   labels --> DEVICE.key of the catalog, when it names one that no terminal reads
 *          `-> the book of known series
 *          `-> a new device and point, when the writer may make them
 *
 * What is taken becomes an upload of a terminal of its own ("token-NAME") and goes the
 * way of every other: receive, raw log, apply (outside_send). */
#ifndef HEATNET_SERVE_OUTSIDE_H
#define HEATNET_SERVE_OUTSIDE_H

#include "ask/labels.h"
#include "model/catalog.h"
#include "wire/line_protocol.h"

#include <stdbool.h>
#include <stdint.h>

struct server;
struct outside;

#define OUTSIDE_PROTOCOL "outside"
enum { OUTSIDE_SERIES_MAX = 200000, OUTSIDE_WHY_BYTES = 160 };

/* One value of one series. */
struct outside_sample {
    const char *measurement, *field;
    struct labels tags;   /* without the metric's name */
    struct labels labels; /* as the query language sees it */
    enum line_type type;
    bool settled; /* a text whose type is known: nothing to be made */
    bool typed; /* its type must stay what it was (line protocol) */
    int64_t time_ms;
    double value;
    uint8_t quality;
    uint32_t point, device; /* set by outside_resolve; 0 = dropped */
    const char *why;        /* of a dropped one */
};

struct outside_batch {
    struct server *server;
    struct arena *arena;
    size_t n;
    struct outside_sample *samples;
    bool creates;         /* may unknown series become points? */
    const char *terminal; /* "token-NAME" */
    const char *database; /* types of fields are its own; may be NULL */
    size_t dropped_n;
    const char *why; /* of the first dropped one */
};

struct outside_counts {
    uint64_t accepted, unknown, conflicts, out_of_time, created, requests;
};

MUST_USE err outside_open(const char *database_path, struct outside **outside);
void outside_close(struct outside *outside);

/* The labels a point was written with; false: it was not. */
bool outside_labels(struct outside *outside, uint32_t point, struct labels *labels);
/* Did outside_resolve make this template? */
bool outside_made_template(const struct catalog *catalog,
                           const struct template_point *point);

/* Find or make each sample's point.  Only for what the server itself cannot do:
 * ERR_MEMORY, ERR_IO ...; what is wrong with a sample is in the sample. */
MUST_USE err outside_resolve(struct outside_batch *batch);
/* Make what was not dropped durable, and wait for it to be applied (2 s at most).
 * ERR_BUSY, ERR_SPACE, ERR_CLOSED: nothing is promised, try again. */
MUST_USE err outside_send(struct outside_batch *batch);

void outside_count(struct outside *outside, struct outside_counts *counts);
/* The next sequence number of this terminal's spool.  ERR_MEMORY. */
MUST_USE err outside_sequence(struct outside *outside, const char *terminal,
                              uint64_t *spool, uint64_t *sequence);

#endif
