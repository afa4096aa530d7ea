/* query_lines.c - see query_lines.h. */
#include "heatnet/query_lines.h"

#include "base/text.h"
#include "heatnet/commands.h"
#include "heatnet/plot.h"
#include "heatnet/show.h"

#include <stdio.h>

enum { STEPS = 600, PATH_BYTES = 8192 };

static void put_path(const struct query_lines *wanted, struct buffer *path)
{
    int64_t span_ms = wanted->from_to_ms[1] - wanted->from_to_ms[0];
    int64_t step_s = span_ms / 1000 / STEPS > 0 ? span_ms / 1000 / STEPS : 1;
    if (wanted->expression) {
        buffer_format(path, "/query_range?start=%.3f&end=%.3f&step=%lld&query=",
                      (double)wanted->from_to_ms[0] / 1000,
                      (double)wanted->from_to_ms[1] / 1000, (long long)step_s);
        client_escape(wanted->expression, path);
    } else {
        buffer_format(path,
                      "/history?points=%lld&from=%lld&to=%lld&step=%llds&align=from",
                      (long long)wanted->point, (long long)wanted->from_to_ms[0],
                      (long long)wanted->from_to_ms[1], (long long)step_s);
    }
    buffer_put_u8(path, 0);
}

static json_t *ask(struct client *client, const struct query_lines *wanted)
{
    struct buffer path;
    json_error_t error;
    buffer_open(&path, PATH_BYTES);
    put_path(wanted, &path);
    const struct ask ask = {.method = "GET", .path = (const char *)path.at};
    err e = path.broken ? path.broken : client_ask(client, &ask);
    buffer_close(&path);
    if (e == ERR_FULL) fprintf(stderr, "heatnet: the query is too long\n");
    if (e) return NULL;
    json_t *answer =
        json_loadb((const char *)client->answer.at, client->answer.n, 0, &error);
    if (client->status == 200) return answer;
    const char *why = json_string_value(json_object_get(answer, "error"));
    if (why)
        fprintf(stderr, "heatnet: %s\n", why);
    else
        client_print_problem(client);
    json_decref(answer);
    return NULL;
}

static int show(const struct query_lines *wanted, const struct lines *lines)
{
    lines_print(lines, wanted->from_to_ms);
    if (!lines->n) fprintf(stderr, "heatnet: nothing fits\n");
    if (!wanted->plot) return 0;
    const struct plot plot = {
        .title = wanted->expression ? wanted->expression
                 : lines->n         ? lines->at[0].name
                                    : "",
        .from_to_ms = {wanted->from_to_ms[0], wanted->from_to_ms[1]},
        .calendar = wanted->calendar};
    err e = plot_png(&plot, lines, wanted->plot);
    if (e == ERR_RANGE) fprintf(stderr, "heatnet: there is nothing to plot\n");
    if (e == ERR_IO) fprintf(stderr, "heatnet: %s cannot be written\n", wanted->plot);
    if (!e) printf("%s\n", wanted->plot);
    return e ? COMMAND_FAILED : 0;
}

int query_lines(struct client *client, const struct query_lines *wanted)
{
    struct lines lines;
    json_t *answer = ask(client, wanted);
    if (!answer) return COMMAND_FAILED;
    int result = COMMAND_FAILED;
    if (!lines_read(answer, &lines)) {
        result = show(wanted, &lines);
        lines_close(&lines);
    }
    json_decref(answer);
    return result;
}
