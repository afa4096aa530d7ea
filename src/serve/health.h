/* health.h - whether the server can keep its promise, for /health, /status and the log.
 */
#ifndef HEATNET_SERVE_HEALTH_H
#define HEATNET_SERVE_HEALTH_H

#include "base/err.h"
#include "base/thread.h"

enum health_state {
    HEALTH_OK,
    HEALTH_NO_SPACE, /* frames are put off until space returns */
    HEALTH_FAILED    /* a sync failed: nothing is acknowledged until a restart */
};

enum { HEALTH_TEXT_BYTES = 160 };

struct health {
    struct lock lock;
    enum health_state state;
    char text[HEALTH_TEXT_BYTES];
};

void health_open(struct health *health);
void health_close(struct health *health);
/* Logs a change.  FAILED stays. */
void health_set(struct health *health, enum health_state state, const char *text);
/* The class that a store's error means, set with its text. */
void health_of_err(struct health *health, err e, const char *where);
enum health_state health_get(struct health *health, char text[HEALTH_TEXT_BYTES]);
const char *health_word(enum health_state state);

#endif
