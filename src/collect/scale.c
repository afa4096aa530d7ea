/* scale.c - looks for the smallest power of ten that makes both numbers whole. */
#include "collect/scale.h"

#include "base/ensure.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

/* True when number * power is whole in the sense that whole / power is number again. */
static bool is_whole(double number, double power, double *whole)
{
    *whole = nearbyint(number * power);
    double back = *whole / power;
    return fabs(*whole) < 1e12 && !(back < number) && !(back > number);
}

struct scale scale_make(double factor, double offset)
{
    static const double powers[] = {1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
    struct scale s = {0};

    for (size_t i = 0; i < COUNT(powers); i++) {
        s.divisor = powers[i];
        if (is_whole(factor, powers[i], &s.factor) &&
            is_whole(offset, powers[i], &s.offset))
            return s;
    }
    return (struct scale){factor, offset, 1.0};
}
