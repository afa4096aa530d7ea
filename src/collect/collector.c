/* collector.c - wiring; the rules are in the modules it joins. */
#include "collect/collector.h"

#include "base/ensure.h"
#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/thread.h"
#include "collect/collector_status.h"

enum {
    DAY_MS = 86400000,
    ROWS_RUN = 16,
    ROWS_FILL = 64,
    MAINTAIN_MS = 1000,
    FETCH_MS = 2000, /* between tries */
    STATUS_BYTES_MAX = 64 * 1024
};

struct collector {
    struct collector_options options;
    char code[CATALOG_CODE_BYTES], folder[FILE_PATH_BYTES];
    struct clock machine;
    struct spool *spool;
    struct uplink *uplink;
    struct framer framer;
    struct modems *modems; /* NULL = none dials in */
    struct configuration *configuration;
    int64_t fetch_mono_ms, status_mono_ms; /* when next */

    struct lock lock; /* around poller and stopping */
    struct poller *poller;
    bool stopping;
    struct thread thread; /* frames; none when filling */
};

/* --- framing thread -------------------------------------------------------------- */

static struct poller *poller_of(struct collector *t, bool *stopping)
{
    lock_take(&t->lock);
    struct poller *poller = t->poller;
    *stopping = t->stopping;
    lock_give(&t->lock);
    return poller;
}

static void *frame_run(void *context)
{
    struct collector *t = context;
    int64_t maintained = clock_mono_ms(&t->machine);
    bool stopping = false;

    for (;;) {
        struct poller *poller = poller_of(t, &stopping);
        if (stopping || !poller) break;
        if (poller_wait(poller, COLLECTOR_FRAME_MS, MAINTAIN_MS)) {
            err e = framer_flush(&t->framer, poller);
            (void)e; /* the spool keeps what it could not write, and has said so */
        }
        int64_t now = clock_mono_ms(&t->machine);
        if (now - maintained < MAINTAIN_MS) continue;
        maintained = now;
        err e = spool_maintain(t->spool);
        (void)e; /* likewise */
    }
    return NULL;
}

static void stop_framing(struct collector *t)
{
    lock_take(&t->lock);
    t->stopping = true;
    lock_give(&t->lock);
    if (t->poller) poller_wake(t->poller);
    thread_join(&t->thread);
    t->thread.started = false;
}

/* --- polling --------------------------------------------------------------------- */

/* Stop polling by the present configuration; what is gathered is framed. */
static void stop_polling(struct collector *t)
{
    struct poller_counts counts;

    if (!t->poller) return;
    stop_framing(t);
    err e = framer_flush(&t->framer, t->poller);
    if (e) log_event(LOG_WARNING, "collect", "last_frame", "error=%s", err_name(e));
    poller_counts(t->poller, &counts);
    t->framer.missed_before += counts.missed;
    poller_close(t->poller);
    t->poller = NULL;
}

/* Takes over the configuration. */
static err start_polling(struct collector *t, struct configuration *configuration)
{
    const struct collector_options *o = &t->options;
    bool fill = o->by_hand != NULL;
    struct poller_options options = {.clock = fill ? o->by_hand : o->clock,
                                     .workers_n = o->workers_n,
                                     .timeout_ms = o->timeout_ms,
                                     .rows_max = fill ? ROWS_FILL : ROWS_RUN,
                                     .cycle_ms_min = fill ? o->fill_step_ms : 0,
                                     .spread = o->spread,
                                     .folder = t->folder,
                                     .modems = t->modems};

    stop_polling(t);
    configuration_close(t->configuration);
    t->configuration = configuration;
    t->stopping = false;
    err e = poller_open(configuration, &options, &t->poller);
    if (!e && !fill) e = thread_start(&t->thread, "frame", frame_run, t);
    if (e) {
        log_event(LOG_ERROR, "collect", "no_polling", "error=%s", err_name(e));
        return e;
    }
    log_event(LOG_INFO, "collect", "polling", "version=%llu devices=%zu",
              (unsigned long long)configuration->version, configuration->devices_n);
    return ERR_OK;
}

