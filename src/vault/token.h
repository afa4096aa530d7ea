/* token.h - random numbers nobody can guess, and hashes (libsodium, OpenSSL). */
#ifndef HEATNET_VAULT_TOKEN_H
#define HEATNET_VAULT_TOKEN_H

#include "base/bytes.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

void random_bytes(uint8_t *out, size_t n);
uint64_t random_u64(void);
/* 32 random bytes as 64 hex digits and NUL. */
void token_make(char out[65]);
/* SHA-256. */
void sha256(struct bytes in, uint8_t out[32]);
/* Equal in constant time. */
bool secret_equal(const void *a, const void *b, size_t n);

#endif
