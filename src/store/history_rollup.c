/* history_rollup.c - see history_rollup.h. */
#include "store/history_rollup.h"

#include "base/crc32c.h"
#include "base/ensure.h"
#include "base/memory.h"

#include <string.h>

enum { VERSION = 1, PATTERNS_MAX = 64, MINUTE_MS = 60000, EDGES_N = 4 };

void rollup_close(struct rollup *rollup)
{
    memory_free(rollup->points);
    memory_free(rollup->decimals);
    memory_free(rollup->spans);
    *rollup = (struct rollup){0};
}

void rollup_clear(struct rollup *rollup, int64_t day_ms, int64_t next_ms, int64_t unit_ms)
{
    ensure(next_ms > day_ms);

    rollup->day_ms = day_ms;
    rollup->unit_ms = unit_ms;
    rollup->units_n = (size_t)((next_ms - day_ms + unit_ms - 1) / unit_ms);
    ensure(rollup->units_n <= ROLLUP_UNITS_MAX);
    memset(rollup->rows, 0, sizeof rollup->rows);
    rollup->points_n = 0;
}

static bool points_reserve(struct rollup *rollup, size_t room)
{
    uint32_t *points = memory_resize(rollup->points, room, sizeof *points);
    if (points) rollup->points = points;
    int8_t *decimals = memory_resize(rollup->decimals, room, sizeof *decimals);
    if (decimals) rollup->decimals = decimals;
    if (points && decimals) rollup->points_room = room;
    return points && decimals;
}

static bool reserve(struct rollup *rollup, size_t points_n)
{
    size_t room = points_n + points_n / 2 + 16;
    if (points_n > rollup->points_room && !points_reserve(rollup, room)) return false;
    if (rollup->spans && points_n * rollup->units_n <= rollup->spans_room) return true;
    room = room * rollup->units_n + 1; /* never nothing: there may be no units */
    struct history_span *spans = memory_resize(rollup->spans, room, sizeof *spans);
    if (!spans) return false;
    rollup->spans = spans;
    rollup->spans_room = room;
    return true;
}

struct history_span *rollup_point(struct rollup *rollup, uint32_t point, size_t *index)
{
    size_t low = 0, high = rollup->points_n, units = rollup->units_n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (rollup->points[middle] < point) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *index = low;
    if (low < rollup->points_n && rollup->points[low] == point) {
        return &rollup->spans[low * units];
    }
    if (rollup->points_n == ROLLUP_POINTS_MAX || !reserve(rollup, rollup->points_n + 1)) {
        return NULL;
    }
    size_t behind = rollup->points_n - low;
    memmove(&rollup->points[low + 1], &rollup->points[low], behind * sizeof(uint32_t));
    memmove(&rollup->decimals[low + 1], &rollup->decimals[low], behind);
    struct history_span *spans = &rollup->spans[low * units];
    memmove(spans + units, spans, behind * units * sizeof *spans);
    memset(spans, 0, units * sizeof *spans);
    rollup->points[low] = point;
    rollup->decimals[low] = 0;
    rollup->points_n++;
    return spans;
}

size_t rollup_unit(const struct rollup *rollup, int64_t time_ms)
{
    ensure(time_ms >= rollup->day_ms);
    size_t unit = (size_t)((time_ms - rollup->day_ms) / rollup->unit_ms);
    return unit < rollup->units_n ? unit : rollup->units_n - 1;
}

/* --- encode ------------------------------------------------------------------------- */

struct patterns {
    struct buffer bytes; /* one after the other */
    size_t start[PATTERNS_MAX + 1];
    size_t n;
};

static void pattern_put(const struct rollup *rollup, const struct history_span *spans,
                        struct buffer *out)
{
    for (size_t u = 0; u < rollup->units_n; u++) {
        const struct history_span *span = &spans[u];
        int64_t start_ms = rollup->day_ms + (int64_t)u * rollup->unit_ms;
        buffer_put_varint(out, span->n);
        buffer_put_varint(out, span->bad_n);
        if (span->n == 0) continue;
        int64_t length_ms = span->last_ms - span->first_ms;
        buffer_put_varint(out, (uint64_t)(span->first_ms - start_ms));
        buffer_put_varint(out, (uint64_t)length_ms);
        buffer_put_varint(out, (uint64_t)(length_ms - span->weight_ms));
    }
}

