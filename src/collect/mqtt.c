/* mqtt.c - the connection to a broker and its thread; see mqtt.h. */
#include "collect/mqtt.h"

#include "base/ensure.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "collect/mqtt_channel.h"
#include "collect/mqtt_login.h"

#include <errno.h>
#include <string.h>

enum {
    KEEP_ALIVE_S = 30,
    LOOP_MS = 100,
    CONNECT_MS = 10000,
    RETRY_MS = 500,
    RETRY_MS_MAX = 30000,
    QOS = 1
};

/* --- addresses -------------------------------------------------------------------- */

static err check(const char *what, const char *address, char *why, size_t why_n)
{
    return mqtt_address_check("mqtt", what, address, why, why_n);
}

static err channel_name(const char *address, char name[DRIVER_CHANNEL_BYTES])
{
    struct mqtt_address a;

    err e = mqtt_address_parse(address, &a, NULL, 0);
    if (e) return e;
    bool colon = strchr(a.host, ':') != NULL;
    return text_format(name, DRIVER_CHANNEL_BYTES, "%s:%s%s%s:%u%s%s",
                       a.is_tls ? "mqtts" : "mqtt", colon ? "[" : "", a.host,
                       colon ? "]" : "", (unsigned)a.port, a.login[0] ? ";login=" : "",
                       a.login)
               ? ERR_OK
               : ERR_RANGE;
}

/* --- connection ------------------------------------------------------------------- */

/* Called by the thread, without the lock. */
static void say_error(struct driver_channel *c, const char *why)
{
    lock_take(&c->lock);
    bool is_new = c->is_connected || !text_equal(c->error, why);
    c->is_connected = false;
    (void)text_copy(c->error, sizeof c->error, why);
    lock_give(&c->lock);
    if (is_new)
        log_event(LOG_WARNING, "collect", "mqtt_disconnected", "broker=%s why=\"%s\"",
                  c->name, why);
}

static void on_message(struct mosquitto *client, void *context,
                       const struct mosquitto_message *message)
{
    (void)client;
    mqtt_receive(context, message->topic,
                 (struct bytes){message->payload, (size_t)message->payloadlen});
}

static void on_connect(struct mosquitto *client, void *context, int code)
{
    struct driver_channel *c = context;
    int result = MOSQ_ERR_SUCCESS;

    if (code) {
        say_error(c, mosquitto_connack_string(code));
        return;
    }
    lock_take(&c->lock);
    for (struct driver_plan *p = c->plans; p && !result; p = p->next)
        result = mosquitto_subscribe(client, NULL, p->filter, QOS);
    c->is_connected = !result;
    c->error[0] = 0;
    if (!result) mqtt_ask_rebirths(c);
    lock_give(&c->lock);
    log_event(LOG_INFO, "collect", "mqtt_connected", "broker=%s result=\"%s\"", c->name,
              mosquitto_strerror(result));
}

static int set_up_login(struct driver_channel *c, bool *is_trusting)
{
    struct mqtt_login login = {0};

    if (!c->broker.login[0]) return MOSQ_ERR_SUCCESS;
    err e = mqtt_login_load(c->folder, c->broker.login, &login);
    int result = e ? MOSQ_ERR_AUTH : MOSQ_ERR_SUCCESS;
    if (e)
        log_event(LOG_ERROR, "collect", "mqtt_login", "name=%s why=\"%s\"",
                  c->broker.login,
                  e == ERR_DENIED ? "others may read the file: chmod 600" : err_text(e));
    if (!result && login.user[0])
        result = mosquitto_username_pw_set(c->client, login.user,
                                           login.password[0] ? login.password : NULL);
    *is_trusting = c->broker.is_tls && login.authority[0];
    if (!result && *is_trusting)
        result = mosquitto_tls_set(c->client, login.authority, NULL,
                                   login.certificate[0] ? login.certificate : NULL,
                                   login.key[0] ? login.key : NULL, NULL);
    explicit_bzero(&login, sizeof login);
    return result;
}

/* A client with login and trust; MOSQ_ERR_... */
static int set_up(struct driver_channel *c)
{
    bool is_trusting = false;

    c->client = mosquitto_new(c->client_id, false, c);
    if (!c->client) return MOSQ_ERR_NOMEM;
    mosquitto_connect_callback_set(c->client, on_connect);
    mosquitto_message_callback_set(c->client, on_message);
    int result = set_up_login(c, &is_trusting);
    if (!result && c->broker.is_tls && !is_trusting)
        result = mosquitto_tls_set(c->client, NULL, "/etc/ssl/certs", NULL, NULL, NULL);
    if (!result && c->broker.is_tls)
        result = mosquitto_tls_opts_set(c->client, 1, "tlsv1.2", NULL);
    return result;
}

static bool is_stopping(struct driver_channel *c, int64_t wait_ms)
{
    int64_t end_ms = clock_mono_ms(&c->clock) + wait_ms;

    lock_take(&c->lock);
    while (!c->stopping) {
        int64_t left = end_ms - clock_mono_ms(&c->clock);
        if (left <= 0) break;
        (void)signal_wait_ms(&c->changed, &c->lock, left);
    }
    bool stopping = c->stopping;
    lock_give(&c->lock);
    return stopping;
}

/* Until the connection is lost, or does not come about in time. */
static int run_connection(struct driver_channel *c, bool *came_about)
{
    int64_t limit_ms = clock_mono_ms(&c->clock) + CONNECT_MS;
    int result = mosquitto_connect_async(c->client, c->broker.host, c->broker.port,
                                         KEEP_ALIVE_S);

    while (!result && !is_stopping(c, 0)) {
        result = mosquitto_loop(c->client, LOOP_MS, 1);
        lock_take(&c->lock);
        bool is_connected = c->is_connected;
        lock_give(&c->lock);
        *came_about = *came_about || is_connected;
        if (!*came_about && clock_mono_ms(&c->clock) > limit_ms)
            return MOSQ_ERR_CONN_LOST;
    }
    return result;
}

