/* no_sync.c - the negative control of the power cuts, preloaded: syncing says yes and
 * does nothing.  What is acknowledged under it must be seen to be lost. */
#include <stddef.h>
#include <sys/types.h>

int fsync(int handle);
int fdatasync(int handle);
int syncfs(int handle);
int msync(void *at, size_t n, int flags);
int sync_file_range(int handle, off_t from, off_t n, unsigned flags);

int fsync(int handle)
{
    (void)handle;
    return 0;
}

int fdatasync(int handle)
{
    return fsync(handle);
}

int syncfs(int handle)
{
    return fsync(handle);
}

int msync(void *at, size_t n, int flags)
{
    (void)at, (void)n, (void)flags;
    return 0;
}

int sync_file_range(int handle, off_t from, off_t n, unsigned flags)
{
    (void)from, (void)n, (void)flags;
    return fsync(handle);
}
