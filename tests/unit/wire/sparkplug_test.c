/* sparkplug_test.c - payloads that another encoder made, signs, cuts, gaps. */
#include "wire/sparkplug.h"

#include "base/ensure.h"
#include "base/text.h"
#include "check.h"
#include "wire/sparkplug_edge.h"

#include <jansson.h>
#include <stdlib.h>

enum { ARENA_BYTES = 4 << 20, PAYLOAD_BYTES = 4096 };

static err decode(const char *hex, const struct sparkplug_names *names,
                  struct arena *arena, struct report *report)
{
    static uint8_t bytes[PAYLOAD_BYTES];
    size_t n;
    assert_true(bytes_from_hex(hex, bytes, sizeof bytes, &n));
    return sparkplug_decode((struct bytes){bytes, n}, names, arena, report);
}

/* --- golden ------------------------------------------------------------------------ */

static void check_scalar(const char *row, const struct report_value *v,
                         const json_t *want)
{
    if (json_is_null(want)) {
        CHECK_EQ(row, v->kind, REPORT_ABSENT);
    } else if (json_is_string(want)) {
        CHECK_TEXT(row, v->text, json_string_value(want));
    } else if (json_is_boolean(want)) {
        CHECK_EQ(row, v->kind, REPORT_TRUTH);
        CHECK_EQ(row, v->number != 0, json_is_true(want));
    } else {
        CHECK(row, v->number == json_number_value(want));
    }
}

static void check_set(const char *row, const struct report *report, const json_t *metric)
{
    const json_t *set = json_object_get(metric, "value");
    const json_t *columns = json_object_get(set, "columns");
    const json_t *rows = json_object_get(set, "rows");
    char name[100];
    CHECK(row, json_array_size(rows) > 0);
    for (size_t i = 0; i < json_array_size(rows); i++)
        for (size_t j = 0; j < json_array_size(columns); j++) {
            (void)text_format(name, sizeof name, "%s[%zu].%s",
                              json_string_value(json_object_get(metric, "name")), i,
                              json_string_value(json_array_get(columns, j)));
            const struct report_value *v = report_find(report, name, false);
            assert_non_null(v);
            check_scalar(row, v, json_array_get(json_array_get(rows, i), j));
        }
}

static void check_metric(const char *row, const struct report *report, size_t i,
                         const json_t *metric)
{
    const char *name = json_string_value(json_object_get(metric, "name"));
    const json_t *alias = json_object_get(metric, "alias");
    if (json_is_object(json_object_get(metric, "value"))) {
        check_set(row, report, metric);
        return;
    }
    CHECK(row, i < report->values_n);
    const struct report_value *v = &report->values[i];
    if (name) CHECK_TEXT(row, v->name, name);
    if (alias) CHECK_EQ(row, v->alias, json_integer_value(alias));
    CHECK_EQ(row, v->has_alias, alias != NULL);
    CHECK_EQ(row, v->time_ms, json_integer_value(json_object_get(metric, "timestamp")));
    CHECK_EQ(row, v->is_historical,
             json_is_true(json_object_get(metric, "isHistorical")));
    check_scalar(row, v, json_object_get(metric, "value"));
}

static void payloads_of_another_encoder_are_read(void **state)
{
    (void)state;
    json_t *json = json_load_file(HEATNET_GOLDEN "/sparkplug/payloads.json", 0, NULL);
    const json_t *vectors = json_object_get(json, "vectors");
    assert_true(json_array_size(vectors) > 0);
    for (size_t i = 0; i < json_array_size(vectors); i++) {
        const json_t *vector = json_array_get(vectors, i);
        const char *row = json_string_value(json_object_get(vector, "id"));
        const json_t *want = json_object_get(vector, "payload");
        const json_t *metrics = json_object_get(want, "metrics");
        const json_t *seq = json_object_get(want, "seq");
        struct arena arena;
        struct report report;
        struct sparkplug_topic topic;
        arena_open(&arena, ARENA_BYTES);
        CHECK_EQ(row,
                 decode(json_string_value(json_object_get(vector, "hex")), NULL, &arena,
                        &report),
                 ERR_OK);
        CHECK_EQ(row, report.time_ms,
                 json_integer_value(json_object_get(want, "timestamp")));
        CHECK_EQ(row, report.has_sequence, seq != NULL);
        CHECK_EQ(row, report.sequence, json_integer_value(seq));
        for (size_t m = 0; m < json_array_size(metrics); m++)
            check_metric(row, &report, m, json_array_get(metrics, m));
        CHECK(row, sparkplug_topic_parse(
                       json_string_value(json_object_get(vector, "topic")), &topic));
        CHECK_TEXT(row, topic.edge, "edge01");
        arena_close(&arena);
    }
    json_decref(json);
}