/* A roll-up without units has empty patterns, and maybe no memory to point into. */
static struct bytes pattern_at(const struct patterns *patterns, size_t i)
{
    size_t start = patterns->start[i], n = patterns->start[i + 1] - start;
    return (struct bytes){n ? patterns->bytes.at + start : NULL, n};
}

/* Index of the point's pattern among the last ones; PATTERNS_MAX is flushed by starting
 * anew at its last place, which only costs sharing. */
static size_t pattern_take(struct patterns *patterns, struct bytes pattern)
{
    for (size_t i = patterns->n; i-- > 0;) {
        if (bytes_equal(pattern_at(patterns, i), pattern)) return i;
    }
    if (patterns->n == PATTERNS_MAX) return PATTERNS_MAX;
    buffer_put(&patterns->bytes, pattern);
    patterns->start[++patterns->n] = patterns->bytes.n;
    return patterns->n - 1;
}

static err column_put(const double *values, size_t n, struct column_room *room,
                      struct buffer *code, struct buffer *out)
{
    int decimals;
    buffer_clear(code);
    err e = column_encode(values, n, room, code, &decimals);
    if (e) return e;
    buffer_put_varint(out, code->n);
    buffer_put(out, buffer_bytes(code));
    return code->broken;
}

static err values_put(const struct rollup *rollup, const struct history_span *spans,
                      struct column_room *room, struct buffer *code, struct buffer *out)
{
    double edges[EDGES_N * ROLLUP_UNITS_MAX], sums[3][ROLLUP_UNITS_MAX];
    size_t n = 0;
    for (size_t u = 0; u < rollup->units_n; u++) {
        const struct history_span *span = &spans[u];
        if (span->n == 0) continue;
        edges[EDGES_N * n] = span->min;
        edges[EDGES_N * n + 1] = span->max;
        edges[EDGES_N * n + 2] = span->first;
        edges[EDGES_N * n + 3] = span->last;
        sums[0][n] = span->sum;
        sums[1][n] = span->integral;
        sums[2][n] = span->increase;
        n++;
    }
    if (n == 0) return ERR_OK;
    err e = column_put(edges, EDGES_N * n, room, code, out);
    for (size_t i = 0; !e && i < COUNT(sums); i++)
        e = column_put(sums[i], n, room, code, out);
    return e;
}

struct rollup_parts {
    struct patterns patterns;
    struct buffer pattern, code, directory, codes;
};

static void parts_open(struct rollup_parts *parts)
{
    *parts = (struct rollup_parts){0};
    struct buffer *buffers[] = {&parts->patterns.bytes, &parts->pattern, &parts->code,
                                &parts->directory, &parts->codes};
    for (size_t i = 0; i < COUNT(buffers); i++) buffer_open(buffers[i], ROLLUP_BYTES_MAX);
}

static void parts_close(struct rollup_parts *parts)
{
    struct buffer *buffers[] = {&parts->patterns.bytes, &parts->pattern, &parts->code,
                                &parts->directory, &parts->codes};
    for (size_t i = 0; i < COUNT(buffers); i++) buffer_close(buffers[i]);
}

static err point_put(const struct rollup *rollup, size_t i, struct column_room *room,
                     struct rollup_parts *parts)
{
    const struct history_span *spans = &rollup->spans[i * rollup->units_n];
    buffer_clear(&parts->pattern);
    pattern_put(rollup, spans, &parts->pattern);
    size_t index = pattern_take(&parts->patterns, buffer_bytes(&parts->pattern));
    size_t start = parts->codes.n;
    buffer_put_varint(&parts->codes, index);
    /* The list is full: the pattern stands here itself. */
    if (index == PATTERNS_MAX) buffer_put(&parts->codes, buffer_bytes(&parts->pattern));
    buffer_put_u8(&parts->codes, (uint8_t)(rollup->decimals[i] + 1));
    err e = values_put(rollup, spans, room, &parts->code, &parts->codes);
    buffer_put_varint(&parts->directory,
                      rollup->points[i] - (i ? rollup->points[i - 1] : 0));
    buffer_put_varint(&parts->directory, parts->codes.n - start);
    return e ? e : parts->codes.broken;
}

static void patterns_put(const struct patterns *patterns, struct buffer *out)
{
    buffer_put_varint(out, patterns->n);
    for (size_t i = 0; i < patterns->n; i++) {
        struct bytes pattern = pattern_at(patterns, i);
        buffer_put_varint(out, pattern.n);
        buffer_put(out, pattern);
    }
}

