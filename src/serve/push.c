/* push.c - see push.h.
 *
 * One lock guards the list and every subscriber.  A subscriber belongs to its response:
 * the HTTP library frees it when the connection ends. */
#include "serve/push.h"

#include "base/ensure.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/thread.h"
#include "model/quality.h"
#include "serve/js.h"
#include "serve/json_alarm.h"
#include "serve/server.h"

#include <math.h>
#include <string.h>
#include <sys/socket.h>

enum {
    VALUES_MS = 200, /* between two batches */
    BEAT_MS = 5000,
    SESSION_LOOK_MS = 1000,
    ROUND_MS = 250, /* longest wait without a look around */
    ROUND_MS_LEAST = 10,
    LAST_MS = 500,
    OUT_BYTES_MAX = 8 << 20,
    BLOCK_BYTES = 64 << 10
};

struct subscriber {
    struct subscriber *next;
    struct push *push;
    struct MHD_Connection *connection;
    bool asleep, ended;
    int handle; /* of the connection, only to look whether the browser is gone */
    char token[SESSION_TOKEN_BYTES]; /* of the session's cookie; "" at the local door */
    uint64_t session_id;
    uint32_t *points;
    size_t points_n;
    bool alarms;
    uint64_t live_version, alarms_version, catalog_version;
    int64_t values_mono_ms, beat_mono_ms, session_mono_ms;
    struct buffer out;
    size_t sent_n; /* of out */
};

struct push {
    struct server *server;
    struct thread thread;
    struct lock lock;
    struct signal wake; /* for the pause between two rounds */
    bool stopping;
    size_t n;
    struct subscriber *first;
    struct live_value *values; /* PUSH_POINTS_MAX of them, of the thread */
};

static void *push_run(void *context);

err push_open(struct server *server, struct push **push)
{
    struct push *made = memory_new(1, sizeof *made);
    if (!made) return ERR_MEMORY;
    made->server = server;
    lock_open(&made->lock);
    signal_open(&made->wake);
    made->values = memory_new(PUSH_POINTS_MAX, sizeof *made->values);
    err e = made->values ? ERR_OK : ERR_MEMORY;
    if (!e) e = thread_start(&made->thread, "push", push_run, made);
    if (e) {
        push_close(made);
        return e;
    }
    *push = made;
    return ERR_OK;
}

void push_close(struct push *push)
{
    if (!push) return;
    push_stop(push);
    ensure(push->n == 0);
    signal_close(&push->wake);
    lock_close(&push->lock);
    memory_free(push->values);
    memory_free(push);
}

size_t push_subscribers(struct push *push)
{
    lock_take(&push->lock);
    size_t n = push->n;
    lock_give(&push->lock);
    return n;
}

/* --- what is written (under the lock) ----------------------------------------------- */

static void event_begin(struct buffer *out, const char *name)
{
    buffer_put_text(out, "event: ");
    buffer_put_text(out, name);
    buffer_put_text(out, "\ndata: ");
}

static void event_end(struct buffer *out)
{
    buffer_put_text(out, "\n\n");
}

static void put_value(struct buffer *out, const struct live_value *value)
{
    js_array(out);
    js_u64(out, value->point);
    js_double(out, quality_has_value(value->quality) ? value->value : NAN);
    js_u64(out, value->quality);
    js_i64_or_null(out, value->time_ms);
    js_array_end(out);
}

static void put_values(struct subscriber *subscriber, const struct live_value *values,
                       size_t n)
{
    struct buffer *out = &subscriber->out;
    event_begin(out, "values");
    js_object(out);
    js_put_i64(out, "t", server_now_ms(subscriber->push->server));
    js_key(out, "v");
    js_array(out);
    for (size_t i = 0; i < n; i++) put_value(out, &values[i]);
    js_array_end(out);
    js_object_end(out);
    event_end(out);
}

/* All that was asked for, also what was never heard. */
static void put_first(struct subscriber *subscriber)
{
    struct live *live = subscriber->push->server->live;
    struct buffer *out = &subscriber->out;
    subscriber->live_version = live_version(live);
    event_begin(out, "values");
    js_object(out);
    js_put_i64(out, "t", server_now_ms(subscriber->push->server));
    js_key(out, "v");
    js_array(out);
    for (size_t i = 0; i < subscriber->points_n; i++) {
        struct live_value value = live_read(live, subscriber->points[i]);
        value.point = subscriber->points[i];
        put_value(out, &value);
    }
    js_array_end(out);
    js_object_end(out);
    event_end(out);
}

