/* nearest.h - "did you mean ...?": the known word that is least far from a wrong one. */
#ifndef HEATNET_MODEL_NEAREST_H
#define HEATNET_MODEL_NEAREST_H

#include <stddef.h>

/* How many letters to insert, drop, change or swap; words longer than 63 bytes are far.
 */
size_t nearest_distance(const char *a, const char *b);

/* True when `distance` is small enough for a word of this length to be worth a question.
 */
int nearest_is_near(const char *word, size_t distance);

#endif
