/* store_check.h - what the tests of this room share: a folder of their own, random
 * numbers from a printed seed, and bit-exact comparison of doubles. */
#ifndef HEATNET_TESTS_STORE_CHECK_H
#define HEATNET_TESTS_STORE_CHECK_H

#include "check.h"

#include "vault/seal.h"
#include "base/ensure.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline int scratch_remove_one(const char *path, const struct stat *about, int type,
                                     struct FTW *where)
{
    (void)about;
    (void)type;
    (void)where;
    return remove(path);
}

static inline void scratch_remove(const char *path)
{
    (void)nftw(path, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* A fresh folder; remove it with scratch_remove.  In memory where there is such a place:
 * what is tested here is the order of writes and syncs, not the disk behind them. */
static inline void scratch_make(char path[FILE_PATH_BYTES])
{
    bool memory = access("/dev/shm", W_OK | X_OK) == 0;
    bool fits = text_format(path, FILE_PATH_BYTES, "%s/heatnet-test-XXXXXX",
                            memory ? "/dev/shm" : ".");
    ensure(fits);
    ensure(mkdtemp(path) != NULL);
}

static inline void scratch_path(char out[FILE_PATH_BYTES], const char *folder,
                                const char *name)
{
    bool fits = file_path(out, folder, name);
    ensure(fits);
}

struct random {
    uint64_t state;
};

static inline uint64_t random_next(struct random *random)
{
    random->state ^= random->state << 13;
    random->state ^= random->state >> 7;
    random->state ^= random->state << 17;
    return random->state * 0x2545f4914f6cdd1du;
}

/* 0 .. n - 1 */
static inline uint64_t random_below(struct random *random, uint64_t n)
{
    return (random_next(random) >> 11) % n;
}

/* The seed of a run: HEATNET_SEED, else a fixed one; printed with what failed. */
static inline struct random random_open(uint64_t usual)
{
    const char *text = getenv("HEATNET_SEED");
    struct random random = {text ? strtoull(text, NULL, 10) : usual};
    if (random.state == 0) random.state = 1;
    print_message("HEATNET_SEED=%llu\n", (unsigned long long)random.state);
    return random;
}

static inline uint64_t double_bits(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static inline double double_of_bits(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Keys of the test's own in FOLDER/keys, the same each time; close them. */
static inline struct seal *scratch_keys(const char *folder)
{
    char path[FILE_PATH_BYTES], why[SEAL_WHY_BYTES];
    struct seal *seal = NULL;
    scratch_path(path, folder, "keys");
    struct seal_options options = {
        .folder = path, .master_path = "", .now_ms = 1774569600000, .make = true};
    assert_int_equal(seal_open(&options, &seal, why), ERR_OK);
    return seal;
}

#endif
