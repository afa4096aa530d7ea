/* status.c - print the file that a running terminal writes every few seconds. */
#include "collect/collector_status.h"
#include "heatnet-edge/edge.h"

#include <stdio.h>

enum { STATUS_BYTES_MAX = 1024 * 1024 };

int edge_status(struct edge_options *o)
{
    struct buffer text;

    buffer_open(&text, STATUS_BYTES_MAX);
    err e = collector_status_load(o->data, &text);
    if (e)
        fprintf(stderr, "heatnet-edge: no status in %s: %s\n", o->data, err_text(e));
    else
        (void)fwrite(text.at, 1, text.n, stdout);
    buffer_close(&text);
    return e ? 1 : 0;
}
