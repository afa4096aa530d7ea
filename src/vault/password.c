/* password.c - libsodium's argon2id with one set of parameters. */
#include "vault/password.h"

#include "base/ensure.h"

#include <sodium.h>
#include <string.h>

enum { GROUPS_N = 4, GROUP_LETTERS_N = 4 };

enum { MADE_BYTES = GROUPS_N * (GROUP_LETTERS_N + 1) };

static const unsigned long long passes = 3;
static const size_t memory_bytes = (size_t)64 * 1024 * 1024;

/* 32 signs, 5 bits each; without 0 o 1 l, which people mistake for one another. */
static const char signs[] = "abcdefghijkmnpqrstuvwxyz23456789";

err password_hash(const char *password, char hash[PASSWORD_HASH_BYTES])
{
    ensure(password != NULL);
    ensure(hash != NULL);
    ensure(PASSWORD_HASH_BYTES >= crypto_pwhash_STRBYTES);
    ensure(sodium_init() >= 0);

    size_t n = strlen(password);
    if (crypto_pwhash_str_alg(hash, password, n, passes, memory_bytes,
                              crypto_pwhash_ALG_ARGON2ID13) != 0) {
        return ERR_MEMORY;
    }
    return ERR_OK;
}

bool password_fits(const char *password, const char *hash)
{
    ensure(password != NULL);
    ensure(hash != NULL);
    ensure(sodium_init() >= 0);

    return crypto_pwhash_str_verify(hash, password, strlen(password)) == 0;
}

const char *password_no_hash(void)
{
    /* Salt and hash were drawn at random, so no password is known to fit. */
    return "$argon2id$v=19$m=65536,t=3,p=1"
           "$mFzG1WyGpKPncgjr2jMoFw"
           "$z+4nKDP2wPNZNxolYkDOq/ctsznuQZ7QoypLmMuj7mo";
}

err password_make(char *out, size_t out_n)
{
    ensure(out != NULL);
    ensure(out_n >= MADE_BYTES);
    ensure(sizeof signs - 1 == 32);
    ensure(sodium_init() >= 0);

    size_t n = 0;
    for (int group = 0; group < GROUPS_N; group++) {
        if (group > 0) out[n++] = '-';
        for (int i = 0; i < GROUP_LETTERS_N; i++)
            out[n++] = signs[randombytes_uniform(32)];
    }
    out[n] = '\0';
    return ERR_OK;
}

void secret_wipe(void *at, size_t n)
{
    if (at != NULL) sodium_memzero(at, n);
}
