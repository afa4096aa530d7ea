/* rawlog_hash.c - see rawlog_hash.h. */
#define ERR_STATE openssl_err_state /* OpenSSL has a type of that name; err.h a value */
#include <openssl/evp.h>
#undef ERR_STATE

#include "base/ensure.h"
#include "base/memory.h"
#include "store/rawlog_hash.h"

#include <string.h>

struct rawlog_hasher {
    EVP_MD *sha256;
    EVP_MD_CTX *context;
};

err rawlog_hasher_open(struct rawlog_hasher **hasher)
{
    struct rawlog_hasher *h = memory_new(1, sizeof *h);
    if (!h) return ERR_MEMORY;
    h->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    h->context = EVP_MD_CTX_new();
    if (!h->sha256 || !h->context) {
        rawlog_hasher_close(h);
        return ERR_MEMORY;
    }
    *hasher = h;
    return ERR_OK;
}

void rawlog_hasher_close(struct rawlog_hasher *hasher)
{
    if (!hasher) return;
    EVP_MD_CTX_free(hasher->context);
    EVP_MD_free(hasher->sha256);
    memory_free(hasher);
}

void rawlog_hash(struct rawlog_hasher *hasher, const uint8_t before[RAWLOG_HASH_BYTES],
                 uint64_t number, struct bytes body, uint8_t out[RAWLOG_HASH_BYTES])
{
    uint8_t head[RAWLOG_HASH_BYTES + 8];
    memcpy(head, before, RAWLOG_HASH_BYTES);
    for (int i = 0; i < 8; i++) {
        head[RAWLOG_HASH_BYTES + i] = (uint8_t)(number >> (8 * i));
    }
    unsigned n = 0;
    int good = EVP_DigestInit_ex2(hasher->context, hasher->sha256, NULL) &&
               EVP_DigestUpdate(hasher->context, head, sizeof head) &&
               EVP_DigestUpdate(hasher->context, body.at, body.n) &&
               EVP_DigestFinal_ex(hasher->context, out, &n);
    ensure(good); /* SHA-256 in memory that is there cannot fail */
    ensure(n == RAWLOG_HASH_BYTES);
}
