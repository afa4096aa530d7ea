/* words.c - words of an address. */
#include "wire/words.h"

#include "base/text.h"

#include <string.h>

const char *words_behind_line(const char *address)
{
    size_t n = strcspn(address, ";");

    while (n > 0 && address[n - 1] != '/')
        n--;
    return n > 1 ? address + n : NULL;
}

bool words_take(const char **text, const char *between, char *out, size_t out_n)
{
    const char *at = *text + strspn(*text, between);
    size_t n = strcspn(at, between);

    if (n == 0 || n >= out_n) return false;
    (void)text_copy_n(out, out_n, at, n);
    *text = at + n;
    return true;
}

bool words_pair(char *word, const char **key, const char **value)
{
    char *at = strchr(word, '=');

    if (!at) return false;
    *at = 0;
    *key = word;
    *value = at + 1;
    return true;
}

bool words_hex(const char *word, size_t digits, uint32_t *value)
{
    uint32_t all = 0;

    if (strlen(word) != digits || strspn(word, "0123456789abcdefABCDEF") != digits)
        return false;
    for (; *word; word++) {
        char c = *word;
        unsigned digit = c <= '9' ? (unsigned)(c - '0') : (unsigned)((c | 32) - 'a' + 10);
        all = all << 4 | digit;
    }
    *value = all;
    return true;
}

bool words_is_name(const char *word)
{
    return word[0] >= 'a' && word[0] <= 'z' &&
           word[strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789_")] == 0;
}

bool words_bit(const char **text, int8_t *bit)
{
    char word[8];
    uint32_t number = 0;

    *bit = -1;
    if (!words_take(text, " ", word, sizeof word))
        return (*text)[strspn(*text, " ")] == 0;
    if (!text_equal(word, "bit")) return false;
    if (!words_take(text, " ", word, sizeof word) || text_to_u32(word, &number) ||
        number > 31)
        return false;
    *bit = (int8_t)number;
    return (*text)[strspn(*text, " ")] == 0;
}
