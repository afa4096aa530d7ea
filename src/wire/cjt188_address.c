/* cjt188_address.c - words into an address, with a sentence for what is wrong. */
#include "wire/cjt188_address.h"

#include "base/ensure.h"
#include "base/text.h"
#include "model/quantity.h"
#include "wire/words.h"

#include <string.h>

static const char device_form[] = "LINE/ADDRESS;dialect=std, e.g. "
                                  "serial:/dev/ttyUSB0:2400:8E1/11110059493675";
static const char point_form[] = "[DI] NAME [UNIT] [bit N], e.g. supply_temperature";

static err wrong(char *why, size_t why_n, const char *what, const char *form)
{
    if (why) (void)text_format(why, why_n, "%s; the form is %s", what, form);
    return ERR_RANGE;
}

struct parsing {
    struct cjt188_device device;
    enum cjt188_order order;
};

static bool is_order(const char *value, enum cjt188_order *order)
{
    static const char *const words[] = {"auto", "low", "high"};

    for (size_t i = 0; i < COUNT(words); i++) {
        if (!text_equal(words[i], value)) continue;
        *order = (enum cjt188_order)i;
        return true;
    }
    return false;
}

/* NULL: taken; otherwise what is wrong. */
static const char *take_setting(struct parsing *p, const char *key, const char *value)
{
    uint32_t type = 0;

    if (text_equal(key, "type")) {
        if (!words_hex(value, 2, &type)) return "type is two hex digits, 20 for heat";
        p->device.type = (uint8_t)type;
    } else if (text_equal(key, "dialect")) {
        p->device.has_dialect = !text_equal(value, "auto");
        if (p->device.has_dialect &&
            cjt188_dialect_parse(value, &p->device.dialect, NULL, 0))
            return "dialect is auto, or std unit-first be plus33 flow3 power-fraction "
                   "cooling-first joined by +";
    } else if (text_equal(key, "order")) {
        if (!is_order(value, &p->order)) return "order is low or high";
    } else if (text_equal(key, "di")) {
        if (!is_order(value, &p->device.di_order)) return "di is auto, low or high";
    } else if (text_equal(key, "sequence")) {
        p->device.any_sequence = text_equal(value, "any");
        if (!p->device.any_sequence) return "sequence is any";
    } else {
        return "settings are type, dialect, order, di, sequence";
    }
    return NULL;
}

err cjt188_device_parse(const char *text, struct cjt188_device *device, char *why,
                        size_t why_n)
{
    ensure(text && device);

    struct parsing p = {.device = {.type = 0x20}};
    char digits[16], word[80];
    const char *key, *value;

    size_t n = strcspn(text, ";");
    if (!text_copy_n(digits, sizeof digits, text, n))
        return wrong(why, why_n, "the meter's address has at most 14 digits",
                     device_form);
    for (text += n; *text; ) {
        text++;
        n = strcspn(text, ";");
        if (!text_copy_n(word, sizeof word, text, n) || !words_pair(word, &key, &value))
            return wrong(why, why_n, "a setting is KEY=VALUE", device_form);
        const char *fault = take_setting(&p, key, value);
        if (fault) return wrong(why, why_n, fault, device_form);
        text += n;
    }
    bool high = p.order == CJT188_ORDER_HIGH ||
                (p.order == CJT188_ORDER_AUTO && p.device.dialect.high_first);
    if (cjt188_address(digits, high, p.device.address))
        return wrong(why, why_n, "the meter's address is 1 to 14 digits", device_form);
    *device = p.device;
    return ERR_OK;
}

/* The word behind the name, when it is a unit of any quantity. */
static void take_unit(const char **rest, struct cjt188_point *point)
{
    const char *at = *rest;
    char word[sizeof point->unit];
    double factor = 0;

    if (!words_take(&at, " ", word, sizeof word)) return;
    for (int q = 0; q < QUANTITY_N; q++) {
        if (quantity_factor((enum quantity)q, word, &factor)) continue;
        (void)text_copy(point->unit, sizeof point->unit, word);
        *rest = at;
        return;
    }
}

err cjt188_point_parse(const char *text, struct cjt188_point *point, char *why,
                       size_t why_n)
{
    ensure(text && point);

    struct cjt188_point p = {.di = CJT188_DI_READING, .bit = -1};
    uint32_t di = 0;
    const char *rest = text;

    if (!words_take(&rest, " ", p.name, sizeof p.name))
        return wrong(why, why_n, "the name is missing", point_form);
    if (words_hex(p.name, 4, &di)) {
        p.di = (uint16_t)di;
        p.name[0] = 0;
        if (rest[strspn(rest, " ")] && !words_take(&rest, " ", p.name, sizeof p.name))
            return wrong(why, why_n, "the name is too long", point_form);
    }
    if (p.name[0] && !words_is_name(p.name))
        return wrong(why, why_n, "the name is in small letters", point_form);
    take_unit(&rest, &p);
    if (!words_bit(&rest, &p.bit))
        return wrong(why, why_n, "behind the name only a unit, bit 0 to bit 31 may stand",
                     point_form);
    *point = p;
    return ERR_OK;
}

err cjt188_address_check(const char *protocol, const char *what, const char *address,
                         char *why, size_t why_n)
{
    struct cjt188_device device;
    struct cjt188_point point;

    (void)protocol;
    if (!text_equal(what, "device"))
        return cjt188_point_parse(address, &point, why, why_n);
    const char *rest = words_behind_line(address);
    if (rest) return cjt188_device_parse(rest, &device, why, why_n);
    return wrong(why, why_n, "the line is missing", device_form);
}
