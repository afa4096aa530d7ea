/* lines.h - series of numbers over time, as an answer of the server holds them: what is
 * printed as sparklines and plotted. */
#ifndef HEATNET_HEATNET_LINES_H
#define HEATNET_HEATNET_LINES_H

#include "base/err.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

enum { LINE_NAME_BYTES = 240, SPARK_BYTES = 200 };

struct line {
    char name[LINE_NAME_BYTES];
    size_t n;
    int64_t *times_ms;
    double *values; /* finite */
};

struct lines {
    size_t n;
    struct line *at;
};

/* Of an answer of /query_range, or of /history (its first aggregate).  ERR_FRAME:
 * neither.
 */
MUST_USE err lines_read(const json_t *answer, struct lines *lines);
void lines_close(struct lines *lines);

/* "▁▃▅█", at most `width` columns (60), from `from_ms` to `to_ms`; a column without a
 * value is a blank. */
void line_spark(const struct line *line, const int64_t from_to_ms[2], size_t width,
                char out[SPARK_BYTES]);
/* A name, newest value, least and most, and the sparkline of each. */
void lines_print(const struct lines *lines, const int64_t from_to_ms[2]);

#endif
