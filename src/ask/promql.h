/* promql.h - the query language: PromQL's text to a tree, a tree to numbers.
 *
 * Pure: the series and their samples come from a source that the caller gives, memory
 * from the caller's arena, time as an argument.  Behaves as Prometheus 2.42 (its
 * documentation and its promql/engine.go are the reference; tests/system/promql.test.ts
 * holds the two against each other), but: no histograms, and the lookback is the series'
 * own. */
#ifndef HEATNET_ASK_PROMQL_H
#define HEATNET_ASK_PROMQL_H

#include "ask/labels.h"
#include "ask/pattern.h"

#include <stdbool.h>
#include <stdint.h>

enum { PROMQL_TEXT_BYTES_MAX = 16 << 10, PROMQL_WHY_BYTES = 240 };

enum promql_type { PROMQL_SCALAR, PROMQL_VECTOR, PROMQL_MATRIX, PROMQL_STRING };

enum promql_match { MATCH_EQUAL, MATCH_NOT_EQUAL, MATCH_PATTERN, MATCH_NOT_PATTERN };

struct promql_matcher {
    const char *name, *value;
    enum promql_match match;
    const struct pattern *pattern; /* of the two last kinds */
};

struct promql_matchers {
    size_t n;
    struct promql_matcher *at;
};

struct promql_node; /* promql_node.h */

/* Read a query; the tree lives in the arena.  ERR_FRAME: wrong, `why` says where and what
 * in Prometheus' form ("1:5: parse error: ..."); ERR_FULL: too long or too deep;
 * ERR_MEMORY. */
MUST_USE err promql_parse(const char *text, struct arena *arena,
                          struct promql_node **root, char why[PROMQL_WHY_BYTES]);
enum promql_type promql_type_of(const struct promql_node *root);
const char *promql_type_word(enum promql_type type);
/* A series selector alone, as in match[]. */
MUST_USE err promql_parse_matchers(const char *text, struct arena *arena,
                                   struct promql_matchers *matchers,
                                   char why[PROMQL_WHY_BYTES]);
bool promql_matches(const struct promql_matchers *matchers, struct labels labels);

/* --- where series come from --------------------------------------------------------- */

struct promql_series {
    struct labels labels;
    uint64_t id;                  /* the source's own */
    int64_t lookback_ms;          /* how long a sample stands for the present */
    int64_t cycle_ms;             /* about how far its samples are apart */
};

struct promql_sample {
    int64_t time_ms;
    double value; /* promql_absent(): the series ends here */
};

struct promql_samples {
    size_t n, capacity;
    struct promql_sample *at; /* memory.h; the asker's */
};

struct promql_source {
    void *context;
    /* All series that match, in order of their labels, in the arena. */
    err (*series)(void *context, const struct promql_matchers *matchers,
                  struct arena *arena, struct promql_series **series, size_t *n);
    /* Append the samples with from <= time <= to, times rising. */
    err (*samples)(void *context, const struct promql_series *series,
                   const int64_t from_to_ms[2], struct promql_samples *out);
    /* True: the asker's patience is over. */
    bool (*expired)(void *context);
};

double promql_absent(void);
bool promql_is_absent(double value);
/* ERR_MEMORY. */
MUST_USE err promql_samples_add(struct promql_samples *samples, int64_t time_ms,
                                double value);

/* --- asking ------------------------------------------------------------------------- */

/* start == end and step 0: an instant query. */
struct promql_ask {
    int64_t start_ms, end_ms, step_ms;
    size_t cells_max;   /* numbers kept at once: series times steps, over the tree */
    uint64_t samples_max; /* to be read, by estimate before and by count while reading */
};

struct promql_row {
    struct labels labels;
    const double *values; /* one a step, absent ones marked; NULL for a matrix */
    size_t samples_n;     /* matrix (instant query of a range selector) */
    const struct promql_sample *samples;
};

struct promql_result {
    enum promql_type type; /* of the expression; string: `text` */
    const char *text;
    int64_t start_ms, step_ms;
    size_t steps_n, rows_n;
    struct promql_row *rows; /* scalar: one */
    char why[PROMQL_WHY_BYTES]; /* a sentence on the error */
};

enum { PROMQL_STEPS_MAX = 11000, PROMQL_SUBQUERY_STEP_MS = 60000 };

/* The result lives in the arena.  ERR_RANGE, ERR_TYPE: wrong for this query
 * (execution); ERR_FULL: too costly; ERR_TIMEOUT; ERR_MEMORY; the source's errors.  On
 * error result->why is set. */
MUST_USE err promql_evaluate(const struct promql_node *root,
                             const struct promql_ask *ask,
                             const struct promql_source *source, struct arena *arena,
                             struct promql_result *result);
#endif
