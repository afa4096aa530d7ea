/* calendar_tzif.c - the time zone information format, RFC 8536.
 *
 *   header v1, data v1 (4-byte times, skipped), header v2+, data v2+ (8-byte times),
 * footer data: times[timecnt] indices[timecnt] types[typecnt * 6] names[charcnt]
 *         leaps[leapcnt * 12] standard[isstdcnt] utc[isutcnt]
 *   footer: newline, POSIX TZ text, newline */
#include "base/ensure.h"
#include "base/memory.h"
#include "model/calendar.h"
#include "model/calendar_internal.h"

#include <string.h>

enum { OFFSET_S_MIN = -25 * 3600, OFFSET_S_MAX = 26 * 3600 };

enum { CHANGES_MAX = 10000, TYPE_BYTES = 6, RESERVED_BYTES = 15 };

static const int64_t time_s_max = INT64_C(3155760000000);

struct header {
    uint8_t version;
    uint32_t utc_n, standard_n, leap_n, time_n, type_n, char_n;
};

static bool take_header(struct bytes *in, struct header *h)
{
    struct bytes magic, reserved;
    if (!bytes_take(in, 4, &magic) || memcmp(magic.at, "TZif", 4) != 0) return false;
    return bytes_take_u8(in, &h->version) && bytes_take(in, RESERVED_BYTES, &reserved) &&
           bytes_take_u32_be(in, &h->utc_n) && bytes_take_u32_be(in, &h->standard_n) &&
           bytes_take_u32_be(in, &h->leap_n) && bytes_take_u32_be(in, &h->time_n) &&
           bytes_take_u32_be(in, &h->type_n) && bytes_take_u32_be(in, &h->char_n);
}

static bool skip(struct bytes *in, uint64_t n)
{
    struct bytes skipped;
    return n <= in->n && bytes_take(in, (size_t)n, &skipped);
}

/* The data behind its times, indices and types. */
static bool skip_tail(struct bytes *in, const struct header *h, uint64_t time_bytes)
{
    return skip(in, (uint64_t)h->char_n + h->leap_n * (time_bytes + 4) + h->standard_n +
                        (uint64_t)h->utc_n);
}

static bool skip_version_1(struct bytes *in, const struct header *h)
{
    return skip(in, (uint64_t)h->time_n * 5 + (uint64_t)h->type_n * TYPE_BYTES) &&
           skip_tail(in, h, 4);
}

static bool offset_of_type(struct bytes types, size_t type, int64_t *offset_ms)
{
    struct bytes in = types, before;
    uint32_t raw;
    if (!bytes_take(&in, type * TYPE_BYTES, &before)) return false;
    if (!bytes_take_u32_be(&in, &raw)) return false;
    int64_t offset_s = (int32_t)raw;
    if (offset_s < OFFSET_S_MIN || offset_s > OFFSET_S_MAX) return false;
    *offset_ms = offset_s * 1000;
    return true;
}

static bool take_time(struct bytes *in, int64_t *utc_ms)
{
    uint32_t high, low;
    if (!bytes_take_u32_be(in, &high) || !bytes_take_u32_be(in, &low)) return false;
    int64_t s = (int64_t)((uint64_t)high << 32 | low);
    if (s < -time_s_max) s = -time_s_max; /* "the beginning": some files say -2^59 */
    if (s > time_s_max) return false;
    *utc_ms = s * 1000;
    return true;
}

static bool read_changes(struct bytes times, struct bytes kinds, struct bytes types,
                         struct calendar *calendar)
{
    for (size_t i = 0; i < calendar->changes_n; i++) {
        struct calendar_change *change = &calendar->changes[i];
        if (!take_time(&times, &change->utc_ms)) return false;
        if (i > 0 && change->utc_ms <= change[-1].utc_ms) return false;
        if (!offset_of_type(types, kinds.at[i], &change->offset_ms)) return false;
    }
    return offset_of_type(types, 0, &calendar->first_offset_ms);
}

static err read_footer(struct bytes in, struct calendar *calendar)
{
    uint8_t mark;
    if (!bytes_take_u8(&in, &mark) || mark != '\n') return ERR_FRAME;
    const uint8_t *end = memchr(in.at, '\n', in.n);
    if (end == NULL) return ERR_FRAME;
    in.n = (size_t)(end - in.at);
    calendar->has_rule = in.n > 0;
    return calendar->has_rule ? calendar_rule_read(in, &calendar->rule) : ERR_OK;
}

static err read_version_2(struct bytes in, struct calendar *calendar)
{
    struct header h;
    struct bytes times, kinds, types;
    if (!take_header(&in, &h) || h.version < '2') return ERR_FRAME;
    if (h.time_n > CHANGES_MAX || h.type_n == 0 || h.type_n > 256) return ERR_FRAME;
    if (!bytes_take(&in, (size_t)h.time_n * 8, &times)) return ERR_FRAME;
    if (!bytes_take(&in, h.time_n, &kinds)) return ERR_FRAME;
    if (!bytes_take(&in, (size_t)h.type_n * TYPE_BYTES, &types)) return ERR_FRAME;
    if (!skip_tail(&in, &h, 8)) return ERR_FRAME;

    calendar->changes_n = h.time_n;
    if (h.time_n > 0) {
        calendar->changes = memory_new(h.time_n, sizeof *calendar->changes);
        if (calendar->changes == NULL) return ERR_MEMORY;
    }
    if (!read_changes(times, kinds, types, calendar)) return ERR_FRAME;
    return read_footer(in, calendar);
}

err calendar_open(struct bytes tzif, struct calendar **calendar)
{
    ensure(calendar != NULL);
    struct header h;
    if (!take_header(&tzif, &h) || h.version < '2') return ERR_FRAME;
    if (!skip_version_1(&tzif, &h)) return ERR_FRAME;

    struct calendar *c = memory_new(1, sizeof *c);
    if (c == NULL) return ERR_MEMORY;
    err e = read_version_2(tzif, c);
    if (e)
        calendar_close(c);
    else
        *calendar = c;
    return e;
}
