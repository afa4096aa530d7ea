/* cjt188_address.h - how people write addresses of CJ/T 188 devices and points; pure, so
 * that the import of the server and the driver of the terminal share one grammar.
 *
 *   device  LINE/ADDRESS[;type=20][;dialect=D][;order=low|high][;di=auto|low|high]
 *           [;sequence=any]
 *     ADDRESS   up to 14 digits as on the label (A, F allowed), AAAAAAAAAAAAAA: the only
 *               one on its line
 *     type      20 heat meter (default), 10 cold water, 48 valve ...
 *     dialect   cjt188.h; auto (default): proposed from the answers
 *     order     how the address is sent; low byte first, but in dialect be
 *     di        how the data identifier is sent; auto finds out
 *     sequence  any: the meter does not echo the sequence number
 *   point   [DI] NAME [UNIT] [bit N]   or DI alone: its first value
 *     DI        four hex digits, 901F (default), D120 ...
 *     NAME      supply_temperature, current_heat, status ... as heatnet-edge decode says
 *     UNIT      what the value is turned into, whatever the meter counts in; without it
 *               the unit of the quantity: GJ, kW, m³/h, m³, °C, h
 *
 * These functions get what stands behind LINE/. */
#ifndef HEATNET_WIRE_CJT188_ADDRESS_H
#define HEATNET_WIRE_CJT188_ADDRESS_H

#include "wire/cjt188.h"

enum cjt188_order { CJT188_ORDER_AUTO, CJT188_ORDER_LOW, CJT188_ORDER_HIGH };

struct cjt188_device {
    uint8_t type;
    uint8_t address[CJT188_ADDRESS_N]; /* as on the wire */
    bool has_dialect, any_sequence;
    struct cjt188_dialect dialect;
    enum cjt188_order di_order;
};

struct cjt188_point {
    uint16_t di;
    char name[TELEGRAM_WORD_BYTES]; /* "" = the first value */
    char unit[16];                  /* "" = the quantity's own */
    int8_t bit;                     /* -1 = the whole number */
};

/* ERR_RANGE: `why` (may be NULL) says what is wrong and shows the right form. */
MUST_USE err cjt188_device_parse(const char *text, struct cjt188_device *device,
                                 char *why, size_t why_n);
MUST_USE err cjt188_point_parse(const char *text, struct cjt188_point *point, char *why,
                                size_t why_n);

/* Fits `catalog_address_check` of model/catalog_csv.h: `what` is "device", with its line
 * (whose name is not looked at), or "point". */
MUST_USE err cjt188_address_check(const char *protocol, const char *what,
                                  const char *address, char *why, size_t why_n);

#endif
