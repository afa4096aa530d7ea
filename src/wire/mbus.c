/* mbus.c - frame and header; the records are read in mbus_record.c. */
#include "wire/mbus.h"

#include "base/ensure.h"
#include "base/text.h"
#include "wire/mbus_record.h"
#include "wire/mbus_value.h"

#include <inttypes.h>
#include <string.h>

enum {
    HEADER_LONG_N = 12, /* id(4) maker(2) version medium access status signature(2) */
    HEADER_SHORT_N = 4, /* access status signature(2) */
    FIXED_N = 16,       /* id(4) access status units(2) counters(2 x 4) */
    SELECT_N = 8,       /* id(4) maker(2) version medium */
    FROM_MASTER = 0x40,
    DATA_FLOW_FULL = 0x10, /* control of an answer: busy */
    SPEED_FIRST = 0xB8,
    SPEED_LAST = 0xBF,
    BCD_4_BYTES = 0xC, /* length codes of a DIF */
    INTEGER_4_BYTES = 4
};

/* --- header parts ------------------------------------------------------------------ */

static uint32_t number(struct bytes b, bool high_first)
{
    uint32_t value = 0;
    for (size_t i = 0; i < b.n; i++)
        value = (value << 8) | b.at[high_first ? i : b.n - 1 - i];
    return value;
}

static void add_word(char *out, size_t out_n, const char *word)
{
    size_t n = strlen(out);
    (void)text_format(out + n, out_n - n, "%s%s", n ? " " : "", word);
}

static void set_status(struct telegram *t, uint8_t status)
{
    static const char *const application[] = {NULL, "application_busy",
                                              "application_error", "abnormal_condition"};
    static const char *const bits[] = {
        [2] = "power_low",
        [3] = "permanent_error",
        [4] = "temporary_error",
        [5] = "manufacturer_bit_5",
        [6] = "manufacturer_bit_6",
        [7] = "manufacturer_bit_7",
    };

    t->status_bits = status;
    t->status[0] = 0;
    if (status & 3) add_word(t->status, sizeof t->status, application[status & 3]);
    for (size_t i = 2; i < COUNT(bits); i++)
        if (status & (1U << i)) add_word(t->status, sizeof t->status, bits[i]);
    if (!status) (void)text_copy(t->status, sizeof t->status, "ok");
}

static void set_access(struct telegram *t, uint8_t access_number)
{
    t->access_said = true;
    t->access_number = access_number;
}

/* Identification, maker, version and medium, eight bytes. */
static void set_meter(struct telegram *t, struct bytes b, bool high_first)
{
    (void)text_format(t->id, sizeof t->id, "%08" PRIX32,
                      number((struct bytes){b.at, 4}, high_first));
    mbus_manufacturer((uint16_t)number((struct bytes){b.at + 4, 2}, high_first),
                      t->manufacturer);
    t->version_said = true;
    t->version = b.at[6];
    mbus_medium(b.at[7], t->medium);
}

/* --- bodies ------------------------------------------------------------------------ */

static err add_bytes(const struct mbus_reader *r, const char *name, struct bytes data)
{
    struct telegram_value *v = telegram_add(r->telegram, r->arena);
    if (!v) return ERR_FULL;
    (void)text_copy(v->name, sizeof v->name, name);
    v->kind = TELEGRAM_BYTES;
    mbus_value_set_hex(v, data);
    v->raw = data;
    v->at = (size_t)(data.at - r->start);
    return ERR_OK;
}

/* The signature word says that the first blocks of 16 bytes are encrypted.  Wired meters
 * also leave anything in it: then the blocks do not fit, or the data begins with fillers,
 * which encrypted data does not. */
static bool is_encrypted(uint32_t signature, struct bytes data)
{
    uint32_t mode = (signature >> 8) & 31;
    uint32_t blocks = (signature >> 4) & 15;
    bool fillers = data.n >= 2 && data.at[0] == 0x2F && data.at[1] == 0x2F;

    return (mode == 4 || mode == 5 || mode == 7) && blocks && 16 * blocks <= data.n &&
           !fillers;
}

static err read_body(const struct mbus_reader *r, uint32_t signature, struct bytes data)
{
    if (is_encrypted(signature, data)) return add_bytes(r, "encrypted", data);
    return mbus_records_read(r, data);
}

static err cut(const struct mbus_reader *r, struct bytes data, const char *why)
{
    return telegram_wrong(r->telegram, ERR_FRAME,
                          (size_t)(data.at - r->start) + data.n, why);
}

