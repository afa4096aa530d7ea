/* thread_test.c - conditions time out, signals become a stop request. */
#include "base/thread.h"

#include "base/clock.h"
#include "check.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void condition_times_out(void **state)
{
    (void)state;
    struct lock lock;
    struct signal signal;
    struct clock clock;
    clock_machine(&clock);
    lock_open(&lock);
    signal_open(&signal);
    lock_take(&lock);
    int64_t before_ms = clock_mono_ms(&clock);
    assert_false(signal_wait_ms(&signal, &lock, 15));
    assert_true(clock_mono_ms(&clock) - before_ms >= 15);
    assert_false(signal_wait_ms(&signal, &lock, -1));
    lock_give(&lock);
    signal_close(&signal);
    lock_close(&lock);
}

struct named {
    char name[32];
    bool int_blocked;
};

static void *look_at_yourself(void *context)
{
    struct named *named = context;
    sigset_t blocked;
    pthread_sigmask(SIG_BLOCK, NULL, &blocked);
    named->int_blocked = sigismember(&blocked, SIGINT) == 1;
    return NULL;
}

static void thread_blocks_signals(void **state)
{
    (void)state;
    struct named named = {.int_blocked = false};
    struct thread thread;
    err e = thread_start(&thread, "a-name-that-is-too-long", look_at_yourself, &named);
    assert_int_equal(e, ERR_OK);
    thread_join(&thread);
    assert_true(named.int_blocked);
    sigset_t blocked;
    pthread_sigmask(SIG_BLOCK, NULL, &blocked);
    assert_int_equal(sigismember(&blocked, SIGINT), 0); /* ours are as before */
}

/* In a process of its own, since a stop request is for ever. */
static void in_child(void (*run)(void))
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        run();
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void exit_unless(bool fact, int code)
{
    if (!fact) _exit(code);
}

static void stopped_by_term(void)
{
    stop_on_signals();
    exit_unless(!stop_requested(), 1);
    exit_unless(!stop_wait_ms(10), 2);
    exit_unless(raise(SIGPIPE) == 0, 3); /* ignored */
    exit_unless(kill(getpid(), SIGTERM) == 0, 4);
    exit_unless(stop_wait_ms(10000), 5);
    exit_unless(stop_requested(), 6);
    exit_unless(stop_wait_ms(10000), 7); /* and it stays so */
}

static void *request_stop(void *context)
{
    stop_request();
    return context;
}

static void stopped_by_thread(void)
{
    struct thread thread;
    exit_unless(thread_start(&thread, "stopper", request_stop, NULL) == ERR_OK, 1);
    exit_unless(stop_wait_ms(10000), 2);
    thread_join(&thread);
}

static void stop_requests(void **state)
{
    (void)state;
    in_child(stopped_by_term);
    in_child(stopped_by_thread);
    assert_false(stop_requested());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(condition_times_out),
        cmocka_unit_test(thread_blocks_signals),
        cmocka_unit_test(stop_requests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
