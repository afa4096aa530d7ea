/* ring_test.c - order, limits and shutting with one thread; nothing lost, nothing twice
 * with many (run under the thread sanitizer too). */
#include "base/ring.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/thread.h"
#include "check.h"

static void order_and_limits(void **state)
{
    (void)state;
    int values[7];
    void *taken[8];
    struct ring *ring = NULL;
    assert_int_equal(ring_open(3, &ring), ERR_OK);
    for (int turn = 0; turn < 10; turn++) { /* around the circle */
        for (int i = 0; i < 3; i++) assert_int_equal(ring_put(ring, &values[i]), ERR_OK);
        assert_int_equal(ring_put(ring, &values[3]), ERR_FULL);
        assert_int_equal(ring_n(ring), 3);
        assert_int_equal(ring_take(ring, taken, 2, 0), 2);
        assert_ptr_equal(taken[0], &values[0]);
        assert_ptr_equal(taken[1], &values[1]);
        assert_int_equal(ring_put(ring, &values[4]), ERR_OK);
        assert_int_equal(ring_take(ring, taken, 8, -1), 2);
        assert_ptr_equal(taken[0], &values[2]);
        assert_ptr_equal(taken[1], &values[4]);
    }
    assert_int_equal(ring_take(ring, taken, 8, 0), 0);
    ring_close(ring);
    ring_close(NULL);
}

static void waits_as_long_as_told(void **state)
{
    (void)state;
    struct clock clock;
    clock_machine(&clock);
    struct ring *ring = NULL;
    assert_int_equal(ring_open(1, &ring), ERR_OK);
    int64_t before_ms = clock_mono_ms(&clock);
    void *taken;
    assert_int_equal(ring_take(ring, &taken, 1, 20), 0);
    assert_true(clock_mono_ms(&clock) - before_ms >= 20);
    ring_close(ring);
}

static void shut_gives_what_is_left(void **state)
{
    (void)state;
    int value;
    void *taken;
    struct ring *ring = NULL;
    assert_int_equal(ring_open(2, &ring), ERR_OK);
    assert_int_equal(ring_put(ring, &value), ERR_OK);
    assert_false(ring_is_shut(ring));
    ring_shut(ring);
    assert_true(ring_is_shut(ring));
    assert_int_equal(ring_put(ring, &value), ERR_CLOSED);
    assert_int_equal(ring_put_wait(ring, &value), ERR_CLOSED);
    assert_int_equal(ring_take(ring, &taken, 1, -1), 1);
    assert_int_equal(ring_take(ring, &taken, 1, -1), 0);
    ring_close(ring);

    memory_fail_at(1);
    struct ring *none = NULL;
    assert_int_equal(ring_open(2, &none), ERR_MEMORY);
    assert_null(none);
    memory_fail_at(0);
}

enum { WRITERS_N = 3, READERS_N = 3, EACH_N = 20000 };

struct crowd {
    struct ring *ring;
    int numbers[WRITERS_N * EACH_N];
    int seen[WRITERS_N * EACH_N]; /* each place is written by whoever took it */
    struct lock lock;
    int next_writer;
    bool out_of_order;
};

static void *write_numbers(void *context)
{
    struct crowd *crowd = context;
    lock_take(&crowd->lock);
    int mine = crowd->next_writer++;
    lock_give(&crowd->lock);
    for (int i = 0; i < EACH_N; i++) {
        int *number = &crowd->numbers[mine * EACH_N + i];
        *number = mine * EACH_N + i;
        if (ring_put_wait(crowd->ring, number) != ERR_OK) return crowd;
    }
    return NULL;
}

static void *read_numbers(void *context)
{
    struct crowd *crowd = context;
    int last[WRITERS_N] = {-1, -1, -1};
    void *batch[16];
    size_t n;
    while ((n = ring_take(crowd->ring, batch, 16, -1)) > 0) {
        for (size_t i = 0; i < n; i++) {
            int number = *(int *)batch[i];
            crowd->seen[number]++;
            lock_take(&crowd->lock);
            if (number <= last[number / EACH_N]) crowd->out_of_order = true;
            lock_give(&crowd->lock);
            last[number / EACH_N] = number;
        }
    }
    return NULL;
}

static void many_threads_lose_nothing(void **state)
{
    (void)state;
    static struct crowd crowd;
    struct thread writers[WRITERS_N], readers[READERS_N];
    lock_open(&crowd.lock);
    assert_int_equal(ring_open(8, &crowd.ring), ERR_OK);
    for (int i = 0; i < READERS_N; i++) {
        assert_int_equal(thread_start(&readers[i], "reader", read_numbers, &crowd), 0);
    }
    for (int i = 0; i < WRITERS_N; i++) {
        assert_int_equal(thread_start(&writers[i], "writer", write_numbers, &crowd), 0);
    }
    for (int i = 0; i < WRITERS_N; i++) thread_join(&writers[i]);
    ring_shut(crowd.ring);
    for (int i = 0; i < READERS_N; i++) thread_join(&readers[i]);
    for (int i = 0; i < WRITERS_N * EACH_N; i++) assert_int_equal(crowd.seen[i], 1);
    assert_false(crowd.out_of_order);
    ring_close(crowd.ring);
    lock_close(&crowd.lock);
}

static void *wait_for_one(void *context)
{
    void *taken;
    return ring_take(context, &taken, 1, -1) == 0 ? context : NULL;
}

static void shut_wakes_the_waiting(void **state)
{
    (void)state;
    struct ring *ring = NULL;
    struct thread waiting[2];
    assert_int_equal(ring_open(1, &ring), ERR_OK);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(thread_start(&waiting[i], "waits", wait_for_one, ring), 0);
    }
    ring_shut(ring);
    for (int i = 0; i < 2; i++) thread_join(&waiting[i]);
    thread_join(&waiting[0]); /* again does nothing */
    ring_close(ring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_and_limits),
        cmocka_unit_test(waits_as_long_as_told),
        cmocka_unit_test(shut_gives_what_is_left),
        cmocka_unit_test(many_threads_lose_nothing),
        cmocka_unit_test(shut_wakes_the_waiting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
