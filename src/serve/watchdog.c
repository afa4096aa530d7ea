/* watchdog.c - see watchdog.h. */
#include "serve/watchdog.h"

#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "serve/server.h"
#include "serve/terminals.h"

enum { SILENCE_MS_LEAST = 60000, SILENCE_CYCLES = 3 };

void watchdog_close(struct watchdog *watchdog)
{
    memory_free(watchdog->at);
    *watchdog = (struct watchdog){0};
}

static int64_t silence_allowed(const struct catalog *catalog, uint32_t terminal)
{
    uint32_t shortest_ms = 0;
    for (size_t i = 0; i < catalog->devices_n; i++) {
        const struct device *device = &catalog->devices[i];
        if (device->terminal != terminal) continue;
        if (!shortest_ms || device->cycle_ms < shortest_ms)
            shortest_ms = device->cycle_ms;
    }
    int64_t allowed_ms = SILENCE_CYCLES * (int64_t)shortest_ms;
    return allowed_ms > SILENCE_MS_LEAST ? allowed_ms : SILENCE_MS_LEAST;
}

void watchdog_catalog(struct watchdog *watchdog, const struct catalog *catalog)
{
    watchdog_close(watchdog);
    if (!catalog->terminals_n) return;
    watchdog->at = memory_new(catalog->terminals_n, sizeof *watchdog->at);
    if (!watchdog->at) {
        log_event(LOG_ERROR, "serve", "watchdog", "error=memory");
        return;
    }
    for (size_t i = 0; i < catalog->terminals_n; i++) {
        struct watched *watched = &watchdog->at[watchdog->n++];
        text_copy(watched->code, sizeof watched->code, catalog->terminals[i].code);
        watched->id = catalog->terminals[i].id;
        watched->silence_ms_max = silence_allowed(catalog, watched->id);
    }
}

void watchdog_look(struct watchdog *watchdog, struct server *server)
{
    int64_t now_ms = server_now_ms(server);
    for (size_t i = 0; i < watchdog->n; i++) {
        const struct watched *watched = &watchdog->at[i];
        struct terminal_state state;
        if (!terminals_state(server->terminals, watched->code, &state)) continue;
        int64_t since_ms = state.last_frame_ms;
        int64_t heard_ms = since_ms > server->started_ms ? since_ms : server->started_ms;
        bool connected = now_ms - heard_ms <= watched->silence_ms_max ||
                         !enrolment_is_enabled(server->enrolment, watched->code);
        err e = alarms_terminal(server->alarms, watched->id, connected, since_ms);
        if (e) log_event(LOG_ERROR, "serve", "alarms_terminal", "error=%s", err_name(e));
    }
}

bool watchdog_is_connected(const struct catalog *catalog, const struct terminal *terminal,
                           int64_t last_frame_ms, int64_t now_ms)
{
    return last_frame_ms &&
           now_ms - last_frame_ms <= silence_allowed(catalog, terminal->id);
}
