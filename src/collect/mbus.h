/* mbus.h - the driver of M-Bus meters (EN 13757): heat, cold, water, electricity.
 *
 * A channel is a line (link/line.h); its meters are asked one at a time, by primary
 * address or by selecting their secondary one.  Addresses: wire/mbus_address.h.
 *
 *   start     SND_NKE to a primary address; select for a secondary one
 *   then      REQ_UD2 with the frame count bit toggling after each good answer, as long
 *             as the meter says that another telegram follows
 *
 * Silence and noise are retried twice, but not for a meter that was silent before: a dead
 * one costs its line one time-out.  A meter with a budget (every=) that has answered is
 * left alone until it is due: polls in between leave no reading.
 *
 *   not in the answer, or not in that unit: REFUSED;  "not available": NOT_A_NUMBER */
#ifndef HEATNET_COLLECT_MBUS_H
#define HEATNET_COLLECT_MBUS_H

#include "collect/driver.h"

extern const struct driver mbus_driver;

/* For tests: an open line instead of the one of the channel's name. */
MUST_USE err mbus_channel_adopt(struct line *line, uint32_t timeout_ms,
                                struct driver_channel **channel);

#endif