static err read_variable(const struct mbus_reader *r, struct bytes data)
{
    struct bytes head;

    if (!bytes_take(&data, HEADER_LONG_N, &head))
        return cut(r, data, "the header of 12 bytes is cut");
    set_meter(r->telegram, head, r->high_first);
    set_access(r->telegram, head.at[8]);
    set_status(r->telegram, head.at[9]);
    return read_body(r, number((struct bytes){head.at + 10, 2}, r->high_first), data);
}

static err read_short(const struct mbus_reader *r, struct bytes data)
{
    struct bytes head;

    if (!bytes_take(&data, HEADER_SHORT_N, &head))
        return cut(r, data, "the header of 4 bytes is cut");
    set_access(r->telegram, head.at[0]);
    set_status(r->telegram, head.at[1]);
    return read_body(r, number((struct bytes){head.at + 2, 2}, false), data);
}

static err read_bare(const struct mbus_reader *r, struct bytes data)
{
    return mbus_records_read(r, data);
}

/* One of the two counters of fixed data; `historic` is the unit code that says: the
 * other's unit, stored at the fixed day. */
static err add_counter(const struct mbus_reader *r, uint8_t unit, bool stored,
                       bool binary, struct bytes data)
{
    struct mbus_field field;
    uint8_t low_first[4];

    struct telegram_value *v = telegram_add(r->telegram, r->arena);
    if (!v) return ERR_FULL;
    if (!mbus_vif_fixed(unit, &field))
        (void)text_format(field.name, sizeof field.name, "unknown_%02x", unit);
    for (size_t i = 0; i < sizeof low_first; i++)
        low_first[i] = data.at[r->high_first ? 3 - i : i];
    mbus_value_set(v, &field, binary ? INTEGER_4_BYTES : BCD_4_BYTES,
                   (struct bytes){low_first, sizeof low_first});
    v->raw = data;
    v->storage = stored;
    v->at = (size_t)(data.at - r->start);
    return ERR_OK;
}

static err read_fixed(const struct mbus_reader *r, struct bytes data)
{
    enum { UNIT = 0x3F, SAME_BUT_STORED = 0x3E, BINARY = 1, STORED = 2 };

    static const char *const media[] = {"other",
                                        "oil",
                                        "electricity",
                                        "gas",
                                        "heat",
                                        "steam",
                                        "warm_water",
                                        "water",
                                        "heat_cost_allocator",
                                        "reserved_9",
                                        "gas_mode_2",
                                        "heat_mode_2",
                                        "warm_water_mode_2",
                                        "water_mode_2",
                                        "heat_cost_allocator_mode_2",
                                        "reserved_f"};
    struct telegram *t = r->telegram;
    struct bytes fixed;

    if (!bytes_take(&data, FIXED_N, &fixed))
        return cut(r, data, "the fixed data of 16 bytes is cut");
    if (data.n) return cut(r, fixed, "more than the 16 bytes of fixed data");
    const uint8_t *at = fixed.at;
    (void)text_format(t->id, sizeof t->id, "%08" PRIX32,
                      number((struct bytes){at, 4}, r->high_first));
    set_access(t, at[4]);
    set_status(t, at[5] & (uint8_t)~3); /* b0, b1 say how the counters are to be read */
    t->status_bits = at[5];
    (void)text_copy(t->medium, sizeof t->medium,
                    media[(at[6] >> 6) | ((at[7] >> 4) & 12)]);
    uint8_t first = at[6] & UNIT, second = at[7] & UNIT;
    bool stored = at[5] & STORED, binary = at[5] & BINARY;
    err e = add_counter(r, first == SAME_BUT_STORED ? second : first,
                        stored || first == SAME_BUT_STORED, binary,
                        (struct bytes){at + 8, 4});
    if (!e)
        e = add_counter(r, second == SAME_BUT_STORED ? first : second,
                        stored || second == SAME_BUT_STORED, binary,
                        (struct bytes){at + 12, 4});
    return e;
}

static err read_error(const struct mbus_reader *r, struct bytes data)
{
    static const char *const errors[] = {
        "unspecified_error",      "ci_not_implemented",   "buffer_too_long",
        "too_many_records",       "premature_end_of_record", "too_many_dife",
        "too_many_vife",     "reserved_error",       "application_busy",
        "too_many_readouts",
    };
    struct telegram *t = r->telegram;

    t->status_bits = data.n ? data.at[0] : 0;
    if (t->status_bits < COUNT(errors))
        (void)text_copy(t->status, sizeof t->status, errors[t->status_bits]);
    else
        (void)text_format(t->status, sizeof t->status, "application_error_%u",
                          (unsigned)t->status_bits);
    return ERR_OK;
}

static err read_alarm(const struct mbus_reader *r, struct bytes data)
{
    if (!data.n) return cut(r, data, "the alarm's byte is missing");
    r->telegram->status_bits = data.at[0];
    (void)text_format(r->telegram->status, sizeof r->telegram->status, "alarm_%02x",
                      data.at[0]);
    return ERR_OK;
}

