/* cjt188_value.h - one field's bytes into values of a telegram; shared by cjt188*.c. */
#ifndef HEATNET_WIRE_CJT188_VALUE_H
#define HEATNET_WIRE_CJT188_VALUE_H

#include "wire/cjt188_layout.h"

struct cjt188_reader {
    const struct cjt188_dialect *dialect;
    struct arena *arena;
    struct telegram *telegram;
    unsigned flow_decimals;
    uint64_t storage; /* of stored values: months ago */
    size_t at;        /* of the field in the frame */
};

/* Digits that are none, a unit that is none: the bytes are kept as they are.
 * ERR_FULL, ERR_MEMORY. */
MUST_USE err cjt188_value_read(const struct cjt188_reader *reader,
                               const struct cjt188_field *field, struct bytes in);
/* A line of text beside the values. */
MUST_USE err cjt188_value_text(const struct cjt188_reader *reader, const char *name,
                               const char *text);

#endif
