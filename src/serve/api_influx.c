/* api_influx.c - the little beside writing that InfluxDB's clients ask for. */
#include "base/text.h"
#include "serve/api.h"
#include "serve/js.h"
#include "serve/parameters.h"
#include "serve/request.h"

#include <string.h>
#include <strings.h>

void api_influx_ping(struct request *request)
{
    answer_empty(request, 204);
    answer_header(request, "X-Influxdb-Version", "1.8-heatnet-" HEATNET_VERSION);
}

static bool starts(const char *text, const char *words)
{
    return strncasecmp(text, words, strlen(words)) == 0;
}

/* Clients make their database before they write; ours is always there. */
static void put_statement(struct buffer *out, const char *query)
{
    js_object(out);
    js_put_i64(out, "statement_id", 0);
    if (starts(query, "show databases"))
        buffer_put_text(out,
                        ",\"series\":[{\"name\":\"databases\",\"columns\":[\"name\"],"
                        "\"values\":[[\"heatnet\"]]}]");
    else if (!starts(query, "create database"))
        js_put_text(out, "error",
                    "InfluxQL is not answered here: ask PromQL under /prometheus/api/v1");
    js_object_end(out);
}

void api_influx_query(struct request *request)
{
    struct parameters parameters;
    err e = parameters_read(request, &parameters);
    const char *query = e ? NULL : parameters_find(&parameters, "q");
    struct buffer *out = &request->out;
    js_object(out);
    if (!query) {
        js_put_text(out, "error", "missing required parameter \"q\"");
    } else {
        js_key(out, "results");
        js_array(out);
        put_statement(out, query + strspn(query, " \n"));
        js_array_end(out);
    }
    js_object_end(out);
    answer_json(request, query ? 200 : 400);
}
