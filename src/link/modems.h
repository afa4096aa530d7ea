/* modems.h - modems that dial in: where "modem:NAME" finds its bus. */
#ifndef HEATNET_LINK_MODEMS_H
#define HEATNET_LINK_MODEMS_H

#include "base/bytes.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MODEM_NAME_BYTES = 48 };

struct modems;

struct modem_room {
    uint8_t *at;
    size_t n;
};

/* As line_send and line_receive; ERR_REFUSED: no such modem is here.  Without modems
 * (NULL) nobody is. */
MUST_USE err modems_send(struct modems *modems, const char *name, struct bytes bytes,
                         int64_t deadline_ms);
MUST_USE err modems_receive(struct modems *modems, const char *name,
                            struct modem_room room, int64_t deadline_ms, size_t *got);
/* Forget what came. */
MUST_USE err modems_discard(struct modems *modems, const char *name);

/* A name is 1 to 47 letters, digits, '-', '_', '.'. */
bool modem_name_is_good(const char *name);

#endif
