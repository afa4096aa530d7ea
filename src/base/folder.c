/* folder.c - the folder half of file.h. */
#include "base/arena.h"
#include "base/ensure.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAMES_BYTES_MAX = 64 << 20 };

static bool is_folder(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

static err make_one(const char *path)
{
    if (mkdir(path, 0700) == 0) return ERR_OK;
    if (errno == EEXIST && is_folder(path)) return ERR_OK;
    return err_from_errno(errno);
}

err folder_make(const char *path)
{
    ensure(path != NULL);

    char part[FILE_PATH_BYTES];
    if (path[0] == '\0' || !text_copy(part, sizeof part, path)) return ERR_RANGE;
    for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        err e = is_folder(part) ? ERR_OK : make_one(part);
        *slash = '/';
        if (e) return e;
    }
    return make_one(part);
}

err folder_sync(const char *path)
{
    ensure(path != NULL);

    int handle = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (handle < 0) return err_from_errno(errno);
    err e = fsync(handle) == 0 ? ERR_OK : err_from_errno(errno);
    (void)close(handle);
    return e;
}

/* The names of a folder, so that `each` may remove and create while they are walked. */
struct names {
    struct arena text;
    const char **at;
    size_t n;
    size_t capacity;
};

static err names_add(struct names *names, const char *name)
{
    if (names->n == names->capacity) {
        size_t capacity = names->capacity ? 2 * names->capacity : 64;
        const char **at = memory_resize(names->at, capacity, sizeof names->at[0]);
        if (!at) return ERR_MEMORY;
        names->at = at;
        names->capacity = capacity;
    }
    const char *copy = arena_text(&names->text, name, strlen(name));
    if (!copy) return ERR_FULL;
    names->at[names->n++] = copy;
    return ERR_OK;
}

static err names_read(struct names *names, const char *path)
{
    DIR *folder = opendir(path);
    if (!folder) return err_from_errno(errno);

    err e = ERR_OK;
    while (!e) {
        errno = 0;
        /* One stream has one reader: glibc's readdir is safe so.  NOLINTNEXTLINE */
        struct dirent *entry = readdir(folder);
        if (!entry) {
            if (errno != 0) e = err_from_errno(errno);
            break;
        }
        if (text_equal(entry->d_name, ".") || text_equal(entry->d_name, "..")) continue;
        e = names_add(names, entry->d_name);
    }
    (void)closedir(folder);
    return e;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

err folder_each(const char *path, err (*each)(void *context, const char *name),
                void *context)
{
    ensure(path != NULL);
    ensure(each != NULL);

    struct names names = {0};
    arena_open(&names.text, NAMES_BYTES_MAX);
    err e = names_read(&names, path);
    if (!e && names.n > 1) qsort(names.at, names.n, sizeof names.at[0], compare_names);
    for (size_t i = 0; !e && i < names.n; i++) e = each(context, names.at[i]);
    memory_free(names.at);
    arena_close(&names.text);
    return e;
}