static void put_changed_values(struct subscriber *subscriber)
{
    struct push *push = subscriber->push;
    uint64_t version = 0;
    size_t n = live_changed(push->server->live, subscriber->points, subscriber->points_n,
                            subscriber->live_version, push->values, &version);
    subscriber->live_version = version;
    if (n) put_values(subscriber, push->values, n);
}

struct alarm_list {
    struct subscriber *subscriber;
    const struct catalog *catalog;
};

static err put_alarm(void *context, const struct alarm_record *record)
{
    struct alarm_list *list = context;
    json_alarm(&list->subscriber->out, record, list->catalog,
               list->subscriber->push->server->live);
    return ERR_OK;
}

static void put_alarms(struct subscriber *subscriber)
{
    struct server *server = subscriber->push->server;
    struct buffer *out = &subscriber->out;
    struct alarm_list list = {subscriber, server_catalog(server)};
    size_t start_n = out->n;
    event_begin(out, "alarms");
    js_object(out);
    js_key(out, "counts");
    json_alarm_counts(out, server->alarms);
    js_key(out, "changed");
    js_array(out);
    uint64_t version = subscriber->alarms_version;
    err e = alarms_changed(server->alarms, subscriber->alarms_version, &version,
                           put_alarm, &list);
    js_array_end(out);
    js_object_end(out);
    event_end(out);
    catalog_release((struct catalog *)list.catalog);
    subscriber->alarms_version = version;
    if (e) out->n = start_n;
}

static void put_catalog(struct subscriber *subscriber, uint64_t version)
{
    struct buffer *out = &subscriber->out;
    subscriber->catalog_version = version;
    event_begin(out, "catalog");
    js_object(out);
    js_put_u64(out, "version", version);
    js_object_end(out);
    event_end(out);
}

static void put_beat(struct subscriber *subscriber)
{
    struct buffer *out = &subscriber->out;
    event_begin(out, "beat");
    js_object(out);
    js_put_i64(out, "t", server_now_ms(subscriber->push->server));
    js_object_end(out);
    event_end(out);
}

static void put_end(struct subscriber *subscriber, const char *code)
{
    if (subscriber->ended) return;
    subscriber->ended = true;
    struct buffer *out = &subscriber->out;
    event_begin(out, "end");
    js_object(out);
    js_put_text(out, "code", code);
    js_object_end(out);
    event_end(out);
}

/* --- the HTTP side ------------------------------------------------------------------ */

static ssize_t read_out(void *context, uint64_t position, char *room, size_t room_n)
{
    (void)position;
    struct subscriber *subscriber = context;
    struct push *push = subscriber->push;
    ssize_t n = 0;
    lock_take(&push->lock);
    size_t left = subscriber->out.n - subscriber->sent_n;
    if (left) {
        n = (ssize_t)(left < room_n ? left : room_n);
        memcpy(room, subscriber->out.at + subscriber->sent_n, (size_t)n);
        subscriber->sent_n += (size_t)n;
        if (subscriber->sent_n == subscriber->out.n) {
            buffer_clear(&subscriber->out);
            subscriber->sent_n = 0;
        }
    } else if (subscriber->ended) {
        n = MHD_CONTENT_READER_END_OF_STREAM;
    } else {
        subscriber->asleep = true;
        MHD_suspend_connection(subscriber->connection);
    }
    lock_give(&push->lock);
    return n;
}

static void unsubscribe(void *context)
{
    struct subscriber *subscriber = context;
    struct push *push = subscriber->push;
    lock_take(&push->lock);
    struct subscriber **at = &push->first;
    while (*at && *at != subscriber) at = &(*at)->next;
    if (*at) {
        *at = subscriber->next;
        push->n--;
    }
    if (!push->n) signal_all(&push->wake); /* push_stop waits for it */
    lock_give(&push->lock);
    buffer_close(&subscriber->out);
    memory_free(subscriber->points);
    memory_free(subscriber);
}

