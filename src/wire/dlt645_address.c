/* dlt645_address.c - words into an address, with a sentence for what is wrong. */
#include "wire/dlt645_address.h"

#include "base/ensure.h"
#include "base/text.h"
#include "wire/dlt645_items.h"
#include "wire/words.h"

static const char device_form[] = "LINE/ADDRESS, e.g. "
                                  "serial:/dev/ttyUSB0:2400:8E1/071801024091";

static err wrong(char *why, size_t why_n, const char *what, const char *form)
{
    if (why) (void)text_format(why, why_n, "%s; the form is %s", what, form);
    return ERR_RANGE;
}

err dlt645_device_parse(const char *text, uint8_t address[DLT645_ADDRESS_N], char *why,
                        size_t why_n)
{
    ensure(text && address);
    if (!dlt645_address(text, address)) return ERR_OK;
    return wrong(why, why_n, "the meter's address is 1 to 12 digits", device_form);
}

/* The identifier of a name that stands for a value now: those of the tables, walked. */
static bool di_of_name(const char *name, uint32_t *di)
{
    static const struct {
        uint32_t first, step, n;
    } ranges[] = {
        {0x00000000, 0x10000, 0x50}, {0x02010000, 0x100, 0x904}, {0x02800001, 1, 11},
        {0x04000101, 1, 0x400},      {0x04000501, 1, 7},
    };
    struct dlt645_item item;

    for (size_t i = 0; i < COUNT(ranges); i++)
        for (uint32_t k = 0; k < ranges[i].n; k++) {
            uint32_t candidate = ranges[i].first + k * ranges[i].step;
            if ((candidate & 0xFF00) == 0xFF00 || (candidate & 0xFF) == 0xFF) continue;
            if (!dlt645_item_find(candidate, 0, &item)) continue;
            if (!text_equal(item.name, name)) continue;
            *di = candidate;
            return true;
        }
    return false;
}

static bool take_tariff(const char **rest, struct dlt645_point *point)
{
    const char *at = *rest;
    char word[8];

    if (!words_take(&at, " ", word, sizeof word) || !text_equal(word, "tariff"))
        return true;
    if (!words_take(&at, " ", word, sizeof word) || text_to_u32(word, &point->tariff) ||
        point->tariff > 63)
        return false;
    point->has_tariff = true;
    *rest = at;
    return true;
}

/* The word behind the identifier, when it is a name. */
static void take_name(const char **rest, struct dlt645_point *point)
{
    const char *at = *rest;
    char word[TELEGRAM_WORD_BYTES];

    if (!words_take(&at, " ", word, sizeof word) || text_equal(word, "tariff") ||
        text_equal(word, "bit"))
        return;
    (void)text_copy(point->name, sizeof point->name, word);
    *rest = at;
}

err dlt645_point_parse(const char *text, struct dlt645_point *point, char *why,
                       size_t why_n)
{
    ensure(text && point);

    static const char form[] = "NAME or DI [NAME] [tariff N] [bit N], e.g. voltage_a or "
                               "00010000 or 0201ff00 voltage_b";
    struct dlt645_point p = {.bit = -1};
    char word[TELEGRAM_WORD_BYTES];
    const char *rest = text;

    if (!words_take(&rest, " ", word, sizeof word))
        return wrong(why, why_n, "the name is missing", form);
    if (words_hex(word, 8, &p.di))
        take_name(&rest, &p);
    else if (!di_of_name(word, &p.di))
        return wrong(why, why_n, "no value has this name", form);
    else
        (void)text_copy(p.name, sizeof p.name, word);
    if (p.name[0] && !words_is_name(p.name))
        return wrong(why, why_n, "the name is in small letters", form);
    if (!take_tariff(&rest, &p)) return wrong(why, why_n, "tariff is 0 to 63", form);
    if (!words_bit(&rest, &p.bit))
        return wrong(why, why_n, "behind the name stand tariff N and bit N only", form);
    *point = p;
    return ERR_OK;
}

err dlt645_address_check(const char *protocol, const char *what, const char *address,
                         char *why, size_t why_n)
{
    uint8_t device[DLT645_ADDRESS_N];
    struct dlt645_point point;

    (void)protocol;
    if (!text_equal(what, "device"))
        return dlt645_point_parse(address, &point, why, why_n);
    const char *rest = words_behind_line(address);
    if (rest) return dlt645_device_parse(rest, device, why, why_n);
    return wrong(why, why_n, "the line is missing", device_form);
}
