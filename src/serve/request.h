/* request.h - one request, from its first line to its answer.
 *
 *   READING --body complete--> WAITING (in a lane, connection suspended) --> ANSWERED
 *                          `-> ANSWERED (handled at once)
 *
 * A handler reads parameters, path words and body, and leaves exactly one answer by one
 * of the answer_* functions.  The arena lives as long as the request. */
#ifndef HEATNET_SERVE_REQUEST_H
#define HEATNET_SERVE_REQUEST_H

#include "base/arena.h"
#include "base/bytes.h"
#include "model/catalog.h"
#include "people/sessions.h"
#include "people/tokens.h"
#include "serve/problem.h"

#include <jansson.h>
#include <microhttpd.h>
#include <stdbool.h>
#include <stdint.h>

struct server;
struct route;
struct diag;

/* By which door it came in. */
enum door { DOOR_PLAIN, DOOR_TLS, DOOR_LOCAL };

enum {
    REQUEST_WORDS_MAX = 2,
    REQUEST_HEADERS_MAX = 6,
    REQUEST_OUT_BYTES_MAX = 128 << 20
};

/* A connection's peer; belongs to the connection. */
struct peer {
    bool asked;   /* whether its certificate was looked at */
    bool trusted; /* TLS: certificate of our authority; local: our user or root */
    char terminal[CATALOG_CODE_BYTES]; /* the certificate's common name */
    uint8_t print[32];                 /* SHA-256 of the certificate */
};

struct request {
    struct server *server;
    struct MHD_Connection *connection;
    struct peer *peer;
    const struct route *route;
    enum door door;

    enum { REQUEST_READING, REQUEST_WAITING, REQUEST_ANSWERED } phase;

    bool slept; /* was ever suspended; the HTTP thread's own: it may not look at the rest
                   of a request that another thread has */

    bool english;
    const char *path; /* in the arena */
    const char
        *words[REQUEST_WORDS_MAX]; /* what stood at the {} of the route's pattern */
    struct arena arena;
    struct buffer body;
    bool signed_in;
    struct session session; /* of the person; the local door's is made up */
    struct api_token token; /* id 0 = none was shown */

    int status;
    const char *content_type;
    struct buffer out;
    struct MHD_Response *response; /* instead of `out`: files, streams */
    size_t headers_n;

    struct {
        const char *name, *value;
    } headers[REQUEST_HEADERS_MAX];
};

/* Query parameters: NULL when absent. */
const char *request_query(const struct request *request, const char *name);
const char *request_header(const struct request *request, const char *name);
/* Missing: *value keeps its default.  ERR_TYPE, ERR_RANGE after a problem was answered.
 */
MUST_USE err request_query_i64(struct request *request, const char *name, int64_t least,
                               int64_t most, int64_t *value);
/* How many rows are wanted, from `limit`; more than `most` is taken as `most`. */
MUST_USE err request_query_limit(struct request *request, int64_t most, size_t *limit);
MUST_USE err request_query_time(struct request *request, const char *name,
                                int64_t *utc_ms);
/* from < to, both there. */
MUST_USE err request_query_range(struct request *request, int64_t *from_ms,
                                 int64_t *to_ms);
/* The n-th path word as an id. ERR_UNKNOWN after the problem was answered. */
MUST_USE err request_word_id(struct request *request, size_t word_i, uint64_t *id);
/* The body as a JSON object, to be given back with json_decref; NULL after a problem. */
json_t *request_json(struct request *request);
/* Text member of `json`, checked for clean UTF-8 and `n_max` bytes.  Missing: NULL. */
MUST_USE err request_json_text(struct request *request, const json_t *json,
                               const char *name, size_t n_max, const char **text);
bool request_accepts(const struct request *request, const char *type);

/* --- answers ------------------------------------------------------------------------ */
/* `out` holds the JSON. */
void answer_json(struct request *request, int status);
/* `out` holds content of that type. */
void answer_out(struct request *request, const char *content_type);
/* As a file to keep. */
void answer_csv(struct request *request, const char *file_name);
void answer_empty(struct request *request, int status);
/* `zh`, `en`: a sentence more, or NULL. */
void answer_problem(struct request *request, enum problem problem, const char *zh,
                    const char *en);
/* The problem of an error class; logged when it is our own failure. */
void answer_err(struct request *request, err e);
void answer_diag(struct request *request, const struct diag *diag);
void answer_header(struct request *request, const char *name, const char *value);
void answer_header_format(struct request *request, const char *name, const char *format,
                          ...) __attribute__((format(printf, 3, 4)));

#endif
