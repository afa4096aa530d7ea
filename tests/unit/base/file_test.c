/* file_test.c - whole reads, durable replacement under every fault, locks, folders. */
#include "base/file.h"

#include "base/ensure.h"
#include "base/text.h"
#include "check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A folder of this test's own, removed behind it. */
static int folder_of_test(void **state)
{
    static char path[] = "/tmp/heatnet-file-XXXXXX";
    memcpy(path + strlen(path) - 6, "XXXXXX", 6);
    *state = mkdtemp(path);
    return *state ? 0 : -1;
}

static err remove_entry(void *context, const char *name)
{
    char path[FILE_PATH_BYTES];
    if (!file_path(path, context, name)) return ERR_RANGE;
    if (file_remove(path) == ERR_OK || rmdir(path) == 0) return ERR_OK;
    err e = folder_each(path, remove_entry, path);
    if (!e && rmdir(path) != 0) e = err_from_errno(errno);
    return e;
}

static int remove_folder(void **state)
{
    err e = folder_each(*state, remove_entry, *state);
    return e || rmdir(*state) != 0 ? -1 : 0;
}

static void read_whole(const char *path, char out[64], err want)
{
    struct buffer buffer;
    buffer_open(&buffer, 63);
    CHECK_EQ(path, file_read_whole(path, &buffer), want);
    if (buffer.n > 0) memcpy(out, buffer.at, buffer.n);
    out[buffer.n] = '\0';
    buffer_close(&buffer);
}

static void read_write_at(void **state)
{
    char path[FILE_PATH_BYTES], text[16] = "";
    assert_true(file_path(path, *state, "a"));
    struct file file;
    assert_int_equal(file_open_read(path, &file), ERR_UNKNOWN);
    assert_false(file_exists(path));
    assert_int_equal(file_open_write(path, &file), ERR_OK);
    assert_int_equal(file_write_at(&file, 4, bytes_of_text("efgh")), ERR_OK);
    assert_int_equal(file_write_at(&file, 0, bytes_of_text("abcd")), ERR_OK);
    assert_int_equal(file_sync(&file), ERR_OK);
    assert_int_equal(file_read_at(&file, 2, text, 4), ERR_OK);
    assert_memory_equal(text, "cdef", 4);
    assert_int_equal(file_read_at(&file, 6, text, 3), ERR_SHORT);
    assert_int_equal(file_read_at(&file, 99, text, 0), ERR_OK);
    assert_int_equal(file_cut(&file, 3), ERR_OK);
    uint64_t n;
    assert_int_equal(file_size(&file, &n), ERR_OK);
    assert_int_equal(n, 3);
    struct stat about;
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    file_close(&file);
    file_close(&file); /* again does nothing */
    assert_int_equal(file_write_at(&file, 0, bytes_of_text("x")), ERR_IO);

    char whole[64];
    read_whole(path, whole, ERR_OK);
    assert_string_equal(whole, "abc");
    assert_int_equal(file_remove(path), ERR_OK);
    assert_int_equal(file_remove(path), ERR_UNKNOWN);
}

static void whole_is_bounded(void **state)
{
    char path[FILE_PATH_BYTES], whole[64], long_text[65];
    assert_true(file_path(path, *state, "long"));
    memset(long_text, 'x', 64);
    long_text[64] = '\0';
    assert_int_equal(file_replace(path, bytes_of_text(long_text)), ERR_OK);
    read_whole(path, whole, ERR_FULL);
    assert_int_equal(file_replace(path, (struct bytes){NULL, 0}), ERR_OK);
    read_whole(path, whole, ERR_OK);
    assert_string_equal(whole, "");
}

/* Whatever step fails, the file holds the old content or the new, never a mixture, and
 * the error says which. */
static void replace_under_every_fault(void **state)
{
    char path[FILE_PATH_BYTES], whole[64];
    assert_true(file_path(path, *state, "settings"));
    assert_int_equal(file_replace(path, bytes_of_text("old content")), ERR_OK);
    size_t failed_n = 0;
    for (size_t nth = 1; nth < 20; nth++) {
        file_fail_at(nth, ENOSPC);
        err e = file_replace(path, bytes_of_text("new"));
        file_fail_at(0, 0);
        read_whole(path, whole, ERR_OK);
        if (e == ERR_OK) {
            assert_string_equal(whole, "new");
            break;
        }
        failed_n++;
        assert_int_equal(e, ERR_SPACE);
        assert_string_equal(whole, "old content");
    }
    assert_int_equal(failed_n, 4); /* cut, write, sync, rename */
    char new_path[FILE_PATH_BYTES];
    assert_true(file_path(new_path, *state, "settings.new"));
    assert_false(file_exists(new_path));
}

