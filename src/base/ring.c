/* ring.c - one lock and two conditions over a fixed circle of pointers.
 *
 *        first                first + n
 *          v                      v
 *   [ . . . a b c d e f g h i j . . . ]     n <= n_max, places counted modulo n_max
 *
 * Batches make the lock cheap: a taker empties what is there in one turn. */
#include "base/ring.h"

#include "base/clock.h"
#include "base/ensure.h"
#include "base/memory.h"
#include "base/thread.h"

struct ring {
    struct lock lock;
    struct signal filled; /* something came, or the ring was shut */
    struct signal emptied;
    size_t n_max;
    size_t first;
    size_t n;
    size_t waiting_takers_n; /* nobody is woken where nobody waits */
    size_t waiting_putters_n;
    bool shut;
    void *at[];
};

err ring_open(size_t n_max, struct ring **ring)
{
    ensure(n_max > 0);
    ensure(ring != NULL);
    ensure(n_max <= (SIZE_MAX / 2 - sizeof(struct ring)) / sizeof(void *));

    struct ring *born = memory_new(sizeof *born + n_max * sizeof born->at[0], 1);
    if (!born) return ERR_MEMORY;
    lock_open(&born->lock);
    signal_open(&born->filled);
    signal_open(&born->emptied);
    born->n_max = n_max;
    *ring = born;
    return ERR_OK;
}

void ring_close(struct ring *ring)
{
    if (!ring) return;
    ensure(ring->waiting_takers_n == 0);
    ensure(ring->waiting_putters_n == 0);

    signal_close(&ring->emptied);
    signal_close(&ring->filled);
    lock_close(&ring->lock);
    memory_free(ring);
}

/* With the lock taken. */
static err put(struct ring *ring, void *message)
{
    ensure(ring->n <= ring->n_max);

    if (ring->shut) return ERR_CLOSED;
    if (ring->n == ring->n_max) return ERR_FULL;
    size_t place = ring->first + ring->n;
    if (place >= ring->n_max) place -= ring->n_max;
    ring->at[place] = message;
    ring->n++;
    if (ring->waiting_takers_n > 0) signal_all(&ring->filled);
    return ERR_OK;
}

err ring_put(struct ring *ring, void *message)
{
    ensure(ring != NULL);
    ensure(message != NULL);

    lock_take(&ring->lock);
    err e = put(ring, message);
    lock_give(&ring->lock);
    return e;
}

err ring_put_wait(struct ring *ring, void *message)
{
    ensure(ring != NULL);
    ensure(message != NULL);

    lock_take(&ring->lock);
    while (!ring->shut && ring->n == ring->n_max) {
        ring->waiting_putters_n++;
        signal_wait(&ring->emptied, &ring->lock);
        ring->waiting_putters_n--;
    }
    err e = put(ring, message);
    lock_give(&ring->lock);
    return e;
}

/* With the lock taken: until something is there, the ring is shut or the time has passed.
 */
static void wait_filled(struct ring *ring, int64_t timeout_ms)
{
    struct clock machine;
    clock_machine(&machine);
    int64_t until_ms = timeout_ms < 0 ? 0 : clock_mono_ms(&machine) + timeout_ms;

    ring->waiting_takers_n++;
    while (ring->n == 0 && !ring->shut) {
        if (timeout_ms < 0) {
            signal_wait(&ring->filled, &ring->lock);
            continue;
        }
        int64_t left_ms = until_ms - clock_mono_ms(&machine);
        if (left_ms <= 0) break;
        (void)signal_wait_ms(&ring->filled, &ring->lock, left_ms);
    }
    ring->waiting_takers_n--;
}

size_t ring_take(struct ring *ring, void **messages, size_t n_max, int64_t timeout_ms)
{
    ensure(ring != NULL);
    ensure(messages != NULL);
    ensure(n_max > 0);

    lock_take(&ring->lock);
    if (ring->n == 0 && !ring->shut && timeout_ms != 0) wait_filled(ring, timeout_ms);
    size_t taken = ring->n < n_max ? ring->n : n_max;
    for (size_t i = 0; i < taken; i++) {
        messages[i] = ring->at[ring->first];
        ring->first++;
        if (ring->first == ring->n_max) ring->first = 0;
    }
    ring->n -= taken;
    if (taken > 0 && ring->waiting_putters_n > 0) signal_all(&ring->emptied);
    lock_give(&ring->lock);
    return taken;
}

void ring_shut(struct ring *ring)
{
    ensure(ring != NULL);

    lock_take(&ring->lock);
    ring->shut = true;
    signal_all(&ring->filled);
    signal_all(&ring->emptied);
    lock_give(&ring->lock);
}

bool ring_is_shut(struct ring *ring)
{
    ensure(ring != NULL);

    lock_take(&ring->lock);
    bool shut = ring->shut;
    lock_give(&ring->lock);
    return shut;
}

size_t ring_n(struct ring *ring)
{
    ensure(ring != NULL);

    lock_take(&ring->lock);
    size_t n = ring->n;
    lock_give(&ring->lock);
    return n;
}
