/* text.h - bounded text: copies that always end, numbers that are wholly read.
 *
 * All text is UTF-8.  Nothing here depends on the process's locale. */
#ifndef HEATNET_BASE_TEXT_H
#define HEATNET_BASE_TEXT_H

#include "base/err.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Copy with a final NUL; false (and `out` holds what fitted, cut at a whole character)
 * when it did not fit. */
bool text_copy(char *out, size_t out_n, const char *in);
bool text_copy_n(char *out, size_t out_n, const char *in, size_t in_n);

/* printf into `out`; false when it did not fit. */
bool text_format(char *out, size_t out_n, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
bool text_format_list(char *out, size_t out_n, const char *format, va_list list)
    __attribute__((format(printf, 3, 0)));

bool text_equal(const char *a, const char *b);
bool text_starts(const char *text, const char *start);
/* True when `text` is well-formed UTF-8 without control characters other than tab. */
bool text_is_clean(const char *text, size_t n);

/* The whole text as a number, base 10, surrounding blanks refused.
 * ERR_TYPE when it is not one, ERR_RANGE when outside; *value only on success. */
MUST_USE err text_to_i64(const char *text, int64_t *value);
MUST_USE err text_to_u32(const char *text, uint32_t *value);
/* Finite decimal number, point as decimal mark. */
MUST_USE err text_to_double(const char *text, double *value);

/* The shortest decimal text that reads back as the same double; "nan", "inf", "-inf" for
 * those.  `out` has room for 32 bytes. */
void text_from_double(double value, char *out);

/* RFC 3339 in UTC with milliseconds: 2026-11-25T07:02:58.123Z; `out` has room for 32. */
void text_from_time(int64_t utc_ms, char *out);
/* RFC 3339 ("2026-11-25T07:02:58Z", with offset, with or without fraction), a date alone
 * (UTC midnight), or whole milliseconds.  ERR_TYPE otherwise. */
MUST_USE err text_to_time(const char *text, int64_t *utc_ms);

#endif
