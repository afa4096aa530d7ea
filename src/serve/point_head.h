/* point_head.h - how a column of a point is headed: device's name, point's name, unit. */
#ifndef HEATNET_SERVE_POINT_HEAD_H
#define HEATNET_SERVE_POINT_HEAD_H

#include "model/catalog.h"

enum { POINT_HEAD_BYTES = 320 };

/* "东升站 一次供水温度 (°C)" */
void point_head(const struct catalog *catalog, const struct point *point, bool english,
                char out[POINT_HEAD_BYTES]);

#endif
