/* mbus_address.c - parses the words of mbus_address.h. */
#include "wire/mbus_address.h"

#include "base/ensure.h"
#include "base/text.h"
#include "wire/mbus.h"
#include "wire/mbus_frame.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { ID_DIGITS = 8, WORDS_BYTES = 128, PRIMARY_MAX = 250, PARTS_MAX = 4 };

#define DEVICE_FORM                                                                      \
    "LINE/1..250 or LINE/12345678[.KAM[.VERSION[.MEDIUM]]], F or ? for any digit; "      \
    ";every=69min ;speed=2400"
#define POINT_FORM                                                                       \
    "NAME [UNIT] [storage N] [tariff N] [subunit N] [max|min|error], or record N, or "   \
    "status"

static err say(char *why, size_t why_n, const char *what, const char *form)
{
    if (why) (void)text_format(why, why_n, "%s; the form is %s", what, form);
    return ERR_RANGE;
}

/* --- devices ------------------------------------------------------------------------ */

static bool parse_id(const char *text, uint8_t *out)
{
    if (strlen(text) != ID_DIGITS) return false;
    for (size_t i = 0; i < ID_DIGITS; i++) {
        char c = text[ID_DIGITS - 1 - i];
        bool any = c == 'F' || c == 'f' || c == '?';
        if (!any && !isdigit((unsigned char)c)) return false;
        uint8_t digit = any ? 15 : (uint8_t)(c - '0');
        out[i / 2] = (uint8_t)(i % 2 ? out[i / 2] | digit << 4 : digit);
    }
    return true;
}

static bool parse_maker(const char *text, uint8_t *out)
{
    unsigned code = 0;

    if (text_equal(text, "*")) return true;
    if (strlen(text) != 3) return false;
    for (size_t i = 0; i < 3; i++) {
        int letter = toupper((unsigned char)text[i]) - '@';
        if (letter < 0 || letter > 31) return false;
        code = code << 5 | (unsigned)letter;
    }
    out[0] = (uint8_t)code;
    out[1] = (uint8_t)(code >> 8);
    return true;
}

static bool parse_byte(const char *text, uint8_t *out)
{
    uint32_t number;

    if (text_equal(text, "*")) return true;
    if (text_to_u32(text, &number) || number > UINT8_MAX) return false;
    *out = (uint8_t)number;
    return true;
}

static bool parse_secondary(char *text, uint8_t select[MBUS_SELECT_BYTES])
{
    char *parts[PARTS_MAX] = {0};
    size_t n = 0;

    memset(select, 0xFF, MBUS_SELECT_BYTES);
    for (char *part; (part = strsep(&text, "."));) {
        if (n == PARTS_MAX) return false;
        parts[n++] = part;
    }
    return parse_id(parts[0], select) && (n < 2 || parse_maker(parts[1], select + 4)) &&
           (n < 3 || parse_byte(parts[2], select + 6)) &&
           (n < 4 || parse_byte(parts[3], select + 7));
}

/* "4140s", "69min", "1h", or seconds. */
static bool parse_duration(const char *text, uint32_t *seconds)
{
    static const struct {
        const char *unit;
        uint32_t s;
    } units[] = {{"s", 1}, {"", 1}, {"min", 60}, {"h", 3600}, {"d", 86400}};
    char *end;

    if (!isdigit((unsigned char)text[0])) return false;
    unsigned long number = strtoul(text, &end, 10);
    for (size_t i = 0; i < COUNT(units); i++) {
        if (!text_equal(end, units[i].unit)) continue;
        if (number > 31UL * 86400 / units[i].s) return false;
        *seconds = (uint32_t)number * units[i].s;
        return true;
    }
    return false;
}

static bool parse_option(const char *option, struct mbus_address *address)
{
    if (text_starts(option, "every="))
        return parse_duration(option + 6, &address->every_s);
    if (!text_starts(option, "speed=")) return false;
    if (text_to_u32(option + 6, &address->speed_bd)) return false;
    return address->speed_bd >= 300 && address->speed_bd <= 38400;
}

err mbus_address_parse(const char *text, struct mbus_address *address, char *why,
                       size_t why_n)
{
    char copy[WORDS_BYTES];
    struct mbus_address a = {0};

    if (!text_copy(copy, sizeof copy, text))
        return say(why, why_n, "the address is too long", DEVICE_FORM);
    char *rest = copy;
    char *where = strsep(&rest, ";");
    uint32_t primary;
    size_t n = strlen(where);
    if (n < ID_DIGITS && !text_to_u32(where, &primary) && primary <= PRIMARY_MAX) {
        a.primary = (uint8_t)primary;
    } else {
        a.secondary = true;
        a.primary = MBUS_ADDRESS_SELECTED;
        if (!parse_secondary(where, a.select))
            return say(why, why_n, "that is no M-Bus address", DEVICE_FORM);
    }
    for (char *option; (option = strsep(&rest, ";"));)
        if (!parse_option(option, &a))
            return say(why, why_n, "that is no option of an M-Bus address", DEVICE_FORM);
    *address = a;
    return ERR_OK;
}

