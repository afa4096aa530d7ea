/* cjt188_value.c - digits, units, status bits into numbers and words. */
#include "wire/cjt188_value.h"

#include "base/ensure.h"
#include "base/text.h"
#include "wire/bcd.h"

#include <string.h>

static struct telegram_value *add(const struct cjt188_reader *r, const char *name)
{
    struct telegram_value *v = telegram_add(r->telegram, r->arena);
    if (!v) return NULL;
    (void)text_copy(v->name, sizeof v->name, name);
    v->storage = r->storage;
    v->at = r->at;
    return v;
}

static err add_number(const struct cjt188_reader *r, const char *name, const char *unit,
                      double number)
{
    struct telegram_value *v = add(r, name);
    if (!v) return ERR_FULL;
    (void)text_copy(v->unit, sizeof v->unit, unit);
    v->kind = TELEGRAM_NUMBER;
    v->number = number;
    return ERR_OK;
}

static err add_absent(const struct cjt188_reader *r, const char *name, const char *unit)
{
    struct telegram_value *v = add(r, name);
    if (!v) return ERR_FULL;
    (void)text_copy(v->unit, sizeof v->unit, unit);
    v->kind = TELEGRAM_ABSENT;
    return ERR_OK;
}

static err add_raw(const struct cjt188_reader *r, const char *name, struct bytes in)
{
    struct telegram_value *v = add(r, name);
    if (!v) return ERR_FULL;
    v->kind = TELEGRAM_BYTES;
    size_t most = (sizeof v->text - 1) / 2;
    bcd_text((struct bytes){in.at, in.n < most ? in.n : most}, false, v->text);
    return ERR_OK;
}

err cjt188_value_text(const struct cjt188_reader *r, const char *name, const char *text)
{
    struct telegram_value *v = add(r, name);
    if (!v) return ERR_FULL;
    v->kind = TELEGRAM_TEXT;
    (void)text_copy(v->text, sizeof v->text, text);
    return ERR_OK;
}

static bool is_empty(struct bytes in)
{
    return bcd_is_all(in, 0x99) || bcd_is_all(in, 0xFF);
}

static err read_digits(const struct cjt188_reader *r, const char *name, struct bytes in,
                       const char *unit, unsigned decimals)
{
    uint64_t value = 0;

    if (is_empty(in)) return add_absent(r, name, unit);
    if (!bcd_take(in, r->dialect->high_first, &value)) return add_raw(r, name, in);
    return add_number(r, name, unit, bcd_scale(value, decimals));
}

/* What a stored value is: its unit tells. */
static const char *stored_name(uint8_t code)
{
    const char *unit;
    double factor;

    if (cjt188_unit(CJT188_ENERGY, code, &unit, &factor)) return "stored_heat";
    if (cjt188_unit(CJT188_VOLUME, code, &unit, &factor)) return "stored_volume";
    return "stored";
}

static err read_slot(const struct cjt188_reader *r, const struct cjt188_field *field,
                     struct bytes in)
{
    const char *unit = "", *name = field->name;
    double factor = 1;
    uint8_t code = 0;
    uint64_t value = 0;
    const struct cjt188_dialect *d = r->dialect;
    struct bytes digits = cjt188_slot(in, d->unit_first, &code);
    unsigned decimals = field->form == CJT188_FLOW ? r->flow_decimals : 2;

    if (!cjt188_unit(field->form, code, &unit, &factor)) return add_raw(r, name, in);
    if (field->form == CJT188_ANY_UNIT) name = stored_name(code);
    if (d->power_fraction && field->form != CJT188_FLOW) decimals = 0;
    if (is_empty(digits)) return add_absent(r, name, unit);
    if (!bcd_take(digits, d->high_first, &value)) return add_raw(r, name, in);
    return add_number(r, name, unit, bcd_scale(value, decimals) * factor);
}

static err read_time(const struct cjt188_reader *r, const char *name, struct bytes in)
{
    struct cjt188_clock c;
    char text[TELEGRAM_TEXT_BYTES];

    if (is_empty(in) || bcd_is_all(in, 0)) return add_absent(r, name, "");
    if (!cjt188_clock_take(in, r->dialect->high_first, &c)) return add_raw(r, name, in);
    (void)text_format(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d", c.year, c.month,
                      c.day, c.hour, c.minute, c.second);
    err e = cjt188_value_text(r, name, text);
    if (!e) r->telegram->values[r->telegram->values_n - 1].kind = TELEGRAM_TIME;
    return e;
}

