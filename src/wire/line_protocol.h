/* line_protocol.h - InfluxDB's line protocol: text to points and back.
 *
 *   measurement[,tag=value ...] field=value[,field=value ...] [timestamp]
 *
 * Pure.  Reads what InfluxData's own decoder reads and refuses what it refuses
 * (tests/golden/influx: its corpus).  Keys and values are NUL-ended copies in the arena;
 * string values may hold any byte and have a length. */
#ifndef HEATNET_WIRE_LINE_PROTOCOL_H
#define HEATNET_WIRE_LINE_PROTOCOL_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum { LINE_TAGS_MAX = 256, LINE_FIELDS_MAX = 512, LINE_WHY_BYTES = 200 };

enum line_type { LINE_FLOAT, LINE_INTEGER, LINE_UNSIGNED, LINE_BOOLEAN, LINE_STRING };

struct line_tag {
    const char *key, *value;
};

struct line_field {
    const char *key;
    enum line_type type;
    double number;       /* float; the others as near as a double comes */
    int64_t integer;     /* integer, boolean; unsigned in its bits */
    struct bytes string; /* unescaped */
};

struct line_point {
    const char *measurement;
    size_t tags_n, fields_n;
    struct line_tag *tags; /* sorted by key */
    struct line_field *fields;
    bool has_time;
    int64_t time; /* in whatever precision the sender says */
    struct bytes line; /* as it came */
};

struct line_reader {
    struct bytes rest;
    struct bytes whole;
    uint32_t line; /* number of the line at `rest`, from 1 */
    struct arena *arena;
};

void line_reader_open(struct line_reader *reader, struct bytes text, struct arena *arena);
/* The next point.  ERR_SHORT: none is left.  ERR_FRAME: this line is wrong, `why` says
 * where and what ("at line 1:11: ..."), point->line is set, and the reader stands behind
 * it.  ERR_MEMORY. */
MUST_USE err line_next(struct line_reader *reader, struct line_point *point,
                       char why[LINE_WHY_BYTES]);

/* Append the point as one line without its end.  ERR_RANGE: it cannot be written (no
 * field, an empty name, a number that is not finite). */
MUST_USE err line_write(const struct line_point *point, struct buffer *out);

const char *line_type_word(enum line_type type);

#endif
