/* rights.h - roles and the rights each brings; deny by default. */
#ifndef HEATNET_PEOPLE_RIGHTS_H
#define HEATNET_PEOPLE_RIGHTS_H

#include "base/err.h"

#include <stdbool.h>

/* RIGHT_NONE is no right at all: a route that forgets to name one is never allowed.
 * RIGHT_OPEN: nobody needs to be signed in.  RIGHT_SELF: any signed-in person, even one
 * whose password must be changed first. */
#define RIGHT_LIST(X)                                                                    \
    X(RIGHT_NONE, "none")                                                                \
    X(RIGHT_OPEN, "-")                                                                   \
    X(RIGHT_SELF, "self")                                                                \
    X(RIGHT_WATCH, "watch")                                                              \
    X(RIGHT_ACKNOWLEDGE, "acknowledge")                                                  \
    X(RIGHT_EXAMINE, "examine")                                                          \
    X(RIGHT_CONFIGURE, "configure")                                                      \
    X(RIGHT_ADMINISTER, "administer")                                                    \
    X(RIGHT_HISTORY_READ, "history.read")   /* queries of programs; tokens have it */    \
    X(RIGHT_HISTORY_WRITE, "history.write") /* samples of programs; tokens have it */    \
    X(RIGHT_METRICS, "metrics") /* history.read, or anybody on this machine */           \
    X(RIGHT_TERMINAL, "terminal") /* a terminal by its certificate; no person has it */
#define RIGHT_ENUM_ROW(name, word) name,

enum right { RIGHT_LIST(RIGHT_ENUM_ROW) RIGHT_N };

#undef RIGHT_ENUM_ROW

enum role { ROLE_NONE, ROLE_USER, ROLE_OPERATOR, ROLE_ADMINISTRATOR, ROLE_N };

bool role_has(enum role role, enum right right);
/* May an API token (tokens.h) bring it? */
bool right_is_for_programs(enum right right);
const char *right_word(enum right right);
const char *role_word(enum role role);
MUST_USE err role_from_word(const char *word, enum role *role);

#endif
