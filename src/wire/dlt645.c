/* dlt645.c - a frame into a telegram, and a request into a frame. */
#include "wire/dlt645.h"

#include "base/ensure.h"
#include "base/text.h"
#include "wire/bcd.h"
#include "wire/dlt645_items.h"

#include <string.h>

/* --- one value ------------------------------------------------------------------- */

struct reader {
    struct arena *arena;
    struct telegram *telegram;
    size_t at;
};

static struct telegram_value *add(const struct reader *r, const struct dlt645_item *item,
                                  const char *suffix)
{
    struct telegram_value *v = telegram_add(r->telegram, r->arena);
    if (!v) return NULL;
    (void)text_format(v->name, sizeof v->name, "%s%s", item->name, suffix);
    v->tariff = item->tariff;
    v->storage = item->storage;
    v->at = r->at;
    return v;
}

static void keep_bytes(struct telegram_value *v, struct bytes in)
{
    size_t most = (sizeof v->text - 1) / 2;

    v->kind = TELEGRAM_BYTES;
    bcd_text((struct bytes){in.at, in.n < most ? in.n : most}, false, v->text);
}

static void read_digits(const struct dlt645_item *item, struct bytes in,
                        struct telegram_value *v)
{
    uint8_t room[BCD_BYTES_MAX];
    uint64_t value = 0;
    bool is_negative = false;

    if (bcd_is_all(in, 0xFF)) {
        v->kind = TELEGRAM_ABSENT;
        return;
    }
    memcpy(room, in.at, in.n);
    if (item->form == DLT645_SIGNED) {
        is_negative = room[in.n - 1] & 0x80;
        room[in.n - 1] &= 0x7F;
    }
    if (!bcd_take((struct bytes){room, in.n}, false, &value)) {
        keep_bytes(v, in);
        return;
    }
    v->number = bcd_scale(value, item->decimals);
    if (is_negative && value) v->number = -v->number;
}

/* Two digits each, high byte first: YY MM DD hh mm ss as far as `n` goes.  False: no such
 * day or hour. */
static bool is_time(const int *parts, size_t n)
{
    static const int lowest[] = {0, 1, 1, 0, 0, 0}, highest[] = {99, 12, 31, 23, 59, 59};

    for (size_t i = 0; i < n; i++)
        if (parts[i] < lowest[i] || parts[i] > highest[i]) return false;
    return true;
}

static int two_digits(uint8_t byte)
{
    return byte >> 4 > 9 || (byte & 15) > 9 ? -1 : (byte >> 4) * 10 + (byte & 15);
}

static void read_time(const struct dlt645_item *item, struct bytes in,
                      struct telegram_value *v)
{
    /* Where YY MM DD hh mm ss stand, -1 nowhere. */
    static const int8_t places[][6] = {
        [DLT645_DAY_TIME] = {4, 3, 2, 1, 0, -1},
        [DLT645_DATE] = {3, 2, 1, -1, -1, -1},
        [DLT645_CLOCK] = {-1, -1, -1, 2, 1, 0},
        [DLT645_DATE_CLOCK] = {6, 5, 4, 2, 1, 0},
    };
    static const int defaults[6] = {0, 1, 1, 0, 0, 0};
    int p[6];

    for (size_t i = 0; i < COUNT(p); i++) {
        int place = places[item->form][i];
        p[i] = place < 0 ? defaults[i] : two_digits(in.at[place]);
    }
    if (bcd_is_all(in, 0) || bcd_is_all(in, 0xFF)) {
        v->kind = TELEGRAM_ABSENT;
        return;
    }
    if (!is_time(p, COUNT(p))) {
        keep_bytes(v, in);
        return;
    }
    v->kind = TELEGRAM_TIME;
    if (item->form == DLT645_CLOCK)
        (void)text_format(v->text, sizeof v->text, "%02d:%02d:%02d", p[3], p[4], p[5]);
    else if (item->form == DLT645_DATE)
        (void)text_format(v->text, sizeof v->text, "20%02d-%02d-%02d", p[0], p[1], p[2]);
    else
        (void)text_format(v->text, sizeof v->text, "20%02d-%02d-%02dT%02d:%02d:%02d",
                          p[0], p[1], p[2], p[3], p[4], p[5]);
}

/* Sent last character first. */
static void read_ascii(struct bytes in, struct telegram_value *v)
{
    size_t n = 0;

    v->kind = TELEGRAM_TEXT;
    for (size_t i = in.n; i-- > 0;) {
        uint8_t c = in.at[i];
        if (c == 0 || c == ' ') {
            if (n) v->text[n++] = ' ';
        } else if (c < ' ' || c > '~') {
            keep_bytes(v, in);
            return;
        } else {
            v->text[n++] = (char)c;
        }
    }
    while (n && v->text[n - 1] == ' ') n--;
    v->text[n] = 0;
}

