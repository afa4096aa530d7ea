/* lane.c - see lane.h. */
#include "serve/lane.h"

#include "base/ensure.h"
#include "base/memory.h"
#include "base/ring.h"
#include "base/thread.h"
#include "serve/route.h"

enum { LANE_THREADS_MAX = 8 };

struct lane_pool {
    struct ring *ring;
    size_t threads_n;
    struct thread threads[LANE_THREADS_MAX];
};

void request_suspend(struct request *request)
{
    request->phase = REQUEST_WAITING;
    request->slept = true;
    MHD_suspend_connection(request->connection);
}

void request_resume(struct request *request)
{
    ensure(request->status != 0 || request->response != NULL);
    request->phase = REQUEST_ANSWERED;
    MHD_resume_connection(request->connection);
}

static void *lane_run(void *context)
{
    struct lane_pool *pool = context;
    void *message = NULL;
    while (ring_take(pool->ring, &message, 1, -1) == 1) {
        struct request *request = message;
        request->route->handle(request);
        request_resume(request);
    }
    return NULL;
}

err lane_open(const char *name, size_t threads_n, size_t wait_n_max,
              struct lane_pool **pool)
{
    ensure(threads_n <= LANE_THREADS_MAX);
    struct lane_pool *made = memory_new(1, sizeof *made);
    if (!made) return ERR_MEMORY;
    err e = ring_open(wait_n_max, &made->ring);
    for (size_t i = 0; !e && i < threads_n; i++) {
        e = thread_start(&made->threads[i], name, lane_run, made);
        if (!e) made->threads_n++;
    }
    if (e) {
        lane_close(made);
        return e;
    }
    *pool = made;
    return ERR_OK;
}

void lane_stop(struct lane_pool *pool)
{
    if (!pool) return;
    if (pool->ring) ring_shut(pool->ring);
    for (size_t i = 0; i < pool->threads_n; i++) thread_join(&pool->threads[i]);
    pool->threads_n = 0;
}

void lane_close(struct lane_pool *pool)
{
    if (!pool) return;
    lane_stop(pool);
    ring_close(pool->ring);
    memory_free(pool);
}

void lane_put(struct lane_pool *pool, struct request *request)
{
    request_suspend(request);
    err e = ring_put(pool->ring, request);
    if (!e) return;
    answer_problem(request, e == ERR_CLOSED ? PROBLEM_STOPPING : PROBLEM_BUSY, NULL,
                   NULL);
    request_resume(request);
}