static void a_failed_sync_is_final(void **state)
{
    char path[FILE_PATH_BYTES];
    assert_true(file_path(path, *state, "sync"));
    struct file file;
    assert_int_equal(file_open_write(path, &file), ERR_OK);
    file_fail_at(1, EIO);
    assert_int_equal(file_sync(&file), ERR_IO);
    assert_int_equal(file_sync(&file), ERR_IO); /* the kernel would now say yes */
    file_close(&file);
}

static void the_lock_has_one_owner(void **state)
{
    char path[FILE_PATH_BYTES];
    assert_true(file_path(path, *state, "lock"));
    struct file lock;
    assert_int_equal(file_lock(path, &lock), ERR_OK);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct file other;
        _exit(file_lock(path, &other) == ERR_BUSY ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    file_close(&lock);
    assert_int_equal(file_lock(path, &lock), ERR_OK);
    file_close(&lock);
}

struct seen {
    char names[64];
    size_t stop_after;
};

static err see(void *context, const char *name)
{
    struct seen *seen = context;
    size_t n = strlen(seen->names);
    assert_true(text_copy(seen->names + n, sizeof seen->names - n, name));
    return --seen->stop_after == 0 ? ERR_STATE : ERR_OK;
}

static void folders(void **state)
{
    char deep[FILE_PATH_BYTES], path[FILE_PATH_BYTES];
    assert_true(file_path(deep, *state, "x/y//z/"));
    assert_int_equal(folder_make(deep), ERR_OK);
    assert_int_equal(folder_make(deep), ERR_OK); /* there already */
    assert_int_equal(folder_sync(deep), ERR_OK);
    static const char *const names[] = {"c", "a", "d", "b"};
    for (size_t i = 0; i < COUNT(names); i++) {
        assert_true(file_path(path, deep, names[i]));
        assert_int_equal(file_replace(path, (struct bytes){NULL, 0}), ERR_OK);
    }
    struct seen seen = {.stop_after = 99};
    assert_int_equal(folder_each(deep, see, &seen), ERR_OK);
    assert_string_equal(seen.names, "abcd");
    seen = (struct seen){.stop_after = 2};
    assert_int_equal(folder_each(deep, see, &seen), ERR_STATE);
    assert_string_equal(seen.names, "ab");

    assert_int_equal(folder_make(path), ERR_DUPLICATE); /* a file stands in the way */
    assert_int_equal(folder_make(""), ERR_RANGE);
    assert_int_equal(folder_each("/nowhere/at/all", see, &seen), ERR_UNKNOWN);
    assert_int_equal(folder_sync("/nowhere/at/all"), ERR_UNKNOWN);
}

static void paths_and_figures(void **state)
{
    (void)state;
    char path[FILE_PATH_BYTES], long_name[FILE_PATH_BYTES];
    memset(long_name, 'n', sizeof long_name);
    long_name[FILE_PATH_BYTES - 3] = '\0';
    assert_true(file_path(path, "a", long_name)); /* to the last byte */
    assert_false(file_path(path, "ab", long_name));
    uint64_t free_bytes, size_bytes;
    assert_int_equal(disk_space("/tmp", &free_bytes, &size_bytes), ERR_OK);
    assert_true(free_bytes <= size_bytes && size_bytes > 0);
    assert_int_equal(disk_space("/nowhere", &free_bytes, &size_bytes), ERR_UNKNOWN);
    assert_true(process_resident_bytes() > 100000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(read_write_at),
        cmocka_unit_test(whole_is_bounded),
        cmocka_unit_test(replace_under_every_fault),
        cmocka_unit_test(a_failed_sync_is_final),
        cmocka_unit_test(the_lock_has_one_owner),
        cmocka_unit_test(folders),
        cmocka_unit_test(paths_and_figures),
    };
    return cmocka_run_group_tests(tests, folder_of_test, remove_folder);
}
