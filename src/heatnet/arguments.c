/* arguments.c - see arguments.h. */
#include "heatnet/arguments.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

bool arguments_open(int argc, char **argv, struct arguments *arguments)
{
    if (argc > ARGUMENTS_MAX) return false;
    *arguments = (struct arguments){.n = argc};
    for (int i = 0; i < argc; i++) arguments->at[i] = argv[i];
    return true;
}

static bool is_option(const char *word)
{
    return word && text_starts(word, "--");
}

const char *arguments_option(struct arguments *arguments, const char *key,
                             const char *otherwise)
{
    size_t key_n = strlen(key);
    for (int i = 0; i < arguments->n; i++) {
        const char *word = arguments->at[i];
        if (!is_option(word) || strncmp(word + 2, key, key_n) != 0) continue;
        if (word[2 + key_n] == '=') {
            arguments->at[i] = NULL;
            return word + 2 + key_n + 1;
        }
        if (word[2 + key_n] != '\0' || i + 1 >= arguments->n || !arguments->at[i + 1])
            continue;
        const char *value = arguments->at[i + 1];
        arguments->at[i] = NULL;
        arguments->at[i + 1] = NULL;
        return value;
    }
    return otherwise;
}

bool arguments_flag(struct arguments *arguments, const char *key)
{
    for (int i = 0; i < arguments->n; i++) {
        if (!is_option(arguments->at[i]) || !text_equal(arguments->at[i] + 2, key))
            continue;
        arguments->at[i] = NULL;
        return true;
    }
    return false;
}

const char *arguments_word(struct arguments *arguments)
{
    for (int i = 0; i < arguments->n; i++) {
        const char *word = arguments->at[i];
        if (!word || is_option(word)) continue;
        arguments->at[i] = NULL;
        return word;
    }
    return NULL;
}

bool arguments_done(const struct arguments *arguments)
{
    for (int i = 0; i < arguments->n; i++) {
        if (!arguments->at[i]) continue;
        fprintf(stderr, "heatnet: '%s' is not understood here; --help shows what is\n",
                arguments->at[i]);
        return false;
    }
    return true;
}
