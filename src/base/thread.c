/* thread.c - pthreads with every answer looked at. */
#include "base/thread.h"

#include "base/ensure.h"
#include "base/text.h"

#include <errno.h>
#include <signal.h>
#include <time.h>

void lock_open(struct lock *lock)
{
    ensure(pthread_mutex_init(&lock->mutex, NULL) == 0);
}

void lock_close(struct lock *lock)
{
    ensure(pthread_mutex_destroy(&lock->mutex) == 0);
}

void lock_take(struct lock *lock)
{
    ensure(pthread_mutex_lock(&lock->mutex) == 0);
}

void lock_give(struct lock *lock)
{
    ensure(pthread_mutex_unlock(&lock->mutex) == 0);
}

void signal_open(struct signal *signal)
{
    pthread_condattr_t attributes;
    ensure(pthread_condattr_init(&attributes) == 0);
    ensure(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0);
    ensure(pthread_cond_init(&signal->condition, &attributes) == 0);
    ensure(pthread_condattr_destroy(&attributes) == 0);
}

void signal_close(struct signal *signal)
{
    ensure(pthread_cond_destroy(&signal->condition) == 0);
}

void signal_wait(struct signal *signal, struct lock *lock)
{
    ensure(pthread_cond_wait(&signal->condition, &lock->mutex) == 0);
}

bool signal_wait_ms(struct signal *signal, struct lock *lock, int64_t timeout_ms)
{
    /* tidy: allow clock: a condition takes the operating system's time, not a clock's */
    struct timespec until;
    ensure(clock_gettime(CLOCK_MONOTONIC, &until) == 0); /* tidy: allow clock: as above */
    if (timeout_ms < 0) timeout_ms = 0;
    until.tv_sec += (time_t)(timeout_ms / 1000);
    until.tv_nsec += (long)(timeout_ms % 1000 * 1000000);
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    int failure = pthread_cond_timedwait(&signal->condition, &lock->mutex, &until);
    ensure(failure == 0 || failure == ETIMEDOUT);
    return failure == 0;
}

void signal_all(struct signal *signal)
{
    ensure(pthread_cond_broadcast(&signal->condition) == 0);
}

err thread_start(struct thread *thread, const char *name, void *(*run)(void *),
                 void *context)
{
    ensure(thread != NULL);
    ensure(name != NULL);
    ensure(run != NULL);

    /* Blocked before the start: a signal must not find the new thread unprepared. */
    sigset_t all, before;
    ensure(sigfillset(&all) == 0);
    ensure(pthread_sigmask(SIG_BLOCK, &all, &before) == 0);
    int failure = pthread_create(&thread->id, NULL, run, context);
    ensure(pthread_sigmask(SIG_SETMASK, &before, NULL) == 0);

    thread->started = failure == 0;
    if (failure != 0) return ERR_MEMORY;
    char short_name[16]; /* the kernel's limit */
    (void)text_copy(short_name, sizeof short_name, name);
    (void)pthread_setname_np(thread->id, short_name); /* only for people's eyes */
    return ERR_OK;
}

void thread_join(struct thread *thread)
{
    ensure(thread != NULL);

    if (!thread->started) return;
    ensure(pthread_join(thread->id, NULL) == 0);
    thread->started = false;
}
