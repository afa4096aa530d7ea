/* thread.h - threads, locks and signals; all locks and atomics of the house live in
 * base/.
 *
 * Errors of the pthread calls here are our own bugs (ensured) or lack of memory at start.
 */
#ifndef HEATNET_BASE_THREAD_H
#define HEATNET_BASE_THREAD_H

#include "base/err.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct lock {
    pthread_mutex_t mutex;
};

void lock_open(struct lock *lock);
void lock_close(struct lock *lock);
void lock_take(struct lock *lock);
void lock_give(struct lock *lock);

/* A condition; used with a taken lock. */
struct signal {
    pthread_cond_t condition;
};

void signal_open(struct signal *signal);
void signal_close(struct signal *signal);
void signal_wait(struct signal *signal, struct lock *lock);
/* False when `timeout_ms` of real time passed without a signal. */
bool signal_wait_ms(struct signal *signal, struct lock *lock, int64_t timeout_ms);
void signal_all(struct signal *signal);

struct thread {
    pthread_t id;
    bool started;
};

/* Start `run(context)` under a name of at most 15 characters; ERR_MEMORY when the system
 * cannot.  All signals are blocked in the new thread. */
MUST_USE err thread_start(struct thread *thread, const char *name, void *(*run)(void *),
                          void *context);
/* Wait for its end; does nothing when it was not started. */
void thread_join(struct thread *thread);

/* Stop request: SIGINT and SIGTERM set it; the main thread waits for it.  From then on
 * SIGPIPE is ignored: a closed peer is an error of the write. */
void stop_on_signals(void);
bool stop_requested(void);
void stop_request(void);
/* Wait at most `timeout_ms`; true when a stop was requested. */
bool stop_wait_ms(int64_t timeout_ms);

#endif
