/* dlt645.h - DL/T 645-2007: what the telegrams of electricity meters say, and the
 * requests to them; pure.
 *
 * Source: DL/T 645-2007 annex A.  A data identifier is four bytes DI3 DI2 DI1 DI0, sent
 * low first and written high first: 00010000 the forward active energy.  What group DI3
 * has is a table: 00 energies, 01 maximum demands, 02 variables, 04 parameters, 05
 * freezes; other groups are kept as bytes.  DI1 = FF (or DI2 = FF within a group) is a
 * block: all its values one behind the other.
 *
 *   names     forward_active_energy, voltage_a, current_a, active_power, power_factor ...
 *   tariff    0 the total, 1.. the tariff
 *   storage   0 now, n = n settlement days (or freezes) ago */
#ifndef HEATNET_WIRE_DLT645_H
#define HEATNET_WIRE_DLT645_H

#include "wire/dlt645_frame.h"
#include "wire/telegram.h"

enum dlt645_control {
    DLT645_BROADCAST_TIME = 0x08,
    DLT645_READ = 0x11,
    DLT645_READ_NEXT = 0x12,
    DLT645_READ_ADDRESS = 0x13,
    DLT645_WRITE = 0x14,
    DLT645_WRITE_ADDRESS = 0x15,
    DLT645_CONTROL = 0x1C
};

/* Any one telegram, requests too.  ERR_SHORT, ERR_FRAME, ERR_CHECK, ERR_FULL,
 * ERR_MEMORY. */
MUST_USE err dlt645_decode(struct bytes in, struct arena *arena,
                           struct telegram *telegram);
/* The same of a frame that has been found already. */
MUST_USE err dlt645_read(const struct dlt645_frame *frame, struct arena *arena,
                         struct telegram *telegram);
/* The values of `in`, which stand behind `di`, added to the telegram: of an answer that
 * came in several telegrams, put together.  `at` is where they stood. */
MUST_USE err dlt645_values(uint32_t di, struct bytes in, size_t at, struct arena *arena,
                           struct telegram *telegram);

/* --- requests; `out` has room for DLT645_FRAME_BYTES_MAX + 4, returns how many ------ */

struct dlt645_request {
    uint8_t address[DLT645_ADDRESS_N];
    uint8_t control;
    uint32_t di;         /* of READ, READ_NEXT, WRITE */
    struct bytes values; /* behind it; READ_NEXT: the sequence; at most 200 */
};

/* With four FE before it. */
size_t dlt645_request_encode(const struct dlt645_request *request, uint8_t *out);
/* To all meters, which do not answer. */
struct dlt645_time {
    int year, month, day, hour, minute, second;
};

size_t dlt645_broadcast_time(const struct dlt645_time *time, uint8_t *out);

/* Up to 12 digits as on the meter; A for any.  ERR_RANGE. */
MUST_USE err dlt645_address(const char *digits, uint8_t address[DLT645_ADDRESS_N]);
/* The data identifier of an answer to a read, false when it has none. */
bool dlt645_answer_di(const struct dlt645_frame *frame, uint32_t *di);

#endif
