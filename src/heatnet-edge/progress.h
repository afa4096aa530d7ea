/* progress.h - how far a long work is: one line that is written over on a terminal, a
 * plain line every five seconds elsewhere. */
#ifndef HEATNET_EDGE_PROGRESS_H
#define HEATNET_EDGE_PROGRESS_H

#include "base/clock.h"

#include <stdbool.h>
#include <stdint.h>

struct progress {
    struct clock clock;
    bool on_terminal;
    int64_t from, to;           /* what is 0 % and 100 % */
    int64_t began_ms, shown_ms; /* mono */
};

void progress_open(struct progress *progress, int64_t from, int64_t to);
/* `label` e.g. the plant's date; shows at most four times a second unless `now`. */
void progress_show(struct progress *progress, int64_t at, const char *label, bool now);
void progress_end(struct progress *progress);

#endif
