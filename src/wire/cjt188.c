/* cjt188.c - a frame into a telegram, and a request into a frame. */
#include "wire/cjt188.h"

#include "base/ensure.h"
#include "base/text.h"
#include "wire/bcd.h"
#include "wire/cjt188_value.h"

#include <string.h>

/* --- words ----------------------------------------------------------------------- */

static const char *medium_of(uint8_t type)
{
    static const struct {
        uint8_t first, last;
        const char *text;
    } media[] = {
        {0x10, 0x10, "cold_water"}, {0x11, 0x11, "hot_water"},
        {0x12, 0x12, "drinking_water"}, {0x13, 0x13, "reclaimed_water"},
        {0x14, 0x19, "water"}, {0x20, 0x20, "heat"}, {0x21, 0x21, "cooling"},
        {0x22, 0x2F, "heat"}, {0x30, 0x39, "gas"}, {0x40, 0x40, "electricity"},
        {0x48, 0x48, "valve"}, {0x41, 0x4F, "other"},
    };

    for (size_t i = 0; i < COUNT(media); i++)
        if (type >= media[i].first && type <= media[i].last) return media[i].text;
    return "";
}

static void say_kind(struct telegram *t, uint8_t type, uint8_t control)
{
    static const struct {
        uint8_t control;
        const char *text;
    } kinds[] = {
        {CJT188_READ, "read"},
        {CJT188_READ_ADDRESS, "read_address"},
        {CJT188_WRITE, "write"},
        {CJT188_READ_KEY, "read_key_version"},
        {CJT188_WRITE_ADDRESS, "write_address"},
        {CJT188_SET_COUNTER, "set_counter"},
        {CJT188_VALVE_TIME, "maker_set_time"},
        {CJT188_VALVE_OPEN, "maker_valve_open"},
        {CJT188_VALVE_CLOSE, "maker_valve_close"},
    };
    bool is_maker = control & 0x20, is_valve = type == 0x48;
    const char *what = is_maker ? "maker" : "unknown";
    const char *way = !(control & CJT188_ANSWER) ? "request"
                      : control & CJT188_ERROR   ? "error"
                                                 : "answer";

    for (size_t i = 0; i < COUNT(kinds); i++)
        if ((control & 0x3F) == kinds[i].control && (!is_maker || is_valve))
            what = kinds[i].text;
    (void)text_format(t->kind, sizeof t->kind, "%s_%s", what, way);
}

static void say_head(struct telegram *t, const struct cjt188_frame *frame,
                     bool high_first)
{
    const struct bytes address = {frame->address, CJT188_ADDRESS_N};

    say_kind(t, frame->type, frame->control);
    bcd_text(address, !high_first, t->address);
    if (high_first) /* the maker's code stands first then */
        bcd_text((struct bytes){frame->address, 2}, false, t->manufacturer);
    else
        bcd_text((struct bytes){frame->address + 5, 2}, true, t->manufacturer);
    (void)text_copy(t->medium, sizeof t->medium, medium_of(frame->type));
}

/* --- decoding -------------------------------------------------------------------- */

static bool is_maker_4259(const struct cjt188_frame *frame)
{
    return frame->address[5] == 0x59 && frame->address[6] == 0x42;
}

/* As the bytes stand, for who compares a capture. */
static err put_head(struct cjt188_reader *r, const struct cjt188_frame *frame)
{
    char hex[2 * CJT188_ADDRESS_N + 1];

    bcd_text((struct bytes){frame->address, CJT188_ADDRESS_N}, false, hex);
    r->at = 2;
    err e = cjt188_value_text(r, "address_wire", hex);
    bcd_text((struct bytes){&frame->type, 1}, false, hex);
    r->at = 1;
    if (!e) e = cjt188_value_text(r, "type", hex);
    bcd_text((struct bytes){&frame->control, 1}, false, hex);
    r->at = 9;
    if (!e) e = cjt188_value_text(r, "control", hex);
    return e;
}

static err put_sequence(struct cjt188_reader *r, uint8_t sequence, size_t at)
{
    struct telegram_value *v = telegram_add(r->telegram, r->arena);
    if (!v) return ERR_FULL;
    (void)text_copy(v->name, sizeof v->name, "sequence");
    v->number = sequence;
    v->at = at;
    return ERR_OK;
}

