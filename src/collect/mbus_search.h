/* mbus_search.h - finds the meters of an M-Bus line.
 *
 * Secondary: select by wildcard; silence means none, one clean answer means one, and
 * where several answer at once a further digit of the number is tried, 0 ... 9 (EN
 * 13757-7). Primary: each address 1 ... 250 is asked to reset. */
#ifndef HEATNET_COLLECT_MBUS_SEARCH_H
#define HEATNET_COLLECT_MBUS_SEARCH_H

#include "collect/mbus_exchange.h"

struct mbus_search {
    struct mbus_exchange *exchange;
    uint8_t mask[MBUS_SELECT_BYTES]; /* secondary: where to look; all FF = everywhere */
    /* A meter: the eight bytes of its select frame, or NULL and its primary address. */
    void (*found)(void *context, const uint8_t *select, uint8_t primary);
    /* `trying` is "12FFFFFF", or a primary address. */
    void (*progress)(void *context, const char *trying);
    /* The number is complete and several still answer: same number, other maker. */
    void (*several)(void *context, const char *trying);
    void *context;
    bool (*stop)(void *context); /* true: end early */
};

/* ERR_REFUSED, ERR_CLOSED, ERR_BUSY, ERR_IO: no line. */
MUST_USE err mbus_search_secondary(const struct mbus_search *search);
MUST_USE err mbus_search_primary(const struct mbus_search *search);

#endif
