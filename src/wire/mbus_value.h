/* mbus_value.h - the data of an M-Bus record: whole numbers, BCD, floats, texts, times.
 *
 * Numbers are scaled as decimals, so that 10169 · 10^-2 is the double nearest to 101.69.
 * Source: EN 13757-3, annex on coding of data (types A, B, C, D, F, G, H, I, J, and the
 * variable length LVAR). */
#ifndef HEATNET_WIRE_MBUS_VALUE_H
#define HEATNET_WIRE_MBUS_VALUE_H

#include "base/bytes.h"
#include "wire/mbus_vif.h"
#include "wire/telegram.h"

/* How many bytes the data of a DIF's low four bits have; false: variable or special. */
bool mbus_data_bytes(uint8_t length_code, size_t *n);

/* Take LVAR and what it announces from `in`; false when it is cut or reserved. */
bool mbus_take_variable(struct bytes *in, uint8_t *lvar, struct bytes *data);

/* Name, unit and value from the data, low byte first.  Total: what makes no value becomes
 * TELEGRAM_ABSENT or TELEGRAM_BYTES. */
void mbus_value_set(struct telegram_value *value, const struct mbus_field *field,
                    uint8_t length_code, struct bytes data);
/* The same for variable length data. */
void mbus_value_set_variable(struct telegram_value *value,
                             const struct mbus_field *field, uint8_t lvar,
                             struct bytes data);
/* Hex of `data`, cut when it is too long. */
void mbus_value_set_hex(struct telegram_value *value, struct bytes data);

#endif
