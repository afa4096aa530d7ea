/* golden.h - the JSON files of tests/golden, and a vector's bytes. */
#ifndef HEATNET_TESTS_WIRE_GOLDEN_H
#define HEATNET_TESTS_WIRE_GOLDEN_H

#include "base/bytes.h"
#include "base/text.h"
#include "check.h"

#include <jansson.h>

enum { GOLDEN_BYTES_MAX = 512 };

static inline json_t *golden_load(const char *name)
{
    char path[300];
    json_error_t error;
    assert_true(text_format(path, sizeof path, "%s/%s", HEATNET_GOLDEN, name));
    json_t *json = json_load_file(path, 0, &error);
    if (!json) fail_msg("%s:%d: %s", path, error.line, error.text);
    return json;
}

static inline const char *golden_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static inline struct bytes golden_bytes(const json_t *vector, uint8_t *room)
{
    size_t n = 0;
    assert_true(
        bytes_from_hex(golden_text(vector, "frame"), room, GOLDEN_BYTES_MAX, &n));
    return (struct bytes){room, n};
}

#endif
