/* route.c - the table; see route.h. */
#include "serve/route.h"

#include "base/ensure.h"
#include "base/text.h"
#include "model/catalog_csv.h"
#include "serve/api.h"
#include "serve/uplink_door.h"

#include <string.h>

#define API "/api/v1"
#define JSON_BYTES (64 << 10)
#define ACKNOWLEDGE_BYTES (1 << 20)
#define WRITE_BYTES (32 << 20)
#define CORRECTION_BYTES (2 << 20)
#define PROMETHEUS "/prometheus/api/v1"
#define PROM(method, path, handle)                                                       \
    {method, PROMETHEUS path, RIGHT_HISTORY_READ, handle, LANE_ASK, JSON_BYTES}
#define WRITE(path, handle)                                                              \
    {"POST", path, RIGHT_HISTORY_WRITE, handle, LANE_INGEST, WRITE_BYTES}

/* clang-format off */
static const struct route table[] = {
    {"POST", API "/session", RIGHT_OPEN, api_session_start, LANE_LOGIN, JSON_BYTES},
    {"GET", API "/session", RIGHT_OPEN, api_session_get, LANE_INLINE, 0},
    {"DELETE", API "/session", RIGHT_SELF, api_session_end, LANE_WORK, 0},
    {"POST", API "/session/password", RIGHT_SELF, api_password_change, LANE_LOGIN,
     JSON_BYTES},
    {"GET", API "/accounts", RIGHT_ADMINISTER, api_accounts_list, LANE_WORK, 0},
    {"POST", API "/accounts", RIGHT_ADMINISTER, api_accounts_add, LANE_LOGIN, JSON_BYTES},
    {"PATCH", API "/accounts/{}", RIGHT_ADMINISTER, api_accounts_change, LANE_LOGIN,
     JSON_BYTES},
    {"GET", API "/status", RIGHT_WATCH, api_status, LANE_WORK, 0},
    {"GET", API "/catalog", RIGHT_WATCH, api_catalog, LANE_WORK, 0},
    {"POST", API "/catalog/import", RIGHT_CONFIGURE, api_catalog_import, LANE_WORK,
     CATALOG_CSV_BYTES_MAX},
    {"GET", API "/catalog/export", RIGHT_CONFIGURE, api_catalog_export, LANE_WORK, 0},
    {"GET", API "/values", RIGHT_WATCH, api_values, LANE_WORK, 0},
    {"GET", API "/live", RIGHT_WATCH, api_live, LANE_OWN, 0},
    {"GET", API "/points/{}/samples", RIGHT_WATCH, api_samples, LANE_WORK, 0},
    {"GET", API "/points/{}/verdict", RIGHT_WATCH, api_verdict, LANE_WORK, 0},
    {"GET", API "/trend", RIGHT_WATCH, api_trend, LANE_WORK, 0},
    {"GET", API "/points/{}/corrections", RIGHT_WATCH, api_corrections_list, LANE_WORK, 0},
    {"POST", API "/points/{}/corrections", RIGHT_CONFIGURE, api_corrections_add,
     LANE_INGEST, CORRECTION_BYTES},
    {"GET", API "/history", RIGHT_HISTORY_READ, api_history, LANE_ASK, 0},
    {"GET", API "/dump", RIGHT_HISTORY_READ, api_dump, LANE_ASK, 0},
    {"GET", API "/trend.csv", RIGHT_WATCH, api_trend_csv, LANE_WORK, 0},
    {"GET", API "/alarms", RIGHT_WATCH, api_alarms, LANE_WORK, 0},
    {"POST", API "/alarms/acknowledge", RIGHT_ACKNOWLEDGE, api_alarms_acknowledge,
     LANE_WORK, ACKNOWLEDGE_BYTES},
    {"GET", API "/terminals", RIGHT_EXAMINE, api_terminals, LANE_WORK, 0},
    {"POST", API "/terminals", RIGHT_CONFIGURE, api_terminals_add, LANE_WORK, JSON_BYTES},
    {"PATCH", API "/terminals/{}", RIGHT_CONFIGURE, api_terminals_change, LANE_WORK,
     JSON_BYTES},
    {"GET", API "/terminals/{}/completeness", RIGHT_EXAMINE, api_completeness, LANE_WORK, 0},
    {"GET", API "/devices/{}/gaps", RIGHT_EXAMINE, api_gaps, LANE_WORK, 0},
    {"GET", API "/log", RIGHT_EXAMINE, api_log, LANE_WORK, 0},
    {"GET", API "/log/{}", RIGHT_EXAMINE, api_log_record, LANE_WORK, 0},
    {"GET", API "/openapi.json", RIGHT_OPEN, api_openapi, LANE_INLINE, 0},
    {"GET", API "/health", RIGHT_OPEN, api_health, LANE_INLINE, 0},
    {"GET", API "/tokens", RIGHT_ADMINISTER, api_tokens_list, LANE_WORK, 0},
    {"POST", API "/tokens", RIGHT_ADMINISTER, api_tokens_add, LANE_WORK, JSON_BYTES},
    {"DELETE", API "/tokens/{}", RIGHT_ADMINISTER, api_tokens_remove, LANE_WORK, 0},
    PROM("GET", "/query", api_prometheus_query),
    PROM("POST", "/query", api_prometheus_query),
    PROM("GET", "/query_range", api_prometheus_query_range),
    PROM("POST", "/query_range", api_prometheus_query_range),
    PROM("GET", "/format_query", api_prometheus_format),
    PROM("POST", "/format_query", api_prometheus_format),
    PROM("GET", "/labels", api_prometheus_labels),
    PROM("POST", "/labels", api_prometheus_labels),
    PROM("GET", "/label/{}/values", api_prometheus_values),
    PROM("GET", "/series", api_prometheus_series),
    PROM("POST", "/series", api_prometheus_series),
    PROM("GET", "/metadata", api_prometheus_metadata),
    PROM("GET", "/rules", api_prometheus_rules),
    PROM("GET", "/alerts", api_prometheus_alerts),
    PROM("GET", "/targets", api_prometheus_targets),
    PROM("GET", "/query_exemplars", api_prometheus_exemplars),
    PROM("POST", "/query_exemplars", api_prometheus_exemplars),
    PROM("GET", "/status/buildinfo", api_prometheus_buildinfo),
    WRITE(PROMETHEUS "/write", api_remote_write),
    WRITE("/write", api_influx_write),
    WRITE("/api/v2/write", api_influx_write_2),
    {"GET", "/ping", RIGHT_OPEN, api_influx_ping, LANE_INLINE, 0},
    {"GET", "/query", RIGHT_HISTORY_READ, api_influx_query, LANE_INLINE, 0},
    {"POST", "/query", RIGHT_HISTORY_READ, api_influx_query, LANE_INLINE, JSON_BYTES},
    {"GET", "/metrics", RIGHT_METRICS, api_metrics, LANE_WORK, 0},
    {"POST", "/uplink/v1/frames", RIGHT_TERMINAL, uplink_frames, LANE_OWN,
     UPLINK_BODY_BYTES_MAX},
    {"GET", "/uplink/v1/configuration", RIGHT_TERMINAL, uplink_configuration, LANE_WORK, 0},
    {"GET", "/*", RIGHT_OPEN, static_files, LANE_INLINE, 0},
};

