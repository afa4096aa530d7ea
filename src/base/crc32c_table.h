/* crc32c_table.h - private to crc32c.c: slicing-by-8 tables (see crc32c_table.c). */
#ifndef HEATNET_BASE_CRC32C_TABLE_H
#define HEATNET_BASE_CRC32C_TABLE_H

#include "base/bytes.h"

#include <stdint.h>

extern const uint32_t crc32c_table[8][256];

/* crc32c_more without the processor's instruction, on any machine; for crc32c.c and its
 * tests. */
uint32_t crc32c_by_table(uint32_t so_far, struct bytes bytes);

#endif
