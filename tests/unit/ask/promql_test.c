/* promql_test.c - the language over a few series: answers, errors, limits.  That its
 * numbers are Prometheus' is tested beside Prometheus (tests/system/promql.test.ts). */
#include "ask/promql.h"
#include "ask/promql_number.h"

#include "base/ensure.h"
#include "base/memory.h"
#include "base/text.h"
#include "check.h"

#include <math.h>

enum { ARENA_BYTES = 8 << 20, MINUTE_MS = 60000, NOW_MS = 3600000 };

static const struct label labels[][3] = {
    {{"__name__", "flow"}, {"kind", "a"}, {"no", "1"}},
    {{"__name__", "flow"}, {"kind", "a"}, {"no", "2"}},
    {{"__name__", "flow"}, {"kind", "b"}, {"no", "3"}},
    {{"__name__", "heat"}, {"kind", "b"}, {"no", "3"}},
};

struct store {
    uint64_t reads;
    bool expired;
    int64_t cycle_ms;
};

static err list(void *context, const struct promql_matchers *matchers,
                struct arena *arena, struct promql_series **series, size_t *n)
{
    const struct store *store = context;
    *n = 0;
    *series = arena_new(arena, COUNT(labels), sizeof **series);
    if (!*series) return ERR_MEMORY;
    for (size_t i = 0; i < COUNT(labels); i++) {
        struct labels set = {3, labels[i]};
        if (promql_matches(matchers, set))
            (*series)[(*n)++] = (struct promql_series){.labels = set,
                                                       .id = i + 1,
                                                       .lookback_ms = 5 * MINUTE_MS,
                                                       .cycle_ms = store->cycle_ms};
    }
    return ERR_OK;
}

/* Every minute: series 1..3 their number, series 4 a counter of 6 a minute that ends with
 * a stale marker at the hour. */
static err read_samples(void *context, const struct promql_series *series,
                        const int64_t from_to_ms[2], struct promql_samples *out)
{
    struct store *store = context;
    err e = ERR_OK;
    for (int64_t t = 0; !e && t <= NOW_MS; t += MINUTE_MS) {
        if (t < from_to_ms[0] || t > from_to_ms[1]) continue;
        double value = series->id < 4 ? (double)series->id : (double)(6 * t / MINUTE_MS);
        if (series->id == 4 && t == NOW_MS) value = promql_absent();
        e = promql_samples_add(out, t, value);
        store->reads++;
    }
    return e;
}

static bool expired(void *context)
{
    return ((const struct store *)context)->expired;
}

static err ask(const char *text, struct store *store, size_t cells_max,
               struct arena *arena, struct promql_result *result)
{
    char why[PROMQL_WHY_BYTES];
    struct promql_node *root = NULL;
    const struct promql_source source = {store, list, read_samples, expired};
    const struct promql_ask ask = {.start_ms = NOW_MS,
                                   .end_ms = NOW_MS,
                                   .cells_max = cells_max,
                                   .samples_max = 1000};
    store->cycle_ms = MINUTE_MS;
    CHECK_EQ(text, promql_parse(text, arena, &root, why), ERR_OK);
    return promql_evaluate(root, &ask, &source, arena, result);
}

/* One number each; NAN: no row at all. */
static const struct {
    const char *query;
    double want;
} rows[] = {
    {"1 + 2 * 3 ^ 2", 19},
    {"-2 ^ 2", -4},
    {"2 ^ -1", 0.5},
    {"sum(flow)", 6},
    {"sum(flow{kind=\"a\"})", 3},
    {"sum(flow{no=~\"1|3\"})", 4},
    {"sum(flow{no!~\"[13]\"})", 2},
    {"max(flow)", 3},
    {"heat", NAN},
    {"heat offset 1m", 354},
    {"rate(heat[10m])", 0.1},
    {"increase(heat[10m] offset 10m)", 60},
    {"count_over_time(heat[5m])", 5},
    {"absent(heat)", 1},
    {"scalar(flow{no=\"3\"}) * 2", 6},
    {"sum(flow * on (no) group_left heat offset 5m)", 990},
    {"count(flow > 1)", 2},
    {"sum(topk(2, flow))", 5},
    {"quantile(0.5, flow)", 2},
    {"max_over_time(sum(flow)[10m:1m])", 6},
    {"sum by () (flow)", 6},
    {"sum({\"flow\", \"kind\"=\"b\"})", 3},
};

static void questions_are_answered(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct arena arena;
        struct store store = {0};
        struct promql_result result;
        arena_open(&arena, ARENA_BYTES);
        CHECK_EQ(rows[i].query, ask(rows[i].query, &store, 100000, &arena, &result),
                 ERR_OK);
        CHECK_EQ(rows[i].query, result.rows_n, !isnan(rows[i].want));
        if (result.rows_n)
            CHECK(rows[i].query, fabs(result.rows[0].values[0] - rows[i].want) < 1e-9);
        arena_close(&arena);
    }
}