void mbus_address_text(const uint8_t select[MBUS_SELECT_BYTES],
                       char out[MBUS_ADDRESS_BYTES])
{
    char maker[4] = "*", version[4] = "*", medium[4] = "*";

    uint16_t code = (uint16_t)(select[4] | select[5] << 8);
    if (code != UINT16_MAX) mbus_manufacturer(code, maker);
    if (select[6] != UINT8_MAX)
        (void)text_format(version, sizeof version, "%u", select[6]);
    if (select[7] != UINT8_MAX) (void)text_format(medium, sizeof medium, "%u", select[7]);
    (void)text_format(out, MBUS_ADDRESS_BYTES, "%02X%02X%02X%02X.%s.%s.%s", select[3],
                      select[2], select[1], select[0], maker, version, medium);
}

/* --- points ------------------------------------------------------------------------- */

static bool take_number(char **rest, uint32_t *number)
{
    char *word = strsep(rest, " ");
    return word && !text_to_u32(word, number);
}

/* A word behind the name, and its number. */
static bool take_qualifier(const char *word, char **rest, struct mbus_point *p)
{
    static const struct {
        const char *word, *function;
    } functions[] = {{"max", "maximum"},     {"maximum", "maximum"},
                     {"min", "minimum"},     {"minimum", "minimum"},
                     {"error", "error"},     {"now", "instantaneous"}};
    uint32_t number = 0;

    for (size_t i = 0; i < COUNT(functions); i++) {
        if (!text_equal(word, functions[i].word)) continue;
        p->function = functions[i].function;
        return true;
    }
    if (text_equal(word, "storage")) {
        bool good = take_number(rest, &number);
        p->storage = number;
        return good;
    }
    if (text_equal(word, "tariff")) return take_number(rest, &p->tariff);
    if (text_equal(word, "subunit")) return take_number(rest, &p->subunit);
    return !p->unit[0] && text_copy(p->unit, sizeof p->unit, word);
}

static bool is_name(const char *word)
{
    if (!islower((unsigned char)word[0])) return false;
    for (; *word; word++)
        if (!islower((unsigned char)*word) && !isdigit((unsigned char)*word) &&
            *word != '_')
            return false;
    return true;
}

/* What the standard and the trade call it, where that differs from our catalog's word. */
static const char *our_name(const char *word)
{
    static const struct {
        const char *theirs, *ours;
    } names[] = {{"flow_temperature", "supply_temperature"},
                 {"volume_flow", "flow"},
                 {"outdoor_temperature", "external_temperature"}};

    for (size_t i = 0; i < COUNT(names); i++)
        if (text_equal(word, names[i].theirs)) return names[i].ours;
    return word;
}

/* One blank between words, none around them. */
static bool tidy_words(const char *text, char *out, size_t out_n)
{
    size_t n = 0;

    for (; *text; text++) {
        bool blank = isspace((unsigned char)*text);
        if (blank && (!n || out[n - 1] == ' ')) continue;
        if (n + 1 >= out_n) return false;
        out[n++] = blank ? ' ' : *text;
    }
    if (n && out[n - 1] == ' ') n--;
    out[n] = 0;
    return n > 0;
}

err mbus_point_parse(const char *text, struct mbus_point *point, char *why, size_t why_n)
{
    struct mbus_point p = {.function = "instantaneous"};
    char copy[WORDS_BYTES];

    if (!tidy_words(text, copy, sizeof copy))
        return say(why, why_n, "the address is empty or too long", POINT_FORM);
    char *rest = copy;
    char *name = strsep(&rest, " ");
    if (!is_name(name) || !text_copy(p.name, sizeof p.name, our_name(name)))
        return say(why, why_n, "it does not begin with the name of a value", POINT_FORM);
    if (text_equal(name, "status")) p.wanted = MBUS_STATUS;
    if (text_equal(name, "record")) {
        p.wanted = MBUS_BY_RECORD;
        if (!take_number(&rest, &p.record) || !p.record)
            return say(why, why_n, "record needs a number from 1", POINT_FORM);
    }
    for (char *word; rest && (word = strsep(&rest, " "));)
        if (!take_qualifier(word, &rest, &p))
            return say(why, why_n, "a word is not understood", POINT_FORM);
    *point = p;
    return ERR_OK;
}

err mbus_address_check(const char *protocol, const char *what, const char *address,
                       char *why, size_t why_n)
{
    struct mbus_address a;
    struct mbus_point p;

    (void)protocol;
    if (text_equal(what, "point")) return mbus_point_parse(address, &p, why, why_n);
    size_t n = strcspn(address, ";");
    while (n && address[n - 1] != '/')
        n--;
    if (n < 2) return say(why, why_n, "the line is missing", DEVICE_FORM);
    return mbus_address_parse(address + n, &a, why, why_n);
}
