/* mbus_time.h - dates and times of M-Bus records, as text.
 *
 *   2 bytes  type G  "2026-01-31"
 *   3 bytes  type J  "23:59:00"
 *   4 bytes  type F  "2026-01-31T23:59:00", no seconds on the wire
 *   6 bytes  type I  "2026-01-31T23:59:00"
 *
 * Local to the meter.  A part that means "every" (a settlement day of each year) is
 * written with stars: "****-12-31".  Source: EN 13757-3, annex on coding of data. */
#ifndef HEATNET_WIRE_MBUS_TIME_H
#define HEATNET_WIRE_MBUS_TIME_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stddef.h>

bool mbus_time_fits(size_t bytes_n);
/* False, and `out` is empty: the meter marks it invalid, or there is no such time. */
bool mbus_time_text(struct bytes data, char *out, size_t out_n);

#endif
