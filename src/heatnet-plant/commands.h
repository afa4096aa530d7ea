/* commands.h - the words of the control line: status, time, faults, set, value ... */
#ifndef HEATNET_PLANT_COMMANDS_H
#define HEATNET_PLANT_COMMANDS_H

#include "base/bytes.h"
#include "heatnet-plant/faults.h"
#include "heatnet-plant/modbus_server.h"
#include "heatnet-plant/pace.h"

enum {
    COMMAND_WORDS_MAX = 8,
    COMMAND_LINE_BYTES = 256,
    COMMAND_ANSWER_BYTES_MAX = 1 << 20
};

struct session {
    struct plant *plant;
    struct pace *pace;
    struct modbus_server *server;
    struct faults *faults;
};

/* Carry out one line; the answer (lines, then "ok" or "error: ...") goes into `answer`.
 * A line that takes time sets *wait_until_s: the answer is to be sent when the plant has
 * reached it. */
void command_run(const struct session *session, const char *line, struct buffer *answer,
                 int64_t *wait_until_s);
void command_help(struct buffer *out);

#endif
