/* one_sample.h - a block of one sample, for the tests of alarms. */
#ifndef HEATNET_TESTS_WATCH_ONE_SAMPLE_H
#define HEATNET_TESTS_WATCH_ONE_SAMPLE_H

#include "model/block.h"

/* One sample as a block; the arrays live as long as the variable. */
struct one_sample {
    int64_t time_ms;
    uint32_t point;
    double value;
    uint8_t quality;
    struct block block;
};

static inline const struct block *one_block(struct one_sample *one)
{
    one->block = (struct block){.device = one->point / 10,
                                .times_n = 1,
                                .columns_n = 1,
                                .times_ms = &one->time_ms,
                                .points = &one->point,
                                .values = &one->value,
                                .qualities = &one->quality};
    return &one->block;
}

#endif
