/* scale.h - raw number to engineering value, without the noise of binary fractions.
 *
 * raw * 0.1 gives 45.300000000000004 for 453; raw * 1 / 10 gives the double nearest
 * to 45.3. So a factor and an offset that are short decimals are kept as whole numbers
 * over a power of ten; others are multiplied as they are.  Pure. */
#ifndef HEATNET_COLLECT_SCALE_H
#define HEATNET_COLLECT_SCALE_H

struct scale {
    double factor, offset;
    double divisor; /* value = (raw * factor + offset) / divisor */
};

struct scale scale_make(double factor, double offset);

static inline double scale_value(const struct scale *scale, double raw)
{
    return (raw * scale->factor + scale->offset) / scale->divisor;
}

#endif
