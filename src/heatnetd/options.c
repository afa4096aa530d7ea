/* options.c - see options.h. */
#include "heatnetd/options.h"

#include "base/ensure.h"
#include "base/text.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct given {
    struct options options;
    char settings[SETTING_TEXT_BYTES];
};

#define AT(field) offsetof(struct given, field)
#define OF(field) offsetof(struct given, options.field)

/* clang-format off */
static const struct setting table[] = {
    {"settings", "file with 'key = value' lines for all of these", SETTING_TEXT,
     AT(settings), 0, 0},
    {"data", "folder for everything that is kept", SETTING_TEXT, OF(data), 0, 0},
    {"http", "address for browsers on this machine (127.0.0.1:8080 or the next free)",
     SETTING_TEXT, OF(http), 0, 0},
    {"tls", "address for terminals, and for browsers elsewhere; none = no such door",
     SETTING_TEXT, OF(tls), 0, 0},
    {"names", "names and addresses of this server for its certificate, comma separated",
     SETTING_TEXT, OF(names), 0, 0},
    {"web", "folder of the built web UI", SETTING_TEXT, OF(web), 0, 0},
    {"log-folder", "also write the program's log to files here, kept 14 days", SETTING_TEXT,
     OF(log_folder), 0, 0},
    {"log-level", "debug, info, warning or error", SETTING_TEXT, OF(log_level), 0, 0},
    {"user", "become this user once the ports are taken", SETTING_TEXT, OF(user), 0, 0},
    {"clock", "machine, or ORIGIN_UTC_MS/ORIGIN_REAL_MS/SPEED", SETTING_TEXT, OF(clock), 0,
     0},
    {"seal-mb", "raw log: seal a file at this size, MB", SETTING_COUNT, OF(seal_mb), 1,
     4096},
    {"seal-hours", "raw log: seal a file at this age, h", SETTING_COUNT, OF(seal_hours), 1,
     168},
    {"keep-days", "raw log: keep sealed files this long, days", SETTING_COUNT,
     OF(keep_days), 7, 36500},
    {"keep-gb", "raw log: keep at most this much, GB, but never less than 7 days",
     SETTING_NUMBER, OF(keep_gb), 0.1, 1e6},
    {"master-key", "file of the key that wraps all keys (keys/master.key in --data)",
     SETTING_TEXT, OF(master_key), 0, 0},
    {"head-mb", "history: write segments when the head is larger than this, MB",
     SETTING_COUNT, OF(head_mb), 1, 4096},
    {"head-minutes", "history: write segments when the head holds more than this, min",
     SETTING_COUNT, OF(head_minutes), 1, 1440},
    {"help", "show this", SETTING_FLAG, OF(help), 0, 0},
    {"version", "show the version", SETTING_FLAG, OF(version), 0, 0},
};
/* clang-format on */
#undef AT
#undef OF

static void defaults(struct options *options)
{
    *options = (struct options){.seal_mb = 64,
                                .seal_hours = 24,
                                .keep_days = 400,
                                .keep_gb = 100,
                                .head_mb = 64,
                                .head_minutes = 60};
    text_copy(options->data, sizeof options->data, "run/server");
    text_copy(options->tls, sizeof options->tls, "0.0.0.0:8443");
    text_copy(options->web, sizeof options->web, "web/dist");
    text_copy(options->clock, sizeof options->clock, "machine");
    text_copy(options->log_level, sizeof options->log_level, "info");
}

err options_read(int argc, char **argv, struct options *options)
{
    struct diag diag;
    struct given given = {0};
    int used_n = 0;
    diag_clear(&diag);
    defaults(&given.options);
    /* Twice, so that arguments win over the file they name. */
    err e =
        settings_read_arguments(table, COUNT(table), argc, argv, &given, &used_n, &diag);
    if (!e && given.settings[0]) {
        e = settings_read_file(table, COUNT(table), given.settings, &given, &diag);
        if (e == ERR_UNKNOWN)
            diag_add(&diag, 0, "settings", "%s cannot be read", given.settings);
        if (!e)
            e = settings_read_arguments(table, COUNT(table), argc, argv, &given, &used_n,
                                        &diag);
    }
    if (!e && used_n < argc) {
        diag_add(&diag, 0, argv[used_n], "is not an option; --help shows them all");
        e = ERR_RANGE;
    }
    if (e) {
        settings_print_diag("heatnetd", &diag);
        return ERR_RANGE;
    }
    *options = given.options;
    options->http_given = options->http[0] != '\0';
    if (!options->http_given)
        text_copy(options->http, sizeof options->http, "127.0.0.1:8080");
    if (text_equal(options->tls, "none")) options->tls[0] = '\0';
    return ERR_OK;
}

void options_print_help(void)
{
    puts("heatnetd - receives, stores, watches, answers\n\n"
         "usage: heatnetd [--key value ...]\n");
    settings_print_help(table, COUNT(table));
}
