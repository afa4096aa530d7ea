/* stop.c - the stop request of thread.h: a flag for those who look, and a descriptor that
 * becomes readable for those who wait.  Both may be set inside a signal handler. */
#include "base/ensure.h"
#include "base/thread.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* A signal handler has no argument to carry a state. */
static atomic_bool stop_flag;       /* tidy: allow global: signals */
static atomic_int stop_handle = -1; /* tidy: allow global: signals */
static pthread_once_t stop_born_once =
    PTHREAD_ONCE_INIT; /* tidy: allow global: signals */

static void stop_born(void)
{
    int handle = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    ensure(handle >= 0);
    atomic_store(&stop_handle, handle);
}

static int handle_of_stop(void)
{
    ensure(pthread_once(&stop_born_once, stop_born) == 0);
    return atomic_load(&stop_handle);
}

static void wake(int handle)
{
    int errno_before = errno;
    uint64_t one = 1;
    ssize_t written = write(handle, &one, sizeof one);
    (void)written; /* it only fails when it is readable already */
    errno = errno_before;
}

static void on_signal(int number)
{
    (void)number;
    atomic_store(&stop_flag, true);
    wake(atomic_load(&stop_handle));
}

void stop_on_signals(void)
{
    handle_of_stop(); /* before the first signal can come */
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    ensure(sigemptyset(&action.sa_mask) == 0);
    ensure(sigaction(SIGINT, &action, NULL) == 0);
    ensure(sigaction(SIGTERM, &action, NULL) == 0);
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    ensure(sigemptyset(&ignore.sa_mask) == 0);
    ensure(sigaction(SIGPIPE, &ignore, NULL) == 0);
}

bool stop_requested(void)
{
    return atomic_load(&stop_flag);
}

void stop_request(void)
{
    int handle = handle_of_stop();
    atomic_store(&stop_flag, true);
    wake(handle);
}

bool stop_wait_ms(int64_t timeout_ms)
{
    struct pollfd wait = {.fd = handle_of_stop(), .events = POLLIN};
    if (timeout_ms < 0) timeout_ms = 0;
    if (timeout_ms > 3600000) timeout_ms = 3600000; /* the caller loops anyway */
    if (!stop_requested()) {
        int ready = poll(&wait, 1, (int)timeout_ms);
        ensure(ready >= 0 || errno == EINTR); /* a signal: the flag tells which */
    }
    return stop_requested();
}
