/* history_test.c - what the screens ask of the past: samples, trends, completeness, gaps,
 * the raw log; in a small city with a known history. */
#include "serve/frames.h"

#include "base/ensure.h"
#include "serve/apply.h"

#include <math.h>

enum { CYCLE_MS = 10000, SAMPLES = 360, LOST_FROM = 100, LOST_N = 7 };

static struct certificate identity; /* tidy: allow global: of the group's server */
static int64_t hour_ms; /* tidy: allow global: the hour that holds all samples */

/* One hour of samples every 10 s, value = its number, but seven are lost. */
static void fill(struct house *house)
{
    struct buffer body;
    buffer_open(&body, 1 << 20);
    for (int i = 0; i < SAMPLES; i++) {
        if (i >= LOST_FROM && i < LOST_FROM + LOST_N) continue;
        struct frame_wish wish = {"T1", (uint64_t)i + 1,        1,
                                  1,    hour_ms + i * CYCLE_MS, i % 100};
        frames_put(&body, &wish);
        if (i % 12 != 11) continue;
        struct frames_answer answer = frames_send(house, &identity, buffer_bytes(&body));
        assert_int_equal(answer.status, 200);
        buffer_clear(&body);
    }
    buffer_close(&body);
    apply_settle(house->server->apply);
}

static int open_city(void **state)
{
    struct certificate other;
    assert_int_equal(house_open(state), 0);
    struct house *house = *state;
    hour_ms = clock_utc_ms(&house->clock) / 3600000 * 3600000 - 2 * 3600000;
    frames_enrol(house, "T1", &identity);
    frames_enrol(house, "T2", &other);
    assert_int_equal(
        house_status(house, "POST", "/api/v1/catalog/import", "text/csv", frames_catalog),
        200);
    fill(house);
    return 0;
}

static json_t *get(struct house *house, const char *format, long long a, long long b)
{
    char path[300];
    json_error_t error;
    text_format(path, sizeof path, "/api/v1%s&from=%lld&to=%lld", format, a, b);
    struct reply reply = house_ask(house, "GET", path, NULL, NULL);
    CHECK_EQ(path, reply.status, 200);
    json_t *json = json_loads(reply.body, 0, &error);
    if (!json) fail_msg("%s: %s", path, reply.body);
    reply_close(&reply);
    return json;
}

static long long at(const json_t *json, const char *name)
{
    return json_integer_value(json_object_get(json, name));
}

static void samples_as_they_came(void **state)
{
    json_t *json =
        get(*state, "/points/1/samples?limit=1000000", hour_ms, hour_ms + 3600000);
    const json_t *samples = json_object_get(json, "samples");
    assert_int_equal(json_array_size(samples), SAMPLES - LOST_N);
    assert_false(json_is_true(json_object_get(json, "truncated")));
    const json_t *last = json_array_get(samples, SAMPLES - LOST_N - 1);
    assert_int_equal(json_integer_value(json_array_get(last, 0)),
                     hour_ms + (SAMPLES - 1) * CYCLE_MS);
    assert_true(json_number_value(json_array_get(last, 1)) == 59);
    json_decref(json);
    json = get(*state, "/points/1/samples?limit=5", hour_ms, hour_ms + 3600000);
    assert_int_equal(json_array_size(json_object_get(json, "samples")), 5);
    assert_true(json_is_true(json_object_get(json, "truncated")));
    json_decref(json);
}

static void trends_keep_least_and_greatest(void **state)
{
    json_t *json = get(*state, "/trend?points=1&buckets=10", hour_ms, hour_ms + 3600000);
    const json_t *series = json_array_get(json_object_get(json, "series"), 0);
    const json_t *rows = json_object_get(series, "rows");
    double least = 1e9, greatest = -1e9;
    long long n = 0;
    assert_false(json_is_true(json_object_get(json, "raw")));
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        least = fmin(least, json_number_value(json_array_get(row, 1)));
        greatest = fmax(greatest, json_number_value(json_array_get(row, 2)));
        n += json_integer_value(json_array_get(row, 4));
    }
    assert_true(least == 0 && greatest == 99);
    assert_int_equal(n, SAMPLES - LOST_N);
    json_decref(json);
    json = get(*state, "/trend?points=1&buckets=1000", hour_ms, hour_ms + 3600000);
    assert_true(json_is_true(json_object_get(json, "raw")));
    json_decref(json);
}

