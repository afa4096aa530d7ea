/* payload_point.c - see payload_point.h. */
#include "wire/payload_point.h"

#include "base/ensure.h"
#include "base/text.h"

#include <math.h>
#include <string.h>

enum { WORD_BYTES = 12, OFFSET_MAX = 511, PORT_MAX = 255 };

static const char right_form[] =
    "a point of a payload is written: data 3 i16le, data 0 u8 bit 2, data -2 u16 port 5";

static err wrong(char *why, size_t why_n)
{
    if (why_n) (void)text_copy(why, why_n, right_form);
    return ERR_RANGE;
}

/* The next word; false at the end or when it is too long. */
static bool take_word(const char **at, char word[WORD_BYTES])
{
    while (**at == ' ') (*at)++;
    size_t n = strcspn(*at, " ");
    if (n == 0 || !text_copy_n(word, WORD_BYTES, *at, n)) return false;
    *at += n;
    return true;
}

static bool take_number(const char **at, int64_t low, int64_t high, int16_t *out)
{
    char word[WORD_BYTES];
    int64_t number;

    if (!take_word(at, word) || text_to_i64(word, &number)) return false;
    if (number < low || number > high) return false;
    *out = (int16_t)number;
    return true;
}

static bool take_type(const char **at, struct payload_point *p)
{
    static const struct {
        const char *word;
        uint8_t bytes;
        bool is_signed, is_float, is_bcd;
    } types[] = {
        {"u8",    1, false, false, false},
        {"i8",    1, true,  false, false},
        {"u16",   2, false, false, false},
        {"i16",   2, true,  false, false},
        {"u24",   3, false, false, false},
        {"i24",   3, true,  false, false},
        {"u32",   4, false, false, false},
        {"i32",   4, true,  false, false},
        {"f32",   4, false, true,  false},
        {"bcd8",  1, false, false, true },
        {"bcd16", 2, false, false, true },
        {"bcd32", 4, false, false, true },
    };
    char word[WORD_BYTES];

    if (!take_word(at, word)) return false;
    size_t n = strlen(word);
    p->is_low_first = n > 2 && text_equal(word + n - 2, "le");
    bool says_order = p->is_low_first || (n > 2 && text_equal(word + n - 2, "be"));
    if (says_order) word[n - 2] = 0;
    for (size_t i = 0; i < COUNT(types); i++) {
        if (!text_equal(word, types[i].word)) continue;
        p->bytes = types[i].bytes;
        p->is_signed = types[i].is_signed;
        p->is_float = types[i].is_float;
        p->is_bcd = types[i].is_bcd;
        return true;
    }
    return false;
}

err payload_point_parse(const char *text, struct payload_point *point, char *why,
                        size_t why_n)
{
    ensure(text && point);

    struct payload_point p = {.bit = -1, .port = -1};
    char word[WORD_BYTES];
    int16_t number;

    if (!take_word(&text, word) || !text_equal(word, "data")) return wrong(why, why_n);
    if (!take_number(&text, -OFFSET_MAX, OFFSET_MAX, &p.offset)) return wrong(why, why_n);
    if (!take_type(&text, &p)) return wrong(why, why_n);
    while (take_word(&text, word)) {
        bool is_bit = text_equal(word, "bit") && p.bit < 0;
        bool is_port = text_equal(word, "port") && p.port < 0;
        if (!is_bit && !is_port) return wrong(why, why_n);
        int64_t most = is_bit ? 8 * p.bytes - 1 : PORT_MAX;
        if (!take_number(&text, 0, most, &number)) return wrong(why, why_n);
        if (is_bit)
            p.bit = (int8_t)number;
        else
            p.port = number;
    }
    bool bit_fits = p.bit < 0 || !(p.is_signed || p.is_float || p.is_bcd);
    if (*text || !bit_fits) return wrong(why, why_n);
    *point = p;
    return ERR_OK;
}

static double from_bcd(uint32_t word, unsigned bytes)
{
    double value = 0;

    for (unsigned i = 2 * bytes; i-- > 0;) {
        uint32_t digit = word >> (4 * i) & 15;
        if (digit > 9) return (double)NAN;
        value = value * 10 + digit;
    }
    return value;
}

bool payload_point_read(const struct payload_point *p, struct bytes data, uint32_t port,
                        double *value)
{
    ensure(p && value);

    int64_t first = p->offset < 0 ? (int64_t)data.n + p->offset : p->offset;
    uint32_t word = 0;
    float real;

    if (p->port >= 0 && (uint32_t)p->port != port) return false;
    if (first < 0 || first + p->bytes > (int64_t)data.n) return false;
    for (unsigned i = 0; i < p->bytes; i++)
        word = word << 8 | data.at[first + (p->is_low_first ? p->bytes - 1 - i : i)];
    unsigned unused = 32U - 8U * p->bytes;
    memcpy(&real, &word, sizeof real);
    if (p->is_float)
        *value = (double)real;
    else if (p->is_bcd)
        *value = from_bcd(word, p->bytes);
    else if (p->bit >= 0)
        *value = word >> p->bit & 1;
    else
        *value = p->is_signed ? (double)((int32_t)(word << unused) >> unused)
                              : (double)word;
    return true;
}
