/* faults.h - faults on command: what an instructor or a test breaks, and mends. */
#ifndef HEATNET_PLANT_FAULTS_H
#define HEATNET_PLANT_FAULTS_H

#include "base/bytes.h"
#include "heatnet-plant/devices.h"

enum { FAULTS_MAX = 64, FAULT_TEXT_BYTES = 120 };

struct fault {
    char site[CODE_BYTES];
    char text[FAULT_TEXT_BYTES]; /* kind and parameters, as listed */
};

struct faults {
    unsigned n;
    struct fault at[FAULTS_MAX];
};

/* words: SITE KIND [PARAMETERS].  On error `why` has one line: what is wrong and the
 * right form, and nothing has changed. */
MUST_USE err fault_set(struct faults *faults, struct plant *plant, unsigned words_n,
                       char *const *words, struct buffer *why);
/* Mend all faults of SITE or, with "all", everywhere.  ERR_UNKNOWN: no such site. */
MUST_USE err fault_clear(struct faults *faults, struct plant *plant, const char *site);
/* Mend whatever any device has, listed or not. */
void fault_mend_all(struct plant *plant);
/* The kinds and their parameters, a line each. */
void fault_help(struct buffer *out);

#endif
