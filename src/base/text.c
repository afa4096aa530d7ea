/* text.c - bounded copies, UTF-8 and numbers.  Times of day are in text_time.c. */
#include "base/text.h"

#include "base/ensure.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of the UTF-8 character that starts with `first`; 0 = no character starts so. */
static size_t character_n(uint8_t first)
{
    if (first < 0x80) return 1;
    if (first < 0xC2) return 0; /* a continuation, or an overlong form */
    if (first < 0xE0) return 2;
    if (first < 0xF0) return 3;
    return first < 0xF5 ? 4 : 0;
}

/* How many of the first `n` bytes remain when a character cut at the end is left out. */
static size_t whole_characters(const char *text, size_t n)
{
    size_t start = n;
    for (size_t back = 1; back <= 4 && back <= n; back++) {
        uint8_t byte = (uint8_t)text[n - back];
        if ((byte & 0xC0) == 0x80) continue; /* inside a character */
        if (character_n(byte) > back) start = n - back;
        break;
    }
    return start;
}

bool text_copy_n(char *out, size_t out_n, const char *in, size_t in_n)
{
    ensure(out != NULL);
    ensure(out_n > 0);
    ensure(in != NULL || in_n == 0);

    size_t n = in_n < out_n ? in_n : out_n - 1;
    if (n < in_n) n = whole_characters(in, n);
    if (n > 0) memmove(out, in, n);
    out[n] = '\0';
    return n == in_n;
}

bool text_copy(char *out, size_t out_n, const char *in)
{
    ensure(in != NULL);
    return text_copy_n(out, out_n, in, strlen(in));
}

bool text_format_list(char *out, size_t out_n, const char *format, va_list list)
{
    ensure(out != NULL);
    ensure(out_n > 0);
    ensure(format != NULL);

    int n = vsnprintf(out, out_n, format, list);
    if (n < 0) { /* a wide character that cannot be printed */
        out[0] = '\0';
        return false;
    }
    if ((size_t)n < out_n) return true;
    out[whole_characters(out, out_n - 1)] = '\0';
    return false;
}

bool text_format(char *out, size_t out_n, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    bool fits = text_format_list(out, out_n, format, list);
    va_end(list);
    return fits;
}

bool text_equal(const char *a, const char *b)
{
    ensure(a != NULL);
    ensure(b != NULL);
    return strcmp(a, b) == 0;
}

bool text_starts(const char *text, const char *start)
{
    ensure(text != NULL);
    ensure(start != NULL);
    return strncmp(text, start, strlen(start)) == 0;
}

/* The code point of a well-formed character of `n` bytes; false when it is not one. */
static bool character_value(const char *text, size_t n, uint32_t *value)
{
    static const uint8_t first_mask[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};

    uint32_t code = (uint8_t)text[0] & first_mask[n];
    for (size_t i = 1; i < n; i++) {
        uint8_t byte = (uint8_t)text[i];
        if ((byte & 0xC0) != 0x80) return false;
        code = code << 6 | (byte & 0x3F);
    }
    if (code < least[n] || code > 0x10FFFF) return false;
    if (code >= 0xD800 && code <= 0xDFFF) return false; /* halves of UTF-16 */
    *value = code;
    return true;
}

static bool is_control(uint32_t code)
{
    if (code == '\t') return false;
    return code < 0x20 || (code >= 0x7F && code <= 0x9F);
}

