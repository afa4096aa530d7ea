/* dlt645_items.h - the data identifiers of DL/T 645-2007 as a table; shared by dlt645*.c.
 */
#ifndef HEATNET_WIRE_DLT645_ITEMS_H
#define HEATNET_WIRE_DLT645_ITEMS_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum dlt645_form {
    DLT645_BCD,        /* `n` bytes of digits, `decimals` behind the point */
    DLT645_SIGNED,     /* the same, its top bit is the sign */
    DLT645_DEMAND,     /* 3 bytes XX.XXXX and the time mm hh DD MM YY */
    DLT645_DAY_TIME,   /* mm hh DD MM YY */
    DLT645_DATE,       /* weekday DD MM YY */
    DLT645_CLOCK,      /* ss mm hh */
    DLT645_DATE_CLOCK, /* ss mm hh weekday DD MM YY */
    DLT645_DIGITS,     /* digits that are a name: a number of the meter */
    DLT645_ASCII,      /* high byte last, padded with 00 or blanks */
    DLT645_BITS        /* `n` bytes, low first */
};

struct dlt645_item {
    char name[48]; /* "" = not known */
    const char *unit;
    enum dlt645_form form;
    uint8_t n, decimals;
    uint32_t tariff;
    uint64_t storage;
};

/* The k-th value behind `di`, which may name a block; false: not known or past its end.
 */
bool dlt645_item_find(uint32_t di, size_t k, struct dlt645_item *item);
/* Blocks give several. */
bool dlt645_is_block(uint32_t di);

#endif