/* First byte: bits 0, 1 the valve, bit 2 the battery, the rest and the second byte the
 * maker's. */
static void status_words(struct telegram *t, uint8_t first, uint8_t second)
{
    static const char *const valves[] = {"", " valve_closed", "", " valve_fault"};
    char rest[24] = "";

    if ((first & 0xF8) || second)
        (void)text_format(rest, sizeof rest, " maker_%02X%02X", first & 0xF8, second);
    (void)text_format(t->status, sizeof t->status, "%s%s%s", valves[first & 3],
                      first & 4 ? " battery_low" : "", rest);
    if (t->status[0] == ' ') memmove(t->status, t->status + 1, strlen(t->status));
    if (!t->status[0]) (void)text_copy(t->status, sizeof t->status, "ok");
    t->status_bits = first | (uint32_t)second << 8;
}

static err read_status(const struct cjt188_reader *r, struct bytes in)
{
    char hex[8];

    status_words(r->telegram, in.at[0], in.at[1]);
    bcd_text(in, false, hex);
    err e = add_number(r, "status", "", r->telegram->status_bits);
    if (!e) e = cjt188_value_text(r, "status_hex", hex);
    if (!e) e = add_number(r, "valve", "", in.at[0] & 3);
    if (!e) e = add_number(r, "battery_low", "", in.at[0] >> 2 & 1);
    return e;
}

static err read_code(const struct cjt188_reader *r, const char *name, struct bytes in)
{
    static const struct {
        uint8_t code;
        const char *text;
    } commands[] = {
        {0x55, "open"}, {0x99, "close"}, {0x66, "free_open"}, {0x77, "free_close"}};
    char hex[8];

    for (size_t i = 0; i < COUNT(commands); i++)
        if (text_equal(name, "valve_command") && commands[i].code == in.at[0])
            return cjt188_value_text(r, name, commands[i].text);
    bcd_text(in, false, hex);
    return cjt188_value_text(r, name, hex);
}

static err read_address(const struct cjt188_reader *r, const char *name, struct bytes in)
{
    char hex[2 * CJT188_ADDRESS_N + 1];

    bcd_text(in, !r->dialect->high_first, hex);
    return cjt188_value_text(r, name, hex);
}

/* The whole numbers of energy and volume get their decimals from the power's place: the
 * bytes are .XXXX of the energy and .XXXXXX of the volume. */
static err read_fractions(const struct cjt188_reader *r, struct bytes in)
{
    struct bytes of_heat = {in.at, 2}, of_volume = {in.at + 2, 3};
    err e = read_digits(r, "current_heat_fraction", of_heat, "", 4);
    if (!e) e = read_digits(r, "volume_fraction", of_volume, "", 6);
    return e;
}

err cjt188_value_read(const struct cjt188_reader *r, const struct cjt188_field *field,
                      struct bytes in)
{
    const struct cjt188_dialect *d = r->dialect;

    switch (field->form) {
    case CJT188_POWER:
        if (d->power_fraction) return read_fractions(r, in);
        return read_slot(r, field, in);
    case CJT188_ENERGY:
    case CJT188_FLOW:
    case CJT188_VOLUME:
    case CJT188_ANY_UNIT:
        return read_slot(r, field, in);
    case CJT188_TEMPERATURE:
        return read_digits(r, field->name, cjt188_temperature(in, d), "°C", 2);
    case CJT188_HOURS:
        return read_digits(r, field->name, in, "h", 0);
    case CJT188_TIME:
        return read_time(r, field->name, in);
    case CJT188_STATUS:
        return read_status(r, in);
    case CJT188_NUMBER:
        return read_digits(r, field->name, in, "", 0);
    case CJT188_MONEY:
    case CJT188_PRICE:
        return read_digits(r, field->name, in, "", 2);
    case CJT188_AMOUNT:
        return read_digits(r, field->name, in, "m³", 0);
    case CJT188_CODE:
        return read_code(r, field->name, in);
    case CJT188_DIGITS:
        return read_address(r, field->name, in);
    case CJT188_PRESSURE:
    case CJT188_RAW:
        break;
    }
    return in.n ? add_raw(r, field->name, in) : ERR_OK;
}
