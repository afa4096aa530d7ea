/* physics.c - small pure helpers of the plant's models. */
#include "heatnet-plant/physics.h"

#include "base/ensure.h"

double clamp(double value, double least, double most)
{
    if (value < least) return least;
    return value > most ? most : value;
}

double curve_at(const struct curve_point *curve, size_t n, double x)
{
    ensure(n >= 1);
    if (x <= curve[0].x) return curve[0].y;
    for (size_t i = 1; i < n; i++) {
        if (x > curve[i].x) continue;
        double share = (x - curve[i - 1].x) / (curve[i].x - curve[i - 1].x);
        return curve[i - 1].y + share * (curve[i].y - curve[i - 1].y);
    }
    return curve[n - 1].y;
}

double approach(double value, double target, double step)
{
    if (target > value + step) return value + step;
    if (target < value - step) return value - step;
    return target;
}
