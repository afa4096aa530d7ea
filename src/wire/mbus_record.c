/* mbus_record.c - walks the records of mbus_record.h. */
#include "wire/mbus_record.h"

#include "base/text.h"
#include "wire/mbus_value.h"
#include "wire/mbus_vif.h"

enum {
    MORE = 0x80,
    DIF_MAKER = 0x0F,
    DIF_MAKER_MORE = 0x1F,
    DIF_FILLER = 0x2F,
    DIF_ALL = 0x7F,
    LENGTH_VARIABLE = 0x0D,
    LENGTH_SPECIAL = 0x0F,
    DIFE_MAX = 10,
    DATA_BYTES_MAX = 252
};

struct record {
    uint8_t length_code, lvar;
    const char *function;
    uint64_t storage;
    uint32_t tariff, subunit;
    struct mbus_field field;
    struct bytes data;
};

static size_t offset(const struct mbus_reader *r, struct bytes in)
{
    return (size_t)(in.at - r->start);
}

static err wrong(const struct mbus_reader *r, struct bytes in, const char *what)
{
    char why[TELEGRAM_WHY_BYTES];
    (void)text_format(why, sizeof why, "record %zu: %s", r->telegram->values_n + 1, what);
    return telegram_wrong(r->telegram, ERR_FRAME, offset(r, in), why);
}

static err take_dif(const struct mbus_reader *r, struct bytes *in, struct record *record)
{
    static const char *const functions[] = {"instantaneous", "maximum", "minimum",
                                            "error"};
    uint8_t dif = 0;

    (void)bytes_take_u8(in, &dif); /* the caller saw that there is one */
    *record = (struct record){.length_code = dif & 15,
                              .function = functions[(dif >> 4) & 3],
                              .storage = (dif >> 6) & 1};
    for (unsigned i = 0; dif & MORE; i++) {
        if (i == DIFE_MAX) return wrong(r, *in, "more than ten DIFE");
        if (!bytes_take_u8(in, &dif)) return wrong(r, *in, "ends within its DIFE");
        record->storage |= (uint64_t)(dif & 15) << (1 + 4 * i);
        record->tariff |= ((dif >> 4) & 3U) << (2 * i);
        record->subunit |= ((dif >> 6) & 1U) << i;
    }
    return ERR_OK;
}

static err take_record(const struct mbus_reader *r, struct bytes *in,
                       struct record *record)
{
    size_t n;

    err e = take_dif(r, in, record);
    if (e) return e;
    if (record->length_code == LENGTH_SPECIAL) return wrong(r, *in, "reserved DIF");
    if (!mbus_vif_take(in, &record->field))
        return wrong(r, *in, in->n ? "more than ten VIFE, or a text beyond the end"
                                   : "ends within its VIF");
    if (record->length_code == LENGTH_VARIABLE) {
        if (mbus_take_variable(in, &record->lvar, &record->data)) return ERR_OK;
        return wrong(r, *in, in->n ? "variable data is reserved or beyond the end"
                                   : "ends before its data");
    }
    (void)mbus_data_bytes(record->length_code, &n);
    if (bytes_take(in, n, &record->data)) return ERR_OK;
    return wrong(r, *in, "ends within its data");
}

static struct bytes turned(struct bytes data, uint8_t *room)
{
    for (size_t i = 0; i < data.n; i++)
        room[i] = data.at[data.n - 1 - i];
    return (struct bytes){room, data.n};
}

static err add_record(const struct mbus_reader *r, const struct record *record, size_t at)
{
    uint8_t room[DATA_BYTES_MAX];
    struct bytes data = record->data;

    struct telegram_value *v = telegram_add(r->telegram, r->arena);
    if (!v) return ERR_FULL;
    if (r->high_first && data.n <= sizeof room) data = turned(data, room);
    v->function = record->function;
    v->storage = record->storage;
    v->tariff = record->tariff;
    v->subunit = record->subunit;
    v->at = at;
    if (record->length_code == LENGTH_VARIABLE)
        mbus_value_set_variable(v, &record->field, record->lvar, data);
    else mbus_value_set(v, &record->field, record->length_code, data);
    v->raw = record->data;
    return ERR_OK;
}

static err add_maker(const struct mbus_reader *r, struct bytes data, size_t at)
{
    struct telegram_value *v = telegram_add(r->telegram, r->arena);
    if (!v) return ERR_FULL;
    (void)text_copy(v->name, sizeof v->name, "manufacturer_data");
    v->kind = TELEGRAM_BYTES;
    mbus_value_set_hex(v, data);
    v->raw = data;
    v->at = at;
    return ERR_OK;
}

err mbus_records_read(const struct mbus_reader *r, struct bytes in)
{
    struct record record;
    err e = ERR_OK;

    while (in.n && !e) {
        uint8_t dif = in.at[0];
        size_t at = offset(r, in);
        if (dif == DIF_FILLER || dif == DIF_ALL) {
            in.at++;
            in.n--;
            continue;
        }
        if (dif == DIF_MAKER || dif == DIF_MAKER_MORE) {
            r->telegram->more_follows = dif == DIF_MAKER_MORE;
            return add_maker(r, (struct bytes){in.at + 1, in.n - 1}, at);
        }
        e = take_record(r, &in, &record);
        if (!e) e = add_record(r, &record, at);
    }
    return e;
}
