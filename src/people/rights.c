/* rights.c - the table of roles and rights; what is not in it is not allowed. */
#include "people/rights.h"

#include "base/ensure.h"
#include "base/text.h"

/* Laid out by hand: the tool would pad every row to the longest. */
/* clang-format off */
/* RIGHT_NONE and RIGHT_TERMINAL stand in no row. */
static const bool role_rights[ROLE_N][RIGHT_N] = {
    [ROLE_NONE] = {[RIGHT_OPEN] = true},
    [ROLE_USER] = {[RIGHT_OPEN] = true,
                   [RIGHT_SELF] = true,
                   [RIGHT_WATCH] = true,
                   [RIGHT_HISTORY_READ] = true},
    [ROLE_OPERATOR] = {[RIGHT_OPEN] = true,
                       [RIGHT_SELF] = true,
                       [RIGHT_WATCH] = true,
                       [RIGHT_ACKNOWLEDGE] = true,
                       [RIGHT_EXAMINE] = true,
                       [RIGHT_HISTORY_READ] = true,
                       [RIGHT_METRICS] = true},
    [ROLE_ADMINISTRATOR] = {[RIGHT_OPEN] = true,
                            [RIGHT_SELF] = true,
                            [RIGHT_WATCH] = true,
                            [RIGHT_ACKNOWLEDGE] = true,
                            [RIGHT_EXAMINE] = true,
                            [RIGHT_CONFIGURE] = true,
                            [RIGHT_ADMINISTER] = true,
                            [RIGHT_HISTORY_READ] = true,
                            [RIGHT_HISTORY_WRITE] = true,
                            [RIGHT_METRICS] = true},
};
/* clang-format on */

static const char *const role_words[ROLE_N] = {
    [ROLE_NONE] = "none",
    [ROLE_USER] = "user",
    [ROLE_OPERATOR] = "operator",
    [ROLE_ADMINISTRATOR] = "administrator",
};

#define RIGHT_WORD_ROW(name, word) word,
static const char *const right_words[RIGHT_N] = {RIGHT_LIST(RIGHT_WORD_ROW)};
#undef RIGHT_WORD_ROW

bool role_has(enum role role, enum right right)
{
    if ((unsigned)role >= ROLE_N || (unsigned)right >= RIGHT_N) return false;
    return role_rights[role][right];
}

bool right_is_for_programs(enum right right)
{
    return right == RIGHT_HISTORY_READ || right == RIGHT_HISTORY_WRITE ||
           right == RIGHT_METRICS;
}

const char *right_word(enum right right)
{
    return (unsigned)right < RIGHT_N ? right_words[right] : right_words[RIGHT_NONE];
}

const char *role_word(enum role role)
{
    return (unsigned)role < ROLE_N ? role_words[role] : role_words[ROLE_NONE];
}

err role_from_word(const char *word, enum role *role)
{
    ensure(word != NULL);
    ensure(role != NULL);

    for (int i = ROLE_USER; i < ROLE_N; i++) {
        if (!text_equal(word, role_words[i])) continue;
        *role = (enum role)i;
        return ERR_OK;
    }
    return ERR_UNKNOWN;
}
