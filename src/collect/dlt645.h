/* dlt645.h - the driver of electricity meters that speak DL/T 645-2007.
 *
 * Addresses: wire/dlt645_address.h.  A channel is a line; an answer must come from the
 * address that was asked, name the data identifier, and have a right check code.  An
 * answer that goes on in further telegrams is read to its end. */
#ifndef HEATNET_COLLECT_DLT645_H
#define HEATNET_COLLECT_DLT645_H

#include "collect/driver.h"

extern const struct driver dlt645_driver;

#endif