static void *channel_run(void *context)
{
    struct driver_channel *c = context;
    int64_t retry_ms = RETRY_MS;

    int result = set_up(c);
    if (result) {
        say_error(c, result == MOSQ_ERR_AUTH ? "the login cannot be read"
                                             : mosquitto_strerror(result));
        return NULL;
    }
    while (!is_stopping(c, 0)) {
        bool came_about = false;
        result = run_connection(c, &came_about);
        if (is_stopping(c, 0)) break;
        if (result != MOSQ_ERR_CONN_REFUSED || came_about)
            say_error(c, result == MOSQ_ERR_ERRNO ? strerrordesc_np(errno)
                                                  : mosquitto_strerror(result));
        retry_ms = came_about ? RETRY_MS : retry_ms * 2;
        if (retry_ms > RETRY_MS_MAX) retry_ms = RETRY_MS_MAX;
        (void)is_stopping(c, retry_ms);
    }
    (void)mosquitto_disconnect(c->client);
    return NULL;
}

/* --- channel ---------------------------------------------------------------------- */

static err channel_open(const char *name, uint32_t timeout_ms,
                        struct driver_channel **channel)
{
    struct driver_channel *c = memory_new(1, sizeof *c);

    (void)timeout_ms; /* nothing is asked: nothing has to answer in time */
    if (!c) return ERR_MEMORY;
    err e = mqtt_address_parse(name, &c->broker, NULL, 0);
    if (e) {
        memory_free(c);
        return e;
    }
    (void)mosquitto_lib_init(); /* counts how often */
    (void)text_copy(c->name, sizeof c->name, name);
    (void)text_copy(c->client_id, sizeof c->client_id, "heatnet");
    clock_machine(&c->clock);
    lock_open(&c->lock);
    signal_open(&c->changed);
    *channel = c;
    return ERR_OK;
}

static void use_home(struct driver_channel *c, const struct driver_home *home)
{
    (void)text_copy(c->folder, sizeof c->folder, home->folder);
    (void)text_format(c->client_id, sizeof c->client_id, "heatnet-%s%s%s", home->terminal,
                      c->broker.login[0] ? "-" : "", c->broker.login);
}

static void channel_close(struct driver_channel *c)
{
    if (!c) return;
    lock_take(&c->lock);
    c->stopping = true;
    signal_all(&c->changed);
    lock_give(&c->lock);
    thread_join(&c->thread);
    if (c->client) mosquitto_destroy(c->client);
    while (c->edges) {
        struct mqtt_edge *next = c->edges->next;
        memory_free(c->edges);
        c->edges = next;
    }
    signal_close(&c->changed);
    lock_close(&c->lock);
    (void)mosquitto_lib_cleanup();
    memory_free(c);
}

static err attach(struct driver_channel *c, struct driver_plan *p)
{
    err e = ERR_OK;

    lock_take(&c->lock);
    if (p->address.mode == MQTT_SPARKPLUG) {
        p->edge = mqtt_edge_of(c, p);
        e = p->edge ? ERR_OK : ERR_MEMORY;
    }
    p->channel = c;
    p->next = c->plans;
    c->plans = p;
    lock_give(&c->lock);
    return e;
}

static void plan_close(struct driver_plan *p)
{
    if (!p) return;
    struct driver_channel *c = p->channel;
    if (c) {
        /* Whoever waits for room in a plan must be out of the list first. */
        lock_take(&c->lock);
        c->stopping = true;
        signal_all(&c->changed);
        lock_give(&c->lock);
        thread_join(&c->thread);
        c->thread.started = false;
        struct driver_plan **at = &c->plans;
        while (*at && *at != p) at = &(*at)->next;
        if (*at) *at = p->next;
    }
    mqtt_plan_free(p);
}

/* Nothing is asked; says whether there is a connection.  The first call makes one: all
 * plans are attached by then, so that what the broker kept finds them. */
static err read_state(struct driver_channel *c, struct driver_plan *p,
                      struct driver_reading *out)
{
    err e = ERR_OK;

    out->requests_n = 0;
    out->error[0] = 0;
    if (!c->thread.started) e = thread_start(&c->thread, "mqtt", channel_run, c);
    if (e) return e;
    lock_take(&c->lock);
    if (!c->is_connected && c->error[0]) { /* "": the first attempt is under way */
        (void)text_format(out->error, sizeof out->error, "no connection: %.60s",
                          c->error);
        e = ERR_CLOSED;
    } else if (p->is_dead) {
        (void)text_copy(out->error, sizeof out->error, "it has said that it is gone");
        e = ERR_REFUSED;
    }
    lock_give(&c->lock);
    return e;
}

static bool take(struct driver_plan *p, struct driver_reading *out, int64_t *utc_ms)
{
    struct driver_channel *c = p->channel;

    lock_take(&c->lock);
    bool taken = mqtt_plan_take(p, out, utc_ms);
    if (taken) signal_all(&c->changed);
    lock_give(&c->lock);
    return taken;
}

const struct driver mqtt_driver = {
    .protocol = "mqtt",
    .check = check,
    .channel_name = channel_name,
    .channel_open = channel_open,
    .channel_close = channel_close,
    .use_home = use_home,
    .plan_open = mqtt_plan_open,
    .plan_close = plan_close,
    .attach = attach,
    .read = read_state,
    .take = take,
};
