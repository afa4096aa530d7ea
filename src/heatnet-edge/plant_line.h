/* plant_line.h - the control line of heatnet-plant, from its other end.
 *
 * A Unix socket: a request is a line; the answer is lines, of which the last is "ok" or
 * "error: ...". */
#ifndef HEATNET_EDGE_PLANT_LINE_H
#define HEATNET_EDGE_PLANT_LINE_H

#include "base/err.h"

#include <stddef.h>

enum { PLANT_LINE_BYTES = 4096 };

struct plant_line {
    int handle; /* -1 = closed */
    size_t n;   /* bytes received beyond the last answer */
    char bytes[PLANT_LINE_BYTES];
};

/* ERR_UNKNOWN, ERR_REFUSED: nobody listens there. */
MUST_USE err plant_line_open(const char *path, struct plant_line *line);
void plant_line_close(struct plant_line *line);

/* Send `request` (without line end) and wait for the end of its answer, whose first line
 * goes to `answer` ("" when there is only "ok").  ERR_REFUSED: that line is "error: ...".
 * ERR_CLOSED: the plant went away.  ERR_FULL: a line longer than PLANT_LINE_BYTES. */
MUST_USE err plant_line_ask(struct plant_line *line, const char *request, char *answer,
                            size_t answer_n);

#endif
