/* chirpstack.c - one table of the fields that are told on; see the header. */
#include "wire/chirpstack.h"

#include "base/ensure.h"
#include "base/text.h"
#include "wire/base64.h"
#include "wire/json_report.h"

#include <ctype.h>
#include <string.h>

enum { PORT_MAX = 223, DOWNLINK_BYTES_MAX = 242, EUI_DIGITS = 16, F_PORT_MAX = 255 };

/* What an event has: name in the JSON, name in the report, and whether a release that
 * leaves out zeros means 0 (or false) by leaving it out. */
struct field {
    const char *event, *json, *name;
    enum report_kind kind;
    bool is_zero_when_missing;
};

static const struct field fields[] = {
    {"up",       "devAddr",                 "dev_addr",              REPORT_TEXT,   false},
    {"up",       "fCnt",                    "f_cnt",                 REPORT_NUMBER, true },
    {"up",       "fPort",                   "f_port",                REPORT_NUMBER, true },
    {"up",       "confirmed",               "confirmed",             REPORT_TRUTH,  true },
    {"up",       "adr",                     "adr",                   REPORT_TRUTH,  true },
    {"up",       "dr",                      "dr",                    REPORT_NUMBER, true },
    {"join",     "devAddr",                 "dev_addr",              REPORT_TEXT,   false},
    {"ack",      "queueItemId",             "queue_item_id",         REPORT_TEXT,   false},
    {"ack",      "acknowledged",            "acknowledged",          REPORT_TRUTH,  true },
    {"ack",      "fCntDown",                "f_cnt_down",            REPORT_NUMBER, true },
    {"txack",    "queueItemId",             "queue_item_id",         REPORT_TEXT,   false},
    {"txack",    "fCntDown",                "f_cnt_down",            REPORT_NUMBER, true },
    {"txack",    "gatewayId",               "gateway_id",            REPORT_TEXT,   false},
    {"status",   "margin",                  "margin",                REPORT_NUMBER, true },
    {"status",   "externalPowerSource",     "external_power",        REPORT_TRUTH,  true },
    {"status",   "batteryLevelUnavailable", "battery_unavailable",   REPORT_TRUTH,  true },
    {"status",   "batteryLevel",            "battery",               REPORT_NUMBER, true },
    {"log",      "level",                   "level",                 REPORT_TEXT,   false},
    {"log",      "code",                    "code",                  REPORT_TEXT,   false},
    {"log",      "description",             "description",           REPORT_TEXT,   false},
    {"location", "latitude",                "latitude",              REPORT_NUMBER, true },
    {"location", "longitude",               "longitude",             REPORT_NUMBER, true },
    {"location", "altitude",                "altitude",              REPORT_NUMBER, true },
    {"integration", "integrationName",      "integration_name",      REPORT_TEXT,   false},
    {"integration", "eventType",            "event_type",            REPORT_TEXT,   false},
};

/* --- the event's kind ------------------------------------------------------------- */

/* When nobody says which event it is: a field that only one of them has.  The order
 * counts: a release that leaves out zeros may send a status of nothing else. */
static const char *guess_event(const json_t *root)
{
    static const struct {
        const char *json, *event;
    } marks[] = {
        {"fPort",        "up"      },
        {"data",         "up"      },
        {"rxInfo",       "up"      },
        {"acknowledged", "ack"     },
        {"gatewayId",    "txack"   },
        {"downlinkId",   "txack"   },
        {"queueItemId",  "ack"     },
        {"level",        "log"     },
        {"description",  "log"     },
        {"location",     "location"},
        {"integrationName", "integration"},
        {"margin",       "status"  },
        {"batteryLevel", "status"  },
        {"externalPowerSource", "status"},
        {"batteryLevelUnavailable", "status"},
        {"fCnt",         "up"      },
        {"dr",           "up"      },
        {"joinServer",   "join"    },
        {"devAddr",      "join"    },
    };

    for (size_t i = 0; i < COUNT(marks); i++)
        if (json_object_get(root, marks[i].json)) return marks[i].event;
    return "status";
}

static const char *known_event(const char *event)
{
    static const char *const events[] = {"up",     "join", "ack",      "txack",
                                         "status", "log",  "location", "integration"};

    for (size_t i = 0; i < COUNT(events); i++)
        if (text_equal(event, events[i])) return events[i];
    return NULL;
}

/* --- fields ----------------------------------------------------------------------- */

struct reader {
    const json_t *root;
    struct arena *arena;
    struct report *report;
};

static err wrong(struct reader *r, const char *name, const char *what)
{
    char why[REPORT_WHY_BYTES];

    (void)text_format(why, sizeof why, "%s: %s", name, what);
    return report_wrong(r->report, ERR_FRAME, 0, why);
}

