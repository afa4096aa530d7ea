/* password_rules.c - length first, then what guessers try first.
 *
 * No rules of composition: they make people write "Password1!".  The list holds the stems
 * of the most used passwords of published leaks, Chinese ones included; digits and signs
 * around a stem do not make it strong. */
#include "people/password_rules.h"

#include "base/ensure.h"
#include "base/text.h"

#include <ctype.h>
#include <string.h>

enum { LENGTH_MIN = 8, LENGTH_MIN_ADMINISTRATOR = 10, NAME_LENGTH_MIN = 3 };

enum { DIFFERENT_MIN = 5 };

static const char *const common[] = {
    "1234567890", "12345678",      "123456789", "0123456789",  "9876543210",
    "87654321",   "1234567",       "123456",    "654321",      "11223344",
    "1122334455", "12341234",      "123123123", "123456123",   "147258369",
    "159357",     "123321",        "741852963", "789456123",   "5201314",
    "1314520",    "1qaz2wsx",      "1q2w3e4r",  "1q2w3e4r5t",  "q1w2e3r4",
    "qwertyuiop", "qwerty",        "qwert",     "asdfghjkl",   "asdfgh",
    "zxcvbnm",    "qazwsx",        "qazwsxedc", "qwer1234",    "asdf1234",
    "1234qwer",   "abcdefgh",      "abcdefg",   "abcdef",      "abcd1234",
    "abc123",     "a123456789",    "a12345678", "a1234567",    "aa123456",
    "aa12345678", "q123456789",    "woaini",    "woaini1314",  "woaini521",
    "iloveyou",   "password",      "passw0rd",  "p@ssw0rd",    "p@ssword",
    "pa$$word",   "passwort",      "letmein",   "welcome",     "changeme",
    "default",    "administrator", "admin",     "adminadmin",  "root",
    "superuser",  "operator",      "guest",     "secret",      "master",
    "monkey",     "dragon",        "football",  "baseball",    "basketball",
    "sunshine",   "princess",      "superman",  "batman",      "starwars",
    "shadow",     "trustno1",      "whatever",  "computer",    "internet",
    "samsung",    "michael",       "jennifer",  "charlie",     "hello",
    "test",       "testtest",      "user",      "login",       "system",
    "server",     "heatnet",       "heating",   "heatnetwork", "district",
    "gongre",     "huanrezhan",    "gongnuan",  "relizhan",    "reli",
    "diaodu",     "mima",          "zhongguo",  "beijing",     "shanghai",
    "dongbei",    "haerbin",       "shenyang",  "changchun",   "tianjin",
    "wodemima",   "nihao",         "buzhidao",  "wangluo",     "gongsi",
};

static size_t characters_n(const char *text)
{
    size_t n = 0;
    for (; *text; text++) n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

static void lower(char *out, const char *in)
{
    for (; *in; in++) *out++ = (char)tolower((unsigned char)*in);
    *out = '\0';
}

static bool is_stem(const char *at, size_t n)
{
    for (size_t i = 0; i < COUNT(common); i++) {
        if (strlen(common[i]) == n && memcmp(common[i], at, n) == 0) return true;
    }
    return false;
}

static size_t different_n(const char *text)
{
    bool seen[256] = {false};
    size_t n = 0;
    for (; *text; text++) {
        n += !seen[(unsigned char)*text];
        seen[(unsigned char)*text] = true;
    }
    return n;
}

/* The whole, or what is left between leading and trailing non-letters, is a stem; or few
 * different characters; or one run up or down ("cdefghijk"). */
static bool is_common(const char *password)
{
    size_t n = strlen(password);
    if (different_n(password) < DIFFERENT_MIN || is_stem(password, n)) return true;

    size_t runs_up = 0, runs_down = 0;
    for (size_t i = 1; i < n; i++) {
        runs_up += password[i] == password[i - 1] + 1;
        runs_down += password[i] == password[i - 1] - 1;
    }
    if (runs_up == n - 1 || runs_down == n - 1) return true;

    const char *first = password, *end = password + n;
    while (first < end && !isalpha((unsigned char)*first) &&
           !((unsigned char)*first & 0x80))
        first++;
    while (end > first && !isalpha((unsigned char)end[-1]) &&
           !((unsigned char)end[-1] & 0x80))
        end--;
    return first < end && is_stem(first, (size_t)(end - first));
}

const char *password_fault(const char *password, const struct account *account)
{
    ensure(password != NULL);
    ensure(account != NULL);

    size_t least_n =
        account->role == ROLE_ADMINISTRATOR ? LENGTH_MIN_ADMINISTRATOR : LENGTH_MIN;
    if (characters_n(password) < least_n) return "too_short";
    if (strlen(password) >= ACCOUNT_PASSWORD_BYTES) return "too_long";

    char folded[ACCOUNT_PASSWORD_BYTES], name[ACCOUNT_NAME_BYTES];
    lower(folded, password);
    lower(name, account->name);
    if (strlen(name) >= NAME_LENGTH_MIN && strstr(folded, name)) return "same_as_name";
    return is_common(folded) ? "too_common" : NULL;
}
