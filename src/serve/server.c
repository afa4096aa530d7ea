/* server.c - the ladder that opens a server, and the exchange of the catalog. */
#include "serve/server.h"

#include "base/ensure.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "serve/apply.h"
#include "serve/corrections.h"
#include "serve/lane.h"
#include "serve/outside.h"
#include "serve/push.h"
#include "serve/receive.h"
#include "serve/terminals.h"
#include "store/catalog_records.h"
#include "store/cycles.h"

enum {
    WORKERS = 3,
    ASKERS = 2,
    INGESTERS = 2, /* they wait for the raw log, so that queries do not */
    WORK_WAIT_MAX = 256,
    LOGIN_WAIT_MAX = 20 /* more wait than a person would: then 503 */
};

int64_t server_now_ms(const struct server *server)
{
    return clock_utc_ms(server->options.clock);
}

struct catalog *server_catalog(struct server *server)
{
    lock_take(&server->catalog_lock);
    struct catalog *catalog = catalog_hold(server->catalog);
    lock_give(&server->catalog_lock);
    return catalog;
}

void server_set_catalog(struct server *server, struct catalog *next)
{
    lock_take(&server->catalog_lock);
    struct catalog *old = server->catalog;
    server->catalog = catalog_hold(next);
    lock_give(&server->catalog_lock);
    catalog_release(old);
    live_wake(server->live); /* the streams tell it */
}

/* --- the ladder --------------------------------------------------------------------- */

static err open_paths(struct server *server)
{
    const char *data = server->options.data_folder;
    bool fits = file_path(server->database_path, data, "heatnet.db") &&
                file_path(server->rawlog_folder, data, "rawlog") &&
                file_path(server->keys_folder, data, "keys");
    if (!fits) return ERR_RANGE;
    err e = folder_make(data);
    if (!e) e = folder_make(server->rawlog_folder);
    return e;
}

static err open_keys(struct server *server, char why[SERVER_WHY_BYTES])
{
    const struct seal_options options = {.folder = server->keys_folder,
                                         .master_path = server->options.master_key,
                                         .now_ms = server->started_ms,
                                         .make = true};
    char seal_why[SEAL_WHY_BYTES];
    err e = seal_open(&options, &server->seal, seal_why);
    if (e) text_copy(why, SERVER_WHY_BYTES, seal_why);
    return e ? e : seal_turn(server->seal, server->started_ms, false);
}

static err open_catalog(struct server *server)
{
    struct database *database = NULL;
    err e = database_open(server->database_path, &database);
    if (!e) e = store_migrate(database);
    if (!e) e = catalog_records_load(database, &server->catalog);
    if (!e) e = cycles_note(database, server->catalog, server->started_ms);
    if (!e) e = received_open(&server->received);
    if (!e) e = received_load(server->received, database);
    database_close(database);
    if (e) return e;

    const char *zone = catalog_time_zone(server->catalog);
    e = calendar_open_zone(zone, &server->calendar);
    if (e)
        log_event(LOG_ERROR, "serve", "time_zone", "zone=%s error=%s", zone, err_name(e));
    return e;
}

static err open_people(struct server *server)
{
    const struct clock *clock = server->options.clock;
    err e = accounts_open(server->database_path, clock, &server->accounts);
    if (!e)
        e = sessions_open(server->database_path, clock, server->accounts,
                          &server->sessions);
    if (!e) e = tokens_open(server->database_path, clock, &server->tokens);
    if (!e) e = enrolment_open(server->database_path, &server->enrolment);
    return e;
}

static err open_history(struct server *server)
{
    const struct historian_options options = {
        .database_path = server->database_path,
        .seal = server->seal,
        .calendar = server->calendar,
        .head_bytes_max = server->options.head_bytes_max,
        .head_span_ms = server->options.head_span_ms,
    };
    err e = historian_open(&options, &server->historian);
    if (!e)
        e = alarms_open(server->database_path, server->options.clock, &server->alarms);
    if (!e) e = live_open(server->catalog->point_id_max, &server->live);
    if (!e) e = terminals_open(server->database_path, &server->terminals);
    if (!e) e = corrections_migrate(server->database_path);
    if (!e) e = outside_open(server->database_path, &server->outside);
    return e;
}