static err fill_subscriber(struct subscriber *subscriber, struct request *request,
                           const struct push_wish *wish)
{
    const char *token = MHD_lookup_connection_value(request->connection, MHD_COOKIE_KIND,
                                                    "heatnet_session");
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    subscriber->handle = info ? info->connect_fd : -1;
    subscriber->connection = request->connection;
    subscriber->session_id = request->session.id;
    if (token && request->door != DOOR_LOCAL)
        text_copy(subscriber->token, sizeof subscriber->token, token);
    subscriber->alarms = wish->alarms;
    subscriber->points_n = wish->points_n;
    if (wish->points_n) {
        subscriber->points = memory_new(wish->points_n, sizeof *subscriber->points);
        if (!subscriber->points) return ERR_MEMORY;
        memcpy(subscriber->points, wish->points, wish->points_n * sizeof *wish->points);
    }
    return ERR_OK;
}

/* --- who is still there (under the lock) -------------------------------------------- */

/* A sleeping connection is not watched by the library: a closed browser would stay until
 * the next beat. */
static bool is_gone(const struct subscriber *subscriber)
{
    uint8_t byte;
    if (!subscriber->asleep || subscriber->handle < 0) return false;
    return recv(subscriber->handle, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

static void wake(struct subscriber *subscriber)
{
    if (!subscriber->asleep) return;
    subscriber->asleep = false;
    MHD_resume_connection(subscriber->connection);
}

static void end_if_gone(struct subscriber *subscriber)
{
    if (subscriber->ended || !is_gone(subscriber)) return;
    subscriber->ended = true;
    wake(subscriber);
}

static bool has_room(struct push *push, uint64_t session_id)
{
    if (push->stopping || push->n >= PUSH_STREAMS_MAX) return false;
    size_t n = 0;
    for (struct subscriber *s = push->first; s; s = s->next) {
        if (s->session_id != session_id) continue;
        end_if_gone(s);
        n += !s->ended;
    }
    return n < PUSH_STREAMS_SESSION_MAX;
}

static void join(struct push *push, struct subscriber *subscriber)
{
    struct server *server = push->server;
    int64_t now_ms = clock_mono_ms(server->options.clock);
    struct catalog *catalog = server_catalog(server);
    subscriber->catalog_version = catalog->version;
    catalog_release(catalog);
    subscriber->beat_mono_ms = now_ms;
    subscriber->session_mono_ms = now_ms;
    subscriber->alarms_version = alarms_version(server->alarms);
    if (subscriber->points_n) put_first(subscriber);
    if (subscriber->alarms) put_alarms(subscriber);
    put_beat(subscriber);
    subscriber->next = push->first;
    push->first = subscriber;
    push->n++;
}

err push_subscribe(struct push *push, struct request *request,
                   const struct push_wish *wish)
{
    struct subscriber *subscriber = memory_new(1, sizeof *subscriber);
    if (!subscriber) return ERR_MEMORY;
    subscriber->push = push;
    buffer_open(&subscriber->out, OUT_BYTES_MAX);
    err e = fill_subscriber(subscriber, request, wish);
    struct MHD_Response *response = NULL;
    if (!e) {
        response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES,
                                                     read_out, subscriber, unsubscribe);
        if (!response) e = ERR_MEMORY;
    }
    if (e) {
        buffer_close(&subscriber->out);
        memory_free(subscriber->points);
        memory_free(subscriber);
        return e;
    }
    lock_take(&push->lock);
    bool room = has_room(push, subscriber->session_id);
    if (room) join(push, subscriber);
    lock_give(&push->lock);
    if (!room) {
        MHD_destroy_response(response); /* calls unsubscribe */
        return ERR_FULL;
    }
    request->response = response;
    return ERR_OK;
}

/* --- the thread --------------------------------------------------------------------- */

/* Its session ended, its right went, or its password must be changed: say so and close.
 */
static void look_at_session(struct subscriber *subscriber, int64_t now_ms)
{
    if (!subscriber->token[0] || now_ms - subscriber->session_mono_ms < SESSION_LOOK_MS)
        return;
    subscriber->session_mono_ms = now_ms;
    struct session session;
    err e =
        sessions_find(subscriber->push->server->sessions, subscriber->token, &session);
    if (e)
        put_end(subscriber, "signed_out");
    else if (!role_has(session.account.role, RIGHT_WATCH))
        put_end(subscriber, "forbidden");
}

static void serve_one(struct subscriber *subscriber, uint64_t catalog_version,
                      int64_t now_ms)
{
    struct server *server = subscriber->push->server;
    look_at_session(subscriber, now_ms);
    bool idle = subscriber->out.n == 0 && !subscriber->ended;
    if (idle && subscriber->points_n &&
        now_ms - subscriber->values_mono_ms >= VALUES_MS &&
        live_version(server->live) != subscriber->live_version) {
        put_changed_values(subscriber);
        if (subscriber->out.n) subscriber->values_mono_ms = now_ms;
    }
    if (idle && subscriber->alarms &&
        alarms_version(server->alarms) != subscriber->alarms_version)
        put_alarms(subscriber);
    if (idle && catalog_version != subscriber->catalog_version)
        put_catalog(subscriber, catalog_version);
    if (idle && now_ms - subscriber->beat_mono_ms >= BEAT_MS) put_beat(subscriber);
    if (subscriber->out.broken && !subscriber->ended) {
        buffer_clear(&subscriber->out);
        put_end(subscriber, "shutdown"); /* cannot be: it asked for more than fits */
    }
    if (!subscriber->out.n && !subscriber->ended) return;
    if (subscriber->out.n) subscriber->beat_mono_ms = now_ms;
    wake(subscriber);
}

/* One look at everybody.  Returns how long to sleep: until the earliest batch that is
 * held back, else ROUND_MS; *all_held: nobody wants a change sooner than that. */
static int64_t round_of_all(struct push *push, bool *all_held)
{
    struct server *server = push->server;
    int64_t now_ms = clock_mono_ms(server->options.clock);
    struct catalog *catalog = server_catalog(server);
    uint64_t catalog_version = catalog->version;
    catalog_release(catalog);

    int64_t sleep_ms = ROUND_MS;
    lock_take(&push->lock);
    *all_held = push->first != NULL;
    for (struct subscriber *s = push->first; s; s = s->next) {
        serve_one(s, catalog_version, now_ms);
        int64_t due_ms = s->values_mono_ms + VALUES_MS - now_ms;
        if (!s->points_n || due_ms <= 0)
            *all_held = false;
        else if (due_ms < sleep_ms)
            sleep_ms = due_ms;
    }
    lock_give(&push->lock);
    return sleep_ms;
}

static bool pause_or_stop(struct push *push, int64_t pause_ms)
{
    lock_take(&push->lock);
    if (pause_ms > 0 && !push->stopping)
        (void)signal_wait_ms(&push->wake, &push->lock, pause_ms);
    bool stopping = push->stopping;
    lock_give(&push->lock);
    return stopping;
}

/* Behind a batch for everybody there is nothing to do for a while: that is slept through
 * instead of waking at every frame.  Otherwise the next change wakes, but rounds keep a
 * least distance, so that a busy plant costs a quiet screen little. */
static void *push_run(void *context)
{
    struct push *push = context;
    struct live *live = push->server->live;
    for (;;) {
        uint64_t version = live_version(live);
        bool all_held = false;
        int64_t sleep_ms = round_of_all(push, &all_held);
        if (pause_or_stop(push, all_held ? sleep_ms : ROUND_MS_LEAST)) break;
        if (!all_held) (void)live_wait(live, version, sleep_ms);
    }
    return NULL;
}

void push_stop(struct push *push)
{
    lock_take(&push->lock);
    push->stopping = true;
    signal_all(&push->wake);
    lock_give(&push->lock);
    live_wake(push->server->live);
    thread_join(&push->thread);

    lock_take(&push->lock);
    for (struct subscriber *s = push->first; s; s = s->next) {
        put_end(s, "shutdown");
        wake(s);
    }
    /* Let the last words out before the doors close; a dead browser is not waited for. */
    bool in_time = true;
    while (push->n && in_time)
        in_time = signal_wait_ms(&push->wake, &push->lock, LAST_MS);
    lock_give(&push->lock);
}