/* --- configuration --------------------------------------------------------------- */

static void say_diag(const struct diag *diag)
{
    for (size_t i = 0; i < diag->n && i < 5; i++)
        log_event(LOG_ERROR, "collect", "configuration_wrong", "field=%s text=\"%s\"",
                  diag->at[i].field, diag->at[i].text);
}

static err parse(struct collector *t, struct bytes json, struct configuration **c)
{
    struct diag *diag = memory_new(1, sizeof *diag);
    if (!diag) return ERR_MEMORY;
    err e = configuration_parse(json, c, diag);
    if (!e && !text_equal((*c)->terminal, t->code)) {
        diag_add(diag, 0, "terminal", "it is for terminal %s", (*c)->terminal);
        configuration_close(*c);
        e = ERR_RANGE;
    }
    if (e) say_diag(diag);
    memory_free(diag);
    return e;
}

static err fetch(struct collector *t)
{
    struct configuration *c = NULL;
    struct buffer json;

    buffer_open(&json, CONFIGURATION_BYTES_MAX);
    err e = uplink_fetch_configuration(t->uplink, &json);
    if (!e) e = parse(t, buffer_bytes(&json), &c);
    if (!e) {
        err saved = configuration_save(t->folder, buffer_bytes(&json));
        if (saved)
            log_event(LOG_ERROR, "collect", "configuration_not_kept", "error=%s",
                      err_name(saved));
    }
    buffer_close(&json);
    if (!e) e = start_polling(t, c);
    return e;
}

static err load(struct collector *t)
{
    struct configuration *c = NULL;
    struct diag *diag = memory_new(1, sizeof *diag);

    if (!diag) return ERR_MEMORY;
    err e = configuration_load(t->folder, &c, diag);
    if (e && e != ERR_UNKNOWN) say_diag(diag);
    memory_free(diag);
    if (e) return e;
    if (text_equal(c->terminal, t->code)) return start_polling(t, c);
    configuration_close(c);
    return ERR_UNKNOWN;
}

/* --- life ------------------------------------------------------------------------ */

static err open_spool(struct collector *t)
{
    char folder[FILE_PATH_BYTES];

    if (!file_path(folder, t->folder, "spool")) return ERR_RANGE;
    struct spool_options options = spool_options_default(folder);
    if (t->options.spool_bytes) options.bytes_max = t->options.spool_bytes;
    if (options.segment_bytes > options.bytes_max / 8)
        options.segment_bytes = options.bytes_max / 8;
    if (t->options.keep_days) options.keep_ms = (int64_t)t->options.keep_days * DAY_MS;
    return spool_open(&options, t->options.clock, &t->spool);
}

static err open_modems(struct collector *t)
{
    const struct modems_options *options = &t->options.modems;
    char why[MODEM_WHY_BYTES] = "";

    if (!options->listen || !options->listen[0]) return ERR_OK;
    err e = modems_open(options, &t->modems, why, sizeof why);
    if (e) {
        log_event(LOG_ERROR, "collect", "modems_failed", "error=%s why=\"%s\"",
                  err_name(e), why);
        return e;
    }
    log_event(LOG_INFO, "collect", "modems_listen", "port=%u",
              (unsigned)modems_port(t->modems));
    return ERR_OK;
}

err collector_open(const struct collector_options *options, struct collector **collector)
{
    ensure(options && options->clock && collector);

    struct collector *t = memory_new(1, sizeof *t);
    if (!t) return ERR_MEMORY;
    t->options = *options;
    clock_machine(&t->machine);
    lock_open(&t->lock);
    err e = ERR_OK;
    if (!text_copy(t->code, sizeof t->code, options->code) ||
        !text_copy(t->folder, sizeof t->folder, options->folder))
        e = ERR_RANGE;
    if (!e) e = folder_make(t->folder);
    if (!e) e = open_spool(t);
    if (!e) e = open_modems(t);
    if (!e) framer_open(&t->framer, t->code, t->spool, options->clock);
    if (!e) e = uplink_open(&options->uplink, t->spool, options->clock, &t->uplink);
    if (e) {
        collector_close(t);
        return e;
    }
    /* Without either there is none yet: collector_tend goes on asking. */
    if (fetch(t) && load(t))
        log_event(LOG_WARNING, "collect", "no_configuration", "server=%s",
                  options->uplink.server);
    *collector = t;
    return ERR_OK;
}

