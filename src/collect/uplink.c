/* uplink.c - a thread a lane: take, post, act on the verdicts. */
#include "collect/uplink.h"

#include "base/arena.h"
#include "base/ensure.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/thread.h"
#include "collect/http.h"
#include "collect/uplink_routes.h"
#include "collect/uplink_verdict.h"
#include "wire/frame.h"

#include <curl/curl.h>
#include <sys/random.h>

enum {
    LANES_N = 2,
    URL_BYTES = 256,
    ANSWER_BYTES_MAX = 512 * 1024,
    CONFIGURATION_ANSWER_BYTES_MAX = 64 * 1024 * 1024,
    BATCH_BYTES_MIN = 8 * 1024,
    TAKE_MS = 1000,
    CLOCK_OFFSET_WARN_MS = 5000
};

struct http_answer {
    struct buffer *bytes;
    char error[HTTP_ERROR_BYTES];
    bool try_again; /* it failed, and there is another way */
};

struct lane {
    struct uplink *uplink;
    enum spool_lane kind;
    const char *name;
    struct thread thread;
    struct http *http;
    struct spool_batch batch;
    size_t batch_bytes; /* present limit */
    unsigned failures_n;
    bool try_again; /* by another way */
    struct buffer answer;
    struct arena arena;
    struct uplink_damaged damaged;
};

struct uplink {
    struct spool *spool;
    const struct clock *clock;
    struct clock
        machine; /* pauses are real time, however fast the terminal's clock runs */
    struct http *fetcher;
    struct lane lanes[LANES_N];
    struct lock lock;
    struct signal stopping_signal; /* also: live posts succeed again */
    bool stopping;
    bool live_fails; /* the last live post failed: the backlog waits its turn */
    struct uplink_state state;
    struct uplink_routes routes;
};

/* --- ways to the server ---------------------------------------------------------- */

static void say_switch(const struct uplink_route *route, const char *why)
{
    log_event(LOG_WARNING, "uplink", "switched", "server=%s interface=%s why=\"%s\"",
              route->server, route->interface[0] ? route->interface : "any", why);
}

static void show_route(struct uplink *u)
{
    u->state.switches = u->routes.switches;
    (void)text_copy(u->state.server, sizeof u->state.server,
                    u->routes.at[u->routes.now].server);
}

static struct uplink_route choose_route(struct uplink *u, size_t *used)
{
    lock_take(&u->lock);
    bool other = uplink_routes_choose(&u->routes, clock_mono_ms(&u->machine));
    struct uplink_route route = u->routes.at[u->routes.now];
    *used = u->routes.now;
    show_route(u);
    lock_give(&u->lock);
    if (other) say_switch(&route, "the first way is tried again");
    return route;
}

/* True: there is another way to be tried at once. */
static bool route_failed(struct uplink *u, size_t used, const char *why)
{
    lock_take(&u->lock);
    uint64_t before = u->routes.switches;
    bool again = uplink_routes_failed(&u->routes, used, clock_mono_ms(&u->machine));
    bool other = u->routes.switches != before;
    struct uplink_route route = u->routes.at[u->routes.now];
    show_route(u);
    lock_give(&u->lock);
    if (other) say_switch(&route, why);
    return again;
}

static void route_answered(struct uplink *u, size_t used)
{
    lock_take(&u->lock);
    uplink_routes_answered(&u->routes, used, clock_mono_ms(&u->machine));
    lock_give(&u->lock);
}

/* One request by the way in use. */
static err request(struct uplink *u, struct http *http, const char *path,
                   struct bytes body, struct http_answer *answer)
{
    char url[URL_BYTES];
    size_t used = 0;
    struct uplink_route route = choose_route(u, &used);

    (void)text_format(url, sizeof url, "%s%s", route.server, path);
    err e = http_interface(http, route.interface);
    if (!e) e = http_request(http, url, body, answer->bytes, answer->error);
    answer->try_again = e && route_failed(u, used, answer->error);
    if (!e) route_answered(u, used);
    return e;
}

/* --- answers --------------------------------------------------------------------- */

static void note_failure(struct uplink *u, err e, const char *error)
{
    lock_take(&u->lock);
    bool was = u->state.connected || u->state.posts_failed == 0;
    u->state.connected = false;
    u->state.posts++;
    u->state.posts_failed++;
    (void)text_copy(u->state.error, sizeof u->state.error,
                    error[0] ? error : err_text(e));
    lock_give(&u->lock);
    if (was)
        log_event(LOG_WARNING, "uplink", "lost", "error=%s text=\"%s\"", err_name(e),
                  error);
}

