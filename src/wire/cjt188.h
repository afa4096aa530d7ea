/* cjt188.h - CJ/T 188-2004 and -2018: what the telegrams of heat and water meters and of
 * household valves say, and the requests to them; pure.
 *
 * Source: CJ/T 188-2004 tables 5 to 14.  Of the 2018 edition only what is told in public:
 * its readings 911FH (widths of its pressures are taken from the length), 907FH, D2xxH to
 * D4xxH.  The field does not keep to the standard, so how the bytes stand is a setting:
 *
 *   std               value, then unit, low byte first
 *   unit-first        unit, then value
 *   be                high byte first, time YYYYMMDDhhmmss, address too
 *   plus33            the data field is sent +33H, as in DL/T 645
 *   flow3, flow4      decimals of the flow; unless said: 3 for maker 4259H, otherwise 4
 *   power-fraction    energy and volume are whole numbers, their decimals stand in the
 *                     power's place: 2 bytes .XXXX of the energy, 3 .XXXXXX of the
 * volume; temperatures are XX.XX, their third byte is something else cooling-first the
 * first energy is the current cooling energy
 *
 * Words are joined by "+" or ",": "unit-first+plus33".  99.. and FF.. are "not there" in
 * every dialect; the order of the data identifier's bytes is seen from itself. */
#ifndef HEATNET_WIRE_CJT188_H
#define HEATNET_WIRE_CJT188_H

#include "wire/cjt188_frame.h"
#include "wire/telegram.h"

enum { CJT188_DIALECT_BYTES = 64, CJT188_TIME_N = 7 };

struct cjt188_dialect {
    bool unit_first, high_first, plus_33, power_fraction, cooling_first;
    uint8_t flow_decimals; /* 0 = by maker */
};

/* "auto" and "" are not words here: who lets the dialect be proposed gives none.
 * ERR_RANGE: `why` has a sentence with the words that there are. */
MUST_USE err cjt188_dialect_parse(const char *text, struct cjt188_dialect *dialect,
                                  char *why, size_t why_n);
void cjt188_dialect_text(const struct cjt188_dialect *dialect,
                         char out[CJT188_DIALECT_BYTES]);

/* The dialect in which this telegram makes most sense: digits, units, temperatures, time.
 * True when no other comes near; false: *dialect is the likeliest still. */
bool cjt188_propose(const struct cjt188_frame *frame, struct cjt188_dialect *dialect);

/* Any one telegram, requests too.  `dialect` NULL: proposed, and said in the telegram.
 * ERR_SHORT, ERR_FRAME, ERR_CHECK, ERR_FULL, ERR_MEMORY. */
MUST_USE err cjt188_decode(struct bytes in, const struct cjt188_dialect *dialect,
                           struct arena *arena, struct telegram *telegram);
/* The same of a frame that has been found already. */
MUST_USE err cjt188_read(const struct cjt188_frame *frame,
                         const struct cjt188_dialect *dialect, struct arena *arena,
                         struct telegram *telegram);

/* --- requests -------------------------------------------------------------------- */

enum cjt188_control {
    CJT188_READ = 0x01,
    CJT188_READ_ADDRESS = 0x03,
    CJT188_WRITE = 0x04,
    CJT188_READ_KEY = 0x09,
    CJT188_WRITE_ADDRESS = 0x15,
    CJT188_SET_COUNTER = 0x16,
    CJT188_VALVE_TIME = 0x21, /* household valves T = 48H: the maker's own */
    CJT188_VALVE_OPEN = 0x22,
    CJT188_VALVE_CLOSE = 0x23
};

enum cjt188_di {
    CJT188_DI_READING = 0x901F,
    CJT188_DI_HEAT_COLD = 0x911F, /* 2018 */
    CJT188_DI_ADDRESS = 0x810A,
    CJT188_DI_TIME = 0xA015,
    CJT188_DI_VALVE = 0xA017,
    CJT188_DI_NEW_ADDRESS = 0xA018
};

struct cjt188_request {
    uint8_t type, control, sequence;
    uint8_t address[CJT188_ADDRESS_N]; /* as on the wire */
    uint16_t di;
    bool di_high_first;  /* 90 1F instead of the standard's 1F 90 */
    bool plus_33;        /* the dialect's */
    struct bytes values; /* behind the sequence number; at most 32 */
};

/* Into room for CJT188_FRAME_BYTES_MAX, with two FE before it; returns how many. */
size_t cjt188_request_encode(const struct cjt188_request *request, uint8_t *out);

/* An address of up to 14 digits (0..9, A, F) as on the meter's label into the wire's
 * order: low byte first, or as written with high_first.  ERR_RANGE. */
MUST_USE err cjt188_address(const char *digits, bool high_first,
                            uint8_t address[CJT188_ADDRESS_N]);

/* Sequence and data identifier of an answer; false when it has none (an error answer has
 * the sequence only: *di is 0). */
bool cjt188_answer_head(const struct cjt188_frame *frame, bool plus_33, uint16_t *di,
                        uint8_t *sequence);

#endif
