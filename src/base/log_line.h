/* log_line.h - private to log.c: the text of one log line.
 *
 * printf's conversions, except that a text is quoted where it would be misread, so that
 * whatever a peer sends stays one value of one line.  Pure. */
#ifndef HEATNET_BASE_LOG_LINE_H
#define HEATNET_BASE_LOG_LINE_H

#include <stdarg.h>
#include <stddef.h>

enum { LOG_LINE_BYTES = 2048 };

struct log_line {
    char text[LOG_LINE_BYTES]; /* always ends with a NUL; cut when full */
    size_t n;
};

/* Append printf-formatted text as it is. */
void log_line_add(struct log_line *line, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Append `format`, its %s values quoted where needed.  Knows % d i u x X o c s p e f g
 * with the lengths hh h l ll j z t, the flag 0, width and precision (also as *). */
void log_line_add_fields(struct log_line *line, const char *format, va_list list)
    __attribute__((format(printf, 2, 0)));

#endif
