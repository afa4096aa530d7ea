/* file.c - files and their durable idioms over Linux calls.  Folders are in folder.c.
 *
 * Writes, syncs, cuts and renames pass `fails_now`, so that tests can fail any of them.
 */
#include "base/file.h"

#include "base/ensure.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* tidy: allow global: tests count down the operations of a whole program */
static atomic_size_t fail_in;
static atomic_int fail_errno; /* tidy: allow global: as above */

void file_fail_at(size_t nth, int errno_value)
{
    atomic_store(&fail_errno, errno_value);
    atomic_store(&fail_in, nth);
}

static bool fails_now(void)
{
    size_t left = atomic_load_explicit(&fail_in, memory_order_relaxed);
    while (left > 0) {
        if (!atomic_compare_exchange_weak(&fail_in, &left, left - 1)) continue;
        if (left > 1) return false;
        errno = atomic_load(&fail_errno);
        return true;
    }
    return false;
}

bool file_path(char out[FILE_PATH_BYTES], const char *folder, const char *name)
{
    return text_format(out, FILE_PATH_BYTES, "%s/%s", folder, name);
}

static err file_open(const char *path, int flags, struct file *file)
{
    ensure(path != NULL);
    ensure(file != NULL);

    int handle;
    do {
        handle = open(path, flags | O_CLOEXEC, 0600);
    } while (handle < 0 && errno == EINTR);
    if (handle < 0) return err_from_errno(errno);
    *file = (struct file){.handle = handle};
    return ERR_OK;
}

err file_open_read(const char *path, struct file *file)
{
    return file_open(path, O_RDONLY, file);
}

err file_open_write(const char *path, struct file *file)
{
    return file_open(path, O_RDWR | O_CREAT, file);
}

void file_close(struct file *file)
{
    ensure(file != NULL);

    /* What had to be durable was synced; on Linux the handle is gone even after EINTR. */
    if (file->handle >= 0) (void)close(file->handle);
    file->handle = -1;
}

err file_size(const struct file *file, uint64_t *bytes)
{
    ensure(file != NULL);
    ensure(bytes != NULL);

    struct stat about;
    if (fstat(file->handle, &about) != 0) return err_from_errno(errno);
    *bytes = (uint64_t)about.st_size;
    return ERR_OK;
}

err file_read_at(const struct file *file, uint64_t offset, void *out, size_t n)
{
    ensure(file != NULL);
    ensure(out != NULL || n == 0);

    uint8_t *to = out;
    while (n > 0) {
        ssize_t got = pread(file->handle, to, n, (off_t)offset);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return err_from_errno(errno);
        if (got == 0) return ERR_SHORT;
        to += got;
        offset += (uint64_t)got;
        n -= (size_t)got;
    }
    return ERR_OK;
}

err file_write_at(const struct file *file, uint64_t offset, struct bytes bytes)
{
    ensure(file != NULL);

    while (bytes.n > 0) {
        if (fails_now()) return err_from_errno(errno);
        ssize_t put = pwrite(file->handle, bytes.at, bytes.n, (off_t)offset);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return err_from_errno(errno);
        if (put == 0) return ERR_IO;
        bytes.at += put;
        bytes.n -= (size_t)put;
        offset += (uint64_t)put;
    }
    return ERR_OK;
}

err file_sync(struct file *file)
{
    ensure(file != NULL);

    if (file->sync_failed) return ERR_IO;
    if (fails_now() || fdatasync(file->handle) != 0) {
        /* The kernel has dropped what it could not write: no later sync can be believed.
         */
        file->sync_failed = true;
        return errno == ENOSPC || errno == EDQUOT ? ERR_SPACE : ERR_IO;
    }
    return ERR_OK;
}

err file_cut(const struct file *file, uint64_t bytes)
{
    ensure(file != NULL);

    int failure;
    do {
        failure = fails_now() ? -1 : ftruncate(file->handle, (off_t)bytes);
    } while (failure != 0 && errno == EINTR);
    return failure == 0 ? ERR_OK : err_from_errno(errno);
}

