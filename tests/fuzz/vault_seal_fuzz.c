/* vault_seal_fuzz.c - any bytes as a key file and as a sealed block.
 *
 * Properties: keys that are read are in order; only what was sealed under the key and
 * place opens, and opens to what it was. */
#include "base/crc32c.h"
#include "base/ensure.h"
#include "base/memory.h"
#include "vault/seal.h"
#include "vault/seal_keys.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t master[SEAL_KEY_BYTES] = {7, 8, 9};

/* With its CRC made right, so that what is behind it is reached. */
static void keys_any(const EVP_CIPHER *cipher, struct bytes in)
{
    struct buffer file;
    struct seal_keys keys = {0};
    buffer_open(&file, in.n + 64);
    buffer_put(&file, in);
    buffer_put_u32_le(&file, crc32c(in));
    ensure(!file.broken);
    err e = keys_decode(cipher, master, buffer_bytes(&file), &keys);
    for (size_t i = 1; !e && i < keys.n; i++) ensure(keys.at[i].id > keys.at[i - 1].id);
    if (!e) ensure(keys.n >= 1 && keys.n <= SEAL_KEYS_MAX);
    keys_close(&keys);
    buffer_close(&file);
}

static void block_any(const EVP_CIPHER *cipher, struct bytes in)
{
    size_t place_n = in.n ? in.at[0] % 32 : 0;
    struct bytes place;
    if (!bytes_take(&in, place_n, &place)) return;
    uint8_t *block = memory_new(in.n + SEAL_EXTRA_BYTES + 1, 1);
    uint8_t *plain = memory_new(in.n + SEAL_EXTRA_BYTES + 1, 1);
    ensure(block != NULL && plain != NULL);
    ensure(seal_decrypt(cipher, master, place, in, plain) != ERR_OK);
    if (in.n) memcpy(block + SEAL_NONCE_BYTES, in.at, in.n);
    ensure(seal_encrypt(cipher, master, place, block, in.n) == ERR_OK);
    struct bytes sealed = {block, in.n + SEAL_EXTRA_BYTES};
    ensure(seal_decrypt(cipher, master, place, sealed, plain) == ERR_OK);
    ensure(in.n == 0 || memcmp(plain, in.at, in.n) == 0);
    block[(in.n * 31) % sealed.n] ^= 1;
    ensure(seal_decrypt(cipher, master, place, sealed, plain) == ERR_CHECK);
    memory_free(block);
    memory_free(plain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    ensure(cipher != NULL);
    keys_any(cipher, (struct bytes){data, size});
    block_any(cipher, (struct bytes){data, size});
    EVP_CIPHER_free(cipher);
    return 0;
}
