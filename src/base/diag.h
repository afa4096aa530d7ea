/* diag.h - what to tell the person who wrote the input: where it is wrong and what to do.
 *
 * A `struct diag` collects up to a fixed number of messages; more are counted, not kept.
 */
#ifndef HEATNET_BASE_DIAG_H
#define HEATNET_BASE_DIAG_H

#include <stddef.h>

enum { DIAG_N_MAX = 100, DIAG_TEXT_BYTES = 240, DIAG_FIELD_BYTES = 48 };

struct diag_line {
    size_t line; /* 1 = first line of the file; 0 = the input as a whole */
    char field[DIAG_FIELD_BYTES];
    char text[DIAG_TEXT_BYTES]; /* a sentence: what is wrong, and the right form */
};

struct diag {
    size_t n;     /* how many of `at` are set */
    size_t total; /* how many were reported, kept or not */
    struct diag_line at[DIAG_N_MAX];
};

void diag_clear(struct diag *diag);

/* Add one message; printf style.  `diag` may be NULL: then nothing is kept. */
void diag_add(struct diag *diag, size_t line, const char *field, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
