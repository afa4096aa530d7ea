/* command_status.c - heatnet status. */
#include "heatnet/client.h"
#include "heatnet/commands.h"
#include "heatnet/show.h"

#include "base/ensure.h"

#include <stdio.h>

static void print_status(const json_t *status)
{
    static const struct {
        const char *label, *name;

        enum { NUMBER, BYTES, TIME } kind;
    } rows[] = {
        {"points", "points", NUMBER},
        {"devices", "devices", NUMBER},
        {"terminals", "terminals", NUMBER},
        {"frames stored", "frames_stored", NUMBER},
        {"frames rejected", "frames_rejected", NUMBER},
        {"last frame", "last_frame_ms", TIME},
        {"samples since start", "samples", NUMBER},
        {"samples in history", "history_samples", NUMBER},
        {"history on disk", "history_bytes", BYTES},
        {"raw log on disk", "raw_log_bytes", BYTES},
        {"raw log records", "raw_log_last_number", NUMBER},
        {"disk free", "disk_free_bytes", BYTES},
        {"disk size", "disk_size_bytes", BYTES},
        {"memory", "memory_bytes", BYTES},
        {"live streams", "subscribers", NUMBER},
        {"running since", "started_ms", TIME},
    };
    struct calendar *calendar = NULL;
    if (calendar_open_zone(show_text(status, "time_zone"), &calendar)) calendar = NULL;
    const char *text = show_text(status, "state_text");
    printf("%-22s%s%s%s\n", "state", show_text(status, "state"), text[0] ? ": " : "",
           text);
    printf("%-22s%s\n", "version", show_text(status, "version"));
    printf("%-22s%s\n", "time zone", show_text(status, "time_zone"));
    for (size_t i = 0; i < COUNT(rows); i++) {
        char value[SHOW_BYTES];
        int64_t number = show_i64(status, rows[i].name);
        if (rows[i].kind == TIME)
            show_time(calendar, number, value);
        else if (rows[i].kind == BYTES)
            show_bytes((uint64_t)number, value);
        else
            (void)snprintf(value, sizeof value, "%lld", (long long)number);
        printf("%-22s%s\n", rows[i].label, value);
    }
    calendar_close(calendar);
}

int command_status(struct arguments *arguments, const char *data_folder)
{
    if (!arguments_done(arguments)) return COMMAND_WRONG_USE;
    struct client client;
    json_t *status = NULL;
    if (!client_open(data_folder, &client))
        status = client_json(&client, "GET", "/status", NULL);
    if (status) print_status(status);
    int code = status ? 0 : COMMAND_FAILED;
    json_decref(status);
    client_close(&client);
    return code;
}
