/* nut.h - the driver of UPS behind NUT's upsd, "nut"; addresses: wire/nut.h.
 *
 * One LIST VAR a reading, over a connection that stays; reading needs no login. */
#ifndef HEATNET_COLLECT_NUT_H
#define HEATNET_COLLECT_NUT_H

#include "collect/driver.h"

extern const struct driver nut_driver;

#endif