static void an_error_says_where_and_what(void **state)
{
    (void)state;
    static const char *const wrong[][2] = {
        {"", "1:1: parse error: no expression found in input"},
        {"sum(flow", "1:9: parse error: unexpected end of input in function call"},
        {"1 +\n ^ 2", "2:2: parse error: unexpected \"^\""},
        {"flow{a=~\"(\"}", "1:9: parse error: error parsing regexp: "},
        {"flow{}[5x]", "1:8: parse error: bad number or duration syntax: \"5x\""},
        {"nothing_such(1)", "1:1: parse error: unknown function with name"},
        {"rate(flow)",
         "1:6: parse error: expected type range vector in call to function"},
        {"{a=\"\"}", "1:1: parse error: vector selector must contain at least one"},
        {"\"a", "1:1: parse error: unterminated quoted string"},
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        char why[PROMQL_WHY_BYTES];
        struct arena arena;
        struct promql_node *root;
        arena_open(&arena, ARENA_BYTES);
        CHECK_EQ(wrong[i][0], promql_parse(wrong[i][0], &arena, &root, why), ERR_FRAME);
        if (!text_starts(why, wrong[i][1])) CHECK_TEXT(wrong[i][0], why, wrong[i][1]);
        arena_close(&arena);
    }
}

static void what_costs_too_much_is_refused_before_it_is_read(void **state)
{
    (void)state;
    struct arena arena;
    struct store store = {0};
    struct promql_result result;
    arena_open(&arena, ARENA_BYTES);
    assert_int_equal(ask("rate(flow[1d])", &store, 100000, &arena, &result), ERR_FULL);
    assert_int_equal(store.reads, 0);
    assert_true(text_starts(result.why, "query processing would load too many samples"));
    assert_int_equal(ask("flow", &store, 2, &arena, &result), ERR_FULL);
    assert_int_equal(store.reads, 0);
    assert_int_equal(ask("max_over_time(flow[1y:1s])", &store, 1000, &arena, &result),
                     ERR_FULL);
    assert_int_equal(store.reads, 0);
    store.expired = true;
    assert_int_equal(ask("flow", &store, 1000, &arena, &result), ERR_TIMEOUT);
    arena_close(&arena);
}

/* Neither brackets nor a long sum nor a nasty pattern may take the stack or the thread.
 */
static void depth_and_patterns_are_bounded(void **state)
{
    (void)state;
    struct buffer text;
    char why[PROMQL_WHY_BYTES];
    struct arena arena;
    struct promql_node *root;
    struct store store = {0};
    struct promql_result result;
    arena_open(&arena, ARENA_BYTES);
    buffer_open(&text, 1 << 20);
    for (int i = 0; i < 5000; i++) buffer_put_text(&text, "(");
    buffer_put_u8(&text, 0);
    assert_int_equal(promql_parse((const char *)text.at, &arena, &root, why), ERR_FULL);
    assert_true(why[0] != '\0');
    buffer_clear(&text);
    for (int i = 0; i < 3000; i++) buffer_put_text(&text, "1+");
    buffer_put_text(&text, "1");
    buffer_put_u8(&text, 0);
    assert_int_equal(ask((const char *)text.at, &store, 1000, &arena, &result), ERR_FULL);
    assert_int_equal(
        ask("flow{no=~\"(x+x+)+y|(.*)*[0-9](.*)*z\"}", &store, 1000, &arena, &result),
        ERR_OK);
    assert_int_equal(result.rows_n, 0);
    buffer_close(&text);
    arena_close(&arena);
}

static void no_memory_is_an_answer(void **state)
{
    (void)state;
    for (size_t bytes = 0; bytes < 200000; bytes += 997) {
        struct arena arena;
        char why[PROMQL_WHY_BYTES];
        struct promql_node *root;
        struct promql_result result;
        struct store store = {.cycle_ms = MINUTE_MS};
        const struct promql_source source = {&store, list, read_samples, expired};
        const struct promql_ask how = {
            .start_ms = NOW_MS, .end_ms = NOW_MS, .cells_max = 1000, .samples_max = 1000};
        arena_open(&arena, bytes);
        err e = promql_parse("sum by (kind) (rate(flow{no=~\"1.*\"}[5m])) / 2 > 0",
                             &arena, &root, why);
        if (!e) e = promql_evaluate(root, &how, &source, &arena, &result);
        assert_true(e == ERR_OK || e == ERR_MEMORY);
        arena_close(&arena);
    }
}

static void numbers_are_written_as_prometheus_writes_them(void **state)
{
    (void)state;

    static const struct {
        double value;
        const char *want;
    } numbers[] = {
        {0, "0"},
        {-0.0, "-0"},
        {95.25, "95.25"},
        {1234567, "1234567"},
        {1e20, "100000000000000000000"},
        {1e21, "1e+21"},
        {0.000001, "0.000001"},
        {9.5e-7, "9.5e-07"},
        {-1.5, "-1.5"},
        {1.0 / 3, "0.3333333333333333"},
        {NAN, "NaN"},
        {INFINITY, "+Inf"},
        {-INFINITY, "-Inf"},
        {5e-324, "5e-324"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1.7976931348623157e308, "1.7976931348623157e+308"},
    };

    for (size_t i = 0; i < COUNT(numbers); i++) {
        char text[PROMQL_NUMBER_BYTES];
        promql_number(numbers[i].value, text);
        CHECK_TEXT(numbers[i].want, text, numbers[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(questions_are_answered),
        cmocka_unit_test(an_error_says_where_and_what),
        cmocka_unit_test(what_costs_too_much_is_refused_before_it_is_read),
        cmocka_unit_test(depth_and_patterns_are_bounded),
        cmocka_unit_test(no_memory_is_an_answer),
        cmocka_unit_test(numbers_are_written_as_prometheus_writes_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
