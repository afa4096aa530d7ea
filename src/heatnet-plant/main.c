/* main.c - heatnet-plant: a simulated heat network that speaks Modbus TCP.
 *
 *   heatnet-plant [run] [OPTIONS]                     serve
 *   heatnet-plant catalog [--port-base P] [--terminal CODE]
 *   heatnet-plant command --control PATH WORDS... */
#include "heatnet-plant/catalog_print.h"
#include "heatnet-plant/control.h"
#include "heatnet-plant/saved.h"

#include "base/ensure.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/settings.h"
#include "base/text.h"
#include "base/thread.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct options {
    uint32_t port_base, seed, cycle_s;
    double speed;
    bool hold;
    char clock[SETTING_TEXT_BYTES], start[SETTING_TEXT_BYTES];
    char control[SETTING_TEXT_BYTES], served_log[SETTING_TEXT_BYTES];
    char terminal[SETTING_TEXT_BYTES], state[SETTING_TEXT_BYTES];
};

enum { SAVE_EVERY_S = 600 };

static const struct setting table[] = {
    {"port-base", "the source's TCP port, stations follow; 0 = any free ports",
     SETTING_COUNT, offsetof(struct options, port_base), 0, 65535 - PORTS_N},
    {"seed", "another seed, another weather", SETTING_COUNT,
     offsetof(struct options, seed), 0, 4294967295.0},
    {"speed", "plant seconds per second", SETTING_NUMBER,
     offsetof(struct options, speed), 0.001, 100000},
    {"clock", "machine, or ORIGIN_UTC_MS/ORIGIN_REAL_MS/SPEED", SETTING_TEXT,
     offsetof(struct options, clock), 0, 0},
    {"start", "plant time to begin at: UTC, or -7d, -12h from now", SETTING_TEXT,
     offsetof(struct options, start), 0, 0},
    {"hold", "stand still until told by: advance, run", SETTING_FLAG,
     offsetof(struct options, hold), 0, 0},
    {"control", "path of the control socket", SETTING_TEXT,
     offsetof(struct options, control), 0, 0},
    {"served-log", "file that gets a line for each served read of a poll counter",
     SETTING_TEXT, offsetof(struct options, served_log), 0, 0},
    {"state", "file that keeps the plant's state from one run to the next", SETTING_TEXT,
     offsetof(struct options, state), 0, 0},
    {"cycle", "catalog: seconds between two readings of a station", SETTING_COUNT,
     offsetof(struct options, cycle_s), 1, 3600},
    {"terminal", "catalog: code of the terminal that collects", SETTING_TEXT,
     offsetof(struct options, terminal), 0, 0},
};


/* "-7d" and "-12h" from `now_ms`, or a written time. */
static err read_start(const char *text, int64_t now_ms, int64_t *utc_ms)
{
    size_t n = strlen(text);
    char digits[SETTING_TEXT_BYTES];
    int64_t number;

    if (n < 3 || text[0] != '-') return text_to_time(text, utc_ms);
    if (text[n - 1] != 'd' && text[n - 1] != 'h') return ERR_TYPE;
    if (!text_copy_n(digits, sizeof digits, text + 1, n - 2)) return ERR_TYPE;
    err e = text_to_i64(digits, &number);
    if (!e && (number < 0 || number > 100000)) e = ERR_RANGE;
    if (!e) *utc_ms = now_ms - number * (text[n - 1] == 'd' ? 86400000 : 3600000);
    return e;
}

/* The clock to follow and the second to begin at. */
static err pace_open(const struct options *options, struct pace *pace)
{
    int64_t start_ms;

    clock_machine(&pace->real);
    clock_machine(&pace->clock);
    int64_t now_ms = clock_utc_ms(&pace->real);
    if (options->clock[0]) {
        if (!clock_parse(options->clock, &pace->clock)) return ERR_TYPE;
    } else if (options->speed != 1 && !options->hold) {
        clock_scaled(&pace->clock, now_ms, now_ms, options->speed);
    }
    start_ms = clock_utc_ms(&pace->clock);
    if (options->start[0]) {
        err e = read_start(options->start, start_ms, &start_ms);
        if (e) return e;
    }
    pace->held = options->hold;
    pace->target_s = start_ms / 1000;
    /* Started elsewhere without --hold: that time now runs at the speed asked for. */
    if (options->start[0] && !options->hold && !options->clock[0])
        clock_scaled(&pace->clock, start_ms, now_ms, options->speed);
    return ERR_OK;
}

static void announce(const struct options *options, const struct modbus_server *server)
{
    printf("ports");
    for (unsigned i = 0; i < PORTS_N; i++) printf(" %u", modbus_server_port(server, i));
    if (options->control[0]) printf("\ncontrol %s", options->control);
    printf("\nready\n");
    (void)fflush(stdout);
}

static void save(const char *path, const struct plant *plant)
{
    if (!path[0]) return;
    err e = saved_write(path, plant);
    if (e) log_event(LOG_ERROR, "plant", "state_not_saved", "error=%s", err_name(e));
}

