/* pattern.h - regular expressions of label matchers, over PCRE2.
 *
 * A pattern must match the whole text.  All memory comes from the arena, and the work of
 * one match is limited, so that no expression can hold a thread. */
#ifndef HEATNET_ASK_PATTERN_H
#define HEATNET_ASK_PATTERN_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"

#include <stdbool.h>

enum { PATTERN_WHY_BYTES = 160 };

struct pattern;

/* ERR_FRAME: not an expression, `why` says where; ERR_MEMORY. */
MUST_USE err pattern_make(const char *text, struct arena *arena,
                          struct pattern **pattern, char why[PATTERN_WHY_BYTES]);
/* One that needs more than the limit of work does not match. */
bool pattern_matches(const struct pattern *pattern, const char *text);
/* Append `replacement` with $1, ${1}, ${name}, $$ filled in; false: no match, nothing
 * appended. */
bool pattern_replace(const struct pattern *pattern, const char *text,
                     const char *replacement, struct buffer *out);

#endif
