/* api_metrics.c - the server about itself, for Prometheus: text exposition 0.0.4. */
#include "base/ensure.h"
#include "base/file.h"
#include "base/text.h"
#include "serve/api.h"
#include "serve/apply.h"
#include "serve/outside.h"
#include "serve/push.h"
#include "serve/request.h"
#include "serve/server.h"
#include "serve/terminals.h"

struct metric {
    const char *name, *labels, *kind, *help; /* help NULL: one more of the last name */
    double value;
};

static void put_metrics(struct buffer *out, const struct metric *metrics, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct metric *metric = &metrics[i];
        char number[32];
        if (metric->help)
            buffer_format(out, "# HELP %s %s\n# TYPE %s %s\n", metric->name, metric->help,
                          metric->name, metric->kind);
        text_from_double(metric->value, number);
        buffer_format(out, "%s%s %s\n", metric->name, metric->labels, number);
    }
}

static void put_state(struct buffer *out, struct server *server)
{
    char text[HEALTH_TEXT_BYTES];
    uint64_t free_bytes = 0, size_bytes = 0;
    if (disk_space(server->options.data_folder, &free_bytes, &size_bytes)) free_bytes = 0;
    const struct metric metrics[] = {
        {"heatnet_build_info", "{version=\"" HEATNET_VERSION "\"}", "gauge",
         "The version, always 1.", 1},
        {"heatnet_start_time_seconds", "", "gauge", "When the server started, since 1970.",
         (double)server->started_ms / 1000},
        {"heatnet_healthy", "", "gauge",
         "1: frames are taken; 0: the disk is full or a sync failed.",
         health_get(&server->health, text) == HEALTH_OK},
        {"process_resident_memory_bytes", "", "gauge", "Memory of the server.",
         (double)process_resident_bytes()},
        {"heatnet_disk_free_bytes", "", "gauge", "Free on the disk of the data folder.",
         (double)free_bytes},
        {"heatnet_disk_size_bytes", "", "gauge", "Size of the disk of the data folder.",
         (double)size_bytes},
        {"heatnet_subscribers", "", "gauge", "Open live streams.",
         (double)push_subscribers(server->push)},
    };
    put_metrics(out, metrics, COUNT(metrics));
}

static void put_catalog(struct buffer *out, struct server *server)
{
    struct catalog *catalog = server_catalog(server);
    const struct metric metrics[] = {
        {"heatnet_catalog_sites", "", "gauge", "Sites in the catalog.",
         (double)catalog->sites_n},
        {"heatnet_catalog_devices", "", "gauge", "Devices in the catalog.",
         (double)catalog->devices_n},
        {"heatnet_catalog_points", "", "gauge", "Points in the catalog.",
         (double)catalog->points_n},
        {"heatnet_catalog_terminals", "", "gauge", "Terminals in the catalog.",
         (double)catalog->terminals_n},
    };
    put_metrics(out, metrics, COUNT(metrics));
    catalog_release(catalog);
}

static void put_flow(struct buffer *out, struct server *server)
{
    struct terminals_total total = terminals_total(server->terminals);
    struct historian_figures history;
    historian_figures(server->historian, &history);
    const struct metric metrics[] = {
        {"heatnet_frames_total", "{result=\"stored\"}", "counter",
         "Frames since the first start.", (double)total.frames_stored},
        {"heatnet_frames_total", "{result=\"rejected\"}", "counter", NULL,
         (double)total.frames_rejected},
        {"heatnet_last_frame_time_seconds", "", "gauge",
         "When the newest frame came, since 1970; 0: never.",
         (double)total.last_frame_ms / 1000},
        {"heatnet_samples_total", "", "counter", "Samples applied since the start.",
         (double)apply_samples(server->apply)},
        {"heatnet_history_samples", "", "gauge", "Samples in history.",
         (double)(history.samples + history.head_samples)},
        {"heatnet_history_segments", "", "gauge", "Segments in history.",
         (double)history.segments},
        {"heatnet_history_bytes", "", "gauge", "Bytes of the segments.",
         (double)history.segment_bytes},
        {"heatnet_history_head_bytes", "", "gauge", "Bytes of history in memory.",
         (double)history.head_bytes},
        {"heatnet_history_late_rows_total", "", "counter",
         "Rows that came behind newer ones.", (double)history.late_rows},
        {"heatnet_raw_log_bytes", "", "gauge", "Bytes of the raw log.",
         (double)rawlog_bytes(server->rawlog)},
        {"heatnet_raw_log_records_total", "", "counter", "Records ever in the raw log.",
         (double)rawlog_last_number(server->rawlog)},
    };
    put_metrics(out, metrics, COUNT(metrics));
}

static void put_outside(struct buffer *out, struct server *server)
{
    struct outside_counts counts;
    outside_count(server->outside, &counts);
    const struct metric metrics[] = {
        {"heatnet_outside_requests_total", "", "counter",
         "Writes by line protocol and remote write since the start.",
         (double)counts.requests},
        {"heatnet_outside_samples_total", "{result=\"accepted\"}", "counter",
         "Samples of such writes.", (double)counts.accepted},
        {"heatnet_outside_samples_total", "{result=\"unknown\"}", "counter", NULL,
         (double)counts.unknown},
        {"heatnet_outside_samples_total", "{result=\"conflict\"}", "counter", NULL,
         (double)counts.conflicts},
        {"heatnet_outside_samples_total", "{result=\"out_of_time\"}", "counter", NULL,
         (double)counts.out_of_time},
        {"heatnet_outside_series_created_total", "", "counter",
         "Series that such writes made.", (double)counts.created},
    };
    put_metrics(out, metrics, COUNT(metrics));
}

static void put_alarms(struct buffer *out, struct server *server)
{
    static const char *const labels[] = {"{priority=\"1\"}", "{priority=\"2\"}",
                                         "{priority=\"3\"}", "{priority=\"4\"}"};
    struct alarms_count counts[COUNT(labels)];
    struct metric metrics[2 * COUNT(labels)];
    alarms_counts(server->alarms, counts);
    for (size_t i = 0; i < COUNT(labels); i++) {
        metrics[i] = (struct metric){"heatnet_alarms_active", labels[i], "gauge",
                                     i ? NULL : "Active alarms.", counts[i].active};
        metrics[COUNT(labels) + i] = (struct metric){
            "heatnet_alarms_unacknowledged", labels[i], "gauge",
            i ? NULL : "Alarms that nobody has acknowledged.", counts[i].unacknowledged};
    }
    put_metrics(out, metrics, COUNT(metrics));
}

void api_metrics(struct request *request)
{
    struct buffer *out = &request->out;
    put_state(out, request->server);
    put_catalog(out, request->server);
    put_flow(out, request->server);
    put_outside(out, request->server);
    put_alarms(out, request->server);
    answer_out(request, "text/plain; version=0.0.4; charset=utf-8");
}
