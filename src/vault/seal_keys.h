/* seal_keys.h - private to seal.c: the key file and the master key.
 *
 *   seal.keys   HNSEALKY 8 | version 4 = 1 | keys 4
 *               | (id 4 | made at, UTC ms 8 | nonce 12 | key encrypted 32 | tag 16)*
 *               | CRC-32C of all before 4 |
 *   The master key wraps by AES-256-GCM; the place is id and time. */
#ifndef HEATNET_VAULT_SEAL_KEYS_H
#define HEATNET_VAULT_SEAL_KEYS_H

#include "base/bytes.h"
#include "base/err.h"
#include "vault/openssl_x509.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SEAL_KEY_BYTES = 32, SEAL_KEYS_MAX = 10000 };

struct seal_key {
    uint32_t id;
    int64_t made_ms;
    uint8_t bytes[SEAL_KEY_BYTES];
};

struct seal_keys {
    struct seal_key *at; /* ids rising */
    size_t n;
};

/* One block of AES-256-GCM; what `seal_close_block` and `seal_open_block` promise. */
MUST_USE err seal_encrypt(const EVP_CIPHER *cipher, const uint8_t key[SEAL_KEY_BYTES],
                          struct bytes place, uint8_t *at, size_t plain_n);
MUST_USE err seal_decrypt(const EVP_CIPHER *cipher, const uint8_t key[SEAL_KEY_BYTES],
                          struct bytes place, struct bytes sealed, uint8_t *plain);

/* ERR_UNKNOWN: no such file; ERR_DENIED: others may read it; ERR_CORRUPT: not a key. */
MUST_USE err master_read(const char *path, uint8_t master[SEAL_KEY_BYTES]);
MUST_USE err master_make(const char *path, uint8_t master[SEAL_KEY_BYTES]);

/* ERR_DENIED: the master does not fit.  The keys are memory.h memory. */
MUST_USE err keys_decode(const EVP_CIPHER *cipher, const uint8_t master[SEAL_KEY_BYTES],
                         struct bytes in, struct seal_keys *keys);
MUST_USE err keys_write(const EVP_CIPHER *cipher, const uint8_t master[SEAL_KEY_BYTES],
                        const char *path, const struct seal_keys *keys);
MUST_USE err keys_read(const EVP_CIPHER *cipher, const uint8_t master[SEAL_KEY_BYTES],
                       const char *path, struct seal_keys *keys);
/* Overwrite and free. */
void keys_close(struct seal_keys *keys);
MUST_USE err keys_add(struct seal_keys *keys, int64_t now_ms);

#endif
