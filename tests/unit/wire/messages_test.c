/* messages_test.c - ChirpStack's events, Neuron's and plain JSON messages, bytes of
 * LoRaWAN payloads. */
#include "base/ensure.h"
#include "base/text.h"
#include "check.h"
#include "wire/base64.h"
#include "wire/chirpstack.h"
#include "wire/json_report.h"
#include "wire/neuron.h"
#include "wire/payload_point.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>

enum { ARENA_BYTES = 4 << 20 };

static double number_of(const struct report *report, const char *name, bool is_head)
{
    const struct report_value *v = report_find(report, name, is_head);
    return v ? v->number : (double)NAN;
}

static const char *text_of(const struct report *report, const char *name)
{
    const struct report_value *v = report_find(report, name, true);
    return v ? v->text : "(none)";
}

/* --- ChirpStack --------------------------------------------------------------------- */

static void check_event(const json_t *vector, struct arena *arena)
{
    const char *row = json_string_value(json_object_get(vector, "id"));
    const json_t *want = json_object_get(vector, "expected");
    char *text = json_dumps(json_object_get(vector, "payload"), JSON_COMPACT);
    struct report report;
    struct chirpstack_topic topic;
    assert_non_null(text);
    CHECK(row, chirpstack_topic_parse(
                   json_string_value(json_object_get(vector, "topic")), &topic));
    CHECK_EQ(row, chirpstack_decode(bytes_of_text(text), topic.event, arena, &report),
             ERR_OK);
    CHECK_TEXT(row, topic.dev_eui, report.device);
    CHECK_TEXT(row, report.device, json_string_value(json_object_get(want, "dev_eui")));
    CHECK_EQ(row, report.sequence, json_integer_value(json_object_get(want, "f_cnt")));
    CHECK_EQ(row, report.port, json_integer_value(json_object_get(want, "f_port")));
    CHECK_EQ(row, strcasecmp(text_of(&report, "data_hex"),
                             json_string_value(json_object_get(want, "data_hex"))), 0);
    const json_t *temperature = json_object_get(want, "temperature");
    if (temperature)
        CHECK(row, number_of(&report, "temperature", false) ==
                       json_number_value(temperature));
    const char *const truths[] = {"confirmed", "adr"};
    for (size_t i = 0; i < COUNT(truths); i++)
        if (json_object_get(want, truths[i]))
            CHECK(row, number_of(&report, truths[i], true) ==
                           json_is_true(json_object_get(want, truths[i])));
    free(text); /* jansson's */
}

static void events_of_both_ages_are_read(void **state)
{
    (void)state;
    json_t *json = json_load_file(HEATNET_GOLDEN "/chirpstack/events.json", 0, NULL);
    const json_t *vectors = json_object_get(json, "vectors");
    assert_true(json_array_size(vectors) > 0);
    for (size_t i = 0; i < json_array_size(vectors); i++) {
        struct arena arena;
        arena_open(&arena, ARENA_BYTES);
        check_event(json_array_get(vectors, i), &arena);
        arena_close(&arena);
    }
    json_decref(json);
}

#define INFO "\"deviceInfo\":{\"devEui\":\"24E124136B502217\"}"

static const struct {
    const char *json, *event;
    err want;
    const char *kind, *name;
    double number;
} events[] = {
    {"{" INFO ",\"margin\":-3,\"batteryLevel\":98.43}", "", ERR_OK, "status", "battery", 98.43},
    {"{" INFO "}", "status", ERR_OK, "status", "margin", 0},
    {"{" INFO ",\"devAddr\":\"01\"}", "", ERR_OK, "join", "", 0},
    {"{" INFO ",\"queueItemId\":\"q\",\"acknowledged\":true,\"fCntDown\":4}", "ack", ERR_OK, "ack", "f_cnt_down", 4},
    {"{" INFO ",\"downlinkId\":7,\"fCntDown\":2}", "", ERR_OK, "txack", "f_cnt_down", 2},
    {"{" INFO ",\"level\":\"ERROR\",\"code\":\"UPLINK_CODEC\"}", "", ERR_OK, "log", "", 0},
    {"{" INFO ",\"location\":{\"latitude\":45.8}}", "location", ERR_OK, "location", "latitude", 45.8},
    {"{" INFO ",\"fCnt\":1,\"data\":\"*\"}", "up", ERR_FRAME, "up", "", 0},
    {"{" INFO ",\"fCnt\":\"1\"}", "up", ERR_FRAME, "up", "", 0},
    {"{" INFO ",\"fCnt\":-1}", "up", ERR_FRAME, "up", "", 0},
    {"{" INFO ",\"time\":\"yesterday\"}", "up", ERR_FRAME, "up", "", 0},
    {"{" INFO "}", "down", ERR_FRAME, "event", "", 0},
    {"{\"devEUI\":\"JOEk\"}", "up", ERR_FRAME, "up", "", 0},
    {"[]", "up", ERR_FRAME, "event", "", 0},
    {"{", "up", ERR_FRAME, "event", "", 0},
};

