/* cycles.h - since when each device is read how often: what completeness may expect.
 *
 * A changed cycle must not make yesterday's readings look incomplete, so each change is
 * noted with its time.  What lies before the first note counts with the first cycle. */
#ifndef HEATNET_STORE_CYCLES_H
#define HEATNET_STORE_CYCLES_H

#include "base/err.h"
#include "model/catalog.h"
#include "store/database.h"

#include <stdint.h>

/* Note each device whose cycle is not the one noted last; costs nothing when none
 * changed. Call at start and after each change of the catalog (a crash between is made
 * good). */
MUST_USE err cycles_note(struct database *database, const struct catalog *catalog,
                         int64_t now_ms);

/* Readings due of `device` in from_ms <= time < to_ms: the multiples of the cycle that
 * held then (polls are aligned to absolute time).  0 for a device never noted. */
MUST_USE err cycles_expected(struct database *database, uint32_t device, int64_t from_ms,
                             int64_t to_ms, uint64_t *expected);

/* Multiples of `cycle_ms` in from_ms <= time < to_ms, from 1970 on. */
uint64_t cycles_due(int64_t from_ms, int64_t to_ms, int64_t cycle_ms);

/* The cycle of `device` at an instant; ERR_UNKNOWN when it was never noted. */
MUST_USE err cycles_at(struct database *database, uint32_t device, int64_t at_ms,
                       uint32_t *cycle_ms);

#endif