/* Give frames that were just written a moment to reach the server. */
static void wait_for_uplink(struct collector *t)
{
    int64_t until = clock_mono_ms(&t->machine) + COLLECTOR_FLUSH_MS;
    struct spool_counts spool;
    struct uplink_state uplink;

    for (;;) {
        spool_counts(t->spool, &spool);
        uplink_state(t->uplink, &uplink);
        int64_t now = clock_mono_ms(&t->machine);
        if (spool.frames == 0 || !uplink.connected || now >= until) return;
        clock_sleep_until(&t->machine, now + 20);
    }
}

void collector_close(struct collector *t)
{
    if (!t) return;
    if (t->spool) stop_polling(t);
    modems_close(t->modems);
    if (t->uplink) wait_for_uplink(t);
    uplink_close(t->uplink);
    if (t->spool) framer_close(&t->framer);
    spool_close(t->spool);
    configuration_close(t->configuration);
    lock_close(&t->lock);
    memory_free(t);
}

static void write_status(struct collector *t)
{
    struct collector_status status = {.code = t->code,
                                      .now_ms = clock_utc_ms(t->options.clock),
                                      .poller = t->poller,
                                      .modems = t->modems};
    struct buffer text;

    spool_counts(t->spool, &status.spool);
    uplink_state(t->uplink, &status.uplink);
    buffer_open(&text, STATUS_BYTES_MAX);
    collector_status_text(&status, &text);
    err e = text.broken;
    if (!e) e = collector_status_save(t->folder, buffer_bytes(&text));
    buffer_close(&text);
    if (e) log_event(LOG_WARNING, "collect", "status_failed", "error=%s", err_name(e));
}

void collector_tend(struct collector *t)
{
    ensure(t);

    struct uplink_state uplink;
    int64_t now = clock_mono_ms(&t->machine);

    uplink_state(t->uplink, &uplink);
    bool newer = t->configuration && uplink.configuration &&
                 uplink.configuration != t->configuration->version;
    if ((!t->poller || newer) && now >= t->fetch_mono_ms) {
        t->fetch_mono_ms = now + FETCH_MS;
        err e = fetch(t);
        if (e && newer)
            t->fetch_mono_ms = now + 10LL * FETCH_MS; /* the old one goes on meanwhile */
    }
    if (now < t->status_mono_ms) return;
    t->status_mono_ms = now + COLLECTOR_STATUS_MS;
    write_status(t);
}

bool collector_is_polling(const struct collector *t)
{
    return t->poller != NULL;
}

/* --- filling --------------------------------------------------------------------- */

void collector_poll_due(struct collector *t)
{
    ensure(t->options.by_hand && t->poller);
    poller_poll_due(t->poller);
}

err collector_frame(struct collector *t)
{
    ensure(t->options.by_hand && t->poller);
    return framer_flush(&t->framer, t->poller);
}

size_t collector_rows(struct collector *t)
{
    return poller_rows(t->poller);
}

err collector_maintain(struct collector *t)
{
    ensure(t->options.by_hand);
    return spool_maintain(t->spool);
}

void collector_counts(struct collector *t, struct spool_counts *spool,
                      struct poller_counts *polls, struct uplink_state *uplink)
{
    spool_counts(t->spool, spool);
    uplink_state(t->uplink, uplink);
    *polls = (struct poller_counts){0};
    if (t->poller) poller_counts(t->poller, polls);
}