static void every_cut_has_an_answer(void **state)
{
    (void)state;
    json_t *json = json_load_file(HEATNET_GOLDEN "/sparkplug/payloads.json", 0, NULL);
    const json_t *vectors = json_object_get(json, "vectors");
    for (size_t i = 0; i < json_array_size(vectors); i++) {
        uint8_t bytes[PAYLOAD_BYTES];
        size_t whole;
        const char *hex =
            json_string_value(json_object_get(json_array_get(vectors, i), "hex"));
        assert_true(bytes_from_hex(hex, bytes, sizeof bytes, &whole));
        for (size_t n = 0; n < whole; n++) {
            struct arena arena;
            struct report report;
            uint8_t *copy = test_malloc(n + 1);
            memcpy(copy, bytes, n);
            arena_open(&arena, ARENA_BYTES);
            err e = sparkplug_decode((struct bytes){copy, n}, NULL, &arena, &report);
            assert_true(e == ERR_OK || (e == ERR_FRAME && report.why[0]));
            assert_true(report.at <= n);
            arena_close(&arena);
            test_free(copy);
        }
    }
    json_decref(json);
}

/* --- numbers ----------------------------------------------------------------------- */

/* One metric named "a" of that datatype and value field. */
static const struct {
    const char *name, *hex;
    double want;
    enum report_kind kind;
} numbers[] = {
    {"Int8 -1 of 8 bits", "12080a01612001" "50ff01", -1, REPORT_NUMBER},
    {"Int8 -1 of 32 bits", "120b0a01612001" "50ffffffff0f", -1, REPORT_NUMBER},
    {"Int8 -1 of 64 bits", "12100a01612001" "50ffffffffffffffffff01", -1, REPORT_NUMBER},
    {"Int8 300", "12080a01612001" "50ac02", 0, REPORT_ABSENT},
    {"Int16 -2", "12090a01612002" "50feff03", -2, REPORT_NUMBER},
    {"Int32 -100", "120b0a01612003" "509cffffff0f", -100, REPORT_NUMBER},
    {"Int32 in long", "12100a01612003" "589cffffffffffffffff01", -100, REPORT_NUMBER},
    {"Int64 -5", "12100a01612004" "58fbffffffffffffffff01", -5, REPORT_NUMBER},
    {"UInt8 255", "12080a01612005" "50ff01", 255, REPORT_NUMBER},
    {"UInt8 256", "12080a01612005" "508002", 0, REPORT_ABSENT},
    {"UInt32 max", "120b0a01612007" "50ffffffff0f", 4294967295.0, REPORT_NUMBER},
    {"Float 95.5", "120a0a01612009" "650000bf42", 95.5, REPORT_NUMBER},
    {"Double 0.1", "120e0a0161200a" "699a9999999999b93f", 0.1, REPORT_NUMBER},
    {"Boolean", "12070a0161200b" "7001", 1, REPORT_TRUTH},
    {"DateTime", "120c0a0161200d" "5880f8a5f9c132", 1735689600000.0, REPORT_TIME},
    {"null", "12070a01612009" "3801", 0, REPORT_ABSENT},
    {"no value", "12050a01612009", 0, REPORT_ABSENT},
    {"number as text", "12070a0161200c" "5001", 0, REPORT_ABSENT},
    {"properties skipped", "120e0a01612009" "4a020a00" "650000bf42", 95.5, REPORT_NUMBER},
};

static void numbers_keep_their_sign(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(numbers); i++) {
        struct arena arena;
        struct report report;
        arena_open(&arena, ARENA_BYTES);
        CHECK_EQ(numbers[i].name, decode(numbers[i].hex, NULL, &arena, &report), ERR_OK);
        CHECK_EQ(numbers[i].name, report.values_n, 1);
        CHECK_EQ(numbers[i].name, report.values[0].kind, numbers[i].kind);
        if (numbers[i].kind != REPORT_ABSENT)
            CHECK(numbers[i].name, report.values[0].number == numbers[i].want);
        arena_close(&arena);
    }
}

/* Template "t" with a metric "speed" = 7 and a parameter "p" = 3. */
static void a_template_gives_its_metrics(void **state)
{
    (void)state;
    struct arena arena;
    struct report report;
    arena_open(&arena, ARENA_BYTES);
    const char *hex = "121c" "0a0174" "2013" "9201" "14"
                      "120b" "0a057370656564" "2007" "5007" "1a05" "0a0170" "1803";
    assert_int_equal(decode(hex, NULL, &arena, &report), ERR_OK);
    const struct report_value *speed = report_find(&report, "t/speed", false);
    const struct report_value *p = report_find(&report, "t/p", false);
    assert_non_null(speed);
    assert_true(speed->number == 7);
    assert_non_null(p);
    assert_true(p->number == 3);
    arena_close(&arena);
}

/* --- aliases and gaps --------------------------------------------------------------- */

