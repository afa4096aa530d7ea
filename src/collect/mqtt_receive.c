/* mqtt_receive.c - from a topic and a payload to rows of plans. */
#include "base/ensure.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "collect/mqtt_channel.h"
#include "wire/chirpstack.h"
#include "wire/json_report.h"
#include "wire/neuron.h"

#include <string.h>

enum { ARENA_BYTES_MAX = 32 * 1024 * 1024, WAIT_MS = 100, TOPIC_BYTES = 256 };

/* --- Sparkplug -------------------------------------------------------------------- */

struct mqtt_edge *mqtt_edge_of(struct driver_channel *c, const struct driver_plan *plan)
{
    struct sparkplug_topic topic;
    char text[TOPIC_BYTES];

    /* The filter with its wildcards made words. */
    const char *group = plan->filter + strlen("spBv1.0/");
    const char *edge = strstr(group, "/+/") + 3;
    (void)text_format(text, sizeof text, "spBv1.0/%.*s/NDATA/%.*s",
                      (int)(edge - 3 - group), group, (int)strcspn(edge, "/"), edge);
    if (!sparkplug_topic_parse(text, &topic)) return NULL;
    for (struct mqtt_edge *e = c->edges; e; e = e->next)
        if (text_equal(e->group, topic.group) && text_equal(e->edge, topic.edge))
            return e;
    struct mqtt_edge *e = memory_new(1, sizeof *e);
    if (!e) return NULL;
    memcpy(e->group, topic.group, sizeof e->group);
    memcpy(e->edge, topic.edge, sizeof e->edge);
    e->next = c->edges;
    c->edges = e;
    return e;
}

static void ask_rebirth(struct driver_channel *c, const struct mqtt_edge *edge)
{
    char topic[TOPIC_BYTES];
    struct buffer payload;

    buffer_open(&payload, TOPIC_BYTES);
    sparkplug_put_rebirth(&payload, clock_utc_ms(&c->clock));
    (void)text_format(topic, sizeof topic, "spBv1.0/%s/NCMD/%s", edge->group, edge->edge);
    int result = payload.broken ? MOSQ_ERR_NOMEM
                                : mosquitto_publish(c->client, NULL, topic,
                                                    (int)payload.n, payload.at, 0, false);
    log_event(result ? LOG_WARNING : LOG_INFO, "collect", "mqtt_rebirth",
              "broker=%s edge=%s/%s result=\"%s\"", c->name, edge->group, edge->edge,
              mosquitto_strerror(result));
    buffer_close(&payload);
}

void mqtt_ask_rebirths(struct driver_channel *c)
{
    for (struct mqtt_edge *e = c->edges; e; e = e->next) {
        e->state.is_born = false;
        e->state.has_asked = true;
        e->state.asked_ms = clock_mono_ms(&c->clock);
        ask_rebirth(c, e);
    }
}

/* Rows that are full are waited for: the broker keeps what follows.  False: we stop. */
static bool wait_for_room(struct driver_channel *c)
{
    if (!c->stopping) (void)signal_wait_ms(&c->changed, &c->lock, WAIT_MS);
    return !c->stopping;
}

static void put(struct driver_channel *c, struct driver_plan *p,
                const struct report *report)
{
    int64_t now_ms = clock_utc_ms(&c->clock);
    size_t next = 0;

    while (!mqtt_plan_put(p, report, now_ms, &next)) {
        if (wait_for_room(c)) continue;
        log_event(LOG_WARNING, "collect", "mqtt_message_cut", "broker=%s filter=%s",
                  c->name, p->filter);
        return;
    }
}

static void put_death(struct driver_channel *c, struct driver_plan *p, int64_t utc_ms)
{
    if (p->is_dead) return;
    while (!mqtt_plan_put_death(p, utc_ms))
        if (!wait_for_room(c)) return;
}

static void note_unread(struct driver_channel *c, const char *topic,
                        const struct report *report)
{
    c->unread++;
    log_event(LOG_WARNING, "collect", "mqtt_message_unread",
              "broker=%s topic=%s at=%zu why=\"%s\"", c->name, topic, report->at,
              report->why);
}

