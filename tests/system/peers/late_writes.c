/* late_writes.c - the negative control of kill -9, preloaded: writes to the raw log say
 * yes at once and reach the file LATE_MS later.  It stands for a program that
 * acknowledges before it has written; killing it must be seen to lose. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LATE_MS = 400 };

struct late {
    struct late *next;
    struct timespec due;
    int handle;
    off_t offset;
    size_t n;
    char bytes[];
};

static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
static struct late *first, **last = &first;
static int running;

static ssize_t write_now(int handle, const void *at, size_t n, off_t offset)
{
    ssize_t (*real)(int, const void *, size_t, off_t);
    *(void **)&real = dlsym(RTLD_NEXT, "pwrite64");
    return real(handle, at, n, offset);
}

static void *write_late(void *context)
{
    (void)context;
    for (;;) {
        struct timespec now, pause = {.tv_nsec = 5000000};
        nanosleep(&pause, NULL);
        clock_gettime(CLOCK_MONOTONIC, &now);
        pthread_mutex_lock(&guard);
        while (first &&
               (first->due.tv_sec < now.tv_sec ||
                (first->due.tv_sec == now.tv_sec && first->due.tv_nsec <= now.tv_nsec))) {
            struct late *late = first;
            (void)!write_now(late->handle, late->bytes, late->n, late->offset);
            first = late->next;
            if (!first) last = &first;
            close(late->handle);
            free(late);
        }
        pthread_mutex_unlock(&guard);
    }
    return NULL;
}

/* The open file of the raw log and its mark. */
static int is_rawlog(int handle)
{
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", handle);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n < 0) return 0;
    path[n] = '\0';
    const char *name = strrchr(path, '/');
    return strstr(path, "/rawlog/") && name &&
           (strcmp(name, "/mark") == 0 || strstr(name, ".open"));
}

ssize_t pwrite64(int handle, const void *at, size_t n, off_t offset)
{
    if (!is_rawlog(handle)) return write_now(handle, at, n, offset);
    struct late *late = malloc(sizeof *late + n);
    if (!late) return -1;
    *late = (struct late){.handle = dup(handle), .offset = offset, .n = n};
    memcpy(late->bytes, at, n);
    clock_gettime(CLOCK_MONOTONIC, &late->due);
    late->due.tv_nsec += LATE_MS * 1000000L;
    late->due.tv_sec += late->due.tv_nsec / 1000000000L;
    late->due.tv_nsec %= 1000000000L;
    pthread_mutex_lock(&guard);
    *last = late;
    last = &late->next;
    pthread_t thread;
    if (!running) running = pthread_create(&thread, NULL, write_late, NULL) == 0;
    pthread_mutex_unlock(&guard);
    return (ssize_t)n;
}

ssize_t pwrite(int handle, const void *at, size_t n, off_t offset)
{
    return pwrite64(handle, at, n, offset);
}