static void note_answer(struct uplink *u, const struct answer *answer, size_t bytes,
                        int64_t sent_ms, int64_t now_ms)
{
    lock_take(&u->lock);
    struct uplink_state *s = &u->state;
    bool was = s->connected;
    int64_t offset_before = s->clock_offset_ms;
    s->connected = true;
    s->posts++;
    s->bytes_sent += bytes;
    s->error[0] = 0;
    s->answered_ms = now_ms;
    if (answer->server_ms)
        s->clock_offset_ms = answer->server_ms - (sent_ms + (now_ms - sent_ms) / 2);
    if (answer->configuration) s->configuration = answer->configuration;
    int64_t offset = s->clock_offset_ms;
    lock_give(&u->lock);
    if (!was)
        log_event(LOG_INFO, "uplink", "connected", "clock_offset_ms=%lld",
                  (long long)offset);
    bool far = offset > CLOCK_OFFSET_WARN_MS || offset < -CLOCK_OFFSET_WARN_MS;
    int64_t moved = offset - offset_before;
    if (far && (moved > 1000 || moved < -1000))
        log_event(LOG_WARNING, "uplink", "clock_differs", "offset_ms=%lld",
                  (long long)offset);
}

/* False when a frame is to be kept for later: the lane pauses. */
static bool act(struct lane *lane, uint64_t sequence, const struct verdict *verdict)
{
    struct uplink *u = lane->uplink;
    enum uplink_action action = uplink_verdict(&lane->damaged, sequence, verdict->result);

    if (action == UPLINK_DONE || action == UPLINK_GIVE_UP)
        spool_done(u->spool, sequence, action == UPLINK_GIVE_UP);
    if (action == UPLINK_GIVE_UP)
        log_event(LOG_ERROR, "uplink", "frame_given_up", "sequence=%llu text=\"%s\"",
                  (unsigned long long)sequence, verdict->text);
    if (action == UPLINK_AGAIN)
        log_event(LOG_WARNING, "uplink", "frame_damaged", "sequence=%llu text=\"%s\"",
                  (unsigned long long)sequence, verdict->text);
    lock_take(&u->lock);
    u->state.frames_done += action == UPLINK_DONE;
    u->state.frames_refused += action == UPLINK_GIVE_UP;
    u->state.frames_repeated += action == UPLINK_AGAIN;
    lock_give(&u->lock);
    return action != UPLINK_KEEP;
}

/* Verdicts stand in the order of the envelopes; a sequence, where the server could read
 * one, must be the one that was sent there. */
static err act_on_all(struct lane *lane, const struct answer *answer)
{
    bool all = answer->verdicts_n == lane->batch.n;

    for (size_t i = 0; all && i < answer->verdicts_n; i++) {
        const struct verdict *verdict = &answer->verdicts[i];
        uint64_t sequence = lane->batch.sequences[i];
        if (verdict->sequence && verdict->sequence != sequence) return ERR_FRAME;
    }
    if (!all) return ERR_FRAME;
    for (size_t i = 0; i < answer->verdicts_n; i++)
        if (!act(lane, lane->batch.sequences[i], &answer->verdicts[i])) all = false;
    return all ? ERR_OK : ERR_BUSY;
}

/* --- a lane ---------------------------------------------------------------------- */

static err post(struct lane *lane)
{
    struct uplink *u = lane->uplink;
    struct answer answer = {0};
    struct http_answer got = {.bytes = &lane->answer};
    int64_t sent_ms = clock_utc_ms(u->clock);

    buffer_clear(&lane->answer);
    err e = request(u, lane->http, "/uplink/v1/frames", buffer_bytes(&lane->batch.bytes),
                    &got);
    lane->try_again = got.try_again;
    if (!e) e = answer_decode(buffer_bytes(&lane->answer), &lane->arena, &answer);
    if (e) {
        note_failure(u, e, got.error);
    } else {
        note_answer(u, &answer, lane->batch.bytes.n, sent_ms, clock_utc_ms(u->clock));
        e = act_on_all(lane, &answer);
        if (e == ERR_FRAME)
            note_failure(u, e, "the verdicts do not belong to the frames");
    }
    arena_close(&lane->arena);
    return e;
}

static bool pause_lane(struct uplink *u, int64_t ms)
{
    int64_t until = clock_mono_ms(&u->machine) + ms;

    lock_take(&u->lock);
    while (!u->stopping) {
        int64_t left = until - clock_mono_ms(&u->machine);
        if (left <= 0 || !signal_wait_ms(&u->stopping_signal, &u->lock, left)) break;
    }
    bool stopping = u->stopping;
    lock_give(&u->lock);
    return !stopping;
}

static double chance(void)
{
    uint32_t bits = 0;
    if (getrandom(&bits, sizeof bits, GRND_NONBLOCK) != sizeof bits) return 0.5;
    return bits / 4294967296.0;
}

/* Live first, also after an outage: the backlog does not go before a live post got
 * through. */
static bool wait_for_live(struct uplink *u)
{
    lock_take(&u->lock);
    while (u->live_fails && !u->stopping) signal_wait(&u->stopping_signal, &u->lock);
    bool stopping = u->stopping;
    lock_give(&u->lock);
    return !stopping;
}

static void note_live(struct uplink *u, err e)
{
    lock_take(&u->lock);
    u->live_fails = e != ERR_OK;
    signal_all(&u->stopping_signal);
    lock_give(&u->lock);
}

