/* sessions.h - who is signed in.
 *
 * A session is a random 256-bit token, kept only as its SHA-256; idle for 12 h (a shift)
 * or 7 days old it ends.  In the database, so that a restart does not sign people out; in
 * memory for every request.  Ends at once with log-out, change of password or role,
 * disabling. */
#ifndef HEATNET_PEOPLE_SESSIONS_H
#define HEATNET_PEOPLE_SESSIONS_H

#include "base/clock.h"
#include "base/err.h"
#include "people/accounts.h"

#include <stdint.h>

enum { SESSION_TOKEN_BYTES = 65, SESSIONS_PER_ACCOUNT_MAX = 20 };

struct sessions;

struct session {
    uint64_t id;
    struct account account;
    char csrf_token[SESSION_TOKEN_BYTES]; /* hex text */
    int64_t expires_ms;
};

MUST_USE err sessions_open(const char *database_path, const struct clock *clock,
                           struct accounts *accounts, struct sessions **sessions);
void sessions_close(struct sessions *sessions);

/* `token` is the cookie's value; shown once. */
MUST_USE err sessions_start(struct sessions *sessions, const struct account *account,
                            char token[SESSION_TOKEN_BYTES], struct session *session);
/* The living session of a cookie's value, moved on to now.  ERR_DENIED otherwise. */
MUST_USE err sessions_find(struct sessions *sessions, const char *token,
                           struct session *session);
void sessions_end(struct sessions *sessions, uint64_t id);
/* All of one account, but `except` (0 = none). */
void sessions_end_account(struct sessions *sessions, uint32_t account, uint64_t except);

#endif
