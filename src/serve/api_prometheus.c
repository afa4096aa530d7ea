/* api_prometheus.c - /prometheus/api/v1/query and query_range.
 *
 * Parameters, answers and errors as Prometheus 2.42 gives them, so that a stock Grafana
 * works; docs/api.md says what differs. */
#include "ask/promql_number.h"
#include "ask/promql_print.h"
#include "base/memory.h"
#include "base/text.h"
#include "serve/api.h"
#include "serve/js.h"
#include "serve/parameters.h"
#include "serve/prometheus.h"
#include "serve/request.h"
#include "serve/series.h"
#include "serve/server.h"

#include <string.h>

enum {
    CELLS_MAX = 6 << 20,
    SAMPLES_MAX = 20 << 20,
    ARENA_BYTES_MAX = 160 << 20,
    TIMEOUT_MS = 30000,
    FORMAT_BYTES_MAX = 256 << 10
};

struct asking {
    struct request *request;
    struct parameters parameters;
    const char *query;
    int64_t timeout_ms;
    bool is_range;
    struct promql_ask ask;
    struct arena arena;
    struct promql_node *root;
    struct promql_result result;
};

/* --- parameters --------------------------------------------------------------------- */

static bool read_time(struct asking *asking, const char *name, int64_t *time_ms)
{
    const char *text = parameters_find(&asking->parameters, name);
    if (!text || !text[0]) {
        if (!asking->is_range) return true; /* now */
        text = "";
    }
    if (!promql_read_time(text, time_ms)) return true;
    prometheus_error(asking->request, PROMETHEUS_BAD_DATA,
                     "invalid parameter \"%s\": cannot parse \"%.60s\" to a valid "
                     "timestamp",
                     name, text);
    return false;
}

static bool read_range(struct asking *asking)
{
    struct request *request = asking->request;
    struct promql_ask *ask = &asking->ask;
    if (!read_time(asking, "start", &ask->start_ms)) return false;
    if (!read_time(asking, "end", &ask->end_ms)) return false;
    if (ask->end_ms < ask->start_ms) {
        prometheus_error(request, PROMETHEUS_BAD_DATA,
                         "invalid parameter \"end\": end timestamp must not be before "
                         "start time");
        return false;
    }
    const char *step = parameters_find(&asking->parameters, "step");
    if (promql_read_duration(step ? step : "", &ask->step_ms)) {
        prometheus_error(request, PROMETHEUS_BAD_DATA,
                         "invalid parameter \"step\": cannot parse \"%.60s\" to a valid "
                         "duration",
                         step ? step : "");
        return false;
    }
    if (ask->step_ms <= 0) {
        prometheus_error(request, PROMETHEUS_BAD_DATA,
                         "invalid parameter \"step\": zero or negative query resolution "
                         "step widths are not accepted. Try a positive integer");
        return false;
    }
    if ((ask->end_ms - ask->start_ms) / ask->step_ms > PROMQL_STEPS_MAX) {
        prometheus_error(request, PROMETHEUS_BAD_DATA,
                         "exceeded maximum resolution of %d points per timeseries. Try "
                         "decreasing the query resolution (?step=XX)",
                         PROMQL_STEPS_MAX);
        return false;
    }
    return true;
}

static bool read_parameters(struct asking *asking)
{
    struct request *request = asking->request;
    if (!prometheus_parameters(request, &asking->parameters)) return false;
    int64_t now_ms = server_now_ms(request->server);
    asking->ask = (struct promql_ask){.start_ms = now_ms,
                                      .end_ms = now_ms,
                                      .cells_max = CELLS_MAX,
                                      .samples_max = SAMPLES_MAX};
    if (asking->is_range && !read_range(asking)) return false;
    if (!asking->is_range && !read_time(asking, "time", &asking->ask.start_ms))
        return false;
    if (!asking->is_range) asking->ask.end_ms = asking->ask.start_ms;
    const char *timeout = parameters_find(&asking->parameters, "timeout");
    int64_t timeout_ms = TIMEOUT_MS;
    if (timeout && timeout[0] && promql_read_duration(timeout, &timeout_ms)) {
        prometheus_error(
            request, PROMETHEUS_BAD_DATA,
            "invalid parameter \"timeout\": cannot parse \"%.60s\" to a valid "
            "duration",
            timeout);
        return false;
    }
    asking->timeout_ms = timeout_ms < TIMEOUT_MS ? timeout_ms : TIMEOUT_MS;
    asking->query = parameters_find(&asking->parameters, "query");
    if (!asking->query) asking->query = "";
    return true;
}

static bool parse(struct asking *asking)
{
    char why[PROMQL_WHY_BYTES];
    struct request *request = asking->request;
    err e = promql_parse(asking->query, &asking->arena, &asking->root, why);
    if (e == ERR_MEMORY) {
        prometheus_error(request, PROMETHEUS_EXECUTION, "the query is too large");
        return false;
    }
    if (e) {
        prometheus_error(request, PROMETHEUS_BAD_DATA, "invalid parameter \"query\": %s",
                         why);
        return false;
    }
    enum promql_type type = promql_type_of(asking->root);
    if (!asking->is_range || type == PROMQL_SCALAR || type == PROMQL_VECTOR) return true;
    prometheus_error(
        request, PROMETHEUS_BAD_DATA,
        "invalid parameter \"query\": invalid expression type \"%s\" for range "
        "query, must be Scalar or instant Vector",
        type == PROMQL_MATRIX ? "range vector" : "string");
    return false;
}

