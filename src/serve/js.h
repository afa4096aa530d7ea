/* js.h - writes JSON into a buffer, fast, for the answers that may be large.
 *
 * Commas come by themselves: whether one is due is read off the last byte written, so the
 * buffer is all the state there is.  Errors stay in the buffer (`broken`).  Numbers that
 * are not finite are written as null.  Small answers use it too, so that there is one
 * way. */
#ifndef HEATNET_SERVE_JS_H
#define HEATNET_SERVE_JS_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stdint.h>

void js_object(struct buffer *out);
void js_object_end(struct buffer *out);
void js_array(struct buffer *out);
void js_array_end(struct buffer *out);

/* A member's name; plain ASCII without quotes, as our own names are. */
void js_key(struct buffer *out, const char *name);

void js_text(struct buffer *out, const char *text); /* UTF-8; NULL writes null */
void js_i64(struct buffer *out, int64_t value);
void js_u64(struct buffer *out, uint64_t value);
void js_bool(struct buffer *out, bool value);
void js_null(struct buffer *out);
/* Reads back as the same double. */
void js_double(struct buffer *out, double value);
/* Seven digits: for means and other computed numbers. */
void js_about(struct buffer *out, double value);
/* A time or number whose 0 means "none": null then. */
void js_i64_or_null(struct buffer *out, int64_t value);

/* Name and value at once. */
void js_put_text(struct buffer *out, const char *name, const char *text);
void js_put_i64(struct buffer *out, const char *name, int64_t value);
void js_put_u64(struct buffer *out, const char *name, uint64_t value);
void js_put_bool(struct buffer *out, const char *name, bool value);
void js_put_double(struct buffer *out, const char *name, double value);
void js_put_i64_or_null(struct buffer *out, const char *name, int64_t value);

#endif
