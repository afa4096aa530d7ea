/* watchdog.h - notices terminals that have gone silent, for the apply thread. */
#ifndef HEATNET_SERVE_WATCHDOG_H
#define HEATNET_SERVE_WATCHDOG_H

#include "model/catalog.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct server;

struct watchdog {
    size_t n;

    struct watched {
        char code[CATALOG_CODE_BYTES];
        uint32_t id;
        int64_t silence_ms_max;
    } * at; /* by terminal of the catalog */
};

void watchdog_close(struct watchdog *watchdog);
/* Silence allowed: 60 s, or three of the shortest cycle of the terminal's devices. */
void watchdog_catalog(struct watchdog *watchdog, const struct catalog *catalog);
/* Tell alarms of each terminal whether it is there.  After a start of the server
 * terminals get their whole silence again.  A disabled one is not missed. */
void watchdog_look(struct watchdog *watchdog, struct server *server);
/* For the API: is it connected by that rule? */
bool watchdog_is_connected(const struct catalog *catalog, const struct terminal *terminal,
                           int64_t last_frame_ms, int64_t now_ms);

#endif
