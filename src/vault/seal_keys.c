/* seal_keys.c - see the header. */
#include "vault/seal_keys.h"

#include "base/crc32c.h"
#include "base/ensure.h"
#include "base/file.h"
#include "base/memory.h"
#include "vault/password.h"
#include "vault/seal.h"
#include "vault/token.h"

#include <string.h>
#include <sys/stat.h>

enum { VERSION = 1, HEAD_BYTES = 16, ENTRY_BYTES = 12 + SEAL_KEY_BYTES + 28 };

enum { FILE_BYTES_MAX = HEAD_BYTES + SEAL_KEYS_MAX * ENTRY_BYTES + 4 };

static const char magic[8] = "HNSEALKY";

/* --- one block ---------------------------------------------------------------------- */

static bool is_small(size_t n)
{
    return n <= INT32_MAX;
}

err seal_encrypt(const EVP_CIPHER *cipher, const uint8_t key[SEAL_KEY_BYTES],
                 struct bytes place, uint8_t *at, size_t plain_n)
{
    ensure(is_small(plain_n) && is_small(place.n));

    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    if (!context) return ERR_MEMORY;
    uint8_t *body = at + SEAL_NONCE_BYTES, *tag = body + plain_n;
    int n = 0;
    random_bytes(at, SEAL_NONCE_BYTES);
    bool good =
        EVP_EncryptInit_ex2(context, cipher, key, at, NULL) == 1 &&
        EVP_EncryptUpdate(context, NULL, &n, place.at, (int)place.n) == 1 &&
        EVP_EncryptUpdate(context, body, &n, body, (int)plain_n) == 1 &&
        EVP_EncryptFinal_ex(context, tag, &n) == 1 &&
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, SEAL_TAG_BYTES, tag) == 1;
    EVP_CIPHER_CTX_free(context);
    return good ? ERR_OK : ERR_MEMORY;
}

err seal_decrypt(const EVP_CIPHER *cipher, const uint8_t key[SEAL_KEY_BYTES],
                 struct bytes place, struct bytes sealed, uint8_t *plain)
{
    if (sealed.n < SEAL_EXTRA_BYTES || !is_small(sealed.n)) return ERR_SHORT;
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    if (!context) return ERR_MEMORY;
    size_t plain_n = sealed.n - SEAL_EXTRA_BYTES;
    const uint8_t *body = sealed.at + SEAL_NONCE_BYTES;
    uint8_t tag[SEAL_TAG_BYTES], none[1];
    memcpy(tag, body + plain_n, sizeof tag);
    int n = 0;
    bool good =
        EVP_DecryptInit_ex2(context, cipher, key, sealed.at, NULL) == 1 &&
        EVP_DecryptUpdate(context, NULL, &n, place.at, (int)place.n) == 1 &&
        EVP_DecryptUpdate(context, plain_n ? plain : none, &n, body, (int)plain_n) == 1 &&
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, SEAL_TAG_BYTES, tag) == 1 &&
        EVP_DecryptFinal_ex(context, none, &n) == 1;
    EVP_CIPHER_CTX_free(context);
    return good ? ERR_OK : ERR_CHECK;
}

/* --- the master key ----------------------------------------------------------------- */

err master_read(const char *path, uint8_t master[SEAL_KEY_BYTES])
{
    enum { OTHERS = 0077 };

    struct stat found;
    struct buffer text;
    size_t n = 0;
    if (stat(path, &found) < 0) return ERR_UNKNOWN;
    if (found.st_mode & OTHERS) return ERR_DENIED;
    buffer_open(&text, 256);
    err e = file_read_whole(path, &text);
    while (!e && text.n > 0 && text.at[text.n - 1] <= ' ') text.n--;
    buffer_put_u8(&text, 0);
    if (!e && text.broken) e = ERR_CORRUPT;
    bool good = !e && bytes_from_hex((const char *)text.at, master, SEAL_KEY_BYTES, &n) &&
                n == SEAL_KEY_BYTES;
    if (!e && !good) e = ERR_CORRUPT;
    if (text.at) secret_wipe(text.at, text.capacity);
    buffer_close(&text);
    return e;
}

err master_make(const char *path, uint8_t master[SEAL_KEY_BYTES])
{
    char text[2 * SEAL_KEY_BYTES + 1];
    random_bytes(master, SEAL_KEY_BYTES);
    bytes_to_hex((struct bytes){master, SEAL_KEY_BYTES}, text);
    text[2 * SEAL_KEY_BYTES] = '\n';
    err e = file_replace(path, (struct bytes){(const uint8_t *)text, sizeof text});
    secret_wipe(text, sizeof text);
    return e;
}

/* --- the key file ------------------------------------------------------------------- */

void keys_close(struct seal_keys *keys)
{
    if (keys->at) secret_wipe(keys->at, keys->n * sizeof *keys->at);
    memory_free(keys->at);
    *keys = (struct seal_keys){0};
}

