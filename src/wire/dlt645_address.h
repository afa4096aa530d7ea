/* dlt645_address.h - how people write addresses of DL/T 645 devices and points; pure.
 *
 *   device  LINE/ADDRESS        up to 12 digits; AAAAAAAAAAAA: the only one on its line
 *   point   NAME [bit N]        voltage_a, forward_active_energy ...: now, the total
 *           DI [NAME] [tariff N] [bit N]
 *     DI    eight hex digits, 00010000; a block (0201ff00) with NAME or tariff
 *
 * The device function gets what stands behind LINE/. */
#ifndef HEATNET_WIRE_DLT645_ADDRESS_H
#define HEATNET_WIRE_DLT645_ADDRESS_H

#include "wire/dlt645.h"

struct dlt645_point {
    uint32_t di;
    char name[TELEGRAM_WORD_BYTES]; /* "" = the first value */
    bool has_tariff;
    uint32_t tariff;
    int8_t bit; /* -1 = the whole number */
};

/* ERR_RANGE: `why` (may be NULL) says what is wrong and shows the right form. */
MUST_USE err dlt645_device_parse(const char *text, uint8_t address[DLT645_ADDRESS_N],
                                 char *why, size_t why_n);
MUST_USE err dlt645_point_parse(const char *text, struct dlt645_point *point, char *why,
                                size_t why_n);

/* Fits `catalog_address_check` of model/catalog_csv.h: `what` is "device", with its line
 * (whose name is not looked at), or "point". */
MUST_USE err dlt645_address_check(const char *protocol, const char *what,
                                  const char *address, char *why, size_t why_n);

#endif
