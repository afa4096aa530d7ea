/* physics.h - constants of nature and small pure helpers shared by the plant's models.
 *
 * SI everywhere: kg, s, Pa, W, J; temperatures in degrees Celsius (differences in K). One
 * density for all water keeps mass, volume and the heat meters consistent with each
 * other; the error over 10..110 degC is below 3 %. */
#ifndef HEATNET_PLANT_PHYSICS_H
#define HEATNET_PLANT_PHYSICS_H

#include <stddef.h>

#define WATER_KG_M3 975.0
#define WATER_J_KGK 4190.0
#define WATER_EXPANSION_1_K 4.0e-4 /* at about 45 degC */
#define GRAVITY_M_S2 9.81

#define M3_H_PER_KG_S (3600.0 / WATER_KG_M3)
#define MPA_PER_PA 1.0e-6
#define KW_PER_W 1.0e-3
#define GJ_PER_J 1.0e-9
#define KWH_PER_J (1.0 / 3.6e6)

double clamp(double value, double least, double most);

/* One point of a curve; `x` rises from row to row. */
struct curve_point {
    double x, y;
};

/* Linear between points, level beyond the ends; n >= 1. */
double curve_at(const struct curve_point *curve, size_t n, double x);

/* Move `value` towards `target` by at most `step` (>= 0). */
double approach(double value, double target, double step);

#endif
