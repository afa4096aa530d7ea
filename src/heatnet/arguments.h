/* arguments.h - the words of a command line: options anywhere, words in order.
 *
 * "--key value", "--key=value", "--flag".  What is left in the end is a mistake. */
#ifndef HEATNET_HEATNET_ARGUMENTS_H
#define HEATNET_HEATNET_ARGUMENTS_H

#include <stdbool.h>

enum { ARGUMENTS_MAX = 64 };

struct arguments {
    int n;
    char *at[ARGUMENTS_MAX]; /* NULL = taken */
};

/* False: too many words. */
bool arguments_open(int argc, char **argv, struct arguments *arguments);
/* The option's value, `otherwise` when it is not there.  "--key" named "key". */
const char *arguments_option(struct arguments *arguments, const char *key,
                             const char *otherwise);
bool arguments_flag(struct arguments *arguments, const char *key);
/* The next word that is no option; NULL when there is none. */
const char *arguments_word(struct arguments *arguments);
/* Says what is left over, on stderr; true when nothing is. */
bool arguments_done(const struct arguments *arguments);

#endif
