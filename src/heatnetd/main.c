/* main.c - heatnetd: ports, then privilege, then stores, then answers; and back in
 * reverse.
 *
 * To stdout, for a person or a script: the first administrator's one-time password, once,
 * and the line "ready HTTP-ADDRESS HTTPS-ADDRESS".  The log goes to stderr. */
#include "base/ensure.h"
#include "base/log.h"
#include "base/text.h"
#include "base/thread.h"
#include "heatnetd/home.h"
#include "heatnetd/options.h"
#include "serve/http.h"
#include "serve/server.h"
#include "vault/certificate.h"
#include "vault/password.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EXIT_WRONG_USE = 2, LOG_DAYS = 14, WAIT_MS = 1000 };

struct program {
    struct options options;
    struct clock clock;
    struct file lock;
    struct doors *doors;
    struct server *server;
    char keys_folder[FILE_PATH_BYTES], socket_path[FILE_PATH_BYTES];
    char uplink_server[DOORS_ADDRESS_BYTES + 256];
    char names[2 * SETTING_TEXT_BYTES];
    char why[SERVER_WHY_BYTES];
};

static err set_log(const struct options *options)
{
    static const char *const levels[] = {"debug", "info", "warning", "error"};
    bool known = false;
    for (size_t i = 0; i < COUNT(levels); i++) {
        if (!text_equal(options->log_level, levels[i])) continue;
        log_level_set((enum log_level)i);
        known = true;
    }
    if (!known) {
        fprintf(stderr, "heatnetd: --log-level: debug, info, warning or error\n");
        return ERR_RANGE;
    }
    if (options->log_folder[0] && !log_to_folder(options->log_folder, LOG_DAYS)) {
        fprintf(stderr, "heatnetd: --log-folder %s cannot be written\n",
                options->log_folder);
        return ERR_IO;
    }
    return ERR_OK;
}

/* A connection each: as many as the system allows. */
static void raise_limits(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

static err bind_doors(struct program *program)
{
    const struct options *options = &program->options;
    if (!file_path(program->keys_folder, options->data, "keys") ||
        !file_path(program->socket_path, options->data, "heatnetd.socket")) {
        text_copy(program->why, sizeof program->why, "--data: the path is too long");
        return ERR_RANGE;
    }
    struct doors_options doors = {.http = options->http,
                                  .http_next = !options->http_given,
                                  .tls = options->tls,
                                  .socket = program->socket_path};
    return doors_bind(&doors, &program->doors, program->why);
}

/* Under what names terminals find this server, and the address we tell them. */
static void name_server(struct program *program)
{
    char host[128] = "";
    if (gethostname(host, sizeof host - 1) < 0) host[0] = '\0';
    const char *given = program->options.names;
    text_format(program->names, sizeof program->names, "127.0.0.1,localhost%s%s%s%s",
                given[0] ? "," : "", given, host[0] ? "," : "", host);

    const char *tls = doors_tls_address(program->doors);
    const char *any[] = {"https://0.0.0.0:", "https://[::]:"};
    text_copy(program->uplink_server, sizeof program->uplink_server, tls);
    for (size_t i = 0; i < COUNT(any); i++) {
        if (!text_starts(tls, any[i])) continue;
        char first[128];
        size_t n = 0;
        while (given[n] && given[n] != ',') n++;
        if (!text_copy_n(first, sizeof first, given, n)) first[0] = '\0';
        text_format(program->uplink_server, sizeof program->uplink_server,
                    "https://%s:%s", first[0] ? first : host, strrchr(tls, ':') + 1);
    }
}

static err open_server(struct program *program)
{
    const struct options *options = &program->options;
    const struct server_options server = {
        .data_folder = options->data,
        .web_folder = options->web,
        .uplink_server = program->uplink_server,
        .master_key = options->master_key,
        .clock = &program->clock,
        .seal_bytes = (uint64_t)options->seal_mb << 20,
        .seal_ms = options->seal_hours * 3600000LL,
        .keep_ms = options->keep_days * 86400000LL,
        .keep_bytes = (uint64_t)(options->keep_gb * 1e9),
        .head_bytes_max = (size_t)options->head_mb << 20,
        .head_span_ms = options->head_minutes * 60000LL,
    };
    err e = authority_open(program->keys_folder, program->names,
                           clock_utc_ms(&program->clock));
    if (e)
        text_format(program->why, sizeof program->why, "%s: %s", program->keys_folder,
                    err_text(e));
    if (!e) e = server_open(&server, &program->server, program->why);
    return e;
}

/* The password is shown on stdout this once and is nowhere else. */
static err first_administrator(struct program *program)
{
    char one_time[ACCOUNT_ONE_TIME_BYTES];
    bool made = false;
    err e = accounts_first(program->server->accounts, &made, one_time);
    if (!e && made)
        printf("first administrator: admin  one-time password: %s\n", one_time);
    secret_wipe(one_time, sizeof one_time);
    return e;
}

static err open_all(struct program *program)
{
    const struct options *options = &program->options;
    err e = set_log(options);
    if (e) return e;
    if (!clock_parse(options->clock, &program->clock)) {
        text_copy(program->why, sizeof program->why,
                  "--clock: machine, or ORIGIN/REAL/SPEED");
        return ERR_RANGE;
    }
    e = home_open(options->data, options->user, &program->lock, program->why);
    if (!e) e = bind_doors(program);
    if (!e) e = home_become(options->user, program->why);
    if (!e) name_server(program);
    if (!e) e = open_server(program);
    if (!e) e = first_administrator(program);
    if (!e) e = doors_serve(program->doors, program->server, program->keys_folder);
    return e;
}

static void close_all(struct program *program)
{
    /* New connections stay away, sleeping ones get their answers, then all is closed. */
    if (program->doors) doors_quiet(program->doors);
    if (program->server) server_quiet(program->server);
    doors_close(program->doors);
    server_close(program->server);
    file_close(&program->lock);
}

static int run(struct program *program)
{
    err e = open_all(program);
    if (e) {
        fprintf(stderr, "heatnetd: %s\n", program->why[0] ? program->why : err_text(e));
        close_all(program);
        return 1;
    }
    log_event(LOG_INFO, "heatnetd", "ready", "version=%s http=%s tls=%s data=%s",
              HEATNET_VERSION, doors_http_address(program->doors),
              doors_tls_address(program->doors), program->options.data);
    printf("ready %s %s\n", doors_http_address(program->doors),
           doors_tls_address(program->doors));
    (void)fflush(stdout);
    while (!stop_wait_ms(WAIT_MS)) continue;
    log_event(LOG_INFO, "heatnetd", "stopping", "data=%s", program->options.data);
    close_all(program);
    log_event(LOG_INFO, "heatnetd", "stopped", "data=%s", program->options.data);
    return 0;
}

int main(int argc, char **argv)
{
    struct program program = {.lock = {.handle = -1}};
    (void)umask(0077);
    (void)signal(SIGPIPE, SIG_IGN);
    if (options_read(argc, argv, &program.options)) return EXIT_WRONG_USE;
    if (program.options.help) {
        options_print_help();
        return 0;
    }
    if (program.options.version) {
        puts("heatnetd " HEATNET_VERSION);
        return 0;
    }
    stop_on_signals();
    raise_limits();
    return run(&program);
}