err rollup_encode(const struct rollup *rollup, struct column_room *room,
                  struct buffer *out)
{
    struct rollup_parts parts;
    parts_open(&parts);
    err e = ERR_OK;
    for (size_t i = 0; !e && i < rollup->points_n; i++)
        e = point_put(rollup, i, room, &parts);

    size_t start = out->n;
    buffer_put_u32_le(out, 0);
    buffer_put_u8(out, VERSION);
    buffer_put_varint(out, (uint64_t)(rollup->unit_ms / MINUTE_MS));
    buffer_put_varint(out, rollup->units_n);
    for (size_t u = 0; u < rollup->units_n; u++) buffer_put_varint(out, rollup->rows[u]);
    patterns_put(&parts.patterns, out);
    buffer_put_varint(out, rollup->points_n);
    buffer_put(out, buffer_bytes(&parts.directory));
    buffer_put(out, buffer_bytes(&parts.codes));
    if (!e) e = parts.directory.broken ? parts.directory.broken : out->broken;
    if (!e) e = parts.pattern.broken ? parts.pattern.broken : parts.patterns.bytes.broken;
    parts_close(&parts);
    if (e) return e;
    uint32_t crc = crc32c((struct bytes){out->at + start + 4, out->n - start - 4});
    for (int i = 0; i < 4; i++) out->at[start + (size_t)i] = (uint8_t)(crc >> (8 * i));
    return ERR_OK;
}

/* --- decode ------------------------------------------------------------------------- */

static bool head_take(struct bytes *in, struct rollup *rollup)
{
    uint32_t crc;
    uint8_t version;
    uint64_t minutes, units_n;
    if (!bytes_take_u32_le(in, &crc) || crc != crc32c(*in)) return false;
    if (!bytes_take_u8(in, &version) || version != VERSION) return false;
    if (!bytes_take_varint(in, &minutes) || minutes == 0 || minutes > 1440) return false;
    if (!bytes_take_varint(in, &units_n) || units_n > ROLLUP_UNITS_MAX) return false;
    rollup->unit_ms = (int64_t)minutes * MINUTE_MS;
    rollup->units_n = (size_t)units_n;
    for (size_t u = 0; u < units_n; u++) {
        if (!bytes_take_varint(in, &rollup->rows[u])) return false;
    }
    return true;
}

static bool take_sized(struct bytes *in, struct bytes *taken)
{
    uint64_t n;
    return bytes_take_varint(in, &n) && n <= in->n && bytes_take(in, (size_t)n, taken);
}

static bool patterns_take(struct bytes *in, struct bytes patterns[PATTERNS_MAX],
                          size_t *n)
{
    uint64_t count;
    if (!bytes_take_varint(in, &count) || count > PATTERNS_MAX) return false;
    for (size_t i = 0; i < count; i++) {
        if (!take_sized(in, &patterns[i])) return false;
    }
    *n = (size_t)count;
    return true;
}

/* Fills the counts and times of a point's spans; *n: how many of them have samples. */
static bool pattern_apply(struct bytes *in, const struct rollup *rollup,
                          struct history_span *spans, size_t *n)
{
    *n = 0;
    for (size_t u = 0; u < rollup->units_n; u++) {
        struct history_span *span = &spans[u];
        int64_t start_ms = rollup->day_ms + (int64_t)u * rollup->unit_ms;
        uint64_t offset, length, loss;
        *span = (struct history_span){0};
        if (!bytes_take_varint(in, &span->n) || !bytes_take_varint(in, &span->bad_n)) {
            return false;
        }
        if (span->n == 0) continue;
        if (!bytes_take_varint(in, &offset) || !bytes_take_varint(in, &length) ||
            !bytes_take_varint(in, &loss)) {
            return false;
        }
        if (offset > ROLLUP_COARSE_MS * 5 || length > ROLLUP_COARSE_MS * 5) return false;
        if (loss > length) return false;
        span->first_ms = start_ms + (int64_t)offset;
        span->last_ms = span->first_ms + (int64_t)length;
        span->weight_ms = (int64_t)(length - loss);
        ++*n;
    }
    return true;
}

