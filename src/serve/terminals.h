/* terminals.h - what is known of each terminal and of the state of its devices.
 *
 * Fed by apply in the order of the raw log, saved inside the historian's flush, and
 * completed by the same replay: after a crash it says what it said before.  Any thread
 * reads. */
#ifndef HEATNET_SERVE_TERMINALS_H
#define HEATNET_SERVE_TERMINALS_H

#include "base/err.h"
#include "model/catalog.h"
#include "store/database.h"
#include "store/rawlog.h"
#include "wire/frame.h"

#include <stdbool.h>
#include <stdint.h>

enum { TERMINAL_TEXT_BYTES = 64 };

struct terminal_state {
    char code[CATALOG_CODE_BYTES];
    int64_t last_frame_ms;       /* received; 0 = never */
    int64_t last_transmitted_ms; /* newest */
    int64_t clock_offset_ms;     /* of that frame: transmitted minus received */
    uint64_t spool, last_sequence;
    uint64_t frames_stored, frames_duplicate, frames_rejected;
    bool has_status;
    int64_t started_ms;
    uint64_t spool_frames, spool_bytes, dropped_frames, missed_polls, memory_bytes;
    char version[TERMINAL_TEXT_BYTES];
};

struct terminal_device {
    enum device_state state; /* NONE = never heard */
    int64_t since_ms, answered_ms;
    uint32_t response_ms;
    char error[TERMINAL_TEXT_BYTES];
};

struct terminals;

/* Runs its migration and reads what was saved. */
MUST_USE err terminals_open(const char *database_path, struct terminals **terminals);
void terminals_close(struct terminals *terminals);

/* One record of the raw log; `frame` is its content when it was stored, else NULL.  From
 * the apply thread. */
void terminals_take(struct terminals *terminals, const struct rawlog_record *record,
                    const struct frame *frame);
/* Within the caller's transaction. */
MUST_USE err terminals_save(struct terminals *terminals, struct database *database);

/* False: never heard; *state then has only its code. */
bool terminals_state(struct terminals *terminals, const char *code,
                     struct terminal_state *state);
struct terminal_device terminals_device(struct terminals *terminals, uint32_t device);

struct terminals_total {
    uint64_t frames_stored, frames_rejected;
    int64_t last_frame_ms;
};
struct terminals_total terminals_total(struct terminals *terminals);

#endif
