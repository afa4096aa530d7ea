/* edge.h - the commands of heatnet-edge, and the options they share. */
#ifndef HEATNET_EDGE_EDGE_H
#define HEATNET_EDGE_EDGE_H

#include "base/clock.h"
#include "base/err.h"
#include "base/settings.h"
#include "collect/collector.h"

enum { EXIT_USAGE = 2 };

struct edge_options {
    char server[SETTING_TEXT_BYTES], terminal[SETTING_TEXT_BYTES];
    char certificate[SETTING_TEXT_BYTES], key[SETTING_TEXT_BYTES];
    char authority[SETTING_TEXT_BYTES], data[SETTING_TEXT_BYTES];
    char clock[SETTING_TEXT_BYTES], log_folder[SETTING_TEXT_BYTES];
    char modem_listen[SETTING_TEXT_BYTES], modem_registration[SETTING_TEXT_BYTES];
    char modem_heartbeat[SETTING_TEXT_BYTES];
    uint32_t workers, timeout_ms, keep_days, spool_mb, modems_max, modem_idle_s,
        server_return_s;
    bool spread, debug;
    /* fill only: */
    char from[SETTING_TEXT_BYTES], to[SETTING_TEXT_BYTES], plant[SETTING_TEXT_BYTES];
    uint32_t step_s;
    struct clock now; /* parsed from `clock` */
};

/* What the collector needs of them; points into *options. */
struct collector_options edge_collector_options(const struct edge_options *options);

/* Each returns the exit code. */
int edge_run(struct edge_options *options);
int edge_fill(struct edge_options *options);
int edge_status(struct edge_options *options);

/* Commands with words of their own instead of those options. */
int edge_decode(int words_n, char **words);
int edge_search(int words_n, char **words);

#endif
