/* commands.h - one function a command; the table in main.c names them.
 *
 * Each returns the program's exit code: 0 done, 1 failed (said on stderr), 2 wrong use.
 */
#ifndef HEATNET_HEATNET_COMMANDS_H
#define HEATNET_HEATNET_COMMANDS_H

#include "heatnet/arguments.h"

#include <jansson.h>
#include <stdint.h>

enum { COMMAND_FAILED = 1, COMMAND_WRONG_USE = 2 };

int command_status(struct arguments *arguments, const char *data_folder);
int command_import(struct arguments *arguments, const char *data_folder);
int command_export(struct arguments *arguments, const char *data_folder);
int command_terminal(struct arguments *arguments, const char *data_folder);
int command_query(struct arguments *arguments, const char *data_folder);
int command_dump(struct arguments *arguments, const char *data_folder);
int command_log(struct arguments *arguments, const char *data_folder);
int command_token(struct arguments *arguments, const char *data_folder);
int command_account(struct arguments *arguments, const char *data_folder);

#endif
