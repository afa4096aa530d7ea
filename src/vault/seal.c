/* seal.c - see the header.  The lock guards the list of keys, not the sealing. */
#include "vault/seal.h"

#include "base/ensure.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/thread.h"
#include "vault/password.h"
#include "vault/seal_keys.h"

#include <string.h>
#include <time.h>

enum { BLOCKS_MAX = 1 << 28 }; /* sealed with one key by one process */

struct seal {
    char keys_path[FILE_PATH_BYTES], master_path[FILE_PATH_BYTES];
    EVP_CIPHER *cipher;
    uint8_t master[SEAL_KEY_BYTES];
    struct lock lock;
    struct seal_keys keys;
    uint32_t blocks_n; /* sealed with the newest key */
};

static err say(char why[SEAL_WHY_BYTES], err e, const char *path, const char *text)
{
    text_format(why, SEAL_WHY_BYTES, "%s: %s", path, text);
    return e;
}

/* --- open --------------------------------------------------------------------------- */

static err paths_set(struct seal *seal, const struct seal_options *options)
{
    const char *given = options->master_path;
    bool fits = file_path(seal->keys_path, options->folder, "seal.keys");
    if (given && given[0]) {
        fits = fits && text_copy(seal->master_path, sizeof seal->master_path, given);
    } else {
        fits = fits && file_path(seal->master_path, options->folder, "master.key");
    }
    return fits ? ERR_OK : ERR_FULL;
}

static err master_get(const char *path, bool make, uint8_t *master,
                      char why[SEAL_WHY_BYTES])
{
    err e = master_read(path, master);
    if (e == ERR_UNKNOWN && make) e = master_make(path, master);
    if (e == ERR_DENIED)
        return say(why, e, path, "others may read the master key: chmod 600");
    if (e == ERR_CORRUPT) return say(why, e, path, "is no master key: 64 hex digits");
    if (e == ERR_UNKNOWN)
        return say(why, ERR_DENIED, path,
                   "the master key is missing: nothing sealed can be read without it");
    return e ? say(why, e, path, err_text(e)) : ERR_OK;
}

static err keys_get(struct seal *seal, const struct seal_options *options, bool there,
                    char why[SEAL_WHY_BYTES])
{
    err e = ERR_OK;
    if (there) {
        e = keys_read(seal->cipher, seal->master, seal->keys_path, &seal->keys);
    } else {
        e = keys_add(&seal->keys, options->now_ms);
        if (!e) e = keys_write(seal->cipher, seal->master, seal->keys_path, &seal->keys);
    }
    if (e == ERR_DENIED)
        return say(why, e, seal->master_path,
                   "is not the master key that these keys were wrapped by");
    return e ? say(why, e, seal->keys_path, err_text(e)) : ERR_OK;
}

err seal_open(const struct seal_options *options, struct seal **seal,
              char why[SEAL_WHY_BYTES])
{
    ensure(options != NULL && seal != NULL && why != NULL);

    why[0] = '\0';
    struct seal *made = memory_new(1, sizeof *made);
    if (!made) return ERR_MEMORY;
    lock_open(&made->lock);
    made->cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    err e = made->cipher ? paths_set(made, options) : ERR_MEMORY;
    bool there = !e && file_exists(made->keys_path);
    if (!e && !there && !options->make)
        e = say(why, ERR_UNKNOWN, made->keys_path, "there are no keys");
    if (!e && !there) e = folder_make(options->folder);
    if (!e) e = master_get(made->master_path, !there, made->master, why);
    if (!e) e = keys_get(made, options, there, why);
    if (e) {
        seal_close(made);
        return e;
    }
    *seal = made;
    return ERR_OK;
}

void seal_close(struct seal *seal)
{
    if (!seal) return;
    keys_close(&seal->keys);
    secret_wipe(seal->master, sizeof seal->master);
    EVP_CIPHER_free(seal->cipher);
    lock_close(&seal->lock);
    memory_free(seal);
}

/* --- keys --------------------------------------------------------------------------- */

/* Under the lock. */
static bool key_find(const struct seal *seal, uint32_t id, uint8_t out[SEAL_KEY_BYTES])
{
    for (size_t i = seal->keys.n; i-- > 0;) {
        if (seal->keys.at[i].id != id) continue;
        memcpy(out, seal->keys.at[i].bytes, SEAL_KEY_BYTES);
        return true;
    }
    return false;
}

/* A key that another process has made meanwhile is on the disk. */
static bool key_get(struct seal *seal, uint32_t id, uint8_t out[SEAL_KEY_BYTES])
{
    lock_take(&seal->lock);
    bool found = key_find(seal, id, out);
    struct seal_keys fresh = {0};
    uint32_t newest = seal->keys.at[seal->keys.n - 1].id;
    if (!found && id > newest &&
        !keys_read(seal->cipher, seal->master, seal->keys_path, &fresh)) {
        keys_close(&seal->keys);
        seal->keys = fresh;
        found = key_find(seal, id, out);
    }
    lock_give(&seal->lock);
    return found;
}

