/* decode.h - every codec that turns bytes into a telegram, by name: one const table.
 *
 * What `heatnet-edge decode` and the line monitor look a protocol up in.  A codec adds a
 * row in decode.c. */
#ifndef HEATNET_WIRE_DECODE_H
#define HEATNET_WIRE_DECODE_H

#include "wire/telegram.h"

struct decoder {
    const char *protocol; /* "mbus" */
    const char *help;     /* one line */
    const char *dialects; /* words with blanks between, "" = there is only one */
    bool is_text;         /* a payload may be given as it is instead of as hex */

    /* Fill *telegram, which was not initialised.  `dialect` "" = find it yourself.
     * Values stand in `arena` and may point into `in`.  On failure telegram->why and ->at
     * are set and what had been understood stands. */
    err (*decode)(struct bytes in, const char *dialect, struct arena *arena,
                  struct telegram *telegram);
};

/* NULL when no codec has this protocol. */
const struct decoder *decoder_find(const char *protocol);
/* Whether the codec has this dialect; words of CJ/T 188 can be joined.  ERR_RANGE: `why`
 * has a sentence. */
MUST_USE err decoder_check(const struct decoder *decoder, const char *dialect, char *why,
                           size_t why_n);
/* The table, for help texts. */
const struct decoder *decoders(size_t *n);

#endif
