/* promql_lex.h - private to the parser: the words of a PromQL text. */
#ifndef HEATNET_ASK_PROMQL_LEX_H
#define HEATNET_ASK_PROMQL_LEX_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum token_kind {
    TOKEN_END,
    TOKEN_NAME,     /* an identifier or a keyword; may hold ':' */
    TOKEN_NUMBER,   /* value */
    TOKEN_DURATION, /* milliseconds in ms */
    TOKEN_STRING, /* text between the quotes is [at + 1, at + n - 1), escapes not read */
    TOKEN_SIGN    /* one of the operators and brackets, in `sign` */
};

enum { TOKEN_SIGN_BYTES = 3, LEX_WHY_BYTES = 80 };

struct token {
    enum token_kind kind;
    const char *at;
    size_t n;
    double value;
    int64_t ms;
    char sign[TOKEN_SIGN_BYTES];
};

/* Read the word at *text, which moves behind it.  ERR_FRAME with `why`: no word. */
MUST_USE err token_next(const char **text, struct token *token, char why[LEX_WHY_BYTES]);
bool token_is(const struct token *token, const char *sign);
/* Keywords: the case does not matter. */
bool token_is_word(const struct token *token, const char *word);
/* "1h30m" as milliseconds; ERR_TYPE: not a duration; ERR_RANGE: over a thousand years. */
MUST_USE err promql_duration(const char *text, size_t n, int64_t *ms);

#endif
