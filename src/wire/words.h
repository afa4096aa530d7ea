/* words.h - an address cut into words; shared by the meters' address grammars. */
#ifndef HEATNET_WIRE_WORDS_H
#define HEATNET_WIRE_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What stands behind LINE/ in a device's address: behind the last '/' before any ';';
 * NULL when there is no line. */
const char *words_behind_line(const char *address);
/* The next word of *text into `out`, which ends before one of `between`; *text moves
 * behind it.  False: there is none, or it is too long. */
bool words_take(const char **text, const char *between, char *out, size_t out_n);
/* "key=value" into its parts; false when there is no "=". */
bool words_pair(char *word, const char **key, const char **value);
/* Exactly `digits` hex digits. */
bool words_hex(const char *word, size_t digits, uint32_t *value);
/* Lower case letters, digits and "_". */
bool words_is_name(const char *word);
/* What may stand behind a name: nothing, or "bit N" with N below 32. */
bool words_bit(const char **text, int8_t *bit);

#endif
