/* line_kind.h - what each kind of line gives line.c: one row of a const table. */
#ifndef HEATNET_LINK_LINE_KIND_H
#define HEATNET_LINK_LINE_KIND_H

#include "base/thread.h"
#include "link/line.h"
#include "link/line_record.h"
#include "link/modems.h"
#include "link/serial.h"
#include "link/tcp.h"

struct line {
    char name[LINE_NAME_BYTES];
    const struct line_kind *kind;
    bool tagged;
    struct tcp tcp;
    char host[LINE_NAME_BYTES]; /* TCP: name or number; modem: its name */
    uint16_t port;
    struct serial serial;
    struct modems *modems; /* NULL = no modem can dial in */

    struct lock lock; /* of what follows */
    struct line_counts counts;
    struct line_record record;
};

struct line_kind {
    const char *prefix, *form;
    /* What stands behind the prefix: NULL when right, otherwise what is wrong. */
    const char *(*parse)(struct line *line, const char *rest);
    bool (*is_open)(const struct line *line);
    err (*connect)(struct line *line, int64_t deadline_ms);
    /* Throw away what came; ERR_CLOSED: the peer has left. */
    err (*discard)(struct line *line);
    err (*send)(struct line *line, struct bytes bytes, int64_t deadline_ms);
    err (*receive)(struct line *line, uint8_t *out, size_t n, int64_t deadline_ms,
                   size_t *got);
    bool stays; /* open though a device is silent */
    void (*hang_up)(struct line *line);
};

#endif
