/* api_completeness.c - samples received and expected, and the gaps. */
#include "base/text.h"
#include "serve/api.h"
#include "serve/completeness.h"
#include "serve/js.h"
#include "serve/request.h"
#include "serve/server.h"

#include <math.h>

static err read_span(struct request *request, struct completeness_span *span)
{
    const char *step = request_query(request, "step");
    span->historian = request->server->historian;
    span->calendar = request->server->calendar;
    span->now_ms = server_now_ms(request->server);
    span->step = step && text_equal(step, "day") ? HISTORY_DAY : HISTORY_HOUR;
    return request_query_range(request, &span->from_ms, &span->to_ms);
}

/* 100.0 at most: a sample too many is not more than complete. */
static double percent(uint64_t received, uint64_t expected)
{
    if (!expected) return NAN;
    double part = 100.0 * (double)received / (double)expected;
    return part > 100 ? 100 : part;
}

static void put_steps(struct buffer *out, const struct completeness_step *steps, size_t n)
{
    uint64_t expected = 0, received = 0;
    for (size_t i = 0; i < n; i++) {
        expected += steps[i].expected;
        received += steps[i].received;
    }
    js_put_u64(out, "expected", expected);
    js_put_u64(out, "received", received);
    js_key(out, "percent");
    js_about(out, percent(received, expected));
    js_key(out, "steps");
    js_array(out);
    for (size_t i = 0; i < n; i++) {
        js_array(out);
        js_i64(out, steps[i].start_ms);
        js_u64(out, steps[i].received);
        js_u64(out, steps[i].expected);
        js_array_end(out);
    }
    js_array_end(out);
}

struct table {
    struct completeness_span span;
    const struct catalog *catalog;
    uint32_t terminal, device; /* device 0 = all */
    size_t n;
    struct completeness_step *steps, *total;
};

static err put_device(struct buffer *out, const struct table *table,
                      const struct device *device)
{
    err e = completeness_device(&table->span, device->id, table->steps, table->n);
    if (e) return e;
    js_object(out);
    js_put_u64(out, "device", device->id);
    put_steps(out, table->steps, table->n);
    js_object_end(out);
    for (size_t i = 0; i < table->n; i++) {
        table->total[i].received += table->steps[i].received;
        table->total[i].expected += table->steps[i].expected;
    }
    return ERR_OK;
}

static err put_table(struct buffer *out, const struct table *table)
{
    err e = ERR_OK;
    js_object(out);
    js_key(out, "devices");
    js_array(out);
    for (size_t i = 0; !e && i < table->catalog->devices_n; i++) {
        const struct device *device = &table->catalog->devices[i];
        if (device->terminal != table->terminal) continue;
        if (table->device && table->device != device->id) continue;
        e = put_device(out, table, device);
    }
    js_array_end(out);
    js_key(out, "total");
    js_object(out);
    put_steps(out, table->total, table->n);
    js_object_end(out);
    js_object_end(out);
    return e;
}

void api_completeness(struct request *request)
{
    struct table table = {0};
    int64_t device = 0;
    if (read_span(request, &table.span)) return;
    if (request_query_i64(request, "device", 1, UINT32_MAX, &device)) return;
    table.device = (uint32_t)device;

    struct catalog *catalog = server_catalog(request->server);
    const struct terminal *terminal =
        catalog_terminal_by_code(catalog, request->words[0]);
    err e = terminal ? ERR_OK : ERR_UNKNOWN;
    if (!e) table.terminal = terminal->id;
    table.catalog = catalog;
    if (!e) e = completeness_steps(&table.span, &request->arena, &table.steps, &table.n);
    if (!e) e = completeness_steps(&table.span, &request->arena, &table.total, &table.n);
    if (!e) e = database_open(request->server->database_path, &table.span.database);
    if (!e && table.n) table.span.from_ms = table.steps[0].start_ms;
    if (!e) e = put_table(&request->out, &table);
    database_close(table.span.database);
    catalog_release(catalog);
    if (e) {
        answer_err(request, e);
    } else {
        answer_json(request, 200);
    }
}

static err put_gap(void *context, const struct completeness_gap *gap)
{
    struct buffer *out = context;
    js_object(out);
    js_put_i64(out, "from_ms", gap->from_ms);
    js_put_i64(out, "to_ms", gap->to_ms);
    js_put_u64(out, "missing", gap->missing);
    js_object_end(out);
    return out->broken;
}

void api_gaps(struct request *request)
{
    uint64_t id = 0;
    struct completeness_span span = {0};
    if (request_word_id(request, 0, &id)) return;
    if (read_span(request, &span)) return;
    struct catalog *catalog = server_catalog(request->server);
    const struct device *device =
        id <= UINT32_MAX ? catalog_device(catalog, (uint32_t)id) : NULL;
    catalog_release(catalog);
    if (!device) {
        answer_problem(request, PROBLEM_UNKNOWN, NULL, NULL);
        return;
    }
    struct buffer *out = &request->out;
    js_object(out);
    js_key(out, "gaps");
    js_array(out);
    err e = database_open(request->server->database_path, &span.database);
    if (!e) e = completeness_gaps(&span, (uint32_t)id, put_gap, out);
    database_close(span.database);
    js_array_end(out);
    js_object_end(out);
    if (e) {
        answer_err(request, e);
    } else {
        answer_json(request, 200);
    }
}
