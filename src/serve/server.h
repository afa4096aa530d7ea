/* server.h - everything a running server has, opened on one ladder.
 *
 *   HTTP threads -> receive (one thread, raw log) -> apply (one thread) -> live, alarms,
 *        |                                                                 historian
 *        `-> lanes (workers) -> questions to live, alarms, historian, people
 *
 * Who owns what: receive appends to the raw log; apply updates live table, alarms,
 * historian and terminals; `received` is shared by both under its lock; the catalog is an
 * immutable picture that is exchanged as a whole. */
#ifndef HEATNET_SERVE_SERVER_H
#define HEATNET_SERVE_SERVER_H

#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/thread.h"
#include "model/calendar.h"
#include "model/catalog.h"
#include "people/accounts.h"
#include "people/sessions.h"
#include "people/tokens.h"
#include "serve/enrolment.h"
#include "serve/health.h"
#include "store/historian.h"
#include "store/rawlog.h"
#include "store/received.h"
#include "vault/seal.h"
#include "watch/alarms.h"
#include "watch/live.h"

struct lane_pool;
struct receive;
struct apply;
struct push;
struct terminals;
struct outside;

struct server_options {
    const char *data_folder;
    const char *web_folder;    /* the built UI; may be missing */
    const char *uplink_server; /* address for terminals: "https://heat.example:8443" */
    const char *master_key;    /* file of it; "" = keys/master.key in the data folder */
    const struct clock *clock;
    uint64_t seal_bytes, keep_bytes; /* of the raw log, see rawlog.h */
    int64_t seal_ms, keep_ms;
    size_t head_bytes_max; /* of the historian, see historian.h */
    int64_t head_span_ms;
};

struct server {
    struct server_options options;
    char database_path[FILE_PATH_BYTES], rawlog_folder[FILE_PATH_BYTES],
        keys_folder[FILE_PATH_BYTES];
    int64_t started_ms;
    struct health health;
    struct seal *seal;        /* the keys of data at rest */
    struct lock catalog_lock; /* of the pointer only */
    struct catalog *catalog;
    struct lock import_lock; /* one change of the catalog at a time */
    struct calendar *calendar;
    struct accounts *accounts;
    struct sessions *sessions;
    struct tokens *tokens;
    struct outside *outside;
    struct enrolment *enrolment;
    struct live *live;
    struct alarms *alarms;
    struct historian *historian;
    struct rawlog *rawlog;
    struct lock received_lock;
    struct received *received;
    struct terminals *terminals;
    struct apply *apply;
    struct receive *receive;
    struct push *push;
    struct lane_pool *work, *login, *ask, *ingest;
};

/* Opens the stores, replays the raw log behind the historian's checkpoint, fills the live
 * table and starts the threads.  `why` gets a sentence for the person on error. */
enum { SERVER_WHY_BYTES = 700 };

MUST_USE err server_open(const struct server_options *options, struct server **server,
                         char why[SERVER_WHY_BYTES]);
/* Stop in two steps, because connections sleep in our lanes: after server_quiet none does
 * and none will, so that the doors can be closed; then server_close. */
void server_quiet(struct server *server);
void server_close(struct server *server);

/* The present catalog, held for the caller (catalog_release). */
struct catalog *server_catalog(struct server *server);
/* Make `next` the present one (takes a reference of its own) and tell everybody. */
void server_set_catalog(struct server *server, struct catalog *next);

int64_t server_now_ms(const struct server *server);

#endif