static err read_select(const struct mbus_reader *r, struct bytes data)
{
    struct bytes meter;

    if (!bytes_take(&data, SELECT_N, &meter))
        return cut(r, data, "the selection of 8 bytes is cut");
    set_meter(r->telegram, meter, r->high_first);
    return mbus_records_read(r, data);
}

static err read_opaque(const struct mbus_reader *r, struct bytes data)
{
    return data.n ? add_bytes(r, "data", data) : ERR_OK;
}

/* --- telegram ---------------------------------------------------------------------- */

static const struct body {
    uint8_t info;
    bool high_first;
    const char *kind;
    err (*read)(const struct mbus_reader *r, struct bytes data);
} bodies[] = {
    {0x50, false, "application_reset",   read_opaque  },
    {0x51, false, "write",               read_bare    },
    {0x52, false, "select",              read_select  },
    {0x54, false, "synchronize",         read_opaque  },
    {0x55, true,  "write",               read_bare    },
    {0x56, true,  "select",              read_select  },
    {0x5A, false, "write",               read_short   },
    {0x5B, false, "write",               read_variable},
    {0x70, false, "application_error",   read_error   },
    {0x71, false, "alarm",               read_alarm   },
    {0x72, false, "read_answer",         read_variable},
    {0x73, false, "read_answer",         read_fixed   },
    {0x74, true,  "application_error",   read_error   },
    {0x76, true,  "read_answer",         read_variable},
    {0x77, true,  "read_answer",         read_fixed   },
    {0x78, false, "read_answer",         read_bare    },
    {0x7A, false, "read_answer",         read_short   },
    {0x8C, false, "extended_link_layer", read_opaque  },
    {0x8D, false, "extended_link_layer", read_opaque  },
};

static err read_long(struct mbus_reader *r, const struct mbus_frame *frame)
{
    struct telegram *t = r->telegram;

    for (size_t i = 0; i < COUNT(bodies); i++) {
        if (bodies[i].info != frame->info) continue;
        (void)text_copy(t->kind, sizeof t->kind, bodies[i].kind);
        r->high_first = bodies[i].high_first;
        return bodies[i].read(r, frame->data);
    }
    if (frame->info >= SPEED_FIRST && frame->info <= SPEED_LAST) {
        (void)text_format(t->kind, sizeof t->kind, "set_speed_%u",
                          300U << (frame->info - SPEED_FIRST));
        return ERR_OK;
    }
    (void)text_format(t->kind, sizeof t->kind, "control_information_%02x", frame->info);
    return read_opaque(r, frame->data);
}

static void set_short_kind(struct telegram *t, uint8_t control)
{
    static const struct {
        uint8_t control;
        const char *kind;
    } kinds[] = {{MBUS_SND_NKE, "reset"},
                 {MBUS_REQ_UD1, "request_alarm"},
                 {MBUS_REQ_UD2, "request"}};

    for (size_t i = 0; i < COUNT(kinds); i++)
        if ((control | MBUS_FCB) == (kinds[i].control | MBUS_FCB))
            (void)text_copy(t->kind, sizeof t->kind, kinds[i].kind);
    if (!t->kind[0]) (void)text_format(t->kind, sizeof t->kind, "control_%02x", control);
}

static err frame_wrong(struct telegram *t, err e, size_t at)
{
    const char *why = "not an M-Bus frame: start, length or stop byte is wrong";
    if (e == ERR_SHORT) why = "the frame is cut";
    if (e == ERR_CHECK) why = "the check sum does not fit";
    return telegram_wrong(t, e, at, why);
}

err mbus_decode(struct bytes in, const char *dialect, struct arena *arena,
                struct telegram *t)
{
    (void)dialect;
    struct mbus_reader reader = {t, arena, in.at, false};
    struct mbus_frame frame;
    size_t at = 0;

    *t = (struct telegram){.protocol = "mbus"};
    struct bytes rest = in;
    err e = mbus_frame_decode(&rest, &frame, &at);
    if (e) return frame_wrong(t, e, at);
    if (frame.kind == MBUS_FRAME_ACKNOWLEDGE)
        (void)text_copy(t->kind, sizeof t->kind, "acknowledge");
    else (void)text_format(t->address, sizeof t->address, "%u", frame.address);
    if (frame.kind == MBUS_FRAME_SHORT) set_short_kind(t, frame.control);
    if (frame.kind == MBUS_FRAME_LONG) e = read_long(&reader, &frame);
    if (!e && rest.n)
        e = telegram_wrong(t, ERR_FRAME, in.n - rest.n, "more bytes behind the frame");
    return e;
}
