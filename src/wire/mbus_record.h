/* mbus_record.h - the records of an M-Bus telegram, one after the other.
 *
 *   DIF DIFE* VIF VIFE* [LVAR] data
 *
 *   DIF  b0-3 length of the data   b4-5 function   b6 storage number   b7 DIFE follows
 *   DIFE b0-3 storage number       b4-5 tariff     b6 subunit          b7 DIFE follows
 *   0F   the maker's own until the end; 1F: the same, and another telegram follows
 *   2F   filler                    7F   asks for everything
 *
 * Source: EN 13757-3, variable data blocks. */
#ifndef HEATNET_WIRE_MBUS_RECORD_H
#define HEATNET_WIRE_MBUS_RECORD_H

#include "wire/telegram.h"

struct mbus_reader {
    struct telegram *telegram;
    struct arena *arena;
    const uint8_t *start; /* offset 0 of `at` */
    bool high_first;      /* mode 2: high byte first */
};

/* Add a value for each record of `in`, until its end.
 * ERR_FRAME, ERR_FULL, ERR_MEMORY: the telegram says why and where. */
MUST_USE err mbus_records_read(const struct mbus_reader *reader, struct bytes in);

#endif
