/* remote_write.c - see remote_write.h. */
#include "wire/remote_write.h"

#include "base/text.h"
#include "wire/protobuf.h"

#include <snappy-c.h>
#include <string.h>

enum { REQUEST_SERIES = 1 };

enum { SERIES_LABELS = 1, SERIES_SAMPLES = 2 };

enum { LABEL_NAME = 1, LABEL_VALUE = 2 };

enum { SAMPLE_VALUE = 1, SAMPLE_TIME = 2 };

/* value.StaleNaN */
#define STALE_BITS 0x7ff0000000000002ULL

bool remote_write_is_stale(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits == STALE_BITS;
}

err remote_write_unpack(struct bytes block, struct arena *arena, struct bytes *message)
{
    size_t n = 0;
    const char *in = block.n ? (const char *)block.at : "";
    if (snappy_uncompressed_length(in, block.n, &n) != SNAPPY_OK) return ERR_FRAME;
    if (n > REMOTE_WRITE_BYTES_MAX) return ERR_FULL;
    char *out = arena_new(arena, n + 1, 1);
    if (!out) return ERR_MEMORY;
    if (snappy_uncompress(in, block.n, out, &n) != SNAPPY_OK) return ERR_FRAME;
    *message = (struct bytes){(const uint8_t *)out, n};
    return ERR_OK;
}

static err wrong(char why[REMOTE_WRITE_WHY_BYTES], const char *what)
{
    text_format(why, REMOTE_WRITE_WHY_BYTES, "%s", what);
    return ERR_FRAME;
}

static err take_text(struct bytes bytes, struct arena *arena, const char **text)
{
    if (!bytes.n) return ERR_OK;
    if (memchr(bytes.at, '\0', bytes.n)) return ERR_FRAME;
    *text = arena_text(arena, (const char *)bytes.at, bytes.n);
    return *text ? ERR_OK : ERR_MEMORY;
}

static err take_label(struct bytes message, struct arena *arena,
                      struct remote_label *label)
{
    struct protobuf_field field;
    *label = (struct remote_label){"", ""};
    err e = ERR_OK;
    while (!e && message.n) {
        if (!protobuf_next(&message, &field)) return ERR_FRAME;
        if (field.type != PROTOBUF_BYTES) continue;
        if (field.number == LABEL_NAME) e = take_text(field.bytes, arena, &label->name);
        if (field.number == LABEL_VALUE) e = take_text(field.bytes, arena, &label->value);
    }
    return e;
}

static err take_sample(struct bytes message, struct remote_sample *sample)
{
    struct protobuf_field field;
    *sample = (struct remote_sample){0};
    while (message.n) {
        if (!protobuf_next(&message, &field)) return ERR_FRAME;
        if (field.number == SAMPLE_VALUE && field.type == PROTOBUF_FIXED64)
            memcpy(&sample->value, &field.value, sizeof sample->value);
        if (field.number == SAMPLE_TIME && field.type == PROTOBUF_VARINT)
            sample->time_ms = (int64_t)field.value;
    }
    return ERR_OK;
}

static err count(struct bytes message, struct remote_series *series)
{
    struct protobuf_field field;
    while (message.n) {
        if (!protobuf_next(&message, &field)) return ERR_FRAME;
        if (field.type != PROTOBUF_BYTES) continue;
        series->labels_n += field.number == SERIES_LABELS;
        series->samples_n += field.number == SERIES_SAMPLES;
    }
    return ERR_OK;
}

static err take_series(struct bytes message, struct arena *arena,
                       struct remote_series *series, char why[REMOTE_WRITE_WHY_BYTES])
{
    *series = (struct remote_series){0};
    if (count(message, series)) return wrong(why, "a time series is not protobuf");
    if (series->labels_n > REMOTE_WRITE_LABELS_MAX)
        return wrong(why, "a time series has too many labels");
    series->labels = arena_new(arena, series->labels_n + 1, sizeof *series->labels);
    series->samples = arena_new(arena, series->samples_n + 1, sizeof *series->samples);
    if (!series->labels || !series->samples) return ERR_MEMORY;
    struct protobuf_field field;
    size_t labels_n = 0, samples_n = 0;
    err e = ERR_OK;
    while (!e && message.n) {
        if (!protobuf_next(&message, &field)) return wrong(why, "not protobuf");
        if (field.type != PROTOBUF_BYTES) continue;
        if (field.number == SERIES_LABELS)
            e = take_label(field.bytes, arena, &series->labels[labels_n++]);
        if (field.number == SERIES_SAMPLES)
            e = take_sample(field.bytes, &series->samples[samples_n++]);
    }
    return e == ERR_FRAME ? wrong(why, "a label or sample is not protobuf") : e;
}

err remote_write_next(struct bytes *message, struct arena *arena,
                      struct remote_series *series, char why[REMOTE_WRITE_WHY_BYTES])
{
    why[0] = '\0';
    while (message->n) {
        struct protobuf_field field;
        if (!protobuf_next(message, &field))
            return wrong(why, "the body is not a WriteRequest in protobuf");
        if (field.number == REQUEST_SERIES && field.type == PROTOBUF_BYTES)
            return take_series(field.bytes, arena, series, why);
    }
    return ERR_SHORT;
}
