/* mbus_value.c - data to values; the times are in mbus_time.c. */
#include "wire/mbus_value.h"

#include "base/text.h"
#include "wire/mbus_time.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    CODE_NONE = 0,
    CODE_FLOAT = 5,
    CODE_SELECTION = 8,
    CODE_BCD_2 = 9,
    CODE_BCD_12 = 0xE,
    DIGITS_BYTES = 48,  /* 30 digits of the longest BCD, sign and NUL */
    DOUBLE_DIGITS = 15, /* more may not fit into a double */
    LVAR_TEXT_MAX = 0xBF,
    LVAR_BCD = 0xC0,
    LVAR_BCD_NEGATIVE = 0xD0,
    LVAR_BINARY = 0xE0,
    LVAR_BINARY_4 = 0xF0,
    LVAR_BINARY_48 = 0xF5,
    LVAR_BINARY_64 = 0xF6
};

bool mbus_data_bytes(uint8_t length_code, size_t *n)
{
    static const uint8_t bytes[] = {0, 1, 2, 3, 4, 4, 6, 8, 0, 1, 2, 3, 4, 0, 6, 0};

    *n = bytes[length_code & 15];
    return length_code != 13 && length_code != 15;
}

bool mbus_take_variable(struct bytes *in, uint8_t *lvar, struct bytes *data)
{
    struct bytes rest = *in;
    size_t n = 0;

    if (!bytes_take_u8(&rest, lvar)) return false;
    if (*lvar <= LVAR_TEXT_MAX) n = *lvar;
    else if (*lvar < LVAR_BINARY) n = *lvar & 15;
    else if (*lvar < LVAR_BINARY_4) n = *lvar & 15;
    else if (*lvar < LVAR_BINARY_48) n = 4U * (*lvar - 0xECU);
    else if (*lvar == LVAR_BINARY_48) n = 48;
    else if (*lvar == LVAR_BINARY_64) n = 64;
    else return false;
    if (!bytes_take(&rest, n, data)) return false;
    *in = rest;
    return true;
}

/* --- decimals ---------------------------------------------------------------------- */

/* digits · 10^exponent, rounded once. */
static double decimal(const char *digits, int exponent)
{
    char text[DIGITS_BYTES + 16];
    (void)text_format(text, sizeof text, "%se%d", digits, exponent);
    return strtod(text, NULL);
}

/* digits · 10^exponent · times; rounded once when `times` is whole, as 60 or 3600 is. */
static double product(const char *digits, int exponent, double times)
{
    double whole = strtod(digits, NULL) * times;
    bool exact =
        !strchr(digits, '.') && fabs(whole) < 9e15 && fabs(whole - round(whole)) <= 0;

    if (fabs(times - 1) <= 0) return decimal(digits, exponent);
    if (!exact) return decimal(digits, exponent) * times;
    char text[DIGITS_BYTES];
    (void)text_format(text, sizeof text, "%.0f", whole);
    return decimal(text, exponent);
}

/* The same as text with every digit. */
static void decimal_text(const char *digits, int exponent, char *out, size_t out_n)
{
    size_t sign = digits[0] == '-';
    size_t n = strlen(digits) - sign;

    if (exponent >= 0) {
        (void)text_format(out, out_n, "%s%.*s", digits, exponent,
                          "000000000000000000000000");
        return;
    }
    size_t after = (size_t)-exponent;
    size_t before = n > after ? n - after : 0;
    size_t zeros = n < after ? after - n : 0;
    (void)text_format(out, out_n, "%.*s%.*s.%.*s%s", (int)sign, digits,
                      before ? (int)before : 1, before ? digits + sign : "0", (int)zeros,
                      "000000000000000000000000", digits + sign + before);
}

static void set_decimal(struct telegram_value *v, const struct mbus_field *f,
                        const char *digits)
{
    double plus = f->offset / f->normal_times;
    v->kind = TELEGRAM_NUMBER;
    v->number = decimal(digits, f->exponent);
    v->normal_number =
        product(digits, f->exponent + f->normal_exponent, f->normal_times);
    if (f->offset != 0) v->number += plus * pow(10, -f->normal_exponent);
    v->normal_number += f->normal_plus + f->offset;
    if (strlen(digits) > DOUBLE_DIGITS && f->offset == 0)
        decimal_text(digits, f->exponent, v->text, sizeof v->text);
}

static void set_integer(struct telegram_value *v, const struct mbus_field *f,
                        struct bytes data)
{
    char digits[DIGITS_BYTES];
    uint64_t bits = 0;

    for (size_t i = data.n; i > 0; i--)
        bits = (bits << 8) | data.at[i - 1];
    bool negative = data.n && (data.at[data.n - 1] & 0x80) && f->form != MBUS_FORM_BITS;
    if (negative && data.n < sizeof bits) bits |= UINT64_MAX << (8 * data.n);
    if (negative) (void)text_format(digits, sizeof digits, "%" PRId64, (int64_t)bits);
    else (void)text_format(digits, sizeof digits, "%" PRIu64, bits);
    set_decimal(v, f, digits);
}

/* What the display shows in place of a number. */
static void set_no_number(struct telegram_value *v, struct bytes data)
{
    (void)text_copy(v->text, sizeof v->text, "no number: ");
    for (size_t i = data.n; i > 0; i--) {
        size_t n = strlen(v->text);
        (void)text_format(v->text + n, sizeof v->text - n, "%02X", data.at[i - 1]);
    }
    v->kind = TELEGRAM_ABSENT;
}

/* Two digits a byte, low first; F in the highest place is a minus.  Other digits than
 * 0..9 are how a meter says that it has no value. */