static void every_kind_of_event_has_an_answer(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(events); i++) {
        struct arena arena;
        struct report report;
        arena_open(&arena, ARENA_BYTES);
        CHECK_EQ(events[i].json,
                 chirpstack_decode(bytes_of_text(events[i].json), events[i].event, &arena,
                                   &report),
                 events[i].want);
        CHECK_TEXT(events[i].json, report.kind, events[i].kind);
        CHECK_EQ(events[i].json, report.why[0] != 0, events[i].want != ERR_OK);
        if (events[i].name[0])
            CHECK(events[i].json,
                  number_of(&report, events[i].name, true) == events[i].number);
        arena_close(&arena);
    }
}

static void a_downlink_is_what_the_server_wants(void **state)
{
    (void)state;
    struct buffer topic, payload;
    struct chirpstack_downlink d = {"17c8", "24e124136b502217", true, 85,
                                    {(const uint8_t *)"\xff\x01", 2}};
    buffer_open(&topic, 300);
    buffer_open(&payload, 1000);
    assert_int_equal(chirpstack_put_downlink(&d, &topic, &payload), ERR_OK);
    buffer_put_u8(&topic, 0);
    buffer_put_u8(&payload, 0);
    CHECK_TEXT("topic", (char *)topic.at,
               "application/17c8/device/24e124136b502217/command/down");
    CHECK_TEXT("payload", (char *)payload.at,
               "{\"devEui\":\"24e124136b502217\",\"confirmed\":true,\"fPort\":85,"
               "\"data\":\"/wE=\"}");
    d.port = 0;
    assert_int_equal(chirpstack_put_downlink(&d, &topic, &payload), ERR_RANGE);
    d.port = 1;
    d.dev_eui = "24e1";
    assert_int_equal(chirpstack_put_downlink(&d, &topic, &payload), ERR_RANGE);
    buffer_close(&topic);
    buffer_close(&payload);
}

/* --- bytes -------------------------------------------------------------------------- */

static void points_stand_in_the_bytes(void **state)
{
    (void)state;
    static const struct {
        const char *point;
        uint32_t port;
        bool there;
        double want;
    } rows[] = {
        {"data 2 u8", 85, true, 100},       {"data 5 i16le", 85, true, 209},
        {"data 5 u16", 85, true, 0xd100},   {"data -1 u8", 85, true, 101},
        {"data 5 i16be", 85, true, -12032}, {"data 2 u8 bit 2", 85, true, 1},
        {"data 2 u8 bit 0", 85, true, 0},   {"data 9 u16", 85, false, 0},
        {"data 2 u8 port 85", 85, true, 100}, {"data 2 u8 port 84", 85, false, 0},
        {"data 0 u24", 1, true, 0x017564},  {"data 0 u32le", 1, true, 0x03647501},
        {"data 1 bcd8", 1, true, 75},       {"data 5 i8", 1, true, -47},
    };
    static const char *const wrongs[] = {"", "data", "data 1", "data 1 u7", "data x u8",
                                         "data 1 u8 bit 8", "data 1 i8 bit 1",
                                         "data 1 u8 port 256", "data 1 u8 u8", "3 u8"};
    uint8_t bytes[16];
    size_t n;
    struct payload_point p;
    char why[120];
    assert_true(bytes_from_hex("0175640367d100046865", bytes, sizeof bytes, &n));
    for (size_t i = 0; i < COUNT(rows); i++) {
        double value = 0;
        CHECK_EQ(rows[i].point, payload_point_parse(rows[i].point, &p, why, sizeof why),
                 ERR_OK);
        CHECK_EQ(rows[i].point,
                 payload_point_read(&p, (struct bytes){bytes, n}, rows[i].port, &value),
                 rows[i].there);
        CHECK(rows[i].point, value == rows[i].want);
    }
    for (size_t i = 0; i < COUNT(wrongs); i++) {
        why[0] = 0;
        CHECK_EQ(wrongs[i], payload_point_parse(wrongs[i], &p, why, sizeof why),
                 ERR_RANGE);
        CHECK(wrongs[i], why[0]);
    }
}

static void base64_is_read_strictly(void **state)
{
    (void)state;
    static const struct {
        const char *text, *hex;
    } rows[] = {{"", ""},         {"qg==", "aa"},  {"qg", "aa"},   {"qrs=", "aabb"},
                {"qrvM", "aabbcc"}, {"q", NULL},   {"qg=", NULL},  {"q===", NULL},
                {"qg==qg==", NULL}, {"q g=", NULL}, {"-_-_", NULL}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint8_t out[32];
        char hex[65];
        size_t n = 0;
        bool ok = base64_decode(rows[i].text, strlen(rows[i].text), out, &n);
        CHECK_EQ(rows[i].text, ok, rows[i].hex != NULL);
        bytes_to_hex((struct bytes){out, n}, hex);
        if (ok) CHECK_TEXT(rows[i].text, hex, rows[i].hex);
    }
}

