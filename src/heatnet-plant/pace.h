/* pace.h - how far the plant should be by now: held, or following a clock.
 *
 * Held: it moves only to the target that pace_advance() sets.  Running: it follows the
 * clock. Work is done in slices, so that clients are served while a week is being caught
 * up. */
#ifndef HEATNET_PLANT_PACE_H
#define HEATNET_PLANT_PACE_H

#include "base/clock.h"
#include "heatnet-plant/plant.h"

#include <stdbool.h>

enum { PACE_SLICE_MS = 5, PACE_CATCH_UP_S = 3600 };

struct pace {
    struct clock real;  /* the machine's */
    struct clock clock; /* followed while running */
    bool held;
    int64_t target_s; /* UTC; while held */
};

/* The second the plant should have reached. */
int64_t pace_target_s(const struct pace *pace);
/* Steps towards the target for at most a slice; true when it is reached. */
bool pace_work(struct pace *pace, struct plant *plant);
/* Real milliseconds until there is work again; -1 = none by itself. */
int pace_wait_ms(const struct pace *pace, const struct plant *plant);
/* Follow the clock.  A plant that is at most PACE_CATCH_UP_S away from it catches up or
 * waits; one that is further away goes on from where it is, and the clock is set back to
 * it. */
void pace_run(struct pace *pace, const struct plant *plant);

#endif
