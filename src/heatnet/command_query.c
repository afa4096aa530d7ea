/* command_query.c - heatnet query: the history of one point as a table, CSV, sparkline or
 * picture; or an expression of the query language. */
#include "heatnet/client.h"
#include "heatnet/commands.h"
#include "heatnet/query_lines.h"
#include "heatnet/show.h"

#include "base/clock.h"
#include "base/text.h"
#include "model/catalog.h"
#include "model/quality.h"

#include <stdio.h>
#include <string.h>

struct asked {
    const char *code, *step, *plot;
    int64_t from_ms, to_ms;
    bool csv, spark;
    /* found in the catalog: */
    int64_t point;
    char unit[32];
    int decimals;
    struct calendar *calendar;
};

/* A list's item with that number in `id` or that text in `name`. */
static const json_t *find(const json_t *list, const char *name, const char *text,
                          size_t text_n)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        const char *value = show_text(item, name);
        if (strlen(value) == text_n && strncmp(value, text, text_n) == 0) return item;
    }
    return NULL;
}

static const json_t *find_id(const json_t *list, int64_t id)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (show_i64(json_array_get(list, i), "id") == id) return json_array_get(list, i);
    return NULL;
}

/* DEVICE.key in the catalog: id, unit, decimals. */
static bool find_point(const json_t *catalog, struct asked *asked)
{
    const char *dot = strchr(asked->code, '.');
    size_t device_n = dot ? (size_t)(dot - asked->code) : strlen(asked->code);
    const json_t *device =
        find(json_object_get(catalog, "devices"), "code", asked->code, device_n);
    if (!device) {
        fprintf(stderr, "heatnet: there is no device '%.*s'\n", (int)device_n,
                asked->code);
        return false;
    }
    const json_t *template =
        find_id(json_object_get(catalog, "templates"), show_i64(device, "template"));
    const json_t *points = json_object_get(template, "points");
    for (size_t i = 0; i < json_array_size(points); i++) {
        const json_t *point = json_array_get(points, i);
        if (!dot || !text_equal(show_text(point, "key"), dot + 1)) continue;
        asked->point =
            json_integer_value(json_array_get(json_object_get(device, "points"), i));
        asked->decimals = (int)show_i64(point, "decimals");
        text_copy(asked->unit, sizeof asked->unit, show_text(point, "unit"));
        return true;
    }
    fprintf(stderr, "heatnet: device '%.*s' has the points", (int)device_n, asked->code);
    for (size_t i = 0; i < json_array_size(points); i++)
        fprintf(stderr, " %s", show_text(json_array_get(points, i), "key"));
    fprintf(stderr, "\n");
    return false;
}

static void print_samples(const json_t *answer, const struct asked *asked)
{
    const json_t *samples = json_object_get(answer, "samples");
    printf("%-25s%14s  %s\n", "local time", asked->unit[0] ? asked->unit : "value",
           "quality");
    for (size_t i = 0; i < json_array_size(samples); i++) {
        const json_t *row = json_array_get(samples, i);
        const json_t *value = json_array_get(row, 1);
        char at[SHOW_BYTES], number[SHOW_BYTES] = "-";
        show_time(asked->calendar, json_integer_value(json_array_get(row, 0)), at);
        if (!json_is_null(value))
            text_format(number, sizeof number, "%.*f", asked->decimals,
                        json_number_value(value));
        printf("%-25s%14s  %s\n", at, number,
               quality_text((uint8_t)json_integer_value(json_array_get(row, 2))));
    }
    if (json_is_true(json_object_get(answer, "truncated")))
        fprintf(stderr, "heatnet: there are more; ask for a shorter range\n");
}

static int print_csv(struct client *client, const char *path)
{
    struct ask ask = {.method = "GET", .path = path, .accept = "text/csv"};
    if (client_ask(client, &ask)) return COMMAND_FAILED;
    if (client->status != 200) {
        client_print_problem(client);
        return COMMAND_FAILED;
    }
    bool good =
        fwrite(client->answer.at, 1, client->answer.n, stdout) == client->answer.n;
    return good ? 0 : COMMAND_FAILED;
}

