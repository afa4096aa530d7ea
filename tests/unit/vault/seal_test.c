/* seal_test.c - blocks open where they belong only; keys turn, masters change. */
#include "vault/seal.h"

#include "base/file.h"
#include "base/text.h"

#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PLAIN_BYTES = 300 };

static const int64_t june_ms = 1781000000000, july_ms = 1783500000000;

struct fixture {
    char folder[64];
    struct seal_options options;
    struct seal *seal;
    char why[SEAL_WHY_BYTES];
};

static void open_fixture(struct fixture *f)
{
    text_copy(f->folder, sizeof f->folder, "/tmp/heatnet-seal-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    f->options = (struct seal_options){
        .folder = f->folder, .master_path = "", .now_ms = june_ms, .make = true};
    assert_int_equal(seal_open(&f->options, &f->seal, f->why), ERR_OK);
}

static err remove_one(void *context, const char *name)
{
    char path[FILE_PATH_BYTES];
    return file_path(path, context, name) ? file_remove(path) : ERR_FULL;
}

static void close_fixture(struct fixture *f)
{
    seal_close(f->seal);
    assert_int_equal(folder_each(f->folder, remove_one, f->folder), ERR_OK);
    remove(f->folder);
}

static struct bytes place_of(const char *text)
{
    return bytes_of_text(text);
}

static void fill(uint8_t *block)
{
    for (size_t i = 0; i < PLAIN_BYTES; i++) {
        block[SEAL_NONCE_BYTES + i] = (uint8_t)(i * 7);
    }
}

static void opens_only_as_it_was(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f);
    uint8_t block[PLAIN_BYTES + SEAL_EXTRA_BYTES], again[sizeof block];
    uint8_t plain[PLAIN_BYTES], want[sizeof block];
    uint32_t key = seal_key(f.seal);
    fill(block);
    memcpy(want, block, sizeof want);
    assert_int_equal(seal_close_block(f.seal, key, place_of("a"), block, PLAIN_BYTES),
                     ERR_OK);
    assert_memory_not_equal(block + SEAL_NONCE_BYTES, want + SEAL_NONCE_BYTES, 64);
    struct bytes sealed = {block, sizeof block};
    assert_int_equal(seal_open_block(f.seal, key, place_of("a"), sealed, plain), ERR_OK);
    assert_memory_equal(plain, want + SEAL_NONCE_BYTES, PLAIN_BYTES);

    assert_int_equal(seal_open_block(f.seal, key, place_of("b"), sealed, plain),
                     ERR_CHECK);
    assert_int_equal(seal_open_block(f.seal, key + 1, place_of("a"), sealed, plain),
                     ERR_DENIED);
    for (size_t bit = 0; bit < 8 * sizeof block; bit++) {
        block[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(seal_open_block(f.seal, key, place_of("a"), sealed, plain),
                         ERR_CHECK);
        block[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (size_t n = 0; n < sizeof block; n++) {
        struct bytes cut = {block, n};
        assert_int_not_equal(seal_open_block(f.seal, key, place_of("a"), cut, plain),
                             ERR_OK);
    }
    fill(again); /* the same plain text twice gives other bytes */
    assert_int_equal(seal_close_block(f.seal, key, place_of("a"), again, PLAIN_BYTES),
                     ERR_OK);
    assert_memory_not_equal(again, block, SEAL_NONCE_BYTES);
    close_fixture(&f);
}

static void keys_turn_with_the_month(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f);
    uint8_t block[PLAIN_BYTES + SEAL_EXTRA_BYTES], plain[PLAIN_BYTES];
    uint32_t june = seal_key(f.seal);
    fill(block);
    assert_int_equal(seal_close_block(f.seal, june, place_of("a"), block, PLAIN_BYTES),
                     ERR_OK);
    struct seal *reader = NULL;
    struct seal_options reading = f.options;
    reading.make = false;
    assert_int_equal(seal_open(&reading, &reader, f.why), ERR_OK);

    assert_int_equal(seal_turn(f.seal, june_ms + 1000, false), ERR_OK);
    assert_int_equal(seal_key(f.seal), june);
    assert_int_equal(seal_turn(f.seal, july_ms, false), ERR_OK);
    uint32_t july = seal_key(f.seal);
    assert_int_not_equal(july, june);
    assert_int_equal(seal_turn(f.seal, june_ms, false), ERR_OK); /* the clock fell back */
    assert_int_equal(seal_key(f.seal), july);
    assert_true(seal_knows(reader, july)); /* found on the disk */
    assert_false(seal_knows(reader, july + 1));

    struct bytes sealed = {block, sizeof block};
    assert_int_equal(seal_open_block(reader, june, place_of("a"), sealed, plain), ERR_OK);
    seal_close(reader);
    close_fixture(&f);
}

static void masters_change_and_fit(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f);
    char other[FILE_PATH_BYTES], master[FILE_PATH_BYTES];
    assert_true(file_path(other, f.folder, "other.key"));
    assert_true(file_path(master, f.folder, "master.key"));
    assert_int_equal(seal_rewrap(f.seal, other, f.why), ERR_OK);
    seal_close(f.seal);
    f.seal = NULL;
    assert_int_equal(seal_open(&f.options, &f.seal, f.why), ERR_DENIED); /* the old one */
    assert_non_null(strstr(f.why, "is not the master key"));
    f.options.master_path = other;
    assert_int_equal(seal_open(&f.options, &f.seal, f.why), ERR_OK);
    seal_close(f.seal);
    f.seal = NULL;
    assert_int_equal(chmod(other, 0644), 0);
    assert_int_equal(seal_open(&f.options, &f.seal, f.why), ERR_DENIED);
    assert_non_null(strstr(f.why, "chmod 600"));
    assert_int_equal(file_remove(other), ERR_OK);
    assert_int_equal(seal_open(&f.options, &f.seal, f.why), ERR_DENIED);
    assert_non_null(strstr(f.why, "missing"));
    close_fixture(&f);
}

static void every_bit_of_the_key_file_counts(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f);
    seal_close(f.seal);
    f.seal = NULL;
    char path[FILE_PATH_BYTES];
    assert_true(file_path(path, f.folder, "seal.keys"));
    struct buffer file;
    buffer_open(&file, 10000);
    assert_int_equal(file_read_whole(path, &file), ERR_OK);
    for (size_t i = 0; i < file.n; i++) {
        file.at[i] ^= 4;
        struct file out;
        assert_int_equal(file_open_write(path, &out), ERR_OK);
        assert_int_equal(file_write_at(&out, 0, buffer_bytes(&file)), ERR_OK);
        file_close(&out);
        assert_int_not_equal(seal_open(&f.options, &f.seal, f.why), ERR_OK);
        assert_true(f.why[0] != '\0');
        file.at[i] ^= 4;
    }
    buffer_close(&file);
    close_fixture(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_only_as_it_was),
        cmocka_unit_test(keys_turn_with_the_month),
        cmocka_unit_test(masters_change_and_fit),
        cmocka_unit_test(every_bit_of_the_key_file_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
