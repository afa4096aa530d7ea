/* file.h - files with every error looked at, and the few durable idioms we rely on.
 *
 * Paths are UTF-8.  Functions that promise durability say so; a failed sync is final for
 * that handle: `file_sync` never succeeds again on it (a retried fsync lies). */
#ifndef HEATNET_BASE_FILE_H
#define HEATNET_BASE_FILE_H

#include "base/bytes.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum { FILE_PATH_BYTES = 512 };

struct file {
    int handle; /* -1 = closed */
    bool sync_failed;
};

/* "a/b"; false when longer than FILE_PATH_BYTES. */
bool file_path(char out[FILE_PATH_BYTES], const char *folder, const char *name);

/* Create the folder and its parents with mode 0700 where missing. */
MUST_USE err folder_make(const char *path);
/* Make the folder's entries (creations, renames, removals) durable. */
MUST_USE err folder_sync(const char *path);
/* Call `each(context, name)` for every entry but . and .., in name order; stops at its
 * first error and returns it. */
MUST_USE err folder_each(const char *path, err (*each)(void *context, const char *name),
                         void *context);

MUST_USE err file_open_read(const char *path, struct file *file);
/* For reading and writing, created with mode 0600 when missing. */
MUST_USE err file_open_write(const char *path, struct file *file);
void file_close(struct file *file);
MUST_USE err file_size(const struct file *file, uint64_t *bytes);

/* Exactly `n` bytes at `offset`: ERR_SHORT at the end of the file. */
MUST_USE err file_read_at(const struct file *file, uint64_t offset, void *out, size_t n);
/* All bytes or an error (ERR_SPACE when the disk is full; a part may have been written).
 */
MUST_USE err file_write_at(const struct file *file, uint64_t offset, struct bytes bytes);
/* fdatasync; after one failure always ERR_IO. */
MUST_USE err file_sync(struct file *file);
MUST_USE err file_cut(const struct file *file, uint64_t bytes);

/* The whole file into `out`, whose maximum bounds it (ERR_FULL). */
MUST_USE err file_read_whole(const char *path, struct buffer *out);
/* Replace the file atomically and durably (temporary name, sync, rename, folder sync). */
MUST_USE err file_replace(const char *path, struct bytes content);
MUST_USE err file_remove(const char *path);
bool file_exists(const char *path);

/* Bytes free for us on the disk that holds `path`, and its size. */
MUST_USE err disk_space(const char *path, uint64_t *free_bytes, uint64_t *size_bytes);

/* An advisory lock that ends with the process: ERR_BUSY when another process has it. */
MUST_USE err file_lock(const char *path, struct file *file);

/* Make the `nth` write, sync, cut or replacing rename from now (1 = the next) fail with
 * `errno_value`, 0 = none; for tests. */
void file_fail_at(size_t nth, int errno_value);

/* Resident memory of this process in bytes (0 when unknown). */
uint64_t process_resident_bytes(void);

#endif