static err read_error(struct cjt188_reader *r, struct bytes data)
{
    struct cjt188_field status = {"status", CJT188_STATUS};
    struct cjt188_field rest = {"data", CJT188_RAW};

    if (data.n != 3) return cjt188_value_read(r, &rest, data);
    err e = put_sequence(r, data.at[0], r->at);
    r->at++;
    if (!e) e = cjt188_value_read(r, &status, (struct bytes){data.at + 1, 2});
    return e;
}

static uint64_t storage_of(uint16_t di)
{
    return di >= 0xD120 && di <= 0xD12B   ? (uint64_t)(di - 0xD120) + 1
           : di >= 0xD200 && di <= 0xD4FF ? (uint64_t)(di & 0xFF) + 1
                                          : 0;
}

static err read_fields(struct cjt188_reader *r, const struct cjt188_frame *frame,
                       uint16_t di, struct bytes rest)
{
    static const struct cjt188_field left_over = {"data", CJT188_RAW};
    const struct cjt188_field *f =
        cjt188_layout_find(frame->type, frame->control, di, rest.n)->fields;
    struct bytes taken = {0};
    size_t all_n = rest.n;
    err e = ERR_OK;

    for (size_t i = 0; i < CJT188_FIELDS_MAX && f[i].name && !e; i++) {
        if (!bytes_take(&rest, cjt188_field_n(f[i].form, rest.n, all_n), &taken)) break;
        struct cjt188_field field = f[i];
        if (r->dialect->cooling_first && text_equal(field.name, "settlement_heat"))
            field.name = "current_cooling";
        e = cjt188_value_read(r, &field, taken);
        r->at += taken.n;
    }
    if (!e && rest.n) e = cjt188_value_read(r, &left_over, rest);
    return e;
}

/* Energy and volume are whole numbers and their decimals a value each: put together. */
static void add_fractions(struct telegram *t)
{
    static const char *const names[][2] = {{"current_heat", "current_heat_fraction"},
                                           {"volume", "volume_fraction"}};

    for (size_t i = 0; i < COUNT(names); i++)
        for (size_t k = 0; k < t->values_n; k++) {
            struct telegram_value *v = &t->values[k];
            const struct telegram_value *f = telegram_find(t, names[i][1], 0);
            if (!text_equal(v->name, names[i][0]) || v->kind != TELEGRAM_NUMBER) continue;
            if (f && f->kind == TELEGRAM_NUMBER)
                v->number += f->number;
            else if (f)
                v->kind = TELEGRAM_ABSENT;
        }
}

static err read_data(struct cjt188_reader *r, const struct cjt188_frame *frame)
{
    static const struct cjt188_field raw = {"data", CJT188_RAW};
    uint8_t room[CJT188_DATA_MAX];
    struct bytes data = cjt188_data(frame, r->dialect->plus_33, room);
    bool high_first = false, known = false;
    char hex[8];

    r->at = CJT188_HEAD_N;
    if (frame->control & CJT188_ERROR) return read_error(r, data);
    if (data.n < 3) return cjt188_value_read(r, &raw, data);
    uint16_t di = cjt188_di_of(data.at, &high_first, &known);
    (void)text_format(hex, sizeof hex, "%04X", di);
    err e = cjt188_value_text(r, "data_identifier", hex);
    bcd_text((struct bytes){data.at, 2}, false, hex);
    if (!e) e = cjt188_value_text(r, "data_identifier_wire", hex);
    if (!e) e = put_sequence(r, data.at[2], r->at + 2);
    r->at += 3;
    r->storage = storage_of(di);
    if (!e) e = read_fields(r, frame, di, (struct bytes){data.at + 3, data.n - 3});
    if (!e && r->dialect->power_fraction) add_fractions(r->telegram);
    return e;
}

err cjt188_read(const struct cjt188_frame *frame, const struct cjt188_dialect *dialect,
                struct arena *arena, struct telegram *t)
{
    struct cjt188_dialect proposed;

