/* accounts.h - people, their roles and passwords.
 *
 * Passwords are kept as argon2id (vault/password.h).  Guessing is slowed: after 5 wrong
 * passwords in a row the account waits 1 minute, then 2, 4 ... at most 15; an unknown
 * name costs the same time and gets the same answer.  Any thread; one hash at a time, at
 * most 20 wait (then ERR_BUSY). */
#ifndef HEATNET_PEOPLE_ACCOUNTS_H
#define HEATNET_PEOPLE_ACCOUNTS_H

#include "base/clock.h"
#include "base/err.h"
#include "people/rights.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    ACCOUNT_NAME_BYTES = 40,
    ACCOUNT_FULL_NAME_BYTES = 96,
    ACCOUNT_PASSWORD_BYTES = 256
};

enum { ACCOUNT_ONE_TIME_BYTES = 32 };

struct account {
    uint32_t id;
    char name[ACCOUNT_NAME_BYTES];
    char full_name[ACCOUNT_FULL_NAME_BYTES];
    enum role role;
    bool enabled, must_change_password;
    int64_t last_login_ms, locked_until_ms; /* UTC, 0 = never / not locked */
    uint32_t stamp; /* changes with what ends all its sessions; set by accounts_* only */
};

struct accounts;

MUST_USE err accounts_open(const char *database_path, const struct clock *clock,
                           struct accounts **accounts);
void accounts_close(struct accounts *accounts);

/* When there is no account at all: make the administrator `admin` with a one-time
 * password (written to `one_time`, *made = true). */
MUST_USE err accounts_first(struct accounts *accounts, bool *made,
                            char one_time[ACCOUNT_ONE_TIME_BYTES]);

/* ERR_DENIED: wrong name or password, or not enabled.  ERR_TIMEOUT: locked, *retry_s says
 * for how long (names that do not exist get locked likewise).  ERR_BUSY: too many log-ins
 * wait. A right password is let in even when the time of it cannot be written (full
 * disk). */
MUST_USE err accounts_check(struct accounts *accounts, const char *name,
                            const char *password, struct account *account,
                            uint32_t *retry_s);

/* The caller ends the person's other sessions (sessions_end_account).
 * ERR_DENIED: the old one is wrong.  ERR_TIMEOUT: locked after too many wrong ones.
 * ERR_BUSY as above.  ERR_RANGE: weak; *why_code is the rule's word ("too_short",
 * "too_long", "too_common", "same_as_name", "same_as_old"; docs: at least 8 characters,
 * administrators 10, not holding the name, not one of the most used). */
MUST_USE err accounts_change_password(struct accounts *accounts, uint32_t id,
                                      const char *old, const char *new_password,
                                      const char **why_code);

/* name, full_name, role and enabled are taken from `account`; the password is a one-time
 * one, to be changed at first log-in.  ERR_RANGE: no name, control characters, no role.
 * ERR_DUPLICATE: the name is taken (the case of letters does not matter; "local" is). */
MUST_USE err accounts_add(struct accounts *accounts, const struct account *account,
                          uint32_t *id, char one_time[ACCOUNT_ONE_TIME_BYTES]);
MUST_USE err accounts_get(struct accounts *accounts, uint32_t id,
                          struct account *account);
/* In order of id; no lock is held while `each` runs. */
MUST_USE err accounts_each(struct accounts *accounts,
                           err (*each)(void *context, const struct account *account),
                           void *context);
/* Takes full_name, role and enabled; all else stays.  A new role or enabled = false ends
 * the account's sessions.  ERR_STATE: would leave no enabled administrator. */
MUST_USE err accounts_update(struct accounts *accounts, const struct account *account);
/* A new one-time password; ends the account's sessions and its lockout. */
MUST_USE err accounts_reset_password(struct accounts *accounts, uint32_t id,
                                     char one_time[ACCOUNT_ONE_TIME_BYTES]);

#endif
