/* command_log.c - heatnet log show, heatnet log verify. */
#include "heatnet/client.h"
#include "heatnet/commands.h"
#include "heatnet/show.h"

#include "base/clock.h"
#include "base/text.h"
#include "store/rawlog.h"
#include "vault/seal.h"

#include <stdio.h>

static void put_parameter(struct buffer *path, const char *name, const char *value)
{
    if (!value) return;
    buffer_format(path, "&%s=", name);
    client_escape(value, path);
}

static bool make_path(struct arguments *arguments, struct buffer *path)
{
    struct clock clock;
    clock_machine(&clock);
    int64_t now_ms = clock_utc_ms(&clock), from_ms = 0, to_ms = 0;
    const char *from = arguments_option(arguments, "from", NULL);
    const char *to = arguments_option(arguments, "to", NULL);
    buffer_format(path, "/log?limit=");
    client_escape(arguments_option(arguments, "limit", "100"), path);
    put_parameter(path, "terminal", arguments_option(arguments, "terminal", NULL));
    put_parameter(path, "verdict", arguments_option(arguments, "verdict", NULL));
    put_parameter(path, "search", arguments_option(arguments, "search", NULL));
    if ((from && show_time_read(from, now_ms, &from_ms)) ||
        (to && show_time_read(to, now_ms, &to_ms))) {
        fprintf(stderr,
                "heatnet: a time is now, -30m, -24h, -7d, 2026-11-25 or RFC 3339\n");
        return false;
    }
    if (from) buffer_format(path, "&from=%lld", (long long)from_ms);
    if (to) buffer_format(path, "&to=%lld", (long long)to_ms);
    buffer_put_u8(path, 0);
    return !path->broken && arguments_done(arguments);
}

static void print_records(const json_t *answer)
{
    const json_t *records = json_object_get(answer, "records");
    printf("%10s  %-25s%-14s%-18s%9s  %-10s%-11s%8s  %s\n", "number", "received (UTC)",
           "terminal", "spool", "sequence", "check", "verdict", "bytes", "why");
    for (size_t i = 0; i < json_array_size(records); i++) {
        const json_t *record = json_array_get(records, i);
        char at[SHOW_BYTES];
        show_time(NULL, show_i64(record, "received_ms"), at);
        printf("%10lld  %-25s%-14s%-18s%9lld  %-10s%-11s%8lld  %s\n",
               (long long)show_i64(record, "number"), at, show_text(record, "terminal"),
               show_text(record, "spool"), (long long)show_i64(record, "sequence"),
               show_text(record, "check_code"), show_text(record, "verdict"),
               (long long)show_i64(record, "bytes"), show_text(record, "why"));
    }
    if (json_is_true(json_object_get(answer, "more")))
        printf("... and more: --limit, --to\n");
}

static int show(struct arguments *arguments, const char *data_folder)
{
    struct buffer path;
    struct client client;
    buffer_open(&path, 1024);
    int result = COMMAND_WRONG_USE;
    if (make_path(arguments, &path)) {
        result = COMMAND_FAILED;
        json_t *answer = NULL;
        if (!client_open(data_folder, &client)) {
            answer = client_json(&client, "GET", (const char *)path.at, NULL);
            client_close(&client);
        }
        if (answer) {
            print_records(answer);
            result = 0;
        }
        json_decref(answer);
    }
    buffer_close(&path);
    return result;
}

/* The keys of the data folder; *seal is NULL when it has none (its log is plain then). */
static err keys_open(const char *data_folder, const char *master, struct seal **seal)
{
    char folder[FILE_PATH_BYTES], why[SEAL_WHY_BYTES];
    *seal = NULL;
    if (!file_path(folder, data_folder, "keys")) return ERR_RANGE;
    const struct seal_options options = {.folder = folder, .master_path = master};
    err e = seal_open(&options, seal, why);
    if (e == ERR_UNKNOWN) return ERR_OK;
    if (e) fprintf(stderr, "heatnet: %s\n", why);
    return e;
}

/* Reads the files themselves: nobody has to be asked. */
static int verify(struct arguments *arguments, const char *data_folder)
{
    char folder[FILE_PATH_BYTES], hash[2 * RAWLOG_HASH_BYTES + 1];
    struct rawlog_report report = {0};
    const char *master = arguments_option(arguments, "master-key", "");
    struct seal *seal = NULL;
    if (!arguments_done(arguments)) return COMMAND_WRONG_USE;
    if (keys_open(data_folder, master, &seal)) return COMMAND_FAILED;
    err e = file_path(folder, data_folder, "rawlog") ? ERR_OK : ERR_RANGE;
    if (!e) e = rawlog_verify(folder, seal, &report);
    seal_close(seal);
    if (e && !report.first_bad) {
        fprintf(stderr, "heatnet: %s: %s %s\n", folder, err_text(e), report.what);
        return COMMAND_FAILED;
    }
    bytes_to_hex((struct bytes){report.last_hash, RAWLOG_HASH_BYTES}, hash);
    printf("files      %llu\nrecords    %llu\nbytes      %llu\nlast hash  %s\n",
           (unsigned long long)report.files, (unsigned long long)report.records,
           (unsigned long long)report.bytes, hash);
    if (!e) {
        printf("The raw log is whole and unaltered.\n");
        return 0;
    }
    fprintf(stderr, "The raw log is DAMAGED or ALTERED from record %llu on: %s\n",
            (unsigned long long)report.first_bad, report.what);
    return COMMAND_FAILED;
}

int command_log(struct arguments *arguments, const char *data_folder)
{
    const char *what = arguments_word(arguments);
    if (what && text_equal(what, "show")) return show(arguments, data_folder);
    if (what && text_equal(what, "verify")) return verify(arguments, data_folder);
    fprintf(stderr, "heatnet: log show or log verify?\n");
    return COMMAND_WRONG_USE;
}
