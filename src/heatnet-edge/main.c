/* main.c - heatnet-edge, the data-collection terminal: options and the table of commands.
 */
#include "base/ensure.h"
#include "base/log.h"
#include "base/text.h"
#include "base/thread.h"
#include "heatnet-edge/edge.h"

#include <stddef.h>
#include <stdio.h>

#define WORDS(key, field, help)                                                          \
    {                                                                                    \
        key, help, SETTING_TEXT, offsetof(struct edge_options, field), 0, 0              \
    }
#define NUMBER(key, field, help, least, most)                                            \
    {                                                                                    \
        key, help, SETTING_COUNT, offsetof(struct edge_options, field), least, most      \
    }
#define FLAG(key, field, help)                                                           \
    {                                                                                    \
        key, help, SETTING_FLAG, offsetof(struct edge_options, field), 0, 0              \
    }

static const struct setting table[] = {
    WORDS("server", server, "https://HOST:PORT[@INTERFACE], several ways with , between"),
    NUMBER("server-return-s", server_return_s,
           "try the first way again after so long, s; 0 = stay", 0, 86400),
    WORDS("terminal", terminal, "code of this terminal"),
    WORDS("certificate", certificate, "its certificate, PEM file"),
    WORDS("key", key, "the certificate's key, PEM file"),
    WORDS("authority", authority, "the server's authority, PEM file"),
    WORDS("data", data, "folder of the spool, the configuration and the status"),
    WORDS("clock", clock, "machine, or ORIGIN_UTC_MS/ORIGIN_REAL_MS/SPEED"),
    NUMBER("workers", workers, "connections polled at the same time", 1,
           POLLER_WORKERS_MAX),
    NUMBER("timeout-ms", timeout_ms, "how long a device may take to answer, ms", 50,
           60000),
    NUMBER("keep-days", keep_days, "how long acknowledged frames are kept, days", 7,
           3650),
    NUMBER("spool-mb", spool_mb, "the most that the spool takes on the disk, MB", 1,
           1000000),
    WORDS("modem-listen", modem_listen, "ADDR:PORT where modems dial in; \"\" = none"),
    WORDS("modem-registration", modem_registration,
          "what a modem says first, e.g. REG:{digits:11}\\r\\n or {digits:15}"),
    WORDS("modem-heartbeat", modem_heartbeat,
          "what it says in between, e.g. HEART|\\xFE"),
    NUMBER("modems-max", modems_max, "the most modems connected at a time", 1, 100000),
    NUMBER("modem-idle-s", modem_idle_s, "a modem silent for so long is hung up on, s",
           10, 86400),
    FLAG("spread", spread, "spread polls over the cycle instead of one instant"),
    WORDS("log-folder", log_folder, "also write the log to files there, kept 7 days"),
    FLAG("debug", debug, "log more"),
    WORDS("from", from, "fill: where to begin, UTC or -Nd or -Nh"),
    WORDS("to", to, "fill: where to end, UTC or now"),
    NUMBER("step", step_s, "fill: seconds between polls", 1, 86400),
    WORDS("plant", plant, "fill: control socket of heatnet-plant"),
};
#undef WORDS
#undef NUMBER
#undef FLAG

static const struct {
    const char *name, *help;
    int (*run)(struct edge_options *options);
} commands[] = {
    {"run", "collect and upload until stopped; says ready when polling", edge_run},
    {"fill", "make history: run the plant through past time and upload it", edge_fill},
    {"status", "show the state of the terminal that uses --data", edge_status},
};

/* With words of their own instead of options. */
static const struct {
    const char *name, *help;
    int (*run)(int words_n, char **words);
} tools[] = {
    {"decode", "print what a telegram says: decode PROTOCOL HEX", edge_decode},
    {"search", "find the meters of a line: search mbus LINE", edge_search},
};

static int usage(void)
{
    puts("heatnet-edge - data-collection terminal\n\nheatnet-edge COMMAND [options]\n");
    for (size_t i = 0; i < COUNT(commands); i++)
        printf("  %-8s %s\n", commands[i].name, commands[i].help);
    for (size_t i = 0; i < COUNT(tools); i++)
        printf("  %-8s %s\n", tools[i].name, tools[i].help);
    puts("\noptions:");
    settings_print_help(table, COUNT(table));
    return EXIT_USAGE;
}

static struct edge_options defaults(void)
{
    struct edge_options o = {.workers = 4,
                             .timeout_ms = 1000,
                             .keep_days = 7,
                             .spool_mb = 1024,
                             .step_s = 60,
                             .modems_max = 5000,
                             .modem_idle_s = 600,
                             .server_return_s = 300};
    (void)text_copy(o.modem_registration, sizeof o.modem_registration, "{digits}");
    (void)text_copy(o.server, sizeof o.server, "https://127.0.0.1:8443");
    (void)text_copy(o.clock, sizeof o.clock, "machine");
    (void)text_copy(o.from, sizeof o.from, "-7d");
    (void)text_copy(o.to, sizeof o.to, "now");
    return o;
}

enum { MODEM_REGISTRATION_MS = 30000 };

struct collector_options edge_collector_options(const struct edge_options *o)
{
    return (struct collector_options){
        .uplink = {o->server, o->certificate, o->key, o->authority,
                   o->server_return_s * 1000LL},
        .code = o->terminal,
        .folder = o->data,
        .clock = &o->now,
        .workers_n = o->workers,
        .timeout_ms = o->timeout_ms,
        .keep_days = o->keep_days,
        .spool_bytes = (uint64_t)o->spool_mb * 1024 * 1024,
        .spread = o->spread,
        .modems = {o->modem_listen, o->modem_registration, o->modem_heartbeat,
                   o->modems_max, MODEM_REGISTRATION_MS, o->modem_idle_s * 1000}};
}

static bool is_usable(struct edge_options *o)
{
    if (!clock_parse(o->clock, &o->now)) {
        fputs("heatnet-edge: --clock is machine or ORIGIN_UTC_MS/ORIGIN_REAL_MS/SPEED\n",
              stderr);
        return false;
    }
    if (!o->data[0]) {
        fputs("heatnet-edge: --data is missing\n", stderr);
        return false;
    }
    if (o->log_folder[0] && !log_to_folder(o->log_folder, 7)) {
        fputs("heatnet-edge: cannot write to --log-folder\n", stderr);
        return false;
    }
    if (o->debug) log_level_set(LOG_DEBUG);
    return true;
}

int main(int argc, char **argv)
{
    static struct edge_options options; /* tidy: allow global: only for its size */
    struct diag diag = {0};
    int used = 0;

    options = defaults();
    if (argc < 2) return usage();
    for (size_t i = 0; i < COUNT(tools); i++)
        if (text_equal(tools[i].name, argv[1])) return tools[i].run(argc - 2, argv + 2);
    err e = settings_read_arguments(table, COUNT(table), argc - 1, argv + 1, &options,
                                    &used, &diag);
    if (e || used < argc - 1) {
        settings_print_diag("heatnet-edge", &diag);
        if (!e) fprintf(stderr, "heatnet-edge: %s is not an option\n", argv[1 + used]);
        return EXIT_USAGE;
    }
    for (size_t i = 0; i < COUNT(commands); i++) {
        if (!text_equal(commands[i].name, argv[1])) continue;
        if (!is_usable(&options)) return EXIT_USAGE;
        stop_on_signals();
        return commands[i].run(&options);
    }
    return usage();
}
