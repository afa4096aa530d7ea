/* token.c - libsodium's generator and SHA-256 under our own names. */
#include "vault/token.h"

#include "base/ensure.h"

#include <sodium.h>

enum { TOKEN_RANDOM_BYTES = 32 };

void random_bytes(uint8_t *out, size_t n)
{
    ensure(out != NULL || n == 0);
    ensure(sodium_init() >= 0);

    randombytes_buf(out, n);
}

uint64_t random_u64(void)
{
    uint64_t value;
    random_bytes((uint8_t *)&value, sizeof value);
    return value;
}

void token_make(char out[65])
{
    uint8_t random[TOKEN_RANDOM_BYTES];
    random_bytes(random, sizeof random);
    bytes_to_hex((struct bytes){random, sizeof random}, out);
    sodium_memzero(random, sizeof random);
}

void sha256(struct bytes in, uint8_t out[32])
{
    ensure(in.at != NULL || in.n == 0);
    ensure(out != NULL);

    static const uint8_t nothing[1];
    ensure(crypto_hash_sha256(out, in.n > 0 ? in.at : nothing, in.n) == 0);
}

bool secret_equal(const void *a, const void *b, size_t n)
{
    return sodium_memcmp(a, b, n) == 0;
}
