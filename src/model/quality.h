/* quality.h - how far a sample may be believed, and why not more.
 *
 * One byte.  0 good; 1..63 good with a remark; 64..127 uncertain; 128..191 bad, the value
 * is kept as evidence; 192..255 absent: there is no value.  Totals and aggregates use
 * good and uncertain samples only.  The numbers are stored and sent: never reuse one. */
#ifndef HEATNET_MODEL_QUALITY_H
#define HEATNET_MODEL_QUALITY_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

/*     name                     number text (also the API's word)   */
#define QUALITY_LIST(X)                                                                  \
    X(QUALITY_GOOD, 0, "good")                                                           \
    X(QUALITY_HAND_SET, 1, "hand_set")           /* entered by a person */               \
    X(QUALITY_ESTIMATED, 64, "estimated")        /* computed in place of a reading */    \
    X(QUALITY_RATE, 65, "rate")                  /* changed faster than is possible */   \
    X(QUALITY_FROZEN, 66, "frozen")              /* has not moved for too long */        \
    X(QUALITY_CORRELATION, 67, "correlation")    /* contradicts its neighbours */        \
    X(QUALITY_CLOCK, 68, "clock")                /* the terminal's clock was wrong */    \
    X(QUALITY_RANGE, 128, "range")               /* outside the possible range */        \
    X(QUALITY_DEVICE_FAULT, 129, "device_fault") /* the device itself calls it bad */    \
    X(QUALITY_COUNTER, 130, "counter")           /* a register fell or leapt */          \
    X(QUALITY_NO_ANSWER, 192, "no_answer")       /* the device did not answer */         \
    X(QUALITY_REFUSED, 193, "refused")           /* the device refused this point */     \
    X(QUALITY_NOT_A_NUMBER, 194, "not_a_number") /* NaN, infinity, not-available code */ \
    X(QUALITY_UNDECODED, 195, "undecoded")       /* bytes that make no value */

#define QUALITY_ENUM_ROW(name, number, text) name = number,

enum quality { QUALITY_LIST(QUALITY_ENUM_ROW) };

#undef QUALITY_ENUM_ROW

static inline bool quality_is_good(uint8_t quality)
{
    return quality < 64;
}

static inline bool quality_is_usable(uint8_t quality)
{
    return quality < 128;
}

static inline bool quality_has_value(uint8_t quality)
{
    return quality < 192;
}

/* The API's word; numbers without a name get "good", "uncertain", "bad", "absent" by
 * range. */
const char *quality_text(uint8_t quality);

#endif
