/* chance.c - repeatable chance from hashed keys. */
#include "heatnet-plant/chance.h"

#include <math.h>

static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9U;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBU;
    return x ^ (x >> 31);
}

uint64_t chance_key(uint64_t key, uint64_t number)
{
    return mix(key + 0x9E3779B97F4A7C15U * (number + 1));
}

double chance_unit(uint64_t key)
{
    return (double)(mix(key + 0x9E3779B97F4A7C15U) >> 11) * 0x1p-53;
}

double chance_between(uint64_t key, double least, double most)
{
    return least + (most - least) * chance_unit(key);
}

double chance_normal(uint64_t key)
{
    /* The sum of four 16-bit even numbers: variance 4/12, scaled to 1. */
    uint64_t h = mix(key + 0x9E3779B97F4A7C15U);
    double sum = (double)(h & 0xFFFF) + (double)(h >> 16 & 0xFFFF) +
                 (double)(h >> 32 & 0xFFFF) + (double)(h >> 48);
    return (sum / 65535.0 - 2.0) * 1.7320508075688772;
}

double chance_wave(uint64_t key, double time_s, double period_s)
{
    double place = floor(time_s / period_s);
    double share = time_s / period_s - place;
    uint64_t cell = (uint64_t)(int64_t)place;
    double from = chance_between(chance_key(key, cell), -1, 1);
    double to = chance_between(chance_key(key, cell + 1), -1, 1);
    double ease = share * share * share * (share * (share * 6 - 15) + 10); /* C2 */
    return from + (to - from) * ease;
}
