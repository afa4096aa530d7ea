/* loop.c - epoll, level-triggered. */
#include "heatnet-plant/loop.h"

#include "base/ensure.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { EVENTS_MAX = 64 };

err loop_open(struct loop *loop)
{
    loop->handle = epoll_create1(EPOLL_CLOEXEC);
    return loop->handle < 0 ? err_from_errno(errno) : ERR_OK;
}

void loop_close(struct loop *loop)
{
    if (loop->handle >= 0) close(loop->handle);
    loop->handle = -1;
}

err loop_add(struct loop *loop, struct watch *watch)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = watch};

    ensure(watch->handle >= 0);
    watch->writing = false;
    if (epoll_ctl(loop->handle, EPOLL_CTL_ADD, watch->handle, &event) != 0)
        return err_from_errno(errno);
    return ERR_OK;
}

void loop_writing(struct loop *loop, struct watch *watch, bool writing)
{
    if (watch->writing == writing) return;
    struct epoll_event event = {.events = writing ? EPOLLOUT : EPOLLIN,
                                .data.ptr = watch};
    watch->writing = writing;
    int failed = epoll_ctl(loop->handle, EPOLL_CTL_MOD, watch->handle, &event);
    ensure(failed == 0);
}

void loop_remove(struct loop *loop, struct watch *watch)
{
    if (watch->handle < 0) return;
    (void)epoll_ctl(loop->handle, EPOLL_CTL_DEL, watch->handle, NULL);
    close(watch->handle);
    watch->handle = -1;
}

void loop_turn(struct loop *loop, int timeout_ms)
{
    struct epoll_event events[EVENTS_MAX];
    int n = epoll_wait(loop->handle, events, EVENTS_MAX, timeout_ms);

    for (int i = 0; i < n; i++) {
        struct watch *watch = events[i].data.ptr;
        if (watch->handle >= 0) watch->ready(watch->owner);
    }
}
