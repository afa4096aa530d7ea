/* memory.c - the only caller of malloc and free, with a fault to inject. */
#include "base/memory.h"

#include "base/ensure.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* tidy: allow global: tests count down requests through all layers of a program */
static atomic_size_t fail_in;

static bool fails_now(void)
{
    size_t left = atomic_load_explicit(&fail_in, memory_order_relaxed);
    while (left > 0) {
        if (atomic_compare_exchange_weak(&fail_in, &left, left - 1)) return left == 1;
    }
    return false;
}

static size_t bytes_of(size_t n, size_t item_bytes)
{
    ensure(item_bytes > 0);
    ensure(n <= PTRDIFF_MAX / item_bytes);
    return n * item_bytes;
}

void *memory_new(size_t n, size_t item_bytes)
{
    size_t bytes = bytes_of(n, item_bytes);
    if (bytes == 0 || fails_now()) return NULL;
    return calloc(1, bytes);
}

void *memory_resize(void *old, size_t n, size_t item_bytes)
{
    size_t bytes = bytes_of(n, item_bytes);
    ensure(bytes > 0); /* realloc(p, 0) would free */
    if (fails_now()) return NULL;
    return realloc(old, bytes);
}

char *memory_text(const char *text)
{
    ensure(text != NULL);

    size_t bytes = strlen(text) + 1;
    char *copy = memory_new(bytes, 1);
    if (copy) memcpy(copy, text, bytes);
    return copy;
}

void memory_free(void *block)
{
    free(block);
}

void memory_fail_at(size_t nth)
{
    atomic_store(&fail_in, nth);
}