uint32_t seal_key(struct seal *seal)
{
    lock_take(&seal->lock);
    uint32_t id = seal->keys.at[seal->keys.n - 1].id;
    lock_give(&seal->lock);
    return id;
}

bool seal_knows(struct seal *seal, uint32_t key)
{
    uint8_t bytes[SEAL_KEY_BYTES];
    bool known = key_get(seal, key, bytes);
    secret_wipe(bytes, sizeof bytes);
    return known;
}

static int month_of(int64_t ms)
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm tm;
    return gmtime_r(&seconds, &tm) ? tm.tm_year * 12 + tm.tm_mon : 0;
}

err seal_turn(struct seal *seal, int64_t now_ms, bool now)
{
    lock_take(&seal->lock);
    int64_t made_ms = seal->keys.at[seal->keys.n - 1].made_ms;
    /* A clock that jumps back makes no key. */
    bool due =
        now || seal->blocks_n >= BLOCKS_MAX || month_of(now_ms) > month_of(made_ms);
    err e = ERR_OK;
    struct seal_keys next = {0};
    if (due) {
        next.at = memory_new(seal->keys.n, sizeof *next.at);
        next.n = next.at ? seal->keys.n : 0;
        e = next.at ? ERR_OK : ERR_MEMORY;
        if (!e) memcpy(next.at, seal->keys.at, next.n * sizeof *next.at);
        if (!e) e = keys_add(&next, now_ms);
        if (!e) e = keys_write(seal->cipher, seal->master, seal->keys_path, &next);
    }
    if (due && !e) {
        keys_close(&seal->keys);
        seal->keys = next;
        seal->blocks_n = 0;
    } else {
        keys_close(&next);
    }
    lock_give(&seal->lock);
    return e;
}

err seal_rewrap(struct seal *seal, const char *master_path, char why[SEAL_WHY_BYTES])
{
    uint8_t master[SEAL_KEY_BYTES];
    char path[FILE_PATH_BYTES];
    if (!text_copy(path, sizeof path, master_path)) return ERR_FULL;
    err e = master_get(path, true, master, why);
    if (e) return e;
    lock_take(&seal->lock);
    e = keys_write(seal->cipher, master, seal->keys_path, &seal->keys);
    if (!e) {
        memcpy(seal->master, master, sizeof master);
        text_copy(seal->master_path, sizeof seal->master_path, path);
    }
    lock_give(&seal->lock);
    secret_wipe(master, sizeof master);
    return e ? say(why, e, seal->keys_path, err_text(e)) : ERR_OK;
}

/* --- blocks ------------------------------------------------------------------------- */

err seal_close_block(struct seal *seal, uint32_t key, struct bytes place, uint8_t *at,
                     size_t plain_n)
{
    uint8_t bytes[SEAL_KEY_BYTES];
    lock_take(&seal->lock);
    bool known = key_find(seal, key, bytes);
    if (seal->blocks_n < BLOCKS_MAX) seal->blocks_n++;
    lock_give(&seal->lock);
    ensure(known); /* whoever seals has asked for the key */
    err e = seal_encrypt(seal->cipher, bytes, place, at, plain_n);
    secret_wipe(bytes, sizeof bytes);
    return e;
}

err seal_open_block(struct seal *seal, uint32_t key, struct bytes place,
                    struct bytes sealed, uint8_t *plain)
{
    uint8_t bytes[SEAL_KEY_BYTES];
    if (!key_get(seal, key, bytes)) return ERR_DENIED;
    err e = seal_decrypt(seal->cipher, bytes, place, sealed, plain);
    secret_wipe(bytes, sizeof bytes);
    return e;
}

/* One HMAC over a short row of digests keeps the parts apart: SHA-256 of each. */
err seal_sign(struct seal *seal, uint32_t key, const struct bytes *parts, size_t parts_n,
              uint8_t sign[SEAL_SIGN_BYTES])
{
    enum { PARTS_MAX = 8, DIGEST_BYTES = 32 };

    static const uint8_t label[] = "heatnet sealed head";
    ensure(parts_n <= PARTS_MAX);
    uint8_t bytes[SEAL_KEY_BYTES], signing[SEAL_KEY_BYTES];
    uint8_t digests[PARTS_MAX * DIGEST_BYTES];
    if (!key_get(seal, key, bytes)) return ERR_DENIED;
    bool good = HMAC(EVP_sha256(), bytes, sizeof bytes, label, sizeof label - 1, signing,
                     NULL) != NULL;
    for (size_t i = 0; good && i < parts_n; i++) {
        good = EVP_Digest(parts[i].at, parts[i].n, digests + i * DIGEST_BYTES, NULL,
                          EVP_sha256(), NULL) == 1;
    }
    good = good && HMAC(EVP_sha256(), signing, sizeof signing, digests,
                        parts_n * DIGEST_BYTES, sign, NULL) != NULL;
    secret_wipe(bytes, sizeof bytes);
    secret_wipe(signing, sizeof signing);
    return good ? ERR_OK : ERR_MEMORY;
}
