/* seal.h - data at rest under AES-256-GCM: keys by period, each block bound to its place.
 *
 *   folder/seal.keys      the keys, each wrapped by the master key; 0600
 *   folder/master.key     64 hex digits; 0600; better on a medium of its own: its path is
 *                         the caller's to choose
 *
 *   sealed    | nonce 12 | the plain bytes, encrypted | tag 16 |
 *
 * A key seals for one calendar month (UTC) and then only opens.  A new one is on the disk
 * before anything is sealed with it.  Turning the month, and giving the keys another
 * master, rewrite seal.keys only: no data.
 *
 * Nonces never repeat with their key, whatever crashes: they are 96 random bits each,
 * with no state that a crash or a restored copy could set back.  NIST SP 800-38D (8.3)
 * allows 2^32 of them a key (chance of any repetition then 2^-33); a process turns to a
 * new key after 2^28, which is a hundred blocks a second for a month.  The sum over many
 * starts within a month is bounded by that rate, not counted.
 *
 * `place` says where the block belongs (file, number, device, day ...); it is not stored
 * but must be the same at opening, so that a block moved elsewhere does not open.  What
 * this cannot show: a whole older state of the same place put back. */
#ifndef HEATNET_VAULT_SEAL_H
#define HEATNET_VAULT_SEAL_H

#include "base/bytes.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    SEAL_NONCE_BYTES = 12,
    SEAL_TAG_BYTES = 16,
    SEAL_EXTRA_BYTES = SEAL_NONCE_BYTES + SEAL_TAG_BYTES,
    SEAL_SIGN_BYTES = 32,
    SEAL_WHY_BYTES = 700
};

struct seal; /* the keys of a data folder; every function may be called by any thread */

struct seal_options {
    const char *folder;      /* of seal.keys */
    const char *master_path; /* "" = master.key in the folder */
    int64_t now_ms;          /* UTC, for the first key */
    bool make;               /* make what is missing; else missing keys are ERR_UNKNOWN */
};

/* ERR_DENIED: the master key is another's, missing beside its keys, or everybody may
 * read it; ERR_CORRUPT: a file is damaged.  `why` is a sentence for the person. */
MUST_USE err seal_open(const struct seal_options *options, struct seal **seal,
                       char why[SEAL_WHY_BYTES]);
void seal_close(struct seal *seal);

/* The key to seal with; never 0. */
uint32_t seal_key(struct seal *seal);
/* The same key can be used for opening: looked up on the disk when it is new. */
bool seal_knows(struct seal *seal, uint32_t key);
/* A new key when the month is another, or too many blocks were sealed, or `now`. */
MUST_USE err seal_turn(struct seal *seal, int64_t now_ms, bool now);
/* Wrap the keys by another master key, which is read from, or made at, the path. */
MUST_USE err seal_rewrap(struct seal *seal, const char *master_path,
                         char why[SEAL_WHY_BYTES]);

/* Seal `plain_n` bytes that stand at[SEAL_NONCE_BYTES ..], in place: the nonce is put
 * before them, the tag behind.  ERR_MEMORY. */
MUST_USE err seal_close_block(struct seal *seal, uint32_t key, struct bytes place,
                              uint8_t *at, size_t plain_n);
/* Open into `plain`, room for sealed.n - SEAL_EXTRA_BYTES.  ERR_CHECK: altered, or of
 * another place; ERR_DENIED: the key is not known; ERR_SHORT: no sealed block. */
MUST_USE err seal_open_block(struct seal *seal, uint32_t key, struct bytes place,
                             struct bytes sealed, uint8_t *plain);
/* HMAC-SHA-256 of the parts, in turn, under a key derived from `key`.  ERR_DENIED. */
MUST_USE err seal_sign(struct seal *seal, uint32_t key, const struct bytes *parts,
                       size_t parts_n, uint8_t sign[SEAL_SIGN_BYTES]);

#endif
