/* cjt188.h - the driver of heat and water meters and household valves that speak CJ/T
 * 188.
 *
 * Addresses: wire/cjt188_address.h.  A channel is a line; an answer must come from the
 * address that was asked, echo the sequence number and the data identifier, and have a
 * right check code; anything else is noise or another's.  Without a told dialect the one
 * is taken that three answers in a row propose. */
#ifndef HEATNET_COLLECT_CJT188_H
#define HEATNET_COLLECT_CJT188_H

#include "collect/driver.h"

extern const struct driver cjt188_driver;

enum cjt188_valve_act {
    CJT188_ACT_OPEN,
    CJT188_ACT_CLOSE,
    CJT188_ACT_DEGREE /* T = 48H only: 0 closed to 90 open */
};

struct cjt188_valve_order {
    enum cjt188_valve_act act;
    uint8_t degree; /* 0..90, of CJT188_ACT_DEGREE */
    int64_t utc_ms; /* now: T = 48H gets the time with the order */
};

/* Move the device's valve and read its status back.  *valve is what the status word says:
 * 0 open, 1 closed, 3 fault.  ERR_OK: it is where it was told to be; ERR_STATE: it
 * answered but is not (a valve takes up to a minute: read again); ERR_RANGE: the degree;
 * ERR_REFUSED: the meter said no; otherwise as driver.read.
 * Never sent twice: an order whose answer was lost is read back, not repeated. */
MUST_USE err cjt188_valve(struct driver_channel *channel, struct driver_plan *plan,
                          const struct cjt188_valve_order *order, uint8_t *valve);

/* Set the meter's clock to China's civil time at `utc_ms`.  Errors as driver.read. */
MUST_USE err cjt188_set_time(struct driver_channel *channel, struct driver_plan *plan,
                             int64_t utc_ms);

#endif
