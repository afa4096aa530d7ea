/* mbus_vif.h - what an M-Bus value is: the tables of value information, and the modifiers
 * that may follow.
 *
 * A field has a name, the unit people write, the power of ten its raw number is to be
 * multiplied with, and how to get to the unit of its kind without prefix (Wh, J, W, m³,
 * m³/h, °C, K, s, kg, bar ...).  Source: EN 13757-3, tables of primary VIF, of the
 * extensions FB and FD, and of the combinable (orthogonal) VIFE. */
#ifndef HEATNET_WIRE_MBUS_VIF_H
#define HEATNET_WIRE_MBUS_VIF_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stdint.h>

enum { MBUS_NAME_BYTES = 48, MBUS_UNIT_BYTES = 16 };

enum mbus_vif_form {
    MBUS_FORM_NUMBER,
    MBUS_FORM_BITS, /* a number without sign: flags */
    MBUS_FORM_DATE, /* type G; F, I or J when the data is longer */
    MBUS_FORM_OPAQUE
};

struct mbus_field {
    char name[MBUS_NAME_BYTES];        /* "energy", "power_upper_limit" */
    char unit[MBUS_UNIT_BYTES];        /* "kWh", "" = none */
    char normal_unit[MBUS_UNIT_BYTES]; /* "Wh" */
    const char *record_error;          /* the meter says why there is no value, or NULL */
    enum mbus_vif_form form;
    int exponent;                /* value in `unit` = raw · 10^exponent + offset */
    double offset;               /* additive correction constants */
    int normal_exponent;         /* value in normal_unit = that */
    double normal_times;         /*   · 10^normal_exponent · normal_times */
    double normal_plus;          /*   + normal_plus (°F to °C) */
    bool plain_text;             /* the unit is a text of the meter's own */
};

/* Read VIF and VIFEs at the start of `in` into *field.  False: `in` ends before they do,
 * or there are more than ten VIFEs; `in` then stands where it went wrong. */
bool mbus_vif_take(struct bytes *in, struct mbus_field *field);

/* The row of a unit of the fixed data structure (CI 73); false for reserved codes. */
bool mbus_vif_fixed(uint8_t code, struct mbus_field *field);

#endif