err keys_add(struct seal_keys *keys, int64_t now_ms)
{
    if (keys->n == SEAL_KEYS_MAX) return ERR_FULL;
    struct seal_key *more = memory_new(keys->n + 1, sizeof *more);
    if (!more) return ERR_MEMORY;
    if (keys->n) memcpy(more, keys->at, keys->n * sizeof *more);
    struct seal_key *key = &more[keys->n];
    /* The first number is drawn, so that keys made anew are not taken for lost ones. */
    uint32_t first = 1 + (uint32_t)(random_u64() >> 36);
    *key = (struct seal_key){.id = keys->n ? more[keys->n - 1].id + 1 : first,
                             .made_ms = now_ms};
    random_bytes(key->bytes, sizeof key->bytes);
    size_t n = keys->n + 1;
    keys_close(keys);
    *keys = (struct seal_keys){more, n};
    return ERR_OK;
}

static err entry_put(const EVP_CIPHER *cipher, const uint8_t *master,
                     const struct seal_key *key, struct buffer *out)
{
    size_t start = out->n;
    buffer_put_u32_le(out, key->id);
    buffer_put_u64_le(out, (uint64_t)key->made_ms);
    uint8_t *at = buffer_extend(out, SEAL_KEY_BYTES + SEAL_EXTRA_BYTES);
    if (!at) return out->broken;
    memcpy(at + SEAL_NONCE_BYTES, key->bytes, SEAL_KEY_BYTES);
    return seal_encrypt(cipher, master, (struct bytes){out->at + start, 12}, at,
                        SEAL_KEY_BYTES);
}

err keys_write(const EVP_CIPHER *cipher, const uint8_t master[SEAL_KEY_BYTES],
               const char *path, const struct seal_keys *keys)
{
    struct buffer out;
    buffer_open(&out, FILE_BYTES_MAX);
    buffer_put(&out, (struct bytes){(const uint8_t *)magic, sizeof magic});
    buffer_put_u32_le(&out, VERSION);
    buffer_put_u32_le(&out, (uint32_t)keys->n);
    err e = out.broken;
    for (size_t i = 0; !e && i < keys->n; i++) {
        e = entry_put(cipher, master, &keys->at[i], &out);
    }
    if (!e) buffer_put_u32_le(&out, crc32c(buffer_bytes(&out)));
    if (!e) e = out.broken;
    if (!e) e = file_replace(path, buffer_bytes(&out));
    if (out.at) secret_wipe(out.at, out.capacity);
    buffer_close(&out);
    return e;
}

static err entry_take(const EVP_CIPHER *cipher, const uint8_t *master, struct bytes *in,
                      struct seal_key *key)
{
    struct bytes place, sealed;
    if (!bytes_take(in, 12, &place) ||
        !bytes_take(in, SEAL_KEY_BYTES + SEAL_EXTRA_BYTES, &sealed)) {
        return ERR_CORRUPT;
    }
    err e = seal_decrypt(cipher, master, place, sealed, key->bytes);
    uint64_t made_ms = 0;
    bool fits =
        bytes_take_u32_le(&place, &key->id) && bytes_take_u64_le(&place, &made_ms);
    ensure(fits);
    key->made_ms = (int64_t)made_ms;
    return e == ERR_CHECK ? ERR_DENIED : e;
}

static bool head_take(struct bytes *in, uint32_t *n, uint32_t *version)
{
    struct bytes found, crc_at;
    uint32_t crc = 0;
    if (in->n < HEAD_BYTES + 4) return false;
    crc_at = (struct bytes){in->at + in->n - 4, 4};
    in->n -= 4;
    if (!bytes_take_u32_le(&crc_at, &crc) || crc != crc32c(*in)) return false;
    if (!bytes_take(in, sizeof magic, &found)) return false;
    if (memcmp(found.at, magic, sizeof magic) != 0) return false;
    return bytes_take_u32_le(in, version) && bytes_take_u32_le(in, n);
}

err keys_decode(const EVP_CIPHER *cipher, const uint8_t master[SEAL_KEY_BYTES],
                struct bytes in, struct seal_keys *keys)
{
    uint32_t n = 0, version = 0;
    if (!head_take(&in, &n, &version)) return ERR_CORRUPT;
    if (version != VERSION) return ERR_VERSION;
    if (n == 0 || n > SEAL_KEYS_MAX || in.n != (size_t)n * ENTRY_BYTES) {
        return ERR_CORRUPT;
    }
    struct seal_keys found = {memory_new(n, sizeof *found.at), n};
    if (!found.at) return ERR_MEMORY;
    err e = ERR_OK;
    for (uint32_t i = 0; !e && i < n; i++) {
        e = entry_take(cipher, master, &in, &found.at[i]);
        uint32_t before = i ? found.at[i - 1].id : 0;
        if (!e && found.at[i].id <= before) e = ERR_CORRUPT;
    }
    if (e) {
        keys_close(&found);
        return e;
    }
    *keys = found;
    return ERR_OK;
}

err keys_read(const EVP_CIPHER *cipher, const uint8_t master[SEAL_KEY_BYTES],
              const char *path, struct seal_keys *keys)
{
    struct buffer in;
    buffer_open(&in, FILE_BYTES_MAX);
    err e = file_read_whole(path, &in);
    if (!e) e = keys_decode(cipher, master, buffer_bytes(&in), keys);
    buffer_close(&in);
    return e;
}