/* Up to the end, whatever the size was when we asked: files in /proc say zero. */
static err read_to_end(const struct file *file, struct buffer *out)
{
    enum { STEP_BYTES = 16384 };

    uint8_t step[STEP_BYTES];
    uint64_t offset = 0;
    for (;;) {
        ssize_t got = pread(file->handle, step, sizeof step, (off_t)offset);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return err_from_errno(errno);
        if (got == 0) return ERR_OK;
        buffer_put(out, (struct bytes){step, (size_t)got});
        if (out->broken) return out->broken;
        offset += (uint64_t)got;
    }
}

err file_read_whole(const char *path, struct buffer *out)
{
    ensure(out != NULL);

    struct file file = {.handle = -1};
    err e = file_open_read(path, &file);
    if (e) return e;
    buffer_clear(out);
    e = read_to_end(&file, out);
    file_close(&file);
    return e;
}

/* The folder that holds `path`. */
static void folder_of(const char *path, char out[FILE_PATH_BYTES])
{
    const char *slash = strrchr(path, '/');
    bool fits = true;
    if (!slash)
        fits = text_copy(out, FILE_PATH_BYTES, ".");
    else if (slash == path)
        fits = text_copy(out, FILE_PATH_BYTES, "/");
    else
        fits = text_copy_n(out, FILE_PATH_BYTES, path, (size_t)(slash - path));
    ensure(fits); /* the path itself was short enough */
}

/* The new content, durable under its temporary name. */
static err write_new(const char *path, struct bytes content)
{
    struct file file = {.handle = -1};
    err e = file_open_write(path, &file);
    if (e) return e;
    e = file_cut(&file, 0); /* left by a replacement that was cut short */
    if (!e) e = file_write_at(&file, 0, content);
    if (!e) e = file_sync(&file);
    file_close(&file);
    return e;
}

err file_replace(const char *path, struct bytes content)
{
    ensure(path != NULL);

    char new_path[FILE_PATH_BYTES], folder[FILE_PATH_BYTES];
    if (!text_format(new_path, sizeof new_path, "%s.new", path)) return ERR_RANGE;
    folder_of(path, folder);

    err e = write_new(new_path, content);
    if (!e && (fails_now() || rename(new_path, path) != 0)) e = err_from_errno(errno);
    if (e) {
        (void)unlink(new_path); /* at best; the next replacement cuts it */
        return e;
    }
    return folder_sync(folder);
}

err file_remove(const char *path)
{
    ensure(path != NULL);
    return unlink(path) == 0 ? ERR_OK : err_from_errno(errno);
}

bool file_exists(const char *path)
{
    ensure(path != NULL);

    struct stat about;
    return stat(path, &about) == 0;
}

err disk_space(const char *path, uint64_t *free_bytes, uint64_t *size_bytes)
{
    ensure(path != NULL);
    ensure(free_bytes != NULL);
    ensure(size_bytes != NULL);

    struct statvfs about;
    if (statvfs(path, &about) != 0) return err_from_errno(errno);
    *free_bytes = (uint64_t)about.f_bavail * about.f_frsize;
    *size_bytes = (uint64_t)about.f_blocks * about.f_frsize;
    return ERR_OK;
}

err file_lock(const char *path, struct file *file)
{
    struct file locked;
    err e = file_open_write(path, &locked);
    if (e) return e;
    if (flock(locked.handle, LOCK_EX | LOCK_NB) != 0) {
        e = err_from_errno(errno); /* EWOULDBLOCK: ERR_BUSY */
        file_close(&locked);
        return e;
    }
    *file = locked;
    return ERR_OK;
}

uint64_t process_resident_bytes(void)
{
    struct buffer text;
    buffer_open(&text, 4096);
    uint64_t pages = 0;
    if (file_read_whole("/proc/self/statm", &text) == ERR_OK) {
        struct bytes rest = buffer_bytes(&text);
        uint8_t c = 0;
        while (bytes_take_u8(&rest, &c) && c != ' ') continue; /* the first is the size */
        while (bytes_take_u8(&rest, &c) && c >= '0' && c <= '9') {
            pages = pages * 10 + (uint64_t)(c - '0');
        }
    }
    buffer_close(&text);
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}
