/* alarms.h - all alarms: from samples and states of devices to the list the dispatcher
 * sees.
 *
 * Keeps the states of alarm.h of all points; records each raise and return in the
 * database so that replaying the raw log after a crash makes none twice and loses none (a
 * raise is unique by point, kind, bit and time).  One thread feeds (apply); any thread
 * lists and acknowledges. */
#ifndef HEATNET_WATCH_ALARMS_H
#define HEATNET_WATCH_ALARMS_H

#include "base/clock.h"
#include "base/err.h"
#include "model/block.h"
#include "model/catalog.h"
#include "store/database.h"
#include "watch/alarm.h"

#include <stdbool.h>
#include <stdint.h>

enum { ALARMS_TEXT_BYTES = 256, ALARMS_NOTE_BYTES = 512 };

struct alarms;

struct alarm_record {
    uint64_t id;
    enum alarm_kind kind;
    unsigned priority;
    uint32_t site, device, point, terminal; /* 0 = none */
    int bit;                                /* -1 = none */
    char text[ALARMS_TEXT_BYTES], text_en[ALARMS_TEXT_BYTES];
    double limit, value_at_raise, extreme;           /* NaN = none */
    int64_t raised_ms, returned_ms, acknowledged_ms; /* 0 = not yet */
    bool late;
    char acknowledged_by[CATALOG_CODE_BYTES];
    char note[ALARMS_NOTE_BYTES];
    uint64_t version; /* of its last change, for the stream */
};

/* Runs its migrations and reads the saved states and open alarms. */
MUST_USE err alarms_open(const char *database_path, const struct clock *clock,
                         struct alarms **alarms);
void alarms_close(struct alarms *alarms);
/* Before the first block and whenever the catalog changes; holds its own reference. */
MUST_USE err alarms_catalog(struct alarms *alarms, struct catalog *catalog);

/* From the apply thread.  The records are written by alarms_write.  ERR_FULL: too many
 * wait to be written (nothing was judged: write, then try again).  Replay the raw log
 * before the first tick: the first tick settles what the replay did not bring back. Late
 * samples (older than the point's newest) are judged by themselves, without delay; what
 * they raise is `late` and returned already: alarms_late.c. */
MUST_USE err alarms_block(struct alarms *alarms, const struct block *block);
/* Cheap when nothing changed.  A lost device's points keep their alarms and raise no
 * more. */
MUST_USE err alarms_device(struct alarms *alarms, uint32_t device, bool answers,
                           int64_t since_ms);
/* Not part of the replay: its open alarm stands over a restart until it is told
 * otherwise; lost since the same moment again, the same alarm goes on. */
MUST_USE err alarms_terminal(struct alarms *alarms, uint32_t terminal, bool connected,
                             int64_t since_ms);
MUST_USE err alarms_tick(struct alarms *alarms, int64_t now_ms);
/* Make new raises and returns durable and visible; call after each batch. */
MUST_USE err alarms_write(struct alarms *alarms);
/* Save all states, and what waits to be written, inside the historian's flush
 * transaction. */
MUST_USE err alarms_save(struct alarms *alarms, struct database *database);

/* Asking.  No lock is held while `each` runs. */
struct alarms_filter {
    bool active; /* not yet acknowledged and normal again; else history, all of it */
    int64_t from_ms, to_ms; /* raised within [from, to), to 0 = no end; history only */
    const char *search;     /* part of the texts or site's name, NULL = any */
    uint32_t site;          /* and beneath, 0 = any */
    uint64_t before;        /* id of the last one of the page before, 0 = newest */
    size_t limit;           /* 0 = 1000 */
};

/* Newest raised first.  ERR_UNKNOWN: no alarm `before`; ERR_RANGE: `search` is too long.
 */
typedef err (*alarms_each)(void *context, const struct alarm_record *record);
MUST_USE err alarms_list(struct alarms *alarms, const struct alarms_filter *filter,
                         alarms_each each, void *context);
/* Those changed after `since`, and the version to ask from next. */
MUST_USE err alarms_changed(struct alarms *alarms, uint64_t since, uint64_t *version,
                            alarms_each each, void *context);
uint64_t alarms_version(struct alarms *alarms);

/* Of the active list, by priority - 1; unacknowledged ones are part of `active`. */
struct alarms_count {
    uint32_t unacknowledged, active;
};

void alarms_counts(struct alarms *alarms, struct alarms_count counts[4]);

/* ERR_UNKNOWN no such alarm; ERR_DUPLICATE acknowledged before; ERR_RANGE: `who` or
 * `note` (NULL = none) is too long.  Durable on return. */
MUST_USE err alarms_acknowledge(struct alarms *alarms, uint64_t id, const char *who,
                                const char *note, int64_t now_ms);

#endif