    memset(t, 0, sizeof *t);
    t->protocol = "cjt188";
    if (!dialect) {
        (void)cjt188_propose(frame, &proposed);
        dialect = &proposed;
    }
    char words[CJT188_DIALECT_BYTES];
    cjt188_dialect_text(dialect, words);
    (void)text_copy(t->dialect, sizeof t->dialect, words);
    say_head(t, frame, dialect->high_first);
    struct cjt188_reader r = {.dialect = dialect, .arena = arena, .telegram = t};
    r.flow_decimals = dialect->flow_decimals ? dialect->flow_decimals
                      : is_maker_4259(frame) ? 3
                                             : 4;
    err e = put_head(&r, frame);
    return e ? e : read_data(&r, frame);
}

err cjt188_decode(struct bytes in, const struct cjt188_dialect *dialect,
                  struct arena *arena, struct telegram *t)
{
    ensure(arena && t);

    struct cjt188_frame frame;
    struct bytes rest = in;
    size_t at = 0;

    memset(t, 0, sizeof *t);
    t->protocol = "cjt188";
    err e = cjt188_frame_decode(&rest, &frame, &at);
    if (e == ERR_SHORT) return telegram_wrong(t, e, at, "the telegram is cut short");
    if (e == ERR_CHECK) return telegram_wrong(t, e, at, "the check code is wrong");
    if (e) return telegram_wrong(t, e, at, "68 at its start or 16 at its end is missing");
    if (rest.n)
        return telegram_wrong(t, ERR_FRAME, in.n - rest.n, "bytes behind the telegram");
    return cjt188_read(&frame, dialect, arena, t);
}

/* --- requests -------------------------------------------------------------------- */

enum { LEADERS = 2, VALUES_MAX = 32 };

size_t cjt188_request_encode(const struct cjt188_request *request, uint8_t *out)
{
    ensure(request && out && request->values.n <= VALUES_MAX);

    uint8_t data[3 + VALUES_MAX];
    uint8_t low = (uint8_t)request->di, high = (uint8_t)(request->di >> 8);
    struct cjt188_frame frame = {.type = request->type, .control = request->control};

    memcpy(frame.address, request->address, CJT188_ADDRESS_N);
    data[0] = request->di_high_first ? high : low;
    data[1] = request->di_high_first ? low : high;
    data[2] = request->sequence;
    if (request->values.n) memcpy(data + 3, request->values.at, request->values.n);
    frame.data = (struct bytes){data, 3 + request->values.n};
    for (size_t i = 0; i < frame.data.n && request->plus_33; i++) data[i] += 0x33;
    memset(out, 0xFE, LEADERS);
    return LEADERS + cjt188_frame_encode(&frame, out + LEADERS);
}

static int nibble(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c == 'A' || c == 'a') return 10;
    return c == 'F' || c == 'f' ? 15 : -1;
}

err cjt188_address(const char *digits, bool high_first, uint8_t address[CJT188_ADDRESS_N])
{
    ensure(digits && address);

    uint8_t out[CJT188_ADDRESS_N] = {0};
    size_t n = strlen(digits);

    if (n < 1 || n > 2 * CJT188_ADDRESS_N) return ERR_RANGE;
    for (size_t i = 0; i < n; i++) {
        int digit = nibble(digits[n - 1 - i]); /* from the last one on */
        size_t byte = high_first ? CJT188_ADDRESS_N - 1 - i / 2 : i / 2;
        if (digit < 0) return ERR_RANGE;
        out[byte] |= (uint8_t)(digit << (i % 2 ? 4 : 0));
    }
    memcpy(address, out, sizeof out);
    return ERR_OK;
}

bool cjt188_answer_head(const struct cjt188_frame *frame, bool plus_33, uint16_t *di,
                        uint8_t *sequence)
{
    uint8_t room[CJT188_DATA_MAX];
    struct bytes data = cjt188_data(frame, plus_33, room);
    bool high_first = false, known = false;

    if (frame->control & CJT188_ERROR) {
        if (data.n != 3) return false;
        *di = 0;
        *sequence = data.at[0];
        return true;
    }
    if (data.n < 3) return false;
    *di = cjt188_di_of(data.at, &high_first, &known);
    *sequence = data.at[2];
    return true;
}