static void an_alias_gets_name_and_type_of_its_birth(void **state)
{
    (void)state;
    struct sparkplug_names names = {0};
    struct arena arena;
    struct report report;
    arena_open(&arena, ARENA_BYTES);
    /* BIRTH: "a", alias 9, Int8; DATA: alias 9, int 255. */
    assert_int_equal(decode("12090a01611009200150ff01", NULL, &arena, &report),
                     ERR_FRAME);
    assert_int_equal(decode("120a0a01611009200150ff01", NULL, &arena, &report), ERR_OK);
    assert_int_equal(sparkplug_names_learn(&names, &report), ERR_OK);
    assert_int_equal(decode("1205100950ff01", &names, &arena, &report), ERR_OK);
    CHECK_TEXT("name", report.values[0].name, "a");
    assert_true(report.values[0].number == -1);
    assert_int_equal(decode("1205100850ff01", &names, &arena, &report), ERR_OK);
    CHECK_TEXT("unbound", report.values[0].name, "");
    sparkplug_names_close(&names);
    arena_close(&arena);
}

static struct sparkplug_verdict step(struct sparkplug_edge *edge,
                                     enum sparkplug_message message, int sequence,
                                     int64_t mono_ms)
{
    struct report report;
    report_begin(&report, "payload");
    report.has_sequence = sequence >= 0;
    report.sequence = sequence >= 0 ? (uint64_t)sequence : 0;
    return sparkplug_edge_step(edge, message, &report, mono_ms);
}

static void a_gap_asks_for_a_rebirth(void **state)
{
    (void)state;
    struct sparkplug_edge edge = {0};
    assert_true(step(&edge, SPARKPLUG_NDATA, 4, 0).ask_rebirth);
    assert_false(step(&edge, SPARKPLUG_NDATA, 5, 100).ask_rebirth); /* asked already */
    assert_true(step(&edge, SPARKPLUG_NBIRTH, 0, 200).is_birth);
    assert_false(step(&edge, SPARKPLUG_DBIRTH, 1, 300).forget);
    for (int seq = 2; seq < 256; seq++)
        assert_false(step(&edge, SPARKPLUG_DDATA, seq, 400).forget);
    assert_false(step(&edge, SPARKPLUG_DDATA, 0, 500).forget); /* after 255 */
    struct sparkplug_verdict gap = step(&edge, SPARKPLUG_DDATA, 2, 600);
    assert_true(gap.ask_rebirth && gap.forget);
    assert_int_equal(edge.gaps, 1);
    assert_false(step(&edge, SPARKPLUG_NBIRTH, 0, 20100).ask_rebirth);
    assert_false(step(&edge, SPARKPLUG_NDATA, 1, 20200).forget);
}

static void an_old_will_is_no_death(void **state)
{
    (void)state;
    struct sparkplug_edge edge = {0};
    struct report_value bd = {.name = "bdSeq", .number = 7, .text = ""};
    struct report report;
    report_begin(&report, "payload");
    report.values = &bd;
    report.values_n = 1;
    (void)sparkplug_edge_step(&edge, SPARKPLUG_NBIRTH, &report, 0);
    bd.number = 6;
    assert_false(sparkplug_edge_step(&edge, SPARKPLUG_NDEATH, &report, 0).is_death);
    bd.number = 7;
    assert_true(sparkplug_edge_step(&edge, SPARKPLUG_NDEATH, &report, 0).is_death);
    assert_false(edge.is_born);
}

static void our_request_reads_back(void **state)
{
    (void)state;
    struct buffer out;
    struct arena arena;
    struct report report;
    buffer_open(&out, 200);
    arena_open(&arena, ARENA_BYTES);
    sparkplug_put_rebirth(&out, 1735689600000);
    assert_int_equal(sparkplug_decode(buffer_bytes(&out), NULL, &arena, &report), ERR_OK);
    CHECK_TEXT("name", report.values[0].name, "Node Control/Rebirth");
    assert_int_equal(report.values[0].kind, REPORT_TRUTH);
    assert_true(report.values[0].number == 1);
    buffer_close(&out);
    arena_close(&arena);
}

static void topics_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *topic;
        bool ok;
    } rows[] = {
        {"spBv1.0/g/NDATA/e", true},    {"spBv1.0/g/DDATA/e/d", true},
        {"spBv1.0/g/DDATA/e", false},   {"spBv1.0/g/NDATA/e/d", false},
        {"spAv1.0/g/NDATA/e", false},   {"spBv1.0/g/NOTHING/e", false},
        {"spBv1.0/STATE/host", false},  {"spBv1.0//NDATA/e", false},
        {"spBv1.0/g/DDATA/e/d/x", false}, {"", false},
    };
    struct sparkplug_topic topic;
    for (size_t i = 0; i < COUNT(rows); i++)
        CHECK_EQ(rows[i].topic, sparkplug_topic_parse(rows[i].topic, &topic), rows[i].ok);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(payloads_of_another_encoder_are_read),
        cmocka_unit_test(every_cut_has_an_answer),
        cmocka_unit_test(numbers_keep_their_sign),
        cmocka_unit_test(a_template_gives_its_metrics),
        cmocka_unit_test(an_alias_gets_name_and_type_of_its_birth),
        cmocka_unit_test(a_gap_asks_for_a_rebirth),
        cmocka_unit_test(an_old_will_is_no_death),
        cmocka_unit_test(our_request_reads_back),
        cmocka_unit_test(topics_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
