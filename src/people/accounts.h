/* accounts.h - people, their roles and passwords.
 *
 * Passwords are kept as argon2id (vault/password.h).  Guessing is slowed: after 5 wrong
 * passwords in a row the account waits 1 minute, then 2, 4 ... at most 15; an unknown name
 * costs the same time and gets the same answer.  Any thread; one hash at a time, at most 20
 * wait (then ERR_BUSY). */
#ifndef HEATNET_PEOPLE_ACCOUNTS_H
#define HEATNET_PEOPLE_ACCOUNTS_H

#include "base/clock.h"
#include "base/err.h"
#include "people/rights.h"

#include <stdbool.h>
#include <stdint.h>

enum { ACCOUNT_NAME_BYTES = 40, ACCOUNT_FULL_NAME_BYTES = 96, ACCOUNT_PASSWORD_BYTES = 256 };
enum { ACCOUNT_ONE_TIME_BYTES = 32 };

struct account {
    uint32_t id;
    char name[ACCOUNT_NAME_BYTES];
    char full_name[ACCOUNT_FULL_NAME_BYTES];
    enum role role;
    bool enabled, must_change_password;
    int64_t last_login_ms, locked_until_ms; /* UTC, 0 = never / not locked */
};

struct accounts;

MUST_USE err accounts_open(const char *database_path, const struct clock *clock,
                           struct accounts **accounts);
void accounts_close(struct accounts *accounts);

/* When there is no account at all: make the administrator `admin` with a one-time password
 * (written to `one_time`, *made = true). */
MUST_USE err accounts_first(struct accounts *accounts, bool *made,
                            char one_time[ACCOUNT_ONE_TIME_BYTES]);

/* ERR_DENIED: wrong name or password, or not enabled.  ERR_TIMEOUT: locked, *retry_s says for
 * how long.  ERR_BUSY: too many log-ins wait. */
MUST_USE err accounts_check(struct accounts *accounts, const char *name,
                            const char *password, struct account *account,
                            uint32_t *retry_s);

/* ERR_DENIED: the old one is wrong.  ERR_RANGE: weak; `why` (100 bytes) is a sentence in
 * English, *why_code its word ("too_short", "too_common", "same_as_name", "same_as_old"). */
MUST_USE err accounts_change_password(struct accounts *accounts, uint32_t id,
                                      const char *old, const char *new_password,
                                      const char **why_code);

MUST_USE err accounts_add(struct accounts *accounts, const struct account *account,
                          uint32_t *id, char one_time[ACCOUNT_ONE_TIME_BYTES]);
MUST_USE err accounts_get(struct accounts *accounts, uint32_t id, struct account *account);
MUST_USE err accounts_each(struct accounts *accounts,
                           err (*each)(void *context, const struct account *account),
                           void *context);
/* Name and id stay.  ERR_STATE: would leave no enabled administrator. */
MUST_USE err accounts_update(struct accounts *accounts, const struct account *account);
MUST_USE err accounts_reset_password(struct accounts *accounts, uint32_t id,
                                     char one_time[ACCOUNT_ONE_TIME_BYTES]);

#endif