static err values_take(struct bytes in, size_t units_n, size_t n,
                       struct history_span *spans)
{
    double edges[EDGES_N * ROLLUP_UNITS_MAX], sums[3][ROLLUP_UNITS_MAX];
    struct bytes code;
    if (!take_sized(&in, &code)) return ERR_CORRUPT;
    err e = column_decode(code, EDGES_N * n, edges);
    for (size_t i = 0; !e && i < COUNT(sums); i++) {
        if (!take_sized(&in, &code)) return ERR_CORRUPT;
        e = column_decode(code, n, sums[i]);
    }
    if (e || in.n) return ERR_CORRUPT;
    size_t at = 0;
    for (size_t u = 0; u < units_n; u++) {
        struct history_span *span = &spans[u];
        if (span->n == 0) continue;
        span->min = edges[EDGES_N * at];
        span->max = edges[EDGES_N * at + 1];
        span->first = edges[EDGES_N * at + 2];
        span->last = edges[EDGES_N * at + 3];
        span->sum = sums[0][at];
        span->integral = sums[1][at];
        span->increase = sums[2][at];
        at++;
    }
    return ERR_OK;
}

static err point_take(struct bytes in, const struct bytes *patterns, size_t patterns_n,
                      struct rollup *rollup)
{
    size_t i = rollup->points_n;
    struct history_span *spans = &rollup->spans[i * rollup->units_n];
    uint64_t index;
    uint8_t decimals;
    size_t n = 0;
    if (!bytes_take_varint(&in, &index)) return ERR_CORRUPT;
    bool inside = index == PATTERNS_MAX; /* the pattern stands here itself */
    if (!inside && index >= patterns_n) return ERR_CORRUPT;
    struct bytes pattern = inside ? in : patterns[index];
    if (!pattern_apply(&pattern, rollup, spans, &n)) return ERR_CORRUPT;
    if (inside) {
        in = pattern;
    } else if (pattern.n) {
        return ERR_CORRUPT;
    }
    if (!bytes_take_u8(&in, &decimals) || decimals > COLUMN_DECIMALS_MAX + 1) {
        return ERR_CORRUPT;
    }
    rollup->decimals[i] = (int8_t)(decimals - 1);
    if (n) return values_take(in, rollup->units_n, n, spans);
    return in.n ? ERR_CORRUPT : ERR_OK;
}

struct walk {
    struct bytes directory, codes;
    struct bytes patterns[PATTERNS_MAX];
    size_t patterns_n;
    uint64_t points_n, at;
};

/* Everything before the codes. */
static bool walk_begin(struct walk *walk, struct bytes in, struct rollup *rollup)
{
    uint64_t gap, n;
    walk->at = 0;
    if (!head_take(&in, rollup)) return false;
    if (!patterns_take(&in, walk->patterns, &walk->patterns_n)) return false;
    if (!bytes_take_varint(&in, &walk->points_n) || walk->points_n > in.n) return false;
    walk->directory = in;
    for (uint64_t i = 0; i < walk->points_n; i++) {
        if (!bytes_take_varint(&in, &gap) || !bytes_take_varint(&in, &n)) return false;
    }
    walk->codes = in;
    return true;
}

/* The next point and its code. */
static bool walk_next(struct walk *walk, struct bytes *code)
{
    uint64_t gap = 0, n = 0;
    bool fits = bytes_take_varint(&walk->directory, &gap) &&
                bytes_take_varint(&walk->directory, &n);
    ensure(fits); /* walk_begin has seen it */
    if (gap == 0 || gap > UINT32_MAX - walk->at) return false; /* ids begin at 1 */
    walk->at += gap;
    return n <= walk->codes.n && bytes_take(&walk->codes, (size_t)n, code);
}

err rollup_decode(struct bytes blob, int64_t day_ms, uint32_t point,
                  struct rollup *rollup)
{
    struct walk walk;
    struct bytes code;
    rollup->day_ms = day_ms;
    rollup->points_n = 0;
    if (!walk_begin(&walk, blob, rollup)) return ERR_CORRUPT;
    if (!reserve(rollup, point ? 1 : (size_t)walk.points_n + 1)) return ERR_MEMORY;
    for (uint64_t i = 0; i < walk.points_n; i++) {
        if (!walk_next(&walk, &code)) return ERR_CORRUPT;
        if (point && walk.at != point) continue;
        rollup->points[rollup->points_n] = (uint32_t)walk.at;
        err e = point_take(code, walk.patterns, walk.patterns_n, rollup);
        if (e) return e;
        rollup->points_n++;
        if (point) break;
    }
    return ERR_OK;
}
