/* quantity.h - physical quantities, the one unit each is kept and shown in, its decimals.
 *
 * Samples are doubles in this unit everywhere in the house; conversions have one home. */
#ifndef HEATNET_MODEL_QUANTITY_H
#define HEATNET_MODEL_QUANTITY_H

#include "base/err.h"

/*     name                         word in CSV and API        unit     decimals */
#define QUANTITY_LIST(X)                                                                 \
    X(QUANTITY_TEMPERATURE, "temperature", "°C", 1)                                      \
    X(QUANTITY_PRESSURE, "pressure", "MPa", 3)                                           \
    X(QUANTITY_FLOW, "flow", "m³/h", 2)                                                  \
    X(QUANTITY_POWER, "power", "kW", 1)                                                  \
    X(QUANTITY_HEAT, "heat", "GJ", 2)                                                    \
    X(QUANTITY_ELECTRIC_POWER, "electric_power", "kW", 2)                                \
    X(QUANTITY_ELECTRICITY, "electricity", "kWh", 1)                                     \
    X(QUANTITY_VOLUME, "volume", "m³", 2)                                                \
    X(QUANTITY_POSITION, "position", "%", 1)                                             \
    X(QUANTITY_FREQUENCY, "frequency", "Hz", 1)                                          \
    X(QUANTITY_LEVEL, "level", "m", 2)                                                   \
    X(QUANTITY_DURATION, "duration", "h", 1)                                             \
    X(QUANTITY_STATE, "state", "", 0) /* 0 = off or closed, 1 = on or open, ... */       \
    X(QUANTITY_BITS, "bits", "", 0)   /* up to 32 flags in an integer */                 \
    X(QUANTITY_NUMBER, "number", "", 2)

#define QUANTITY_ENUM_ROW(name, word, unit, decimals) name,

enum quantity { QUANTITY_LIST(QUANTITY_ENUM_ROW) QUANTITY_N };

#undef QUANTITY_ENUM_ROW

const char *quantity_word(enum quantity quantity);
const char *quantity_unit(enum quantity quantity);
unsigned quantity_decimals(enum quantity quantity);
/* ERR_UNKNOWN when no quantity has this word. */
MUST_USE err quantity_from_word(const char *word, enum quantity *quantity);

/* Factor that turns a value in `unit` into the quantity's own unit (e.g. pressure "bar"
 * -> 0.1, heat "kWh" -> 0.0036, power "MW" -> 1000, flow "l/h" -> 0.001, "t/h" -> 1).
 * ERR_UNKNOWN when the unit is not one of this quantity. */
MUST_USE err quantity_factor(enum quantity quantity, const char *unit, double *factor);

#endif