/* --- Neuron ------------------------------------------------------------------------- */

static void neurons_samples_are_read(void **state)
{
    (void)state;
    static const char *const kinds[] = {"values", "tags", "tags", "write_request"};
    json_t *json = json_load_file(HEATNET_GOLDEN "/neuron/messages.json", 0, NULL);
    const json_t *vectors = json_object_get(json, "vectors");
    assert_int_equal(json_array_size(vectors), COUNT(kinds));
    for (size_t i = 0; i < COUNT(kinds); i++) {
        const json_t *vector = json_array_get(vectors, i);
        const json_t *payload = json_object_get(vector, "payload");
        const char *row = json_string_value(json_object_get(vector, "id"));
        char *text = json_dumps(payload, JSON_COMPACT);
        struct arena arena;
        struct report report;
        arena_open(&arena, ARENA_BYTES);
        CHECK_EQ(row, neuron_decode(bytes_of_text(text), &arena, &report), ERR_OK);
        CHECK_TEXT(row, report.kind, kinds[i]);
        CHECK_TEXT(row, report.device, "modbus/grp");
        CHECK_EQ(row, report.time_ms,
                 json_integer_value(json_object_get(payload, "timestamp")));
        const struct report_value *bad = report_find(&report, "tag1", false);
        if (i < 2) {
            CHECK(row, number_of(&report, "tag0", false) == 123);
            CHECK_EQ(row, bad && bad->kind == REPORT_ABSENT, true);
            CHECK_TEXT(row, bad->text, "error 2014");
        }
        if (i == 2) CHECK(row, number_of(&report, "tag_float", false) == 1.23);
        if (i == 3) CHECK(row, number_of(&report, "tag0", false) == 1234);
        arena_close(&arena);
        free(text); /* jansson's */
    }
    json_decref(json);
}

static void what_is_not_neurons_is_refused(void **state)
{
    (void)state;
    static const char *const rows[] = {"",    "{}", "[]", "1", "{\"tags\":[{}]}",
                                       "{\"tags\":[{\"name\":\"a\"}]}",
                                       "{\"values\":{\"a\":1},\"timestamp\":\"x\"}"};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct arena arena;
        struct report report;
        arena_open(&arena, ARENA_BYTES);
        CHECK_EQ(rows[i], neuron_decode(bytes_of_text(rows[i]), &arena, &report),
                 ERR_FRAME);
        CHECK(rows[i], report.why[0]);
        arena_close(&arena);
    }
}

/* --- plain JSON --------------------------------------------------------------------- */

static void leaves_are_named_by_their_pointers(void **state)
{
    (void)state;
    static const struct {
        const char *json, *time_pointer;
        err want;
        int64_t time_ms;
    } rows[] = {
        {"{\"t\":{\"s\":95.5},\"ts\":1735689600000}", "/ts", ERR_OK, 1735689600000},
        {"{\"t\":{\"s\":95.5},\"ts\":1735689600}", "/ts", ERR_OK, 1735689600000},
        {"{\"t\":{\"s\":95.5},\"a~\":[{\"b/\":\"2025-01-01T08:00:00+08:00\"}]}",
         "/a~0/0/b~1", ERR_OK, 1735689600000},
        {"{\"t\":{\"s\":95.5}}", "", ERR_OK, 0},
        {"{\"t\":{\"s\":95.5}}", "/ts", ERR_FRAME, 0},
        {"{\"t\":{\"s\":95.5},\"ts\":1e300}", "/ts", ERR_FRAME, 0},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct arena arena;
        struct report report;
        arena_open(&arena, ARENA_BYTES);
        CHECK_EQ(rows[i].json,
                 json_report_decode(bytes_of_text(rows[i].json), rows[i].time_pointer,
                                    &arena, &report),
                 rows[i].want);
        CHECK(rows[i].json, number_of(&report, "/t/s", false) == 95.5);
        CHECK_EQ(rows[i].json, report.time_ms, rows[i].time_ms);
        arena_close(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_of_both_ages_are_read),
        cmocka_unit_test(every_kind_of_event_has_an_answer),
        cmocka_unit_test(a_downlink_is_what_the_server_wants),
        cmocka_unit_test(points_stand_in_the_bytes),
        cmocka_unit_test(base64_is_read_strictly),
        cmocka_unit_test(neurons_samples_are_read),
        cmocka_unit_test(what_is_not_neurons_is_refused),
        cmocka_unit_test(leaves_are_named_by_their_pointers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