static void what_is_missing_is_counted(void **state)
{
    json_t *json =
        get(*state, "/terminals/T1/completeness?step=hour", hour_ms, hour_ms + 3600000);
    const json_t *device = json_array_get(json_object_get(json, "devices"), 0);
    assert_int_equal(at(device, "device"), 1);
    assert_int_equal(at(device, "received"), SAMPLES - LOST_N);
    assert_int_equal(at(device, "expected"), SAMPLES);
    assert_int_equal(json_array_size(json_object_get(device, "steps")), 1);
    json_decref(json);
    /* Before its first sample nothing was due. */
    json = get(*state, "/terminals/T1/completeness?step=hour", hour_ms - 3 * 3600000,
               hour_ms + 3600000);
    device = json_array_get(json_object_get(json, "devices"), 0);
    assert_int_equal(at(device, "expected"), SAMPLES);
    json_decref(json);
}

static void gaps_have_their_ends(void **state)
{
    json_t *json = get(*state, "/devices/1/gaps?", hour_ms - 3600000, hour_ms + 3600000);
    const json_t *gaps = json_object_get(json, "gaps");
    assert_int_equal(json_array_size(gaps), 1);
    const json_t *gap = json_array_get(gaps, 0);
    assert_int_equal(at(gap, "from_ms"), hour_ms + LOST_FROM * CYCLE_MS);
    assert_int_equal(at(gap, "to_ms"), hour_ms + (LOST_FROM + LOST_N) * CYCLE_MS);
    assert_int_equal(at(gap, "missing"), LOST_N);
    json_decref(json);
}

static void tables_for_spreadsheets(void **state)
{
    char path[200];
    text_format(path, sizeof path,
                "/api/v1/trend.csv?points=1,2&from=%lld&to=%lld&step=raw&language=en",
                (long long)hour_ms, (long long)hour_ms + 20000);
    struct reply reply = house_ask(*state, "GET", path, NULL, NULL);
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(reply.body, "Supply (°C)"));
    assert_non_null(strstr(reply.body, "Z,0,\"\"\r\n"));
    assert_non_null(strstr(reply.body, "Z,1,\"\"\r\n"));
    reply_close(&reply);
}

/* Newest first, page after page: every record once. */
static void the_log_is_paged_without_loss(void **state)
{
    long long before = 0, seen = 0, last = 0;
    for (;;) {
        char query[100];
        text_format(query, sizeof query, "/log?limit=50&before=%lld", before);
        json_t *json = get(*state, query, 0, INT64_MAX / 2);
        const json_t *records = json_object_get(json, "records");
        for (size_t i = 0; i < json_array_size(records); i++) {
            long long number = at(json_array_get(records, i), "number");
            assert_true(last == 0 || number == last - 1);
            last = number;
            seen++;
        }
        bool more = json_is_true(json_object_get(json, "more"));
        json_decref(json);
        before = last;
        if (!more) break;
    }
    assert_int_equal(last, 1);
    assert_int_equal(seen, SAMPLES - LOST_N);
}

static void a_record_shows_its_frame(void **state)
{
    struct reply reply = house_ask(*state, "GET", "/api/v1/log/1", NULL, NULL);
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(reply.body, "\"terminal\":\"T1\""));
    assert_non_null(strstr(reply.body, "\"spool\":\"000000000000004d\""));
    assert_non_null(strstr(reply.body, "\"values\":[[0]]"));
    assert_non_null(strstr(reply.body, "\"hex\":\"0a"));
    reply_close(&reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_as_they_came),
        cmocka_unit_test(trends_keep_least_and_greatest),
        cmocka_unit_test(what_is_missing_is_counted),
        cmocka_unit_test(gaps_have_their_ends),
        cmocka_unit_test(tables_for_spreadsheets),
        cmocka_unit_test(the_log_is_paged_without_loss),
        cmocka_unit_test(a_record_shows_its_frame),
    };
    return cmocka_run_group_tests(tests, open_city, house_close);
}