static err read_demand(const struct reader *r, struct dlt645_item *item, struct bytes in)
{
    struct telegram_value *v = add(r, item, "");
    if (!v) return ERR_FULL;
    (void)text_copy(v->unit, sizeof v->unit, item->unit);
    v->function = "maximum";
    item->form = DLT645_BCD;
    read_digits(item, (struct bytes){in.at, 3}, v);
    v = add(r, item, "_time");
    if (!v) return ERR_FULL;
    v->function = "maximum";
    item->form = DLT645_DAY_TIME;
    read_time(item, (struct bytes){in.at + 3, 5}, v);
    return ERR_OK;
}

static err read_item(const struct reader *r, struct dlt645_item *item, struct bytes in)
{
    if (item->form == DLT645_DEMAND) return read_demand(r, item, in);

    struct telegram_value *v = add(r, item, "");
    if (!v) return ERR_FULL;
    (void)text_copy(v->unit, sizeof v->unit, item->unit);
    switch (item->form) {
    case DLT645_BCD:
    case DLT645_SIGNED:
        read_digits(item, in, v);
        break;
    case DLT645_DAY_TIME:
    case DLT645_DATE:
    case DLT645_CLOCK:
    case DLT645_DATE_CLOCK:
        read_time(item, in, v);
        break;
    case DLT645_DIGITS:
        v->kind = TELEGRAM_TEXT;
        bcd_text(in, true, v->text);
        break;
    case DLT645_ASCII:
        read_ascii(in, v);
        break;
    case DLT645_BITS:
        v->number = in.at[0] | (in.n > 1 ? in.at[1] << 8 : 0);
        break;
    case DLT645_DEMAND:
        break;
    }
    return ERR_OK;
}

static err add_bytes(const struct reader *r, const char *name, struct bytes in)
{
    struct telegram_value *v = telegram_add(r->telegram, r->arena);
    if (!v) return ERR_FULL;
    (void)text_copy(v->name, sizeof v->name, name);
    v->at = r->at;
    keep_bytes(v, in);
    return ERR_OK;
}

/* A value that is alone has the length of the table, or its bytes are kept as bytes. */
static bool is_alone_and_odd(uint32_t di, struct bytes in)
{
    struct dlt645_item item;

    return !dlt645_is_block(di) && dlt645_item_find(di, 0, &item) && item.n != in.n;
}

err dlt645_values(uint32_t di, struct bytes in, size_t at, struct arena *arena,
                  struct telegram *telegram)
{
    struct reader r = {arena, telegram, at};
    struct dlt645_item item;
    struct bytes taken;
    err e = ERR_OK;

    if (is_alone_and_odd(di, in)) return add_bytes(&r, "data", in);
    for (size_t k = 0; in.n > 0 && !e; k++) {
        if (!dlt645_item_find(di, k, &item) || !bytes_take(&in, item.n, &taken)) break;
        e = read_item(&r, &item, taken);
        r.at += taken.n;
    }
    return !e && in.n ? add_bytes(&r, "data", in) : e;
}

/* --- a telegram ------------------------------------------------------------------ */

static const struct {
    uint8_t code;
    bool has_di;
    const char *text;
} kinds[] = {
    {DLT645_READ,           true,  "read"          },
    {DLT645_READ_NEXT,      true,  "read_next"     },
    {DLT645_READ_ADDRESS,   false, "read_address"  },
    {DLT645_WRITE,          true,  "write"         },
    {DLT645_WRITE_ADDRESS,  false, "write_address" },
    {DLT645_BROADCAST_TIME, false, "broadcast_time"},
    {0x03,                  false, "authenticate"  },
    {0x16,                  false, "freeze"        },
    {0x17,                  false, "set_speed"     },
    {0x18,                  false, "set_password"  },
    {0x19,                  false, "clear_demand"  },
    {0x1A,                  false, "clear_meter"   },
    {0x1B,                  false, "clear_events"  },
    {DLT645_CONTROL,        false, "control"       },
};

static bool has_di(uint8_t control)
{
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (kinds[i].code == (control & 0x1F)) return kinds[i].has_di;
    return false;
}

static void say_kind(struct telegram *t, uint8_t control)
{
    const char *what = "unknown";
    const char *way = !(control & DLT645_ANSWER) ? "request"
                      : control & DLT645_ERROR   ? "error"
                                                 : "answer";

    for (size_t i = 0; i < COUNT(kinds); i++)
        if (kinds[i].code == (control & 0x1F)) what = kinds[i].text;
    (void)text_format(t->kind, sizeof t->kind, "%s_%s", what, way);
    t->more_follows = (control & DLT645_ANSWER) && (control & DLT645_MORE);
}

static err add_text(const struct reader *r, const char *name, const char *text)
{
    struct telegram_value *v = telegram_add(r->telegram, r->arena);
    if (!v) return ERR_FULL;
    (void)text_copy(v->name, sizeof v->name, name);
    (void)text_copy(v->text, sizeof v->text, text);
    v->kind = TELEGRAM_TEXT;
    v->at = r->at;
    return ERR_OK;
}