static void turn_until_stopped(struct loop *loop, struct control *control,
                               const struct session *session, const char *state)
{
    struct clock *real = &session->pace->real;
    int64_t save_ms = clock_mono_ms(real) + SAVE_EVERY_S * 1000;

    while (!stop_requested()) {
        (void)pace_work(session->pace, session->plant);
        if (clock_mono_ms(real) >= save_ms) {
            save_ms += SAVE_EVERY_S * 1000;
            save(state, session->plant);
        }
        if (control) control_moved(control);
        loop_turn(loop, pace_wait_ms(session->pace, session->plant));
    }
}

/* A saved state goes on from where it stands, if that is later than the start. */
static err plant_begin(const struct options *options, struct pace *pace,
                       struct plant **plant)
{
    int64_t now_s = clock_utc_ms(&pace->clock) / 1000;
    struct saved_span span = {pace->target_s, now_s};

    if (span.now_s < span.from_s) span.now_s = span.from_s;
    err e = saved_or_new(options->state, options->seed, span, plant);
    if (!e) pace->target_s = (*plant)->utc_s;
    return e;
}

static err serve(const struct options *options)
{
    struct pace pace;
    struct faults faults = {0};
    struct loop loop = {-1};
    struct session session = {.pace = &pace, .faults = &faults};
    struct control *control = NULL;

    err e = pace_open(options, &pace);
    if (e)
        log_event(LOG_ERROR, "plant", "options", "clock=%s start=%s error=%s",
                  options->clock, options->start, err_name(e));
    if (!e) e = plant_begin(options, &pace, &session.plant);
    if (!e) e = loop_open(&loop);
    if (!e)
        e = modbus_server_open(
            (struct modbus_server_settings){(uint16_t)options->port_base,
                                            options->served_log[0] ? options->served_log
                                                                   : NULL},
            session.plant, &loop, &session.server);
    if (!e && options->control[0])
        e = control_open(options->control, &session, &loop, &control);
    if (!e) {
        announce(options, session.server);
        turn_until_stopped(&loop, control, &session, options->state);
        save(options->state, session.plant);
    }
    control_close(control);
    modbus_server_close(session.server);
    loop_close(&loop);
    plant_close(session.plant);
    return e;
}

static err print_catalog(const struct options *options)
{
    uint16_t ports[PORTS_N];
    struct buffer out;

    for (unsigned i = 0; i < PORTS_N; i++) ports[i] = (uint16_t)(options->port_base + i);
    buffer_open(&out, CATALOG_PRINT_BYTES_MAX);
    struct catalog_print settings = {ports, options->terminal, options->cycle_s};
    catalog_print(settings, &out);
    err e = out.broken;
    if (!e && fwrite(out.at, 1, out.n, stdout) != out.n) e = ERR_IO;
    if (!e && fflush(stdout) != 0) e = ERR_IO;
    buffer_close(&out);
    return e;
}

static err send_command(const struct options *options, int words_n, char *const *words)
{
    struct buffer help;

    if (options->control[0] && words_n > 0) {
        err e = control_call(options->control, words_n, words);
        if (e && e != ERR_REFUSED)
            (void)fprintf(stderr, "heatnet-plant: no plant answers at %s (%s)\n",
                          options->control, err_name(e));
        return e;
    }
    buffer_open(&help, COMMAND_ANSWER_BYTES_MAX);
    buffer_put_text(&help, "heatnet-plant command --control PATH WORDS...\n");
    command_help(&help);
    (void)fwrite(help.at, 1, help.n, stdout);
    buffer_close(&help);
    return words_n > 0 ? ERR_STATE : ERR_OK;
}

static int usage(void)
{
    puts(
        "heatnet-plant [run] [OPTIONS]                            serve the plant\n"
        "heatnet-plant catalog [--port-base P] [--terminal CODE]  print the import file\n"
        "heatnet-plant command --control PATH WORDS...            talk to a plant\n");
    settings_print_help(table, COUNT(table));
    return 0;
}

int main(int argc, char **argv)
{
    struct options options = {
        .port_base = 15020, .seed = 1, .cycle_s = 10, .speed = 1, .terminal = "T1"};
    struct diag diag = {0};
    int used_n = 0;
    const char *verb = argc > 1 && argv[1][0] != '-' ? argv[1] : "run";
    int skipped = argc > 1 && argv[1][0] != '-' ? 1 : 0;

    if (argc > 1 && (text_equal(argv[1], "--help") || text_equal(argv[1], "help")))
        return usage();
    err e = settings_read_arguments(table, COUNT(table), argc - skipped, argv + skipped,
                                    &options, &used_n, &diag);
    if (e) {
        settings_print_diag("heatnet-plant", &diag);
        return 2;
    }
    int rest_n = argc - skipped - used_n;
    char *const *rest = argv + skipped + used_n;
    if (text_equal(verb, "command")) return send_command(&options, rest_n, rest) ? 1 : 0;
    if (rest_n > 0 || (!text_equal(verb, "run") && !text_equal(verb, "catalog"))) {
        (void)usage();
        return 2;
    }
    if (text_equal(verb, "catalog"))
        e = print_catalog(&options);
    else {
        stop_on_signals();
        e = serve(&options);
    }
    if (e) (void)fprintf(stderr, "heatnet-plant: %s\n", err_text(e));
    return e ? 1 : 0;
}
