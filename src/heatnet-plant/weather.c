/* weather.c - season, fronts and the course of the day. */
#include "heatnet-plant/weather.h"

#include "heatnet-plant/chance.h"
#include "heatnet-plant/physics.h"

#include <math.h>

#define PI 3.14159265358979323846
#define DAY_S 86400.0
#define YEAR_S (365.2425 * DAY_S)

enum { KEY_FRONT = 101, KEY_LOW, KEY_GUST, KEY_CLOUD, KEY_WIND };

/* Share of the year since 1 January 1970, i.e. 0 = New Year. */
static double year_share(double utc_s)
{
    double years = utc_s / YEAR_S;
    return years - floor(years);
}

static double sun_sine(double year, double hour)
{
    const double latitude = 40.0 * PI / 180;
    double declination = -23.44 * PI / 180 * cos(2 * PI * (year + 10.0 / 365));
    double angle = (hour - 12) / 12 * PI;
    return sin(latitude) * sin(declination) +
           cos(latitude) * cos(declination) * cos(angle);
}

struct weather weather_at(uint64_t seed, int64_t utc_s)
{
    double time_s = (double)utc_s;
    double day = (time_s + LOCAL_OFFSET_S) / DAY_S;
    double hour = (day - floor(day)) * 24;
    double year = year_share(time_s);

    double cloud = clamp(
        0.45 + 0.6 * chance_wave(chance_key(seed, KEY_CLOUD), time_s, 30 * 3600.0), 0, 1);
    double season = -5.0 - 2.0 * cos(2 * PI * (year - 16.0 / 365));
    double fronts = 4.0 * chance_wave(chance_key(seed, KEY_FRONT), time_s, 5 * DAY_S) +
                    2.0 * chance_wave(chance_key(seed, KEY_LOW), time_s, 2 * DAY_S) +
                    0.7 * chance_wave(chance_key(seed, KEY_GUST), time_s, 9 * 3600.0);
    /* Warmest at about 14:30, coldest at about 06:00: two harmonics of the day. */
    double course =
        cos(2 * PI * (hour - 14.8) / 24) + 0.25 * cos(4 * PI * (hour - 14.0) / 24);
    double sine = sun_sine(year, hour);

    struct weather weather = {
        .outdoor_degc = season + fronts + (4.6 - 2.6 * cloud) * course,
        .sun_w_m2 = sine <= 0 ? 0 : 900 * (1 - 0.75 * cloud) * (1 - exp(-6 * sine)),
        .wind_m_s =
            3.0 + 2.5 * chance_wave(chance_key(seed, KEY_WIND), time_s, 11 * 3600.0),
        .ground_degc = 3.0 - 2.0 * cos(2 * PI * (year - 46.0 / 365)),
        .hour = hour,
    };
    return weather;
}
