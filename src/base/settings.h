/* settings.h - configuration files and command-line options, checked in one place.
 *
 * A program states its settings as a const table; the same table reads "key = value"
 * files
 * (# comments), "--key value" and "--key=value" arguments, and prints the help. */
#ifndef HEATNET_BASE_SETTINGS_H
#define HEATNET_BASE_SETTINGS_H

#include "base/diag.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum setting_kind {
    SETTING_TEXT,   /* char[SETTING_TEXT_BYTES] */
    SETTING_COUNT,  /* uint32_t within [least, most] */
    SETTING_NUMBER, /* double within [least, most] */
    SETTING_FLAG    /* bool: yes/no, or the bare option */
};

enum { SETTING_TEXT_BYTES = 256 };

struct setting {
    const char *key;  /* "data-folder" */
    const char *help; /* one line, with the unit */
    enum setting_kind kind;
    size_t offset; /* of the field in the program's struct */
    double least;
    double most;
};

/* Read the file's lines into `target`; unknown keys and bad values go to `diag` with
 * their line and the nearest known key.  ERR_RANGE when there was any, ERR_UNKNOWN when
 * the file cannot be read. */
MUST_USE err settings_read_file(const struct setting *table, size_t table_n,
                                const char *path, void *target, struct diag *diag);

/* The options at the start of argv (after argv[0]); *used_n is how many words of argv
 * were consumed in all (argv[0] included), the rest are the caller's. */
/* tidy: allow parameters: a table and argv come with their sizes */
MUST_USE err settings_read_arguments(const struct setting *table, size_t table_n,
                                     int argc, char **argv, void *target, int *used_n,
                                     struct diag *diag);

/* The table as help text on stdout. */
void settings_print_help(const struct setting *table, size_t table_n);

/* All messages of `diag` on stderr, each "name:line: field: text". */
void settings_print_diag(const char *name, const struct diag *diag);

#endif