/* clang-format on */

#undef PROM
#undef WRITE

const struct route *route_table(size_t *n)
{
    *n = COUNT(table);
    return table;
}

err route_table_check(const struct route *routes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (routes[i].right == RIGHT_NONE || routes[i].right >= RIGHT_N) return ERR_STATE;
        if (!routes[i].handle) return ERR_STATE;
    }
    return ERR_OK;
}

/* Does the path fit?  Words at {} are noted as views of the path. */
static bool path_fits(const char *pattern, const char *path,
                      struct bytes words[REQUEST_WORDS_MAX])
{
    size_t words_n = 0;
    while (*pattern) {
        if (*pattern == '*') return true;
        if (*pattern != '{') {
            if (*pattern++ != *path++) return false;
            continue;
        }
        size_t n = strcspn(path, "/");
        if (!n || words_n == REQUEST_WORDS_MAX) return false;
        words[words_n++] = (struct bytes){(const uint8_t *)path, n};
        path += n;
        pattern += 2; /* {} */
    }
    return *path == '\0';
}

/* What has doors of its own must not fall through to the files. */
static bool is_reserved(const char *path)
{
    return text_starts(path, "/api") || text_starts(path, "/uplink") ||
           text_starts(path, "/prometheus");
}

static err keep_words(struct request *request,
                      const struct bytes words[REQUEST_WORDS_MAX])
{
    for (size_t i = 0; i < REQUEST_WORDS_MAX; i++) {
        if (!words[i].at) continue;
        request->words[i] =
            arena_text(&request->arena, (const char *)words[i].at, words[i].n);
        if (!request->words[i]) return ERR_MEMORY;
    }
    return ERR_OK;
}

static err find(struct request *request, const char *path, const char *method)
{
    if (strcmp(method, "HEAD") == 0) method = "GET";
    bool path_known = false;
    for (size_t i = 0; i < COUNT(table); i++) {
        struct bytes words[REQUEST_WORDS_MAX] = {0};
        bool rest = strchr(table[i].pattern, '*') != NULL;
        if (rest && is_reserved(path)) continue;
        if (!path_fits(table[i].pattern, path, words)) continue;
        path_known = true;
        if (strcmp(table[i].method, method) != 0) continue;
        request->route = &table[i];
        return keep_words(request, words);
    }
    return path_known ? ERR_TYPE : ERR_UNKNOWN;
}

/* Prometheus' paths are also found where its clients look when they are given the
 * server's bare address: /api/v1/query and so on, as far as these are not paths of our
 * own. */
err route_find(struct request *request, const char *method)
{
    err e = find(request, request->path, method);
    if (e != ERR_UNKNOWN || !text_starts(request->path, API "/")) return e;
    char path[200];
    if (!text_format(path, sizeof path, "/prometheus%s", request->path)) return e;
    err other = find(request, path, method);
    if (other != ERR_UNKNOWN)
        request->path = arena_text(&request->arena, path, strlen(path));
    return request->path ? other : ERR_MEMORY;
}

const char *route_methods(struct request *request)
{
    char text[64] = "";
    size_t n = 0;
    for (size_t i = 0; i < COUNT(table); i++) {
        struct bytes words[REQUEST_WORDS_MAX] = {0};
        bool rest = strchr(table[i].pattern, '*') != NULL;
        if (rest && is_reserved(request->path)) continue;
        if (!path_fits(table[i].pattern, request->path, words)) continue;
        text_format(text + n, sizeof text - n, "%s%s", n ? ", " : "", table[i].method);
        n = strlen(text);
    }
    return arena_text(&request->arena, text, n);
}