static bool fits(const json_t *value, enum report_kind kind)
{
    if (kind == REPORT_NUMBER) return json_is_number(value);
    if (kind == REPORT_TRUTH) return json_is_boolean(value);
    return json_is_string(value) || json_is_integer(value);
}

static err take_field(struct reader *r, const json_t *object, const struct field *f)
{
    const json_t *value = json_object_get(object, f->json);

    if (json_is_null(value)) value = NULL;
    if (!value && !f->is_zero_when_missing) return ERR_OK;
    if (value && !fits(value, f->kind)) return wrong(r, f->json, "not of its type");
    if (value) return json_report_put(f->name, value, true, r->arena, r->report);
    struct report_value *v = report_add(r->report, r->arena);
    if (!v) return ERR_MEMORY;
    v->name = f->name;
    v->kind = f->kind;
    v->is_head = true;
    return ERR_OK;
}

static err put_text(struct reader *r, const char *name, const char *text)
{
    struct report_value *v = report_add(r->report, r->arena);
    char *copy = arena_text(r->arena, text, strlen(text));

    if (!v || !copy) return ERR_MEMORY;
    v->name = name;
    v->kind = REPORT_TEXT;
    v->is_head = true;
    v->text = copy;
    return ERR_OK;
}

static bool is_eui(const char *text)
{
    size_t n = 0;

    while (isxdigit((unsigned char)text[n])) n++;
    return n == EUI_DIGITS && !text[n];
}

static err take_device(struct reader *r)
{
    const json_t *info = json_object_get(r->root, "deviceInfo");
    const char *eui = json_string_value(json_object_get(info, "devEui"));
    const char *name = json_string_value(json_object_get(info, "deviceName"));

    if (!json_is_object(info))
        return wrong(r, "deviceInfo", "missing; is it an event of ChirpStack 4?");
    if (!eui || !is_eui(eui))
        return wrong(r, "deviceInfo.devEui", "16 hex digits needed");
    char *lower = arena_text(r->arena, eui, EUI_DIGITS);
    if (!lower) return ERR_MEMORY;
    for (size_t i = 0; i < EUI_DIGITS; i++)
        lower[i] = (char)tolower((unsigned char)lower[i]);
    r->report->device = lower;
    err e = put_text(r, "dev_eui", lower);
    if (!e && name) e = put_text(r, "device_name", name);
    return e;
}

static err take_data(struct reader *r)
{
    const json_t *data = json_object_get(r->root, "data");
    size_t n = json_string_length(data);
    char hex[2 * CHIRPSTACK_DATA_BYTES_MAX + 1];

    if (data && !json_is_null(data) && !json_is_string(data))
        return wrong(r, "data", "base64 text needed");
    if (n > CHIRPSTACK_DATA_BYTES_MAX * 4 / 3)
        return wrong(r, "data", "more than LoRaWAN carries");
    uint8_t *bytes = arena_new(r->arena, n / 4 * 3 + 4, 1);
    if (!bytes) return ERR_MEMORY;
    size_t bytes_n = 0;
    if (n && !base64_decode(json_string_value(data), n, bytes, &bytes_n))
        return wrong(r, "data", "not base64");
    r->report->data = (struct bytes){bytes, bytes_n};
    r->report->has_data = true;
    bytes_to_hex(r->report->data, hex);
    return put_text(r, "data_hex", hex);
}

/* The gateway that heard it best tells how well. */
static err take_signal(struct reader *r)
{
    const json_t *info = json_object_get(r->root, "rxInfo"), *best = NULL;
    size_t n = json_array_size(info);

    for (size_t i = 0; i < n; i++) {
        const json_t *one = json_array_get(info, i);
        double rssi = json_number_value(json_object_get(one, "rssi"));
        if (!best || rssi > json_number_value(json_object_get(best, "rssi"))) best = one;
    }
    if (!best) return ERR_OK;
    static const struct field signal[] = {
        {"", "rssi", "rssi", REPORT_NUMBER, true},
        {"", "snr",  "snr",  REPORT_NUMBER, true},
    };
    err e = take_field(r, best, &signal[0]);
    if (!e) e = take_field(r, best, &signal[1]);
    struct report_value *v = e ? NULL : report_add(r->report, r->arena);
    if (!e && !v) e = ERR_MEMORY;
    if (e) return e;
    v->name = "gateways";
    v->is_head = true;
    v->number = (double)n;
    return ERR_OK;
}

