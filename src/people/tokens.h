/* tokens.h - API tokens: keys for programs, each with a name and the rights it needs.
 *
 * A token is "hnt_" and 256 random bits in hex, shown once and kept only as its SHA-256.
 * It is nobody's session: it opens the doors made for programs (history.read: queries;
 * history.write: line protocol and remote write) and nothing else.  In memory for every
 * request, in the database for ever. */
#ifndef HEATNET_PEOPLE_TOKENS_H
#define HEATNET_PEOPLE_TOKENS_H

#include "base/clock.h"
#include "base/err.h"
#include "people/rights.h"

#include <stdbool.h>
#include <stdint.h>

enum { TOKEN_NAME_BYTES = 32, TOKEN_TEXT_BYTES = 80, TOKEN_BY_BYTES = 40 };

enum { TOKENS_MAX = 1000 };

struct api_token {
    uint32_t id; /* never given twice */
    char name[TOKEN_NAME_BYTES];
    bool reads, writes; /* history.read, history.write */
    bool creates;       /* unknown series that it writes become points */
    char made_by[TOKEN_BY_BYTES];
    int64_t made_ms, expires_ms; /* 0 = never */
    int64_t used_ms;             /* since the server's start; 0 = not */
};

struct tokens;

/* Runs its migration and reads the records. */
MUST_USE err tokens_open(const char *database_path, const struct clock *clock,
                         struct tokens **tokens);
void tokens_close(struct tokens *tokens);

/* Name, rights, made_by and expires_ms are taken from `token`; the rest is set.  Durable
 * on return.  `text` is shown once.  ERR_RANGE: no name (letters, digits, _ and -), no
 * right, or past its end; ERR_DUPLICATE: the name is taken; ERR_FULL. */
MUST_USE err tokens_add(struct tokens *tokens, struct api_token *token,
                        char text[TOKEN_TEXT_BYTES]);
/* ERR_UNKNOWN. */
MUST_USE err tokens_remove(struct tokens *tokens, uint32_t id);
/* ERR_DENIED: no such token, or over its time. */
MUST_USE err tokens_find(struct tokens *tokens, const char *text,
                         struct api_token *token);
/* In order of id; no lock is held while `each` runs. */
MUST_USE err tokens_each(struct tokens *tokens,
                         err (*each)(void *context, const struct api_token *token),
                         void *context);

bool token_has(const struct api_token *token, enum right right);

#endif
