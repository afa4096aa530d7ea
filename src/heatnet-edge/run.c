/* run.c - collect and upload until told to stop. */
#include "base/log.h"
#include "base/thread.h"
#include "heatnet-edge/edge.h"

#include <stdio.h>

enum { TEND_MS = 250 };

int edge_run(struct edge_options *o)
{
    struct collector_options options = edge_collector_options(o);
    struct collector *collector = NULL;
    bool said = false;

    err e = collector_open(&options, &collector);
    if (e) {
        fprintf(stderr, "heatnet-edge: cannot start with --data %s: %s\n", o->data,
                err_text(e));
        return 1;
    }
    while (!stop_wait_ms(TEND_MS)) {
        collector_tend(collector);
        if (said || !collector_is_polling(collector)) continue;
        puts("ready");
        (void)fflush(stdout);
        said = true;
    }
    log_event(LOG_INFO, "edge", "stopping", "terminal=%s", o->terminal);
    collector_close(collector);
    log_event(LOG_INFO, "edge", "stopped", "terminal=%s", o->terminal);
    return 0;
}
