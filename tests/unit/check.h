/* check.h - assertions that name the row of the table they fail on, over cmocka. */
#ifndef HEATNET_TESTS_CHECK_H
#define HEATNET_TESTS_CHECK_H

/* cmocka needs these four before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <string.h>

static inline void check_eq(const char *row, long long got, long long want,
                            const char *file, int line)
{
    if (got == want) return;
    print_error("%s:%d: %s: got %lld, want %lld\n", file, line, row, got, want);
    _fail(file, line);
}

static inline void check_text(const char *row, const char *got, const char *want,
                              const char *file, int line)
{
    if (got && want && strcmp(got, want) == 0) return;
    print_error("%s:%d: %s: got \"%s\", want \"%s\"\n", file, line, row,
                got ? got : "(null)", want ? want : "(null)");
    _fail(file, line);
}

#define CHECK_EQ(row, got, want)                                                         \
    check_eq(row, (long long)(got), (long long)(want), __FILE__, __LINE__)
#define CHECK_TEXT(row, got, want) check_text(row, got, want, __FILE__, __LINE__)
#define CHECK(row, fact) check_eq(row, (fact) ? 1 : 0, 1, __FILE__, __LINE__)

#endif
