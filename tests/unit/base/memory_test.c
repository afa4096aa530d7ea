/* memory_test.c - zeroed, aligned, bounded; and every request can be made to fail. */
#include "base/memory.h"

#include "base/arena.h"
#include "check.h"

#include <stdalign.h>

static bool all_zero(const uint8_t *at, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (at[i] != 0) return false;
    }
    return true;
}

static void new_and_resize(void **state)
{
    (void)state;
    assert_null(memory_new(0, 8));
    uint8_t *block = memory_new(10, 8);
    assert_non_null(block);
    assert_true(all_zero(block, 80));
    memset(block, 7, 80);
    block = memory_resize(block, 1000, 8);
    assert_non_null(block);
    assert_int_equal(block[79], 7);
    memory_free(block);
    memory_free(NULL);
    char *text = memory_text("站");
    assert_string_equal(text, "站");
    memory_free(text);
}

static void the_nth_request_fails(void **state)
{
    (void)state;
    memory_fail_at(3);
    void *first = memory_new(1, 1);
    char *second = memory_text("x");
    void *third = memory_resize(second, 100, 1);
    assert_non_null(first);
    assert_non_null(second);
    assert_null(third);
    assert_string_equal(second, "x"); /* untouched */
    third = memory_resize(second, 100, 1);
    assert_non_null(third);
    memory_fail_at(1);
    assert_null(memory_text("y"));
    memory_free(first);
    memory_free(third);
}

static void arena_is_zeroed_and_aligned(void **state)
{
    (void)state;
    struct arena arena;
    arena_open(&arena, 1 << 22);
    for (size_t n = 0; n < 2000; n++) {
        uint8_t *at = arena_new(&arena, n, 1);
        assert_non_null(at);
        assert_int_equal((uintptr_t)at % alignof(max_align_t), 0);
        assert_true(all_zero(at, n));
        memset(at, 0xFF, n);
    }
    assert_string_equal(arena_text(&arena, "abcdef", 3), "abc");
    assert_string_equal(arena_text(&arena, NULL, 0), "");
    arena_close(&arena);
    assert_int_equal(arena.used_bytes, 0);
    assert_non_null(arena_new(&arena, 4, 4)); /* can be used again */
    arena_close(&arena);
}

static void arena_stops_at_its_maximum(void **state)
{
    (void)state;
    struct arena arena;
    arena_open(&arena, 100);
    assert_null(arena_new(&arena, 101, 1));
    assert_null(arena_new(&arena, SIZE_MAX, 2));
    assert_null(arena_new(&arena, SIZE_MAX / 2, 1));
    assert_non_null(arena_new(&arena, 100, 1)); /* to the last byte */
    assert_null(arena_new(&arena, 1, 1));
    arena_close(&arena);

    arena_open(&arena, 10000);
    for (size_t i = 0; i < 10000 / 16; i++) assert_non_null(arena_new(&arena, 1, 16));
    assert_null(arena_new(&arena, 1, 1));
    arena_close(&arena);
}

static void arena_survives_no_memory(void **state)
{
    (void)state;
    struct arena arena;
    arena_open(&arena, 1 << 20);
    memory_fail_at(1);
    assert_null(arena_new(&arena, 1, 1));
    assert_int_equal(arena.used_bytes, 0);
    uint8_t *kept = arena_new(&arena, 1, 1);
    assert_non_null(kept);
    memory_fail_at(1);
    assert_null(arena_new(&arena, 100000, 1));
    memory_fail_at(0);
    *kept = 1;
    arena_close(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_and_resize),
        cmocka_unit_test(the_nth_request_fails),
        cmocka_unit_test(arena_is_zeroed_and_aligned),
        cmocka_unit_test(arena_stops_at_its_maximum),
        cmocka_unit_test(arena_survives_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
