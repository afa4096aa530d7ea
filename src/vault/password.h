/* password.h - argon2id hashes of passwords, and passwords we make up (libsodium). */
#ifndef HEATNET_VAULT_PASSWORD_H
#define HEATNET_VAULT_PASSWORD_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum { PASSWORD_HASH_BYTES = 128 };

/* argon2id, 64 MiB, 3 passes (about 0.15 s); the text names its own parameters. */
MUST_USE err password_hash(const char *password, char hash[PASSWORD_HASH_BYTES]);
/* Same time for a right and a wrong one. */
bool password_fits(const char *password, const char *hash);
/* A hash that fits nothing, for names that do not exist. */
const char *password_no_hash(void);
/* Four groups of letters and digits that are not mistaken for one another:
 * "k7mf-2xqp-..."; 80 bits; `out` has room for 32. */
MUST_USE err password_make(char *out, size_t out_n);
/* Overwrite a secret in memory. */
void secret_wipe(void *at, size_t n);

#endif
