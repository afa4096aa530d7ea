/* weather.h - the weather over the plant: a pure function of seed and time.
 *
 * A winter of north China that never ends, so that a demo in July has something to heat:
 * the season swings by only a few K about -5 degC.  On it ride passing fronts (smooth
 * random functions with periods of 5 days, 2 days and 9 hours) and the course of the day,
 * which is larger under a clear sky.  Sun: height of the sun at 40 degrees north; local
 * time is UTC+8. */
#ifndef HEATNET_PLANT_WEATHER_H
#define HEATNET_PLANT_WEATHER_H

#include <stdint.h>

enum { LOCAL_OFFSET_S = 8 * 3600 };

struct weather {
    double outdoor_degc;
    double sun_w_m2; /* on a plane facing the sun, after clouds */
    double wind_m_s;
    double ground_degc; /* at the depth of the pipes */
    double hour;        /* local, 0 <= hour < 24 */
};

struct weather weather_at(uint64_t seed, int64_t utc_s);

#endif