static void set_bcd(struct telegram_value *v, const struct mbus_field *f,
                    struct bytes data, bool negative)
{
    char digits[DIGITS_BYTES];
    size_t n = 0;
    bool started = false;

    for (size_t i = 2 * data.n; i > 0; i--) {
        uint8_t byte = data.at[(i - 1) / 2];
        uint8_t digit = (i - 1) % 2 ? byte >> 4 : byte & 15;
        bool minus = i == 2 * data.n && digit == 15;
        if (minus) negative = true;
        if (digit > 9 && !minus) {
            set_no_number(v, data);
            return;
        }
        if (minus || (!digit && !started && i > 1)) continue;
        if (negative && !started) digits[n++] = '-';
        started = true;
        digits[n++] = (char)('0' + digit);
    }
    digits[n] = 0;
    set_decimal(v, f, n ? digits : "0");
}

/* A decimal of up to seven digits when it is this float, so that 21.3 stays 21.3; ten
 * digits of what the float is otherwise. */
static void set_float(struct telegram_value *v, const struct mbus_field *f,
                      struct bytes data)
{
    char text[DIGITS_BYTES], digits[DIGITS_BYTES];
    uint32_t bits = 0;
    float number;

    if (!bytes_take_u32_le(&data, &bits)) return;
    memcpy(&number, &bits, sizeof number);
    if (!isfinite(number)) {
        v->kind = TELEGRAM_ABSENT;
        return;
    }
    for (int precision = 5; precision <= 9; precision += precision == 6 ? 3 : 1) {
        (void)text_format(text, sizeof text, "%.*e", precision, (double)number);
        if (strtof(text, NULL) == number) break;
    }
    char *mark = strchr(text, 'e');
    struct mbus_field scaled = *f;
    scaled.exponent += mark ? (int)strtol(mark + 1, NULL, 10) : 0;
    if (mark) *mark = 0;
    (void)text_copy(digits, sizeof digits, text);
    set_decimal(v, &scaled, digits);
}

/* --- texts ------------------------------------------------------------------------- */

void mbus_value_set_hex(struct telegram_value *v, struct bytes data)
{
    size_t n = data.n < (sizeof v->text - 1) / 2 ? data.n : (sizeof v->text - 1) / 2;
    bytes_to_hex((struct bytes){data.at, n}, v->text);
}

/* ISO 8859-1, last letter first; control characters become blanks. */
static void set_text(struct telegram_value *v, struct bytes data)
{
    size_t n = 0;

    v->kind = TELEGRAM_TEXT;
    for (size_t i = data.n; i > 0 && n + 2 < sizeof v->text; i--) {
        uint8_t c = data.at[i - 1];
        if (c >= 0xA0) {
            v->text[n++] = (char)(0xC0 | (c >> 6));
            v->text[n++] = (char)(0x80 | (c & 0x3F));
        } else {
            v->text[n++] = (char)(c >= ' ' && c < 0x7F ? c : ' ');
        }
    }
    while (n && v->text[n - 1] == ' ')
        n--;
    v->text[n] = 0;
}

/* --- a value ----------------------------------------------------------------------- */

static void set_names(struct telegram_value *v, const struct mbus_field *f)
{
    (void)text_copy(v->name, sizeof v->name, f->name);
    (void)text_copy(v->unit, sizeof v->unit, f->unit);
    (void)text_copy(v->normal_unit, sizeof v->normal_unit, f->normal_unit);
}

/* True when the field's error or form decides already. */
static bool set_special(struct telegram_value *v, const struct mbus_field *f,
                        struct bytes data)
{
    set_names(v, f);
    v->raw = data;
    if (f->record_error) {
        v->kind = TELEGRAM_ABSENT;
        (void)text_copy(v->text, sizeof v->text, f->record_error);
        return true;
    }
    if (f->form != MBUS_FORM_OPAQUE) return false;
    v->kind = TELEGRAM_BYTES;
    mbus_value_set_hex(v, data);
    return true;
}

void mbus_value_set(struct telegram_value *v, const struct mbus_field *f,
                    uint8_t length_code, struct bytes data)
{
    if (set_special(v, f, data)) return;
    if (length_code == CODE_NONE || length_code == CODE_SELECTION) {
        v->kind = TELEGRAM_ABSENT;
        (void)text_copy(v->text, sizeof v->text, "no data");
        return;
    }
    if (length_code == CODE_FLOAT) {
        set_float(v, f, data);
        return;
    }
    if (length_code >= CODE_BCD_2 && length_code <= CODE_BCD_12) {
        set_bcd(v, f, data, false);
        return;
    }
    bool date = f->form == MBUS_FORM_DATE && mbus_time_fits(data.n);
    if (!date) {
        set_integer(v, f, data);
        return;
    }
    bool valid = mbus_time_text(data, v->text, sizeof v->text);
    v->kind = valid ? TELEGRAM_TIME : TELEGRAM_ABSENT;
}

void mbus_value_set_variable(struct telegram_value *v, const struct mbus_field *f,
                             uint8_t lvar, struct bytes data)
{
    if (set_special(v, f, data)) return;
    if (lvar <= LVAR_TEXT_MAX) {
        set_text(v, data);
    } else if (lvar < LVAR_BINARY) {
        set_bcd(v, f, data, lvar >= LVAR_BCD_NEGATIVE);
    } else if (f->form != MBUS_FORM_DATE && lvar < LVAR_BINARY_4 && data.n &&
               data.n <= sizeof(uint64_t)) {
        set_integer(v, f, data);
    } else {
        v->kind = TELEGRAM_BYTES;
        mbus_value_set_hex(v, data);
    }
}