/* "DEVICE.key", which no expression looks like. */
static bool is_point(const char *code)
{
    char word[CATALOG_CODE_BYTES];
    size_t n = strcspn(code, ".");
    return code[n] == '.' && text_copy_n(word, sizeof word, code, n) &&
           catalog_code_is_valid(word) && catalog_code_is_valid(code + n + 1);
}

static int ask_lines(struct client *client, const struct asked *asked, bool expression)
{
    const struct query_lines wanted = {
        .expression = expression ? asked->code : NULL,
        .point = asked->point,
        .from_to_ms = {asked->from_ms, asked->to_ms},
        .plot = asked->plot,
        .calendar = asked->calendar};
    return query_lines(client, &wanted);
}

static int ask_history(struct client *client, const struct asked *asked)
{
    char path[256];
    if (asked->plot || asked->spark) return ask_lines(client, asked, false);
    bool raw = text_equal(asked->step, "raw");
    if (!raw) {
        text_format(path, sizeof path,
                    "/trend.csv?points=%lld&from=%lld&to=%lld&step=%s&language=en",
                    (long long)asked->point, (long long)asked->from_ms,
                    (long long)asked->to_ms, asked->step);
        return print_csv(client, path);
    }
    text_format(path, sizeof path, "/points/%lld/samples?from=%lld&to=%lld",
                (long long)asked->point, (long long)asked->from_ms,
                (long long)asked->to_ms);
    if (asked->csv) return print_csv(client, path);
    json_t *answer = client_json(client, "GET", path, NULL);
    if (answer) print_samples(answer, asked);
    int result = answer ? 0 : COMMAND_FAILED;
    json_decref(answer);
    return result;
}

static bool read_arguments(struct arguments *arguments, struct asked *asked)
{
    struct clock clock;
    clock_machine(&clock);
    int64_t now_ms = clock_utc_ms(&clock);
    const char *from = arguments_option(arguments, "from", "-24h");
    const char *to = arguments_option(arguments, "to", "now");
    asked->step = arguments_option(arguments, "step", "raw");
    asked->plot = arguments_option(arguments, "plot", NULL);
    asked->csv = arguments_flag(arguments, "csv");
    asked->spark = arguments_flag(arguments, "spark");
    asked->code = arguments_word(arguments);
    if (!arguments_done(arguments)) return false;
    if (!asked->code) {
        fprintf(stderr, "heatnet: which point? heatnet query DEVICE.key, or an "
                        "expression\n");
        return false;
    }
    if (show_time_read(from, now_ms, &asked->from_ms) ||
        show_time_read(to, now_ms, &asked->to_ms)) {
        fprintf(stderr,
                "heatnet: a time is now, -30m, -24h, -7d, 2026-11-25 or RFC 3339\n");
        return false;
    }
    return true;
}

int command_query(struct arguments *arguments, const char *data_folder)
{
    struct asked asked = {0};
    struct client client;
    if (!read_arguments(arguments, &asked)) return COMMAND_WRONG_USE;
    if (asked.from_ms >= asked.to_ms) {
        fprintf(stderr, "heatnet: --from must be before --to\n");
        return COMMAND_WRONG_USE;
    }
    if (client_open(data_folder, &client)) return COMMAND_FAILED;
    json_t *catalog = client_json(&client, "GET", "/catalog?households=0", NULL);
    int result = COMMAND_FAILED;
    bool expression = !is_point(asked.code);
    if (catalog && calendar_open_zone(show_text(catalog, "time_zone"), &asked.calendar))
        asked.calendar = NULL;
    if (!expression) {
        json_decref(catalog);
        catalog = client_json(&client, "GET", "/catalog", NULL);
    }
    if (catalog && expression)
        result = ask_lines(&client, &asked, true);
    else if (catalog && find_point(catalog, &asked))
        result = ask_history(&client, &asked);
    calendar_close(asked.calendar);
    json_decref(catalog);
    client_close(&client);
    return result;
}
