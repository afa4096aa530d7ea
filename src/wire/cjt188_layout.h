/* cjt188_layout.h - which fields stand behind which data identifier; shared by cjt188*.c.
 */
#ifndef HEATNET_WIRE_CJT188_LAYOUT_H
#define HEATNET_WIRE_CJT188_LAYOUT_H

#include "wire/cjt188.h"

enum cjt188_form {
    CJT188_ENERGY, /* 5: XXXXXX.XX and unit */
    CJT188_POWER,
    CJT188_FLOW, /* XXXX.XXXX */
    CJT188_VOLUME,
    CJT188_ANY_UNIT,    /* 5: the unit tells what it is */
    CJT188_TEMPERATURE, /* 3: XXXX.XX */
    CJT188_HOURS,       /* 3 */
    CJT188_TIME,        /* 7 */
    CJT188_STATUS,      /* 2 */
    CJT188_NUMBER,      /* 1: two digits */
    CJT188_MONEY,       /* 4: XXXXXX.XX */
    CJT188_PRICE,       /* 3: XXXX.XX */
    CJT188_AMOUNT,      /* 3: whole m3 */
    CJT188_PRESSURE,    /* as wide as the length leaves: kept raw */
    CJT188_CODE,        /* 1: hex */
    CJT188_DIGITS,      /* 7: an address */
    CJT188_RAW          /* all that is left */
};

struct cjt188_field {
    const char *name;
    enum cjt188_form form;
};

enum { CJT188_FIELDS_MAX = 14 };

struct cjt188_layout {
    struct cjt188_field fields[CJT188_FIELDS_MAX]; /* until name NULL */
};

/* The unit's name and the factor it stands for ("MWh", 100); false when the code is none
 * of this form. */
bool cjt188_unit(enum cjt188_form form, uint8_t code, const char **unit, double *factor);

/* Bytes that the field takes of `n` that are left; `all_n` has the whole answer. */
size_t cjt188_field_n(enum cjt188_form form, size_t n, size_t all_n);

/* For `n` bytes behind the sequence number; never NULL: the last resort is all raw. */
const struct cjt188_layout *cjt188_layout_find(uint8_t type, uint8_t control, uint16_t di,
                                               size_t n);

/* The data identifier from its two bytes in either order; *known false: neither reading
 * is one of the standard's. */
uint16_t cjt188_di_of(const uint8_t *bytes, bool *high_first, bool *known);

/* The data field without +33H where the dialect has it; `room` has CJT188_DATA_MAX. */
struct bytes cjt188_data(const struct cjt188_frame *frame, bool plus_33, uint8_t *room);

/* A civil time, 7 bytes; false when there is no such day or hour. */
struct cjt188_clock {
    int year, month, day, hour, minute, second;
};

bool cjt188_clock_take(struct bytes in, bool high_first, struct cjt188_clock *clock);

/* The digits of a temperature: in power-fraction the highest two are something else. */
struct bytes cjt188_temperature(struct bytes field, const struct cjt188_dialect *dialect);

/* Value and unit code of a field with a unit. */
struct bytes cjt188_slot(struct bytes field, bool unit_first, uint8_t *unit);

#endif
