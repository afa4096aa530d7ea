/* pace.c - the plant's time against the clock. */
#include "heatnet-plant/pace.h"

#include "heatnet-plant/physics.h"

#include <math.h>

enum { WAIT_MS_LEAST = 5, WAIT_MS_MOST = 500, STEPS_BETWEEN_LOOKS = 20 };

static double speed_of(const struct clock *clock)
{
    return clock->kind == CLOCK_SCALED ? clock->speed : 1;
}

int64_t pace_target_s(const struct pace *pace)
{
    if (pace->held) return pace->target_s;
    return clock_utc_ms(&pace->clock) / 1000;
}

bool pace_work(struct pace *pace, struct plant *plant)
{
    int64_t until_ms = clock_mono_ms(&pace->real) + PACE_SLICE_MS;
    int64_t target_s = pace_target_s(pace);

    while (plant->utc_s < target_s) {
        for (int i = 0; i < STEPS_BETWEEN_LOOKS && plant->utc_s < target_s; i++)
            plant_step(plant);
        if (clock_mono_ms(&pace->real) >= until_ms) break;
    }
    return plant->utc_s >= target_s;
}

int pace_wait_ms(const struct pace *pace, const struct plant *plant)
{
    if (plant->utc_s < pace_target_s(pace)) return 0;
    if (pace->held) return WAIT_MS_MOST;
    double left_ms = (double)((plant->utc_s + 1) * 1000 - clock_utc_ms(&pace->clock));
    return (int)clamp(ceil(left_ms / speed_of(&pace->clock)), WAIT_MS_LEAST,
                      WAIT_MS_MOST);
}

void pace_run(struct pace *pace, const struct plant *plant)
{
    double away_s = (double)(clock_utc_ms(&pace->clock) / 1000 - plant->utc_s);

    pace->held = false;
    if (fabs(away_s) <= PACE_CATCH_UP_S) return;
    clock_scaled(&pace->clock, plant->utc_s * 1000, clock_utc_ms(&pace->real),
                 speed_of(&pace->clock));
}