static err take_up(struct reader *r)
{
    double f_cnt = json_number_value(json_object_get(r->root, "fCnt"));
    double f_port = json_number_value(json_object_get(r->root, "fPort"));
    const json_t *object = json_object_get(r->root, "object");

    if (!(f_cnt >= 0 && f_cnt <= UINT32_MAX)) return wrong(r, "fCnt", "out of range");
    if (!(f_port >= 0 && f_port <= F_PORT_MAX)) return wrong(r, "fPort", "out of range");
    r->report->has_sequence = true;
    r->report->sequence = (uint64_t)f_cnt;
    r->report->port = (uint32_t)f_port;
    err e = take_data(r);
    if (!e) e = take_signal(r);
    if (!e && json_is_object(object))
        e = json_report_flatten("", object, r->arena, r->report);
    return e;
}

static err take_head(struct reader *r, const char *event)
{
    const json_t *time = json_object_get(r->root, "time");
    const char *id =
        json_string_value(json_object_get(r->root, "deduplicationId"));

    if (time && !json_is_null(time)) {
        r->report->is_timed =
            json_is_string(time) && json_report_time(time, &r->report->time_ms);
        if (!r->report->is_timed) return wrong(r, "time", "not an RFC 3339 time");
    }
    if (id) r->report->id = arena_text(r->arena, id, strlen(id));
    if (!r->report->id) {
        r->report->id = "";
        return ERR_MEMORY;
    }
    err e = take_device(r);
    const json_t *place = text_equal(event, "location")
                              ? json_object_get(r->root, "location")
                              : r->root;
    for (size_t i = 0; i < COUNT(fields) && !e; i++)
        if (text_equal(fields[i].event, event)) e = take_field(r, place, &fields[i]);
    return e;
}

err chirpstack_decode(struct bytes in, const char *event, struct arena *arena,
                      struct report *report)
{
    ensure(event && arena && report);

    json_t *root = NULL;
    const char *known = event[0] ? known_event(event) : NULL;

    report_begin(report, "event");
    if (event[0] && !known)
        return report_wrong(report, ERR_FRAME, 0,
                            "the topic names no event of ChirpStack");
    err e = json_report_load(in, report, &root);
    if (e) return e;
    struct reader r = {root, arena, report};
    if (!json_is_object(root))
        e = report_wrong(report, ERR_FRAME, 0, "an object is needed");
    if (!e && !known) known = guess_event(root);
    if (!e) report->kind = known;
    if (!e) e = take_head(&r, known);
    if (!e && text_equal(known, "up")) e = take_up(&r);
    if (!e && text_equal(known, "integration") &&
        json_is_object(json_object_get(root, "object")))
        e = json_report_flatten("", json_object_get(root, "object"), arena, report);
    if (e == ERR_MEMORY)
        (void)report_wrong(report, e, 0, "the message is too large");
    json_decref(root);
    return e;
}

/* --- topics and downlinks --------------------------------------------------------- */

static bool take_level(const char **topic, char *out, size_t out_n)
{
    const char *end = strchr(*topic, '/');
    size_t n = end ? (size_t)(end - *topic) : strlen(*topic);

    if (n == 0 || !text_copy_n(out, out_n, *topic, n)) return false;
    *topic += n + (end != NULL);
    return true;
}

bool chirpstack_topic_parse(const char *topic, struct chirpstack_topic *out)
{
    struct chirpstack_topic t = {0};
    char word[16];

    /* A server may put a prefix before it (one for each region, say). */
    const char *at = strstr(topic, "application/");
    if (!at || (at != topic && at[-1] != '/')) return false;
    at += strlen("application/");
    if (!take_level(&at, t.application, sizeof t.application)) return false;
    if (!take_level(&at, word, sizeof word) || !text_equal(word, "device")) return false;
    if (!take_level(&at, t.dev_eui, sizeof t.dev_eui)) return false;
    if (!take_level(&at, word, sizeof word) || !text_equal(word, "event")) return false;
    if (!take_level(&at, t.event, sizeof t.event) || *at) return false;
    for (char *c = t.dev_eui; *c; c++) *c = (char)tolower((unsigned char)*c);
    *out = t;
    return true;
}

err chirpstack_put_downlink(const struct chirpstack_downlink *d, struct buffer *topic,
                            struct buffer *payload)
{
    ensure(d && topic && payload);

    size_t application_n = strcspn(d->application, "/+#\"\\");
    if (d->port < 1 || d->port > PORT_MAX || d->data.n > DOWNLINK_BYTES_MAX)
        return ERR_RANGE;
    if (!is_eui(d->dev_eui) || !application_n || d->application[application_n])
        return ERR_RANGE;
    buffer_format(topic, "application/%s/device/%s/command/down", d->application,
                  d->dev_eui);
    buffer_format(payload,
                  "{\"devEui\":\"%s\",\"confirmed\":%s,\"fPort\":%u,\"data\":\"",
                  d->dev_eui, d->is_confirmed ? "true" : "false", (unsigned)d->port);
    base64_put(payload, d->data);
    buffer_put_text(payload, "\"}");
    return topic->broken ? topic->broken : payload->broken;
}