bool text_is_clean(const char *text, size_t n)
{
    ensure(text != NULL || n == 0);

    size_t at = 0;
    while (at < n) {
        uint32_t code;
        size_t bytes = character_n((uint8_t)text[at]);
        if (bytes == 0 || bytes > n - at) return false;
        if (!character_value(text + at, bytes, &code) || is_control(code)) return false;
        at += bytes;
    }
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* How many digits stand at the start of `text`. */
static size_t digits_n(const char *text)
{
    size_t n = 0;
    while (is_digit(text[n])) n++;
    return n;
}

err text_to_i64(const char *text, int64_t *value)
{
    ensure(text != NULL);
    ensure(value != NULL);

    bool negative = text[0] == '-';
    const char *digits = text + (negative || text[0] == '+');
    size_t n = digits_n(digits);
    if (n == 0 || digits[n] != '\0') return ERR_TYPE;

    int64_t sum = 0; /* kept negative: the negative side reaches one further */
    for (size_t i = 0; i < n; i++) {
        if (__builtin_mul_overflow(sum, 10, &sum)) return ERR_RANGE;
        if (__builtin_sub_overflow(sum, digits[i] - '0', &sum)) return ERR_RANGE;
    }
    if (!negative && sum == INT64_MIN) return ERR_RANGE;
    *value = negative ? sum : -sum;
    return ERR_OK;
}

err text_to_u32(const char *text, uint32_t *value)
{
    ensure(value != NULL);

    int64_t wide;
    err e = text_to_i64(text, &wide);
    if (e) return e;
    if (wide < 0 || wide > UINT32_MAX) return ERR_RANGE;
    *value = (uint32_t)wide;
    return ERR_OK;
}

/* [sign] digits [. digits] [e [sign] digits], at least one digit before the e. */
static bool is_decimal(const char *text)
{
    const char *at = text;
    if (*at == '-' || *at == '+') at++;
    size_t whole = digits_n(at);
    at += whole;
    size_t part = 0;
    if (*at == '.') part = digits_n(++at);
    if (whole + part == 0) return false;
    at += part;
    if (*at == 'e' || *at == 'E') {
        at++;
        if (*at == '-' || *at == '+') at++;
        size_t power = digits_n(at);
        if (power == 0) return false;
        at += power;
    }
    return *at == '\0';
}

err text_to_double(const char *text, double *value)
{
    ensure(text != NULL);
    ensure(value != NULL);

    if (!is_decimal(text)) return ERR_TYPE;
    /* For plain "C" glibc hands out one constant object: nothing to free. */
    locale_t plain = newlocale(LC_ALL_MASK, "C", NULL);
    double got = strtod_l(text, NULL, plain);
    if (!isfinite(got)) return ERR_RANGE;
    *value = got;
    return ERR_OK;
}

/* Values with at most three decimals, which is nearly all that a meter sends, without
 * printf: false when `value` is not one.  The quotient of two exact doubles is correctly
 * rounded, so equality proves that the text reads back the same. */
static bool short_decimal(double value, char *out)
{
    if (!(fabs(value) < 1e9) || (value == 0 && signbit(value))) return false;
    int64_t milli = llround(value * 1000);
    if ((double)milli / 1000 != value) return false;

    char reversed[24];
    size_t n = 0;
    bool dot_passed = false;
    uint64_t left = milli < 0 ? (uint64_t)-milli : (uint64_t)milli;
    for (unsigned place = 0; left > 0 || place <= 3; place++) {
        if (place == 3 && n > 0) reversed[n++] = '.';
        if (place == 3) dot_passed = true;
        char digit = (char)('0' + left % 10);
        left /= 10;
        if (digit != '0' || n > 0 || dot_passed) reversed[n++] = digit;
    }
    if (milli < 0) reversed[n++] = '-';
    for (size_t i = 0; i < n; i++) out[i] = reversed[n - 1 - i];
    out[n] = '\0';
    return true;
}

/* Print with `digits` significant digits; true when it reads back as `value`. */
static bool print_exact(double value, int digits, char *out)
{
    snprintf(out, 32, "%.*g", digits, value);
    char *comma = strchr(out, ','); /* a library may have set a locale */
    if (comma) *comma = '.';
    double back;
    return text_to_double(out, &back) == ERR_OK && back == value;
}

void text_from_double(double value, char *out)
{
    ensure(out != NULL);

    const char *word = NULL;
    if (isnan(value))
        word = "nan";
    else if (isinf(value))
        word = value > 0 ? "inf" : "-inf";
    if (word) {
        (void)text_copy(out, 32, word);
        return;
    }
    if (short_decimal(value, out)) return;

    /* Any double of 15 digits or fewer survives %.15g, which drops final zeros; only the
     * denormals, with fewer digits than that, need the search from one. */
    int digits = isnormal(value) || value == 0 ? 15 : 1;
    while (!print_exact(value, digits, out) && digits < 17) digits++;
}