static err read_error(const struct reader *r, struct bytes data)
{
    static const char *const words[] = {
        "other_error",  "no_such_data",    "not_authorised", "speed_cannot_change",
        "too_many_year_zones", "too_many_day_periods", "too_many_tariffs"};
    char text[TELEGRAM_TEXT_BYTES] = "";
    size_t n = 0;

    if (data.n == 0) return ERR_OK;
    for (size_t i = 0; i < COUNT(words); i++) {
        if (!(data.at[0] >> i & 1)) continue;
        (void)text_format(text + n, sizeof text - n, "%s%s", n ? " " : "", words[i]);
        n = strlen(text);
    }
    (void)text_copy(r->telegram->status, sizeof r->telegram->status, text);
    r->telegram->status_bits = data.at[0];
    return add_text(r, "error", text);
}

static err read_with_di(struct reader *r, uint8_t control, struct bytes data)
{
    struct bytes rest = data;
    uint32_t di = 0;
    char hex[12];
    bool is_answer = control & DLT645_ANSWER;

    if (!bytes_take_u32_le(&rest, &di))
        return data.n ? add_bytes(r, "data", data) : ERR_OK;
    (void)text_format(hex, sizeof hex, "%08x", di);
    err e = add_text(r, "data_identifier", hex);
    r->at += 4;
    if (e || rest.n == 0) return e;
    bool is_next = (control & 0x1F) == DLT645_READ_NEXT;
    if (is_next && is_answer) { /* the last byte counts the telegrams */
        struct telegram_value *v = telegram_add(r->telegram, r->arena);
        if (!v) return ERR_FULL;
        (void)text_copy(v->name, sizeof v->name, "sequence");
        v->number = rest.at[rest.n - 1];
        rest.n--;
    }
    /* A block that came in pieces begins anywhere: only its first piece has names. */
    if (!is_answer || is_next || (control & 0x1F) == DLT645_WRITE)
        return rest.n ? add_bytes(r, "data", rest) : ERR_OK;
    return dlt645_values(di, rest, r->at, r->arena, r->telegram);
}

static err read_rest(struct reader *r, const struct dlt645_frame *frame,
                     struct bytes data)
{
    static const struct dlt645_item address = {"address", "", DLT645_DIGITS, 6, 0, 0, 0};
    uint8_t code = frame->control & 0x1F;

    if (data.n == 0) return ERR_OK;
    if (code == DLT645_BROADCAST_TIME && data.n == 6) {
        /* ss mm hh DD MM YY: with a weekday it is the parameter 0400010C */
        const uint8_t *d = data.at;
        uint8_t with_day[7] = {d[0], d[1], d[2], 0, d[3], d[4], d[5]};
        return dlt645_values(0x0400010C, (struct bytes){with_day, 7}, r->at, r->arena,
                             r->telegram);
    }
    bool is_address = code == DLT645_READ_ADDRESS || code == DLT645_WRITE_ADDRESS;
    if (!is_address || data.n != DLT645_ADDRESS_N) return add_bytes(r, "data", data);
    struct dlt645_item item = address;
    return read_item(r, &item, data);
}

err dlt645_read(const struct dlt645_frame *frame, struct arena *arena, struct telegram *t)
{
    char hex[8];
    struct bytes data = {frame->data, frame->data_n};

    memset(t, 0, sizeof *t);
    t->protocol = "dlt645";
    (void)text_copy(t->medium, sizeof t->medium, "electricity");
    bcd_text((struct bytes){frame->address, DLT645_ADDRESS_N}, true, t->address);
    for (char *c = t->address; *c; c++)
        if (*c >= 'A') *c = (char)(*c - 'A' + 'a');
    say_kind(t, frame->control);
    struct reader r = {arena, t, frame->at};
    (void)text_format(hex, sizeof hex, "%02X", frame->control);
    err e = add_text(&r, "control", hex);
    if (e) return e;
    if (frame->control & DLT645_ANSWER && frame->control & DLT645_ERROR)
        return read_error(&r, data);
    return has_di(frame->control) ? read_with_di(&r, frame->control, data)
                                  : read_rest(&r, frame, data);
}

err dlt645_decode(struct bytes in, struct arena *arena, struct telegram *t)
{
    ensure(arena && t);

    struct dlt645_frame frame;
    struct bytes rest = in;
    size_t at = 0;

    memset(t, 0, sizeof *t);
    t->protocol = "dlt645";
    err e = dlt645_frame_decode(&rest, &frame, &at);
    if (e == ERR_SHORT) return telegram_wrong(t, e, at, "the telegram is cut short");
    if (e == ERR_CHECK) return telegram_wrong(t, e, at, "the check code is wrong");
    if (e)
        return telegram_wrong(t, e, at, "68 at its starts or 16 at its end is missing");
    if (rest.n)
        return telegram_wrong(t, ERR_FRAME, in.n - rest.n, "bytes behind the telegram");
    return dlt645_read(&frame, arena, t);
}
