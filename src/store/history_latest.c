/* history_latest.c - see history_latest.h. */
#include "store/history_latest.h"

#include "base/crc32c.h"
#include "base/memory.h"

#include <stdbool.h>
#include <string.h>

enum { VERSION = 1 };

void latest_close(struct latest *latest)
{
    memory_free(latest->at);
    *latest = (struct latest){0};
}

static err reserve(struct latest *latest, size_t n)
{
    if (n <= latest->room) return ERR_OK;
    if (n > LATEST_POINTS_MAX) return ERR_FULL;
    size_t room = n + n / 2 + 16;
    struct latest_point *more = memory_resize(latest->at, room, sizeof *more);
    if (!more) return ERR_MEMORY;
    latest->at = more;
    latest->room = room;
    return ERR_OK;
}

static size_t place_of(const struct latest *latest, uint32_t point)
{
    size_t low = 0, high = latest->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (latest->at[middle].point < point) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

err latest_add(struct latest *latest, uint32_t point, const struct history_sample *sample)
{
    size_t at = place_of(latest, point);
    if (at < latest->n && latest->at[at].point == point) {
        if (sample->time_ms >= latest->at[at].sample.time_ms)
            latest->at[at].sample = *sample;
        return ERR_OK;
    }
    err e = reserve(latest, latest->n + 1);
    if (e) return e;
    memmove(&latest->at[at + 1], &latest->at[at], (latest->n - at) * sizeof *latest->at);
    latest->at[at] = (struct latest_point){point, *sample};
    latest->n++;
    return ERR_OK;
}

const struct latest_point *latest_find(const struct latest *latest, uint32_t point)
{
    size_t at = place_of(latest, point);
    return at < latest->n && latest->at[at].point == point ? &latest->at[at] : NULL;
}

err latest_add_older(struct latest *latest, uint32_t point,
                     const struct history_sample *sample)
{
    const struct latest_point *known = latest_find(latest, point);
    if (known && known->sample.time_ms >= sample->time_ms) return ERR_OK;
    return latest_add(latest, point, sample);
}

err latest_add_matrix(struct latest *latest, const struct matrix *matrix, size_t row)
{
    err e = ERR_OK;
    for (size_t c = 0; !e && c < matrix->columns_n; c++) {
        size_t column = c * matrix->rows_n, r = matrix->rows_n;
        while (r > row && matrix->qualities[column + r - 1] == HISTORY_NO_SAMPLE) r--;
        if (r == row) continue;
        struct history_sample sample = {matrix->times_ms[r - 1],
                                        matrix->values[column + r - 1],
                                        (uint8_t)matrix->qualities[column + r - 1]};
        e = latest_add(latest, matrix->points[c], &sample);
    }
    return e;
}

err latest_encode(const struct latest *latest, struct buffer *out)
{
    size_t start = out->n;
    buffer_put_u32_le(out, 0);
    buffer_put_u8(out, VERSION);
    buffer_put_varint(out, latest->n);
    uint32_t before = 0;
    for (size_t i = 0; i < latest->n; i++) {
        const struct latest_point *point = &latest->at[i];
        uint64_t bits;
        memcpy(&bits, &point->sample.value, sizeof bits);
        buffer_put_varint(out, point->point - before);
        buffer_put_u64_le(out, (uint64_t)point->sample.time_ms);
        buffer_put_u8(out, point->sample.quality);
        buffer_put_u64_le(out, bits);
        before = point->point;
    }
    if (out->broken) return out->broken;
    uint32_t crc = crc32c((struct bytes){out->at + start + 4, out->n - start - 4});
    for (int i = 0; i < 4; i++) out->at[start + (size_t)i] = (uint8_t)(crc >> (8 * i));
    return ERR_OK;
}

static bool point_take(struct bytes *in, uint64_t *before, struct latest_point *point)
{
    uint64_t gap, time, bits;
    if (!bytes_take_varint(in, &gap) || gap > UINT32_MAX - *before) return false;
    if (!bytes_take_u64_le(in, &time) || !bytes_take_u8(in, &point->sample.quality) ||
        !bytes_take_u64_le(in, &bits)) {
        return false;
    }
    *before += gap;
    point->point = (uint32_t)*before;
    point->sample.time_ms = (int64_t)time;
    memcpy(&point->sample.value, &bits, sizeof bits);
    return true;
}

err latest_decode(struct bytes blob, struct latest *latest)
{
    struct bytes in = blob;
    uint32_t crc;
    uint8_t version;
    uint64_t n, before = 0;
    if (!bytes_take_u32_le(&in, &crc) || crc != crc32c(in)) return ERR_CORRUPT;
    if (!bytes_take_u8(&in, &version) || version != VERSION) return ERR_CORRUPT;
    if (!bytes_take_varint(&in, &n) || n > in.n / 18) return ERR_CORRUPT;
    err e = reserve(latest, (size_t)n);
    if (e) return e;
    latest->n = 0;
    for (uint64_t i = 0; i < n; i++) {
        uint64_t last = before;
        struct latest_point point = {0};
        if (!point_take(&in, &before, &point)) return ERR_CORRUPT;
        if (i && before == last) return ERR_CORRUPT;
        latest->at[latest->n++] = point;
    }
    return in.n ? ERR_CORRUPT : ERR_OK;
}
