/* command_import.c - heatnet import, heatnet export. */
#include "heatnet/client.h"
#include "heatnet/commands.h"
#include "heatnet/show.h"

#include "base/ensure.h"
#include "model/catalog_csv.h"

#include <stdio.h>

static void print_counts(const json_t *answer)
{
    static const char *const kinds[] = {"sites", "pipes", "templates", "points",
                                        "devices"};
    bool dry_run = json_is_true(json_object_get(answer, "dry_run"));
    printf("%-12s%10s%10s%12s\n", dry_run ? "would be" : "", "created", "changed",
           "unchanged");
    for (size_t i = 0; i < COUNT(kinds); i++) {
        const json_t *count = json_object_get(answer, kinds[i]);
        printf("%-12s%10lld%10lld%12lld\n", kinds[i],
               (long long)show_i64(count, "created"),
               (long long)show_i64(count, "changed"),
               (long long)show_i64(count, "unchanged"));
    }
}

/* FILE:line: field: text, as compilers do, so that editors jump there. */
static void print_errors(const char *file, const json_t *answer)
{
    const json_t *errors = json_object_get(answer, "errors");
    size_t n = json_array_size(errors);
    for (size_t i = 0; i < n; i++) {
        const json_t *error = json_array_get(errors, i);
        fprintf(stderr, "%s:%lld: %s: %s\n", file, (long long)show_i64(error, "line"),
                show_text(error, "field"), show_text(error, "text"));
    }
    int64_t total = show_i64(answer, "errors_total");
    if (total > (int64_t)n)
        fprintf(stderr, "%s: %lld more errors\n", file, (long long)(total - (int64_t)n));
    fprintf(stderr, "Nothing was changed.\n");
}

static int import(struct client *client, const char *file, bool dry_run, struct bytes csv)
{
    struct ask ask = {.method = "POST",
                      .path = dry_run ? "/catalog/import?dry_run=1" : "/catalog/import",
                      .type = "text/csv",
                      .body = csv};
    if (client_ask(client, &ask)) return COMMAND_FAILED;
    json_error_t error;
    json_t *answer =
        json_loadb((const char *)client->answer.at, client->answer.n, 0, &error);
    bool good = client->status == 200;
    if (good)
        print_counts(answer);
    else if (json_is_array(json_object_get(answer, "errors")))
        print_errors(file, answer);
    else
        client_print_problem(client);
    json_decref(answer);
    return good ? 0 : COMMAND_FAILED;
}

int command_import(struct arguments *arguments, const char *data_folder)
{
    bool dry_run = arguments_flag(arguments, "dry-run");
    const char *file = arguments_word(arguments);
    if (!arguments_done(arguments)) return COMMAND_WRONG_USE;
    if (!file) {
        fprintf(stderr, "heatnet: import needs a file: heatnet import FILE.csv\n");
        return COMMAND_WRONG_USE;
    }
    struct buffer csv;
    struct client client;
    buffer_open(&csv, CATALOG_CSV_BYTES_MAX);
    int code = COMMAND_FAILED;
    err e = file_read_whole(file, &csv);
    if (e)
        fprintf(stderr, "heatnet: %s: %s\n", file, err_text(e));
    else if (!client_open(data_folder, &client)) {
        code = import(&client, file, dry_run, buffer_bytes(&csv));
        client_close(&client);
    }
    buffer_close(&csv);
    return code;
}

int command_export(struct arguments *arguments, const char *data_folder)
{
    if (!arguments_done(arguments)) return COMMAND_WRONG_USE;
    struct client client;
    struct ask ask = {.method = "GET", .path = "/catalog/export", .accept = "text/csv"};
    if (client_open(data_folder, &client)) return COMMAND_FAILED;
    bool good = !client_ask(&client, &ask);
    if (good && client.status != 200) {
        client_print_problem(&client);
        good = false;
    }
    if (good)
        good = fwrite(client.answer.at, 1, client.answer.n, stdout) == client.answer.n;
    client_close(&client);
    return good ? 0 : COMMAND_FAILED;
}
