/* upload.h - one body a terminal has sent: read, checked, and carried to receive and
 * apply.
 *
 * upload_read gives every envelope its proposed verdict; receive (receive.h) makes it
 * final; apply takes what is stored.  The upload owns the body and the arena its frames
 * live in, so that nothing is copied on the way. */
#ifndef HEATNET_SERVE_UPLOAD_H
#define HEATNET_SERVE_UPLOAD_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "model/catalog.h"
#include "store/rawlog.h"
#include "wire/frame.h"

#include <stdbool.h>
#include <stdint.h>

enum { UPLOAD_ENVELOPES_MAX = 4096 };

struct upload_item {
    struct bytes envelope; /* view of the body; what the raw log keeps */
    uint32_t check_code;
    enum rawlog_verdict verdict;
    bool later; /* not stored now, whatever the verdict */
    struct frame
        frame; /* whole when the verdict is STORED, else as far as it could be read */
    char why[RAWLOG_WHY_BYTES];
    uint64_t number; /* in the raw log, 0 = none */
};

struct upload {
    struct buffer body;
    struct arena arena;
    char terminal[CATALOG_CODE_BYTES]; /* of its certificate */
    int64_t received_ms;
    size_t items_n;
    struct upload_item *items; /* in the arena */
    bool malformed;        /* the body is no Upload: one item holds it all, as evidence */
    struct buffer answer;  /* encoded by receive */
    size_t admitted_bytes; /* counted by receive */
    void (*done)(struct upload *upload, void *context);
    void *context;
};

/* An empty one.  ERR_MEMORY. */
MUST_USE err upload_open(struct upload **upload);
/* Takes over the body's content; the upload is empty. */
void upload_fill(struct upload *upload, struct buffer *body, const char *terminal);
/* Make it empty again; some memory stays, for the next body. */
void upload_clear(struct upload *upload);
void upload_close(struct upload *upload);

/* Read all envelopes (of a malformed body none is taken): check code, form, terminal, and
 * that each device and point is one that the catalog gives to this terminal (catalog
 * NULL: the server itself made it from what came by another door, and it is not judged
 * again). ERR_FULL: too many envelopes; ERR_MEMORY. */
MUST_USE err upload_read(struct upload *upload, const struct catalog *catalog);

/* One envelope as the raw log keeps it back into a frame; for replaying and showing. */
MUST_USE err upload_decode(struct bytes envelope, struct arena *arena,
                           struct frame *frame);

#endif
