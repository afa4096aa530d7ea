/* chance.h - repeatable chance: pure functions of a key, so that nothing depends on the
 * order in which it is asked for.
 *
 * The hash is the finaliser of SplitMix64 (Steele, Lea, Flood 2014). */
#ifndef HEATNET_PLANT_CHANCE_H
#define HEATNET_PLANT_CHANCE_H

#include <stdint.h>

/* A new key out of a key and a number. */
uint64_t chance_key(uint64_t key, uint64_t number);
/* Even over [0, 1). */
double chance_unit(uint64_t key);
/* Even over [least, most). */
double chance_between(uint64_t key, double least, double most);
/* Near to a normal distribution, mean 0, deviation 1, bounded by +-3.5. */
double chance_normal(uint64_t key);
/* A smooth random function of time with values in [-1, 1]: independent even values at
 * every whole multiple of `period_s`, joined by a curve without kinks. */
double chance_wave(uint64_t key, double time_s, double period_s);

#endif
