/* json_report.h - a JSON message as a report: each leaf is a value.
 *
 *   {"t":{"supply":95.5},"on":true}  ->  "/t/supply" 95.5, "/on" true
 *
 * Names are JSON pointers (RFC 6901).  Pure; any bytes give an answer, the memory taken
 * is bounded by the message's length. */
#ifndef HEATNET_WIRE_JSON_REPORT_H
#define HEATNET_WIRE_JSON_REPORT_H

#include "wire/report.h"

#include <jansson.h>

enum { JSON_REPORT_BYTES_MAX = 1024 * 1024, JSON_REPORT_DEPTH_MAX = 16 };

/* Every leaf of the message.  `time_pointer` "" = the message has no time; otherwise the
 * pointer of a leaf that has it: RFC 3339 text, or a number of seconds or milliseconds
 * (below 10^11 it is seconds).  ERR_FRAME: not JSON, or no time there; ERR_FULL. */
MUST_USE err json_report_decode(struct bytes in, const char *time_pointer,
                                struct arena *arena, struct report *report);

/* For the codecs of messages that are JSON.  The caller gives the root back with
 * json_decref.  ERR_FRAME: report->why and ->at are set. */
MUST_USE err json_report_load(struct bytes in, struct report *report, json_t **root);
/* One leaf as a value; a list or object as text. */
MUST_USE err json_report_put(const char *name, const json_t *leaf, bool is_head,
                             struct arena *arena, struct report *report);
/* All leaves below, named by their path: members joined by "/", `first` before them. */
MUST_USE err json_report_flatten(const char *first, const json_t *json,
                                 struct arena *arena, struct report *report);
/* False when it says no time. */
bool json_report_time(const json_t *leaf, int64_t *utc_ms);

#endif