/* What the verdict means for one device of the edge. */
static void apply(struct driver_channel *c, struct driver_plan *p,
                  const struct sparkplug_topic *topic,
                  const struct sparkplug_verdict *verdict, struct bytes payload)
{
    bool is_mine = text_equal(p->device, topic->device);
    bool edge_died = topic->message == SPARKPLUG_NDEATH && verdict->is_death;
    struct arena arena;
    struct report report;

    if (verdict->forget) sparkplug_names_close(&p->names);
    if (edge_died) put_death(c, p, clock_utc_ms(&c->clock));
    if (!is_mine || edge_died || topic->message == SPARKPLUG_NDEATH) return;
    arena_open(&arena, ARENA_BYTES_MAX);
    err e = sparkplug_decode(payload, &p->names, &arena, &report);
    if (!e && verdict->is_birth) e = sparkplug_names_learn(&p->names, &report);
    if (!e && verdict->is_death)
        put_death(c, p, report.is_timed ? report.time_ms : clock_utc_ms(&c->clock));
    else if (!e)
        put(c, p, &report);
    arena_close(&arena);
}

static void receive_sparkplug(struct driver_channel *c, const char *topic_text,
                              const struct sparkplug_topic *topic, struct bytes payload)
{
    struct mqtt_edge *edge = c->edges;
    struct arena arena;
    struct report report;

    while (edge && !(text_equal(edge->group, topic->group) &&
                     text_equal(edge->edge, topic->edge)))
        edge = edge->next;
    bool is_command =
        topic->message == SPARKPLUG_NCMD || topic->message == SPARKPLUG_DCMD;
    if (!edge || is_command) return;
    arena_open(&arena, ARENA_BYTES_MAX);
    err e = sparkplug_decode(payload, NULL, &arena, &report);
    struct sparkplug_verdict verdict = {0};
    if (e)
        note_unread(c, topic_text, &report);
    else
        verdict = sparkplug_edge_step(&edge->state, topic->message, &report,
                                      clock_mono_ms(&c->clock));
    arena_close(&arena);
    if (e) return;
    if (verdict.ask_rebirth) ask_rebirth(c, edge);
    for (struct driver_plan *p = c->plans; p; p = p->next)
        if (p->edge == edge) apply(c, p, topic, &verdict, payload);
}

/* --- the others ------------------------------------------------------------------- */

static err decode(struct driver_plan *p, const char *topic, struct bytes payload,
                  struct arena *arena, struct report *report)
{
    struct chirpstack_topic event = {.event = ""};

    switch (p->address.mode) {
    case MQTT_CHIRPSTACK:
        (void)chirpstack_topic_parse(topic, &event);
        return chirpstack_decode(payload, event.event, arena, report);
    case MQTT_NEURON: return neuron_decode(payload, arena, report);
    case MQTT_JSON: return json_report_decode(payload, p->address.time, arena, report);
    case MQTT_SPARKPLUG:
    case MQTT_MODE_N: break;
    }
    report_begin(report, "");
    return ERR_FRAME;
}

/* A server that restarts publishes an event again; the ids of others are not unique. */
static bool is_repeated(struct driver_plan *p, const struct report *report)
{
    if (p->address.mode != MQTT_CHIRPSTACK || !report->id[0]) return false;
    if (text_equal(p->last_id, report->id)) return true;
    (void)text_copy(p->last_id, sizeof p->last_id, report->id);
    return false;
}

static void receive_plain(struct driver_channel *c, struct driver_plan *p,
                          const char *topic, struct bytes payload)
{
    struct arena arena;
    struct report report;
    bool matches = false;

    if (mosquitto_topic_matches_sub(p->filter, topic, &matches) || !matches) return;
    arena_open(&arena, ARENA_BYTES_MAX);
    err e = decode(p, topic, payload, &arena, &report);
    if (e)
        note_unread(c, topic, &report);
    else if (!is_repeated(p, &report))
        put(c, p, &report);
    arena_close(&arena);
}

void mqtt_receive(struct driver_channel *c, const char *topic, struct bytes payload)
{
    ensure(c && topic);

    struct sparkplug_topic sparkplug;
    lock_take(&c->lock);
    if (sparkplug_topic_parse(topic, &sparkplug))
        receive_sparkplug(c, topic, &sparkplug, payload);
    for (struct driver_plan *p = c->plans; p && !c->stopping; p = p->next)
        if (p->address.mode != MQTT_SPARKPLUG) receive_plain(c, p, topic, payload);
    lock_give(&c->lock);
}