static err open_rawlog(struct server *server, char why[SERVER_WHY_BYTES])
{
    const struct rawlog_options options = {
        .folder = server->rawlog_folder,
        .seal_bytes = server->options.seal_bytes,
        .seal_ms = server->options.seal_ms,
        .keep_ms = server->options.keep_ms,
        .keep_bytes = server->options.keep_bytes,
        .seal = server->seal,
        .keep_least_ms = 7LL * 24 * 3600 * 1000,
    };
    uint64_t torn_bytes = 0;
    char log_why[RAWLOG_WHY_BYTES] = "";
    err e = rawlog_open(&options, &server->rawlog, &torn_bytes, log_why);
    if (torn_bytes)
        log_event(LOG_WARNING, "serve", "rawlog_torn", "bytes=%llu",
                  (unsigned long long)torn_bytes);
    if (e) text_format(why, SERVER_WHY_BYTES, "raw log: %s %s", err_text(e), log_why);
    return e;
}

static err start(struct server *server)
{
    err e = apply_open(server, &server->apply);
    if (!e) e = apply_replay(server->apply);
    if (!e) e = apply_start(server->apply);
    if (!e) e = receive_open(server, &server->receive);
    if (!e) e = lane_open("work", WORKERS, WORK_WAIT_MAX, &server->work);
    if (!e) e = lane_open("login", 1, LOGIN_WAIT_MAX, &server->login);
    if (!e) e = lane_open("ask", ASKERS, WORK_WAIT_MAX, &server->ask);
    if (!e) e = lane_open("ingest", INGESTERS, WORK_WAIT_MAX, &server->ingest);
    if (!e) e = push_open(server, &server->push);
    return e;
}

err server_open(const struct server_options *options, struct server **server,
                char why[SERVER_WHY_BYTES])
{
    why[0] = '\0';
    struct server *made = memory_new(1, sizeof *made);
    if (!made) return ERR_MEMORY;
    made->options = *options;
    made->started_ms = clock_utc_ms(options->clock);
    health_open(&made->health);
    lock_open(&made->catalog_lock);
    lock_open(&made->import_lock);
    lock_open(&made->received_lock);

    err e = open_paths(made);
    if (!e) e = open_keys(made, why);
    if (!e) e = open_catalog(made);
    if (!e) e = open_people(made);
    if (!e) e = open_history(made);
    if (!e) e = open_rawlog(made, why);
    if (!e) e = start(made);
    if (e) {
        if (!why[0])
            text_format(why, SERVER_WHY_BYTES, "%s: %s", options->data_folder,
                        err_text(e));
        server_close(made);
        return e;
    }
    *server = made;
    return ERR_OK;
}

void server_quiet(struct server *server)
{
    if (server->push) push_stop(server->push);
    lane_stop(server->work);
    lane_stop(server->login);
    lane_stop(server->ask);
    lane_stop(server->ingest);
    receive_stop(server->receive);
}

void server_close(struct server *server)
{
    if (!server) return;
    server_quiet(server);
    if (server->apply) apply_stop(server->apply);
    receive_close(server->receive);
    apply_close(server->apply);
    push_close(server->push);
    lane_close(server->work);
    lane_close(server->login);
    lane_close(server->ask);
    lane_close(server->ingest);
    rawlog_close(server->rawlog);
    terminals_close(server->terminals);
    outside_close(server->outside);
    live_close(server->live);
    alarms_close(server->alarms);
    historian_close(server->historian);
    enrolment_close(server->enrolment);
    tokens_close(server->tokens);
    sessions_close(server->sessions);
    accounts_close(server->accounts);
    received_close(server->received);
    calendar_close(server->calendar);
    catalog_release(server->catalog);
    seal_close(server->seal);
    lock_close(&server->received_lock);
    lock_close(&server->import_lock);
    lock_close(&server->catalog_lock);
    health_close(&server->health);
    memory_free(server);
}
