/* mbus.h - a whole M-Bus telegram as values: frame, header, records.
 *
 * Understood: E5; short frames; to the meter CI 50 reset, 51/55 data, 52/56 select, B8-BF
 * speed; from the meter CI 72/76 variable data, 73/77 fixed data, 7A short header, 78 no
 * header, 70 application error, 71 alarm.  Encrypted data, 8C/8D and the makers' own CI
 * stay bytes.  Source: EN 13757-2, -3. */
#ifndef HEATNET_WIRE_MBUS_H
#define HEATNET_WIRE_MBUS_H

#include "wire/mbus_frame.h"
#include "wire/telegram.h"

/* Decode one telegram.  `dialect` is not used: there is one.
 * ERR_OK, or telegram->why and ->at say what is wrong: ERR_SHORT, ERR_FRAME, ERR_CHECK,
 * ERR_FULL, ERR_MEMORY.  Values stand in `arena` and point into `in`. */
MUST_USE err mbus_decode(struct bytes in, const char *dialect, struct arena *arena,
                         struct telegram *telegram);

/* Three letters from two bytes, low byte first; `out` has room for 4. */
void mbus_manufacturer(uint16_t code, char *out);
/* "heat_outlet"; "reserved_xx" for codes without a meaning.  `out` has room for 32. */
void mbus_medium(uint8_t code, char *out);

#endif