static void after_post(struct lane *lane, err e)
{
    if (lane->kind == SPOOL_LIVE) note_live(lane->uplink, e);
    if (!e) {
        lane->failures_n = 0;
        if (lane->batch_bytes < SPOOL_BATCH_BYTES_MAX) lane->batch_bytes *= 2;
        return;
    }
    lane->failures_n++;
    if (e == ERR_TIMEOUT && lane->batch_bytes > BATCH_BYTES_MIN) lane->batch_bytes /= 2;
    /* Each other way once, and then a pause as without them. */
    if (lane->try_again && lane->failures_n % lane->uplink->routes.n != 0) return;
    (void)pause_lane(lane->uplink, uplink_pause_ms(lane->failures_n, chance()));
}

static bool is_stopping(struct uplink *u)
{
    lock_take(&u->lock);
    bool stopping = u->stopping;
    lock_give(&u->lock);
    return stopping;
}

static void *lane_run(void *context)
{
    struct lane *lane = context;
    struct uplink *u = lane->uplink;

    while (!is_stopping(u)) {
        if (lane->kind == SPOOL_BACKLOG && !wait_for_live(u)) break;
        if (spool_take(u->spool, lane->kind, lane->batch_bytes, TAKE_MS, &lane->batch) ==
            0)
            continue;
        err e = post(lane);
        spool_batch_end(u->spool, &lane->batch);
        after_post(lane, e);
    }
    return NULL;
}

/* --- life ------------------------------------------------------------------------ */

static err lane_open(struct uplink *u, size_t i, const struct http_options *options)
{
    static const char *const names[LANES_N] = {"uplink-live", "uplink-backlog"};
    struct lane *lane = &u->lanes[i];

    lane->uplink = u;
    lane->kind = i == 0 ? SPOOL_LIVE : SPOOL_BACKLOG;
    lane->name = names[i];
    lane->batch_bytes = SPOOL_BATCH_BYTES_MAX;
    /* A batch is one frame at least, however large. */
    buffer_open(&lane->batch.bytes, SPOOL_BATCH_BYTES_MAX + 2U * SPOOL_PAYLOAD_BYTES_MAX);
    buffer_open(&lane->answer, ANSWER_BYTES_MAX);
    arena_open(&lane->arena, ANSWER_BYTES_MAX);
    return http_open(options, &lane->http);
}

err uplink_open(const struct uplink_options *options, struct spool *spool,
                const struct clock *clock, struct uplink **uplink)
{
    ensure(options && spool && clock && uplink);

    struct http_options http = {options->certificate, options->key, options->authority,
                                UPLINK_CONNECT_MS, UPLINK_ANSWER_MS};

    struct uplink *u = memory_new(1, sizeof *u);
    if (!u) return ERR_MEMORY;
    u->spool = spool;
    u->clock = clock;
    clock_machine(&u->machine);
    lock_open(&u->lock);
    signal_open(&u->stopping_signal);
    err e = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? ERR_OK : ERR_MEMORY;
    if (!e)
        e = uplink_routes_parse(options->server, options->return_ms,
                                clock_mono_ms(&u->machine), &u->routes);
    if (!e) show_route(u);
    if (!e) e = http_open(&http, &u->fetcher);
    for (size_t i = 0; i < LANES_N && !e; i++) e = lane_open(u, i, &http);
    for (size_t i = 0; i < LANES_N && !e; i++)
        e = thread_start(&u->lanes[i].thread, u->lanes[i].name, lane_run, &u->lanes[i]);
    if (e)
        uplink_close(u);
    else
        *uplink = u;
    return e;
}

void uplink_close(struct uplink *u)
{
    if (!u) return;
    lock_take(&u->lock);
    u->stopping = true;
    signal_all(&u->stopping_signal);
    lock_give(&u->lock);
    spool_wake(u->spool);
    for (size_t i = 0; i < LANES_N; i++) {
        struct lane *lane = &u->lanes[i];
        thread_join(&lane->thread);
        http_close(lane->http);
        buffer_close(&lane->batch.bytes);
        buffer_close(&lane->answer);
        arena_close(&lane->arena);
    }
    http_close(u->fetcher);
    signal_close(&u->stopping_signal);
    lock_close(&u->lock);
    memory_free(u);
}

void uplink_state(struct uplink *u, struct uplink_state *state)
{
    ensure(u && state);
    lock_take(&u->lock);
    *state = u->state;
    lock_give(&u->lock);
}

err uplink_fetch_configuration(struct uplink *u, struct buffer *json)
{
    ensure(u && json);

    struct http_answer got = {.bytes = json};
    err e = ERR_CLOSED;

    for (size_t i = 0; i < u->routes.n; i++) {
        buffer_clear(json);
        e = request(u, u->fetcher, "/uplink/v1/configuration", (struct bytes){0}, &got);
        if (!e || !got.try_again) break;
    }
    if (e)
        log_event(LOG_WARNING, "uplink", "configuration_failed", "error=%s text=\"%s\"",
                  err_name(e), got.error);
    return e;
}
