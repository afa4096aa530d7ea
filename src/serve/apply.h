/* apply.h - the one thread that turns durable frames into live values, alarms and
 * history.
 *
 * Takes uploads in the order of the raw log.  Everything it makes can be made again by
 * replaying the log behind the historian's checkpoint, which is what apply_replay does at
 * start with the very same step.  Invariant: the checkpoint stored by a flush is the
 * number of the last record whose content is in head or segments. */
#ifndef HEATNET_SERVE_APPLY_H
#define HEATNET_SERVE_APPLY_H

#include "base/err.h"
#include "serve/upload.h"

#include <stdbool.h>
#include <stdint.h>

struct server;
struct apply;

/* No thread yet. */
MUST_USE err apply_open(struct server *server, struct apply **apply);
/* Fill the live table from history, and replay the raw log.  Before apply_start. */
MUST_USE err apply_replay(struct apply *apply);
MUST_USE err apply_start(struct apply *apply);
/* Takes what waits, flushes, and ends. */
void apply_stop(struct apply *apply);
void apply_close(struct apply *apply);

/* An upload will follow by apply_put: apply_settle waits for it from now on.  To be
 * called before its sender is answered. */
void apply_expect(struct apply *apply);
/* Waits for room.  The upload is apply's then.  ERR_CLOSED: not taken. */
MUST_USE err apply_put(struct apply *apply, struct upload *upload);
/* Wait until the raw log's record `number` is applied; false: not within the time. */
bool apply_wait(struct apply *apply, uint64_t number, int64_t timeout_ms);
/* Samples taken since the server started. */
uint64_t apply_samples(struct apply *apply);
/* Wait until everything handed over so far is applied; for tests and the end. */
void apply_settle(struct apply *apply);

#endif
