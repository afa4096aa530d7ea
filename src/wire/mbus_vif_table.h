/* mbus_vif_table.h - rows of the VIF tables, shared by their readers (mbus_vif.c).
 *
 * A row covers the codes first ... last; each further code counts one power of ten more
 * (`steps`: or one unit more, see mbus_vif_table.c). */
#ifndef HEATNET_WIRE_MBUS_VIF_TABLE_H
#define HEATNET_WIRE_MBUS_VIF_TABLE_H

#include "wire/mbus_vif.h"

struct mbus_vif_row {
    uint8_t first, last;
    const char *name, *unit;
    int exponent; /* of `first` */
    const char *normal_unit;
    int normal_exponent;
    double normal_times;
    enum mbus_vif_form form;
};

/* The row that holds the code, or NULL: reserved. */
const struct mbus_vif_row *mbus_vif_primary(uint8_t code);
const struct mbus_vif_row *mbus_vif_extension_fb(uint8_t code);
const struct mbus_vif_row *mbus_vif_extension_fd(uint8_t code);
const struct mbus_vif_row *mbus_vif_fixed_row(uint8_t code);

#endif
