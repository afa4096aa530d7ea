/* crc32c.h - CRC-32C (Castagnoli), the check code of frames, spool and raw log.
 *
 * Polynomial 0x1EDC6F41 reflected, start and final XOR 0xFFFFFFFF (RFC 3720 appendix B.4:
 * 32 zero bytes give 0x8A9136AA).  Uses the processor's instruction where it has one. */
#ifndef HEATNET_BASE_CRC32C_H
#define HEATNET_BASE_CRC32C_H

#include "base/bytes.h"

#include <stdint.h>

uint32_t crc32c(struct bytes bytes);
/* Go on: crc32c_more(crc32c(a), b) is the code of a followed by b. */
uint32_t crc32c_more(uint32_t so_far, struct bytes bytes);

#endif
