/* options.h - the settings of heatnetd: one table for arguments, file and help. */
#ifndef HEATNET_HEATNETD_OPTIONS_H
#define HEATNET_HEATNETD_OPTIONS_H

#include "base/err.h"
#include "base/settings.h"

#include <stdbool.h>
#include <stdint.h>

struct options {
    char data[SETTING_TEXT_BYTES];
    char http[SETTING_TEXT_BYTES], tls[SETTING_TEXT_BYTES];
    char names[SETTING_TEXT_BYTES];
    char web[SETTING_TEXT_BYTES];
    char log_folder[SETTING_TEXT_BYTES];
    char log_level[SETTING_TEXT_BYTES];
    char user[SETTING_TEXT_BYTES];
    char clock[SETTING_TEXT_BYTES];
    char master_key[SETTING_TEXT_BYTES];
    uint32_t seal_mb, seal_hours, keep_days, head_mb, head_minutes;
    double keep_gb;
    bool help, version;
    bool http_given; /* not a default: then no other port is tried */
};

/* Defaults, then the file named by --settings, then the arguments.  ERR_RANGE after
 * everything wrong was printed to stderr. */
MUST_USE err options_read(int argc, char **argv, struct options *options);
void options_print_help(void);

#endif