/* --- the answer --------------------------------------------------------------------- */

static void put_sample(struct buffer *out, int64_t time_ms, double value)
{
    char time[PROMQL_NUMBER_BYTES], number[PROMQL_NUMBER_BYTES];
    promql_time(time_ms, time);
    promql_number(value, number);
    js_array(out);
    buffer_put_text(out, time);
    js_text(out, number);
    js_array_end(out);
}

static void put_metric(struct buffer *out, struct labels labels)
{
    js_key(out, "metric");
    prometheus_labels(out, labels);
}

static void put_row(struct buffer *out, const struct promql_result *result,
                    const struct promql_row *row)
{
    js_object(out);
    put_metric(out, row->labels);
    if (!result->step_ms && row->values) {
        js_key(out, "value");
        put_sample(out, result->start_ms, row->values[0]);
    } else {
        js_key(out, "values");
        js_array(out);
        for (size_t i = 0; i < row->samples_n; i++)
            put_sample(out, row->samples[i].time_ms, row->samples[i].value);
        for (size_t i = 0; row->values && i < result->steps_n; i++)
            if (!promql_is_absent(row->values[i]))
                put_sample(out, result->start_ms + (int64_t)i * result->step_ms,
                           row->values[i]);
        js_array_end(out);
    }
    js_object_end(out);
}

static void put_result(struct buffer *out, const struct promql_result *result)
{
    enum promql_type type = result->step_ms ? PROMQL_MATRIX : result->type;
    prometheus_begin(out);
    js_object(out);
    js_put_text(out, "resultType", promql_type_word(type));
    js_key(out, "result");
    if (type == PROMQL_SCALAR) {
        put_sample(out, result->start_ms, result->rows[0].values[0]);
    } else if (type == PROMQL_STRING) {
        char time[PROMQL_NUMBER_BYTES];
        promql_time(result->start_ms, time);
        js_array(out);
        buffer_put_text(out, time);
        js_text(out, result->text);
        js_array_end(out);
    } else {
        js_array(out);
        for (size_t i = 0; i < result->rows_n; i++)
            put_row(out, result, &result->rows[i]);
        js_array_end(out);
    }
    js_object_end(out);
    prometheus_end(out);
}

static void answer(struct asking *asking, err e)
{
    struct request *request = asking->request;
    if (e == ERR_TIMEOUT) {
        prometheus_error(request, PROMETHEUS_TIMEOUT, "%s", asking->result.why);
    } else if (e) {
        prometheus_error(request, PROMETHEUS_EXECUTION, "%s", asking->result.why);
    } else {
        put_result(&request->out, &asking->result);
        prometheus_answer(request);
    }
}

static void ask(struct request *request, bool is_range)
{
    struct asking *asking = memory_new(1, sizeof *asking);
    if (!asking) {
        answer_err(request, ERR_MEMORY);
        return;
    }
    asking->request = request;
    asking->is_range = is_range;
    arena_open(&asking->arena, ARENA_BYTES_MAX);
    if (read_parameters(asking) && parse(asking)) {
        struct series_source source;
        int64_t now_ms = clock_mono_ms(request->server->options.clock);
        series_open(&source, request->server, now_ms + asking->timeout_ms);
        struct promql_source promql = series_promql(&source);
        err e = promql_evaluate(asking->root, &asking->ask, &promql, &asking->arena,
                                &asking->result);
        answer(asking, e);
        series_close(&source);
    }
    arena_close(&asking->arena);
    memory_free(asking);
}

void api_prometheus_query(struct request *request)
{
    ask(request, false);
}

void api_prometheus_query_range(struct request *request)
{
    ask(request, true);
}

static void format(struct request *request, const char *query, struct arena *arena)
{
    char why[PROMQL_WHY_BYTES] = "too large";
    struct promql_node *root = NULL;
    if (promql_parse(query, arena, &root, why)) {
        prometheus_error(request, PROMETHEUS_BAD_DATA, "invalid parameter \"query\": %s",
                         why);
        return;
    }
    struct buffer text;
    buffer_open(&text, FORMAT_BYTES_MAX);
    promql_print(root, &text);
    buffer_put_u8(&text, 0);
    if (text.broken) {
        prometheus_error(request, PROMETHEUS_EXECUTION, "the query is too large");
    } else {
        prometheus_begin(&request->out);
        js_text(&request->out, (const char *)text.at);
        prometheus_end(&request->out);
        prometheus_answer(request);
    }
    buffer_close(&text);
}

void api_prometheus_format(struct request *request)
{
    struct parameters parameters;
    struct arena arena;
    if (!prometheus_parameters(request, &parameters)) return;
    const char *query = parameters_find(&parameters, "query");
    arena_open(&arena, ARENA_BYTES_MAX);
    format(request, query ? query : "", &arena);
    arena_close(&arena);
}
